"""LSH buckets: documents that share a band key become candidate pairs, without a JVM row for each key.

Map side: an entry of 13 bytes for each band key, and one for the hash over all words, scattered by the key's upper
bits into one blob for each key range. Reduce side: the entries of one range are sorted by key, and every run of equal
keys is a bucket. Candidates are a function of the bucket's member set alone:

* Copies (members with the same 16 bits of the hash over all words) form a star around their smallest number.
* Each star's smallest number meets the k smallest of them, which is all pairs where there are at most k. A bucket of m
  members gives less than k * m pairs, in chunks of fixed size.

A document's number is the first 48 bits of its id, and a key keeps 50 of its bits: among 10^9 documents a few thousand
share a number and about 10^5 pairs a cut key. All that follows from it is a candidate more, which verification refuses.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import utf8_view
from kvern.kernels.compiled import compiled
from kvern.kernels.grouping import Entries, by_range, flushed

# 10^9 documents of 14 keys are 182 GB of entries: 180 MB a range, of which a task holds one (and as much again while it
# sorts).
RANGES = 1024  # of band keys, and as many of hashes over all words behind them
RANGE_BITS = RANGES.bit_length() - 1
FLUSH = 2_000_000  # entries that a map task gathers, 26 MB: fewer and larger blobs
CHUNK = 200_000  # pairs in one record batch, 3.4 MB
NUMBER_BITS = 48
ENTRY = 13

ENTRIES = pa.schema([("range", pa.int32()), ("entries", pa.binary())])
CANDIDATES = pa.schema([("doc", pa.int64()), ("other", pa.int64()), ("copies", pa.bool_())])
_TAG = 24  # bits of `upper` below a key: 16 bits of the hash over all words, 8 of the number
Longs = npt.NDArray[np.uint64]


def entry_batches(batches: Iterable[pa.RecordBatch], version: int = minhash.VERSION) -> Iterator[pa.RecordBatch]:
    """(id binary, words_hash binary, minhash binary) in; ENTRIES out. A null signature meets no bucket.

    A blob holds n entries: n uint64 of 40 bits of key, 16 bits of tag and the number's upper 8; then the number's
    next 32 bits, n times; then its last 8. ValueError where a signature is of another `version`.
    """
    return flushed((_entries(batch, version) for batch in batches), FLUSH, _blobs)


def _entries(batch: pa.RecordBatch, version: int) -> Entries:
    """(range, upper, number) of each entry."""
    batch = batch.filter(batch["minhash"].is_valid())
    keys = _band_keys(batch["minhash"], version)
    numbers = _words(batch["id"], 16)[:, 0] >> np.uint64(64 - NUMBER_BITS)
    hashes = _words(batch["words_hash"], 8)[:, 0]
    top = numbers >> np.uint64(40)
    tags = (hashes & np.uint64(0xFFFF)) << np.uint64(8) | top
    bands = (keys << np.uint64(RANGE_BITS) >> np.uint64(_TAG) << np.uint64(_TAG)) | tags[:, None]
    whole = hashes << np.uint64(RANGE_BITS) | top
    ranges = np.column_stack((keys, hashes)) >> np.uint64(64 - RANGE_BITS)
    ranges[:, -1] += np.uint64(RANGES)
    return ranges.ravel(), np.column_stack((bands, whole)).ravel(), np.repeat(numbers, keys.shape[1] + 1)


def _words(column: pa.Array, width: int) -> Longs:
    """uint64[n, width // 8] from big-endian binary values, which are what unhex makes of hex strings."""
    data, offsets = utf8_view(column)
    lengths = np.diff(offsets)
    if (lengths != width).any():
        wrong = int(lengths[lengths != width][0])
        raise ValueError(f"wanted an id or hash of {2 * width} hex digits, got {2 * wrong}: make `documents` anew")
    packed = np.ascontiguousarray(data[offsets[0] : offsets[-1]]).view(">u8").astype(np.uint64)
    return packed.reshape(-1, width // 8)


def _band_keys(column: pa.Array, version: int) -> Longs:
    """uint64[n, bands] from signatures; all are of one version and one number of bands."""
    data, offsets = utf8_view(column)
    lengths = np.unique(np.diff(offsets))
    if len(lengths) == 0:
        return np.zeros((0, 1), np.uint64)
    if len(lengths) > 1 or lengths[0] % 8 != 2:
        raise ValueError(f"wanted signatures of one number of bands, got {lengths.tolist()} bytes: make `signals` anew")
    rows = data[offsets[0] : offsets[-1]].reshape(len(column), -1)
    versions = np.unique(np.ascontiguousarray(rows[:, :2]).view("<u2"))
    if versions.tolist() != [version]:
        have = ", ".join(map(str, versions.tolist()))
        raise ValueError(f"wanted signatures of version {version}, got {have}: make `signals` anew")
    return np.ascontiguousarray(rows[:, 2:]).view("<u8").astype(np.uint64)


def _blobs(held: list[Entries]) -> pa.RecordBatch:
    """One row for each key range that occurs."""
    ranges, uppers, numbers = map(np.concatenate, zip(*held, strict=True))
    ends = np.cumsum(np.bincount(ranges.astype(np.int64), minlength=2 * RANGES))
    starts = np.concatenate(([0], ends[:-1]))
    upper, middle, last = np.empty(len(ranges), "<u8"), np.empty(len(ranges), "<u4"), np.empty(len(ranges), np.uint8)
    _scatter(ranges, uppers, numbers, starts.copy(), (upper, middle, last))
    used = np.flatnonzero(ends > starts)
    spans = [slice(starts[key_range], ends[key_range]) for key_range in used]
    blobs = [upper[span].tobytes() + middle[span].tobytes() + last[span].tobytes() for span in spans]
    return pa.RecordBatch.from_arrays([pa.array(used, pa.int32()), pa.array(blobs, pa.binary())], schema=ENTRIES)


@compiled
def _scatter(ranges, uppers, numbers, at, out):
    """Counting sort by range; `at` is the first free place of each range and is moved on."""
    upper, middle, last = out
    for row in range(ranges.shape[0]):
        to = at[ranges[row]]
        at[ranges[row]] += 1
        upper[to] = uppers[row]
        middle[to] = np.uint32(numbers[row] >> np.uint64(8))
        last[to] = np.uint8(numbers[row])


def candidate_batches(batches: Iterable[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    """ENTRIES sorted by range in; CANDIDATES out, the smaller number first, once for each bucket they share.

    `copies`: the hash over all words is the same, in all its 64 bits.
    """
    for key_range, blobs in by_range(batches):
        yield from _candidates(blobs, key_range, k)


def _candidates(blobs: list[bytes], key_range: int, k: int) -> Iterator[pa.RecordBatch]:
    upper, numbers = _unpacked(blobs)
    copies = key_range >= RANGES
    smallest, run = np.empty(k, np.uint64), np.zeros(4, np.int64)
    at = 0
    while at < len(upper):
        pairs = np.empty((CHUNK + k + 1, 2), np.int64)
        count, at = _pairs(upper, numbers, at, np.uint64(8 if copies else _TAG), run, smallest, pairs)
        if count:
            columns = [pa.array(pairs[:count, side].copy()) for side in range(2)]
            yield pa.RecordBatch.from_arrays([*columns, pa.array(np.full(count, copies))], schema=CANDIDATES)


def _unpacked(blobs: list[bytes]) -> tuple[Longs, Longs]:
    """(upper, number) of each entry, sorted by upper."""
    sizes = [len(blob) // ENTRY for blob in blobs]
    none = np.zeros(0, np.uint64)
    upper = np.concatenate([none, *(np.frombuffer(blob, "<u8", n) for blob, n in zip(blobs, sizes, strict=True))])
    middle = [np.frombuffer(blob, "<u4", n, 8 * n) for blob, n in zip(blobs, sizes, strict=True)]
    last = [np.frombuffer(blob, np.uint8, n, 12 * n) for blob, n in zip(blobs, sizes, strict=True)]
    blobs.clear()
    numbers = np.concatenate([none, *middle]) << np.uint64(8) | np.concatenate([none, *last])
    order = np.argsort(upper)
    upper = upper[order]
    return upper, numbers[order] | (upper & np.uint64(0xFF)) << np.uint64(40)


@compiled
def _run_end(upper, at, shift):
    """End of the run of entries that agree in all bits from `shift` up."""
    end = at + 1
    while end < upper.shape[0] and upper[end] >> shift == upper[at] >> shift:
        end += 1
    return end


@compiled
def _least(numbers, first, end):
    least = numbers[first]
    for row in range(first + 1, end):
        least = min(least, numbers[row])
    return least


@compiled
def _keep_smallest(upper, numbers, first, end, smallest):
    """Put the least number of each star of entries first..end into the sorted `smallest`; returns how many it holds."""
    kept = 0
    while first < end:
        stop = _run_end(upper, first, np.uint64(8))
        least = _least(numbers, first, stop)
        first = stop
        if kept == smallest.shape[0]:
            if least >= smallest[kept - 1]:
                continue
            kept -= 1
        to = kept
        while to > 0 and least < smallest[to - 1]:
            smallest[to] = smallest[to - 1]
            to -= 1
        smallest[to] = least
        kept += 1
    return kept


_BUCKET_END, _KEPT, _STAR_END, _LEAST = range(4)


@compiled
def _pairs(upper, numbers, at, shift, run, smallest, pairs):
    """Write pairs from entry `at` on until `pairs` is nearly full; returns (pairs, next entry).

    `run` holds the bucket and the star that `at` stands in, from call to call.
    """
    count = 0
    while at < upper.shape[0] and count + smallest.shape[0] < pairs.shape[0]:
        if at >= run[_BUCKET_END]:
            run[_BUCKET_END] = run[_STAR_END] = _run_end(upper, at, shift)
            if run[_BUCKET_END] - at == 1:
                at += 1
                continue
            run[_KEPT] = _keep_smallest(upper, numbers, at, run[_BUCKET_END], smallest)
            run[_STAR_END] = at
        if at >= run[_STAR_END]:
            run[_STAR_END] = _run_end(upper, at, np.uint64(8))
            run[_LEAST] = np.int64(_least(numbers, at, run[_STAR_END]))
            count = _meet(smallest, run[_KEPT], run[_LEAST], pairs, count)
        if numbers[at] != np.uint64(run[_LEAST]):
            pairs[count, 0], pairs[count, 1] = run[_LEAST], np.int64(numbers[at])
            count += 1
        at += 1
    return count, at


@compiled
def _meet(smallest, kept, number, pairs, count):
    """Write a pair for each of the `kept` smallest below `number`; returns how many pairs there are."""
    for s in range(kept):
        if np.int64(smallest[s]) >= number:
            break
        pairs[count, 0], pairs[count, 1] = np.int64(smallest[s]), number
        count += 1
    return count
