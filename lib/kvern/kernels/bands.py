"""LSH buckets: documents that share a band key become candidate pairs, without a JVM row for each key.

Map side: (key, id) entries of 24 bytes are scattered by the key's upper bits into one blob for each of RANGES key
ranges. Reduce side: the blobs of one range are sorted by key, and every run of equal keys is a bucket. Candidates are
a function of the bucket's member set alone: each member against the k smallest ids in it, which is all pairs where it
has at most k members. A bucket of m members gives less than k * m pairs, in chunks of fixed size.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import utf8_view
from kvern.kernels.compiled import compiled
from kvern.kernels.ids128 import id_column, id_words

# 10^9 documents of 14 keys are 336 GB of entries: 330 MB a range, of which a task holds one (and 1.3 times as much
# again while it sorts).
RANGES = 1024
RANGE_BITS = RANGES.bit_length() - 1
FLUSH = 2_000_000  # entries that a map task gathers, 48 MB: fewer and larger blobs
CHUNK = 200_000  # pairs in one record batch, 6.4 MB

ENTRIES = pa.schema([("range", pa.int32()), ("entries", pa.binary())])
CANDIDATES = pa.schema([("doc_id", pa.binary()), ("other", pa.binary())])
Entries = npt.NDArray[np.uint64]  # [n, 3]: key, upper and lower half of the id


def entry_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """(id binary, minhash binary) in; ENTRIES out. A null signature, of a document without words, meets no bucket.

    ValueError where a signature is of another version than `minhash.VERSION`.
    """
    held: list[Entries] = []
    size = 0
    for batch in batches:
        held.append(_entries(batch))
        size += len(held[-1])
        if size >= FLUSH:
            yield _blobs(np.concatenate(held))
            held, size = [], 0
    if size:
        yield _blobs(np.concatenate(held))


def _entries(batch: pa.RecordBatch) -> Entries:
    batch = batch.filter(batch["minhash"].is_valid())
    keys = _band_keys(batch["minhash"])
    entries = np.empty((*keys.shape, 3), np.uint64)
    entries[:, :, 0] = keys
    entries[:, :, 1:] = id_words(batch["id"])[:, None, :]
    return entries.reshape(-1, 3)


def _band_keys(column: pa.Array) -> Entries:
    """uint64[n, bands] from signatures; all are of one version and one number of bands."""
    data, offsets = utf8_view(column)
    lengths = np.unique(np.diff(offsets))
    if len(lengths) == 0:
        return np.zeros((0, 1), np.uint64)
    if len(lengths) > 1 or lengths[0] % 8 != 2:
        raise ValueError(f"wanted signatures of one number of bands, got {lengths.tolist()} bytes: make `signals` anew")
    rows = data[offsets[0] : offsets[-1]].reshape(len(column), -1)
    versions = np.unique(np.ascontiguousarray(rows[:, :2]).view("<u2"))
    if versions.tolist() != [minhash.VERSION]:
        have = ", ".join(map(str, versions.tolist()))
        raise ValueError(f"wanted signatures of version {minhash.VERSION}, got {have}: make `signals` anew")
    return np.ascontiguousarray(rows[:, 2:]).view("<u8").astype(np.uint64)


def _blobs(entries: Entries) -> pa.RecordBatch:
    """One row for each key range that occurs."""
    range_of = (entries[:, 0] >> np.uint64(64 - RANGE_BITS)).astype(np.int64)
    ends = np.cumsum(np.bincount(range_of, minlength=RANGES))
    scattered = np.empty(entries.shape, "<u8")
    _scatter(entries, range_of, np.concatenate(([0], ends[:-1])), scattered)
    bounds = np.concatenate(([0], ends)) * entries.itemsize * 3
    used = np.flatnonzero(np.diff(bounds))
    offsets = np.concatenate((bounds[used], bounds[-1:])).astype(np.int32)
    packed = [None, pa.py_buffer(offsets), pa.py_buffer(scattered)]
    columns = [pa.array(used, pa.int32()), pa.Array.from_buffers(pa.binary(), len(used), packed)]
    return pa.RecordBatch.from_arrays(columns, schema=ENTRIES)


@compiled
def _scatter(entries, range_of, at, out):
    """Counting sort by range; `at` is the first free row of each range and is moved on."""
    for row in range(entries.shape[0]):
        to = at[range_of[row]]
        at[range_of[row]] += 1
        for part in range(3):
            out[to, part] = entries[row, part]


def candidate_batches(batches: Iterable[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    """ENTRIES sorted by range in; CANDIDATES out, the smaller id first. A pair comes once for each bucket it shares."""
    held: list[Entries] = []
    current = -1
    for batch in batches:
        data, offsets = utf8_view(batch["entries"])
        for row, key_range in enumerate(batch["range"].to_pylist()):
            if key_range != current:
                yield from _candidates(held, k)
                held, current = [], key_range
            held.append(data[offsets[row] : offsets[row + 1]].copy().view("<u8").reshape(-1, 3))
    yield from _candidates(held, k)


def _candidates(blobs: list[Entries], k: int) -> Iterator[pa.RecordBatch]:
    if not blobs:
        return
    entries = np.concatenate(blobs)
    blobs.clear()
    entries = entries[np.argsort(entries[:, 0])]
    smallest, run = np.empty((k, 2), np.uint64), np.zeros(2, np.int64)
    at = 0
    while at < len(entries):
        pairs = np.empty((CHUNK + k, 4), np.uint64)
        count, at = _pairs(entries, at, run, smallest, pairs)
        if count:
            columns = [id_column(pairs[:count, :2]), id_column(pairs[:count, 2:])]
            yield pa.RecordBatch.from_arrays(columns, schema=CANDIDATES)


@compiled
def before(a_upper, a_lower, b_upper, b_lower):
    """Whether id a is smaller than id b."""
    return a_upper < b_upper or (a_upper == b_upper and a_lower < b_lower)


@compiled
def _run_end(entries, at):
    end = at + 1
    while end < entries.shape[0] and entries[end, 0] == entries[at, 0]:
        end += 1
    return end


@compiled
def _keep_smallest(entries, first, end, smallest):
    """Insert the ids of entries[first:end] into the sorted `smallest`; returns how many it holds."""
    kept = 0
    for row in range(first, end):
        upper, lower = entries[row, 1], entries[row, 2]
        if kept == smallest.shape[0]:
            if not before(upper, lower, smallest[kept - 1, 0], smallest[kept - 1, 1]):
                continue
            kept -= 1
        to = kept
        while to > 0 and before(upper, lower, smallest[to - 1, 0], smallest[to - 1, 1]):
            smallest[to, 0], smallest[to, 1] = smallest[to - 1, 0], smallest[to - 1, 1]
            to -= 1
        smallest[to, 0], smallest[to, 1] = upper, lower
        kept += 1
    return kept


@compiled
def _pairs(entries, at, run, smallest, pairs):
    """Write pairs from entry `at` on until `pairs` is nearly full; returns (pairs, next entry).

    `run` holds the current bucket from call to call: its end, how many of `smallest` are filled.
    """
    count = 0
    while at < entries.shape[0] and count + smallest.shape[0] <= pairs.shape[0]:
        if at >= run[0]:
            run[0] = _run_end(entries, at)
            if run[0] - at == 1:
                at += 1
                continue
            run[1] = _keep_smallest(entries, at, run[0], smallest)
        upper, lower = entries[at, 1], entries[at, 2]
        for s in range(run[1]):
            if not before(smallest[s, 0], smallest[s, 1], upper, lower):
                break
            pairs[count, 0], pairs[count, 1] = smallest[s, 0], smallest[s, 1]
            pairs[count, 2], pairs[count, 3] = upper, lower
            count += 1
        at += 1
    return count, at
