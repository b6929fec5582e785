"""Word n-grams that documents share with evaluation sets, looked up in one pass over each document.

A gram is a run of `ngram` bare words, hashed as `minhash` hashes shingles. An item of fewer words, but at least
SHORTEST, is one gram of its whole length; a shorter one says nothing of where it came from and is left out.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import Bytes, Offsets, batches, utf8_view
from kvern.kernels.bare_words import MOST, Window, bare_words, window
from kvern.kernels.characters import characters, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, mix

SHORTEST = 8
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

PASSED = ("source", "batch", "part")
HITS = pa.schema(
    [
        *(("doc_id", pa.string()), ("benchmark", pa.string()), ("overlap", pa.float64()), ("grams", pa.int32())),
        *(("source", pa.string()), ("batch", pa.string()), ("part", pa.int32())),
    ]
)


@dataclass(frozen=True)
class GramIndex:
    """Distinct grams of all items; small, it travels to every task.

    `hashes` sorted uint64[grams]; the items of gram g are `items[starts[g]:starts[g + 1]]`. `totals` int64[items]:
    distinct grams of an item; `benchmark_of` int64[items]: its place in `benchmarks`. `lengths`: grams' words.
    """

    benchmarks: tuple[str, ...]
    lengths: Longs
    hashes: Hashes
    starts: Longs
    items: Longs
    totals: Longs
    benchmark_of: Longs


def gram_index(items: Iterable[tuple[str, str]], ngram: int) -> GramIndex:
    """Index of (benchmark, text of one item) rows; independent of their order up to the numbering of items."""
    held = [(benchmark, *_grams(text, ngram)) for benchmark, text in items]
    used = [row for row in held if len(row[2])]
    benchmarks = tuple(sorted({row[0] for row in used}))
    grams = np.concatenate([np.zeros(0, np.uint64), *(row[2] for row in used)])
    totals = np.array([len(row[2]) for row in used], np.int64)
    owners = np.repeat(np.arange(len(used)), totals)
    order = np.lexsort((owners, grams))
    hashes, starts = np.unique(grams[order], return_index=True)
    return GramIndex(
        benchmarks,
        np.unique(np.array([row[1] for row in used], np.int64)),
        hashes,
        np.append(starts, len(grams)).astype(np.int64),
        owners[order],
        totals,
        np.array([benchmarks.index(row[0]) for row in used], np.int64),
    )


def _grams(text: str, ngram: int) -> tuple[int, Hashes]:
    """(words in each gram, distinct hashes) of an item; none where it is too short."""
    data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    length = min(len(minhash.ordered_shingles(data, 0, len(data), 1)), ngram)
    if length < min(SHORTEST, ngram):
        return length, np.zeros(0, np.uint64)
    return length, minhash.shingles_of(data, 0, len(data), length)


class Lookup(NamedTuple):
    """What a compiled probe needs. `slots` int32, a power of two, gram or -1; `seen` int64[grams], serial of the last
    document that held it; `words` uint64[longest + MOST]; `rolling` and `powers` uint64[lengths]."""

    hashes: Hashes
    slots: npt.NDArray[np.int32]
    seen: Longs
    found: Longs
    lengths: Longs
    powers: Hashes
    rolling: Hashes
    words: Hashes
    window: Window


def _lookup(index: GramIndex) -> Lookup:
    grams = len(index.hashes)
    slots = np.full(1 << (4 * grams + 1).bit_length(), -1, np.int32)
    _fill(index.hashes, slots)
    powers = np.array([pow(int(GOLDEN), int(n), 1 << 64) for n in index.lengths], np.uint64)
    words = np.zeros(int(index.lengths.max(initial=0)) + MOST, np.uint64)
    seen, found = np.full(grams, -1, np.int64), np.empty(grams, np.int64)
    return Lookup(index.hashes, slots, seen, found, index.lengths, powers, np.zeros_like(powers), words, window())


@compiled
def _slot(h, hashes, slots):
    mask = np.uint64(slots.shape[0] - 1)
    at = h & mask
    while slots[at] >= 0 and hashes[slots[at]] != h:
        at = (at + np.uint64(1)) & mask
    return at


@compiled
def _fill(hashes, slots):
    for gram in range(hashes.shape[0]):
        slots[_slot(hashes[gram], hashes, slots)] = gram


@compiled
def _probe(lookup, n, count, total, serial, hits):
    """Roll the n-th length over `count` new words behind `total` old ones; returns the number of grams found."""
    longest = lookup.words.shape[0] - MOST
    length, power, rolling = lookup.lengths[n], lookup.powers[n], lookup.rolling[n]
    for k in range(longest, longest + count):
        rolling = rolling * GOLDEN + lookup.words[k] - lookup.words[k - length] * power
        if total + k - longest + 1 < length:
            continue
        gram = lookup.slots[_slot(mix(rolling), lookup.hashes, lookup.slots)]
        if gram >= 0 and lookup.seen[gram] != serial:
            lookup.seen[gram] = serial
            lookup.found[hits] = gram
            hits += 1
    lookup.rolling[n] = rolling
    return hits


@compiled
def _search(data, start, end, characters, lookup, serial):
    """Write the distinct grams that data[start:end] holds to `lookup.found`; returns how many."""
    longest = lookup.words.shape[0] - MOST
    lookup.words[:longest] = np.uint64(0)
    lookup.rolling[:] = np.uint64(0)
    hits, total, at = 0, 0, start
    while at < end:
        count, at = bare_words(data, at, end, characters, lookup.window, lookup.words, longest)
        for n in range(lookup.lengths.shape[0]):
            hits = _probe(lookup, n, count, total, serial, hits)
        for k in range(longest):
            lookup.words[k] = lookup.words[count + k]
        total += count
    return hits


def contamination_batches(found: Iterable[pa.RecordBatch], index: GramIndex) -> Iterator[pa.RecordBatch]:
    """(doc_id, text, source, batch, part) in; HITS out, a row for each document and benchmark that share a gram."""
    return batches(_rows(found, index), HITS, weigh="doc_id")


def _rows(found: Iterable[pa.RecordBatch], index: GramIndex) -> Iterator[dict[str, Any]]:
    lookup = _lookup(index)
    serial = 0
    for batch in found:
        data, offsets = utf8_view(batch["text"])
        for row, grams in _hits(readonly(data), offsets, lookup, serial):
            named = {name: batch[name][row].as_py() for name in ("doc_id", *PASSED)}
            yield from ({**named, **hit} for hit in _scores(grams, index))
        serial += len(batch)


def _hits(data: Bytes, offsets: Offsets, lookup: Lookup, serial: int) -> Iterator[tuple[int, Longs]]:
    """(row, grams found) of the documents that hold any."""
    if not len(lookup.hashes):
        return
    for row in range(len(offsets) - 1):
        count = _search(data, offsets[row], offsets[row + 1], characters(), lookup, serial + row)
        if count:
            yield row, lookup.found[:count]


def _scores(grams: Longs, index: GramIndex) -> Iterator[dict[str, Any]]:
    """overlap: the best item's share of its distinct grams; grams: distinct ones shared with the benchmark."""
    owners = np.concatenate([index.items[index.starts[g] : index.starts[g + 1]] for g in grams])
    gram_of = np.repeat(grams, index.starts[grams + 1] - index.starts[grams])
    items, counts = np.unique(owners, return_counts=True)
    shares = counts / index.totals[items]
    for benchmark in np.unique(index.benchmark_of[items]):
        shared = np.unique(gram_of[index.benchmark_of[owners] == benchmark])
        overlap = float(shares[index.benchmark_of[items] == benchmark].max())
        yield {"benchmark": index.benchmarks[benchmark], "overlap": overlap, "grams": len(shared)}
