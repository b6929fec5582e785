"""Hits of two documents that lie along one another become chains: where a passage of both is, about."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.passage_runs import HITS

DRIFT = 64  # bytes by which one more hit of a passage may be shifted: letters that OCR added or lost, a line
GAP = 2000  # bytes between two hits of a chain at most
CHAINS = pa.schema(
    [
        *(("a", pa.int64()), ("b", pa.int64()), ("chain", pa.int32())),
        *(("places_a", pa.list_(pa.int32())), ("places_b", pa.list_(pa.int32()))),
    ]
)
_Values = npt.NDArray[np.int64]


def chain_batches(batches: Iterable[pa.RecordBatch], meetings: int) -> Iterator[pa.RecordBatch]:
    """HITS in, sorted by a and b; pairs may span batches. CHAINS out, of at least `meetings` hits; `chain` is the
    first place in a. The places of a chain are in order in a, and nearly so in b."""
    held = HITS.empty_table()
    for batch in batches:
        table = pa.concat_tables([held, pa.Table.from_batches([batch])])
        if len(table) == 0:
            continue
        a, b = (table[name].to_numpy() for name in ("a", "b"))
        last = int(np.flatnonzero((a != a[-1]) | (b != b[-1]))[-1]) + 1 if a[0] != a[-1] or b[0] != b[-1] else 0
        yield _chains(table.slice(0, last), meetings)
        held = table.slice(last)
    yield _chains(held, meetings)


def _chains(hits: pa.Table, meetings: int) -> pa.RecordBatch:
    a, b, at_a, at_b = (hits[name].to_numpy().astype(np.int64) for name in HITS.names)
    shift = at_b - at_a
    order = np.lexsort((at_a, shift, b, a))
    line = np.cumsum(_moved((a, 0), (b, 0), (shift, DRIFT), order=order))  # of nearly one shift
    order = order[np.lexsort((at_a[order], line))]
    line = np.sort(line)
    chain = np.cumsum(_moved((at_a, GAP), order=order) | (np.diff(line, prepend=-1) != 0))
    a, b, at_a, at_b = a[order], b[order], at_a[order], at_b[order]
    counts = np.bincount(chain, minlength=1)[1:]
    keep = counts[chain - 1] >= meetings if len(chain) else np.zeros(0, np.bool_)
    sizes = counts[counts >= meetings]
    ends = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    a, b, at_a, at_b = a[keep], b[keep], at_a[keep], at_b[keep]
    places = [pa.ListArray.from_arrays(pa.array(ends), pa.array(at.astype(np.int32))) for at in (at_a, np.copy(at_b))]
    columns = [pa.array(a[ends[:-1]]), pa.array(b[ends[:-1]]), pa.array(at_a[ends[:-1]].astype(np.int32)), *places]
    return pa.RecordBatch.from_arrays(columns, schema=CHAINS)


def _moved(*columns: tuple[_Values, int], order: _Values) -> npt.NDArray[np.bool_]:
    """Whether any of the values differs by more than what is given with it from that of the one before."""
    moved = np.zeros(len(order), np.bool_)
    moved[:1] = True
    for values, most in columns:
        moved[1:] |= np.abs(np.diff(values[order])) > most
    return moved
