"""Word n-grams that documents share with evaluation sets (`grams`), looked up in one pass over each document.

Where they stand in a document is looked for in a second pass, over the few documents that hold any.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import Bytes, Offsets, batches, utf8_view
from kvern.kernels.bare_words import MOST, Window, bare_words, window
from kvern.kernels.characters import characters, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.grams import LONG, SHORT, GramIndex, Hashes, Longs
from kvern.kernels.hashing import GOLDEN, mix
from kvern.kernels.word_places import word_spans

PASSED = ("source", "batch", "part")
_SPANS = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("ngram", pa.string())]))
_I, _F = pa.int32(), pa.float64()
HITS = pa.schema(
    [
        *(("doc_id", pa.string()), ("benchmark", pa.string()), ("overlap", _F), ("grams", _I), ("items", _I)),
        *(("short_overlap", _F), ("short_grams", _I), ("spans", _SPANS)),
        *(("source", pa.string()), ("batch", pa.string()), ("part", _I)),
    ]
)


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
            text = data[offsets[row] : offsets[row + 1]]
            for benchmark in np.unique(index.benchmark_of[_owners(grams, index)[1]]):
                held = {kind: _of(grams, index, int(benchmark), kind) for kind in (LONG, SHORT)}
                yield {**named, "benchmark": index.benchmarks[benchmark], **_scores(held, text, index)}
        serial += len(batch)


def _hits(data: Bytes, offsets: Offsets, lookup: Lookup, serial: int) -> Iterator[tuple[int, Longs]]:
    """(row, grams found) of the documents that hold any."""
    if not len(lookup.hashes):
        return
    for row in range(len(offsets) - 1):
        count = _search(data, offsets[row], offsets[row + 1], characters(), lookup, serial + row)
        if count:
            yield row, lookup.found[:count]


class Held(NamedTuple):
    """What a document shares with one benchmark by grams of one kind: distinct `grams`, the `items` that have one, and
    the `overlap`: the best item's share of its distinct grams."""

    grams: Longs
    items: Longs
    overlap: float


def _owners(grams: Longs, index: GramIndex) -> tuple[Longs, Longs]:
    """(gram, entry) of every entry that holds one of the grams."""
    counts = index.starts[grams + 1] - index.starts[grams]
    entries = [index.entries[index.starts[g] : index.starts[g + 1]] for g in grams]
    return np.repeat(grams, counts), np.concatenate([np.zeros(0, np.int64), *entries])


def _of(grams: Longs, index: GramIndex, benchmark: int, kind: int) -> Held:
    gram_of, entries = _owners(grams, index)
    mine = (index.benchmark_of[entries] == benchmark) & (index.kind_of[entries] == kind)
    found, counts = np.unique(entries[mine], return_counts=True)
    overlap = float((counts / index.totals[found]).max(initial=0.0))
    return Held(np.unique(gram_of[mine]), np.unique(index.item_of[found]), overlap)


def _scores(held: dict[int, Held], text: Bytes, index: GramIndex) -> dict[str, Any]:
    long, short = held[LONG], held[SHORT]
    spans = [
        {"start": start, "end": end, "ngram": name}
        for name, kind in (("long", long), ("short", short))
        for start, end in _spans(text, index.hashes[kind.grams], index.lengths)
    ]
    return {
        **{"overlap": long.overlap, "grams": len(long.grams), "items": len(np.union1d(long.items, short.items))},
        **{"short_overlap": short.overlap, "short_grams": len(short.grams), "spans": spans},
    }


def _spans(text: Bytes, hashes: Hashes, lengths: Longs) -> Iterator[tuple[int, int]]:
    """Byte spans that the grams with these hashes cover, joined where they overlap.

    The whole text where it has a word that is hashed as several (`bare_words`).
    """
    if not len(hashes):
        return
    starts, ends = word_spans(text)
    if len(starts) != len(minhash.ordered_shingles(text, 0, len(text), 1)):
        yield 0, len(text)
        return
    covered = np.zeros(len(starts) + 1, np.int64)
    for length in lengths[lengths <= len(starts)].tolist():
        at = np.flatnonzero(np.isin(minhash.ordered_shingles(text, 0, len(text), length), hashes))
        np.add.at(covered, at, 1)
        np.add.at(covered, at + length, -1)
    edges = np.flatnonzero(np.diff(np.cumsum(covered) > 0, prepend=False))
    yield from ((int(starts[first]), int(ends[last - 1])) for first, last in edges.reshape(-1, 2))
