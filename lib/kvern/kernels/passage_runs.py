"""Runs of folded letters that several documents have: where a passage that stands in both may be.

A run is `LENGTH` folded letters (`folding`). Of a text one run in `every` is looked up, chosen by its hash, so that two
copies of a passage choose the same ones. Two readings with errors in 5 % of characters have .64 of what was printed
alike, at 10 % .40 (measured confusions, generated text). An entry takes 16 bytes: .36 bytes for each byte of text at
one run in 32.

Map side: entries scattered by their hash's upper bits into a blob for each range (`bands`). Reduce side: entries of one
range are sorted, and every run of equal hashes is a bucket, in which a document stands once, with its first place.
Candidates are a function of the bucket's member set alone: each of the k smallest documents with all larger ones.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import folding
from kvern.kernels.arrow import Bytes, utf8_view
from kvern.kernels.bands import ENTRIES, NUMBER_BITS, RANGE_BITS
from kvern.kernels.characters import code_point, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.grouping import Entries, begins, by_range, flushed
from kvern.kernels.hashing import GOLDEN, mix
from kvern.kernels.ids128 import id_words

LENGTH = 24  # folded letters: rare among 10^9 documents, where runs of 12 are not
FLUSH = 2_000_000  # entries that a map task gathers, 32 MB
CHUNK = 200_000  # hits in one record batch
ENTRY = 16
HITS = pa.schema([("a", pa.int64()), ("b", pa.int64()), ("at_a", pa.int32()), ("at_b", pa.int32())])
Longs = npt.NDArray[np.uint64]
_NUMBER = np.uint64(64 - NUMBER_BITS)
_40, _24 = np.uint64(40), np.uint64(24)
_LOW = np.uint64((1 << 24) - 1)


@compiled
def _runs(data, at, end, table, every, ring, power, out):
    """Write hash and first byte of the chosen runs of data[at:end] until `hashes` is full; returns how many."""
    (letters, places), (hashes, starts) = ring, out
    rolling, seen, count, first, size = np.uint64(0), 0, 0, at, letters.shape[0]
    letters[:] = np.uint32(0)
    while at < end:
        code, length = code_point(data, at, end)
        letter = table[code] if code < table.shape[0] else np.uint32(0)
        if letter:
            slot = seen % size
            rolling = rolling * GOLDEN + np.uint64(letter) - np.uint64(letters[slot]) * power
            letters[slot], places[slot] = letter, at
            seen += 1
            h = mix(rolling)
            if seen >= size and h % every == 0 and count < hashes.shape[0]:
                hashes[count], starts[count] = h, places[seen % size] - first
                count += 1
        at += length
    return count


def runs(data: Bytes, start: int, end: int, every: int) -> tuple[Longs, npt.NDArray[np.int64]]:
    """(hashes, byte from `start` where each begins) of the runs of a text that are looked up, in order."""
    most = min(end - start, 2 * (end - start) // every + 1000)  # hashes are spread evenly: never twice as many
    hashes, starts = np.empty(most, np.uint64), np.empty(most, np.int64)
    power = np.uint64(pow(int(GOLDEN), LENGTH, 1 << 64))
    ring = np.empty(LENGTH, np.uint32), np.empty(LENGTH, np.int64)
    count = _runs(readonly(data), start, end, folding.folding(), np.uint64(every), ring, power, (hashes, starts))
    return hashes[:count], starts[:count]


def entry_batches(batches: Iterable[pa.RecordBatch], every: int) -> Iterator[pa.RecordBatch]:
    """(id binary, text) in; bands.ENTRIES out: a blob is n uint64 of 40 bits of hash and the number's upper 24, then n
    of its lower 24 and the place."""
    return flushed(_found(batches, every), FLUSH, _blobs)


def _found(batches: Iterable[pa.RecordBatch], every: int) -> Iterator[Entries]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        numbers = id_words(batch["id"])[:, 0] >> _NUMBER
        for row, number in enumerate(numbers):
            yield _entries(*runs(data, int(offsets[row]), int(offsets[row + 1]), every), number)


def _entries(hashes: Longs, starts: npt.NDArray[np.int64], number: np.uint64) -> Entries:
    """(range, upper, lower) of each entry."""
    upper = hashes << np.uint64(RANGE_BITS) >> _24 << _24 | number >> _24
    lower = (number & _LOW) << _40 | starts.astype(np.uint64)
    return hashes >> np.uint64(64 - RANGE_BITS), upper, lower


def _blobs(held: list[Entries]) -> pa.RecordBatch:
    """One row for each range that occurs."""
    ranges, upper, lower = map(np.concatenate, zip(*held, strict=True))
    order = np.argsort(ranges, kind="stable")
    ranges, upper, lower = ranges[order], upper[order].astype("<u8"), lower[order].astype("<u8")
    used, starts = np.unique(ranges, return_index=True)
    spans = [slice(start, end) for start, end in zip(starts, [*starts[1:], len(ranges)], strict=True)]
    blobs = [upper[span].tobytes() + lower[span].tobytes() for span in spans]
    return pa.RecordBatch.from_arrays([pa.array(used.astype(np.int32)), pa.array(blobs, pa.binary())], schema=ENTRIES)


def hit_batches(batches: Iterable[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    """bands.ENTRIES sorted by range in; HITS out, the smaller number first."""
    for _, blobs in by_range(batches):
        yield from _hits(blobs, k)


def _hits(blobs: list[bytes], k: int) -> Iterator[pa.RecordBatch]:
    upper, lower = _unpacked(blobs)
    number, place = (upper & _LOW) << _24 | lower >> _40, (lower & np.uint64((1 << 40) - 1)).astype(np.int64)
    bucket = np.cumsum(begins(upper >> _24))
    once = begins(bucket) | begins(number)
    bucket, number, place = bucket[once], number[once].astype(np.int64), place[once]
    first = np.maximum.accumulate(np.where(begins(bucket), np.arange(len(bucket)), 0))
    rank = np.arange(len(bucket)) - first
    for nth in range(k):
        larger = np.flatnonzero(rank > nth)
        for at in range(0, len(larger), CHUNK):
            b = larger[at : at + CHUNK]
            a = first[b] + nth
            columns = [pa.array(number[a]), pa.array(number[b])]
            columns += [pa.array(place[side].astype(np.int32)) for side in (a, b)]
            yield pa.RecordBatch.from_arrays(columns, schema=HITS)


def _unpacked(blobs: list[bytes]) -> tuple[Longs, Longs]:
    """(upper, lower) of each entry, sorted."""
    none = np.zeros(0, np.uint64)
    halves = [np.frombuffer(blob, "<u8").reshape(2, -1) for blob in blobs]
    upper, lower = (np.concatenate([none, *(half[side] for half in halves)]) for side in range(2))
    order = np.lexsort((lower, upper))
    return upper[order], lower[order]
