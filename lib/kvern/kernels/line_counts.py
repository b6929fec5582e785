"""In how many documents a line or paragraph stands, and where: out of packed fingerprints, without text.

A paragraph of one line is that line and nothing else. Counts are of documents: a line that stands twice in one counts
once. All is sorted in numpy, a record batch at a time; Spark adds up what the batches counted.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kvern.kernels import fingerprints
from kvern.kernels.fingerprints import Pieces
from kvern.kernels.grouping import begins

KINDS = ("line", "paragraph")
COUNTS = pa.schema(
    [
        *(("source", pa.string()), ("kind", pa.string()), ("hash", pa.int64())),
        *(("documents", pa.int64()), ("first", pa.string())),
    ]
)
PLACES = pa.schema(
    [
        *(("doc_id", pa.string()), ("source", pa.string()), ("kind", pa.string()), ("hash", pa.int64())),
        *(("start", pa.int32()), ("end", pa.int32())),
    ]
)
_Flags = npt.NDArray[np.bool_]


def pieces(blobs: pa.Array, kind: str, least: int) -> Pieces:
    """Lines, or paragraphs of more than one line, of at least `least` bytes."""
    lines = fingerprints.unpack(blobs)
    if kind == "line":
        return _taken(lines, lines.end - lines.start >= least)
    whole = fingerprints.unpack(blobs, paragraphs=True)
    first = np.searchsorted(_place(lines), _place(whole))
    return _taken(whole, (lines.end[first] != whole.end) & (whole.end - whole.start >= least))


def _place(found: Pieces) -> npt.NDArray[np.int64]:
    return found.document << 32 | found.start


def _taken(found: Pieces, which: _Flags) -> Pieces:
    return Pieces(found.document[which], found.hash[which], found.start[which], found.end[which])


def count_batches(batches: Iterable[pa.RecordBatch], least: int) -> Iterator[pa.RecordBatch]:
    """(doc_id, source, line_hashes) in; COUNTS out: `documents` of the batch, `first` their smallest doc_id.

    Pieces of less than `least` bytes are left out.
    """
    for batch in batches:
        for kind in KINDS:
            yield _counted(batch, kind, pieces(batch["line_hashes"], kind, least))


def _counted(batch: pa.RecordBatch, kind: str, found: Pieces) -> pa.RecordBatch:
    source, rank = (pc.rank(batch[name], tiebreaker="dense").to_numpy() for name in ("source", "doc_id"))
    order = np.lexsort((rank[found.document], found.hash, source[found.document]))
    document, hashes = found.document[order], found.hash[order]
    other = begins(hashes) | begins(source[document])
    seen = other | begins(rank[document])  # first place of the piece in its document
    document, hashes, starts = document[seen], hashes[seen], np.flatnonzero(other[seen])
    first = pa.array(document[starts])
    counts = np.diff(np.append(starts, len(document)))
    columns = [batch["source"].take(first), pa.array([kind] * len(starts), pa.string())]
    columns += [pa.array(hashes[starts].view(np.int64)), pa.array(counts), batch["doc_id"].take(first)]
    return pa.RecordBatch.from_arrays([c.cast(t) for c, t in zip(columns, COUNTS.types, strict=True)], schema=COUNTS)


def place_batches(batches: Iterable[pa.RecordBatch], least: int) -> Iterator[pa.RecordBatch]:
    """(doc_id, source, line_hashes) in; PLACES out, a row for each piece of at least `least` bytes."""
    for batch in batches:
        for kind in KINDS:
            found = pieces(batch["line_hashes"], kind, least)
            of = pa.array(found.document)
            columns = [batch["doc_id"].take(of), batch["source"].take(of), pa.array([kind] * len(of), pa.string())]
            columns += [pa.array(found.hash.view(np.int64)), pa.array(found.start), pa.array(found.end)]
            yield pa.RecordBatch.from_arrays(
                [c.cast(t) for c, t in zip(columns, PLACES.types, strict=True)], schema=PLACES
            )
