"""MinHash signatures and exact Jaccard over sets of word n-grams (shingles).

A shingle is a run of `ngram` bare words (`words`); a text of fewer words, but at least one, is one shingle. Its
64-bit hash is a polynomial in its words' hashes, finished by `mix`. The upper 32 bits go through affine permutations
`a * h + b mod 2^32` with odd `a` (Broder 1997), each of which keeps its minimum. `rows` minima make one band key of
64 bits with the band's number mixed in, so that keys of different bands never meet. Words come
in windows: memory does not grow with the document.

Signatures are stored and compared across years: whatever changes one raises `VERSION`.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.bare_words import MOST, Window, bare_words, window
from kvern.kernels.characters import characters, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, mix, power
from kvern.kernels.vectors import LANES, VECTORS, keep_few_minima, keep_minima

VERSION = 3
Hashes = npt.NDArray[np.uint64]
Permutations = npt.NDArray[np.uint32]
_1, _2, _3 = np.uint64(1), np.uint64(2), np.uint64(3)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


def permutations(count: int, seed: int) -> Permutations:
    """uint32[2, count]: odd factors and offsets, from splitmix64 (Steele, Lea & Flood 2014) at `seed`."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + GOLDEN * np.arange(1, 2 * count + 1, dtype=np.uint64)
        z = (z ^ (z >> _30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> _27)) * np.uint64(0x94D049BB133111EB)
        drawn = ((z ^ (z >> _31)) >> _32).astype(np.uint32).reshape(2, count)
    drawn[0] |= np.uint32(1)
    return drawn


class Signatures(NamedTuple):
    """Band keys uint64[n, bands], bare words int64[n], hash over the bare words in order uint64[n]."""

    keys: Hashes
    words: npt.NDArray[np.int64]
    orders: Hashes


class Scratch(NamedTuple):
    """`words`: the last `ngram` hashes of the window before, then a window's; its `shingles`; `minima`; `window`."""

    words: Hashes
    shingles: Hashes
    minima: Permutations
    window: Window


def _scratch(ngram: int, permutations: int) -> Scratch:
    words, shingles = np.empty(ngram + MOST, np.uint64), np.empty(MOST, np.uint64)
    return Scratch(words, shingles, np.empty(permutations, np.uint32), window())


@compiled
def _roll(scratch, count, rolling):
    """Hash the n-gram that ends in each of `count` new words, then keep the last words for the next window."""
    words, shingles = scratch.words, scratch.shingles
    ngram = words.shape[0] - shingles.shape[0]
    worth = power(ngram)
    for k in range(np.uint64(count)):  # unsigned: numba need not look for indices below zero
        rolling = rolling * GOLDEN + words[np.uint64(ngram) + k] - words[k] * worth
        shingles[k] = mix(rolling)
    for k in range(ngram):
        words[k] = words[count + k]
    return rolling


@compiled
def _chain(words, first, count, order):
    """The hash over all words in order, `count` words further; four at a time, for the product is what waits."""
    m = MULTIPLIER
    for n in range(0, count - 3, 4):
        k = np.uint64(first + n)
        four = ((words[k] * m + words[k + _1]) * m + words[k + _2]) * m + words[k + _3]
        order = order * (m * m * m * m) + four
    for n in range(first + count - count % 4, first + count):
        order = order * m + words[n]
    return order


@compiled
def _keep_minima(minima, permutations, shingles, first, count):
    """minima[k] = min over shingles[first:count] of a[k] * h + b[k] in 32 bits, h the hash's upper half."""
    at = 0
    while at + LANES * VECTORS <= minima.shape[0]:
        keep_minima(minima, at, permutations, shingles, first, count)
        at += LANES * VECTORS
    while at < minima.shape[0]:
        keep_few_minima(minima, at, permutations, shingles, first, count)
        at += LANES


@compiled
def _minima(data, start, end, characters, permutations, scratch):
    """Fill one document's minima; returns (bare words, hash over them in order)."""
    words, shingles, minima = scratch.words, scratch.shingles, scratch.minima
    ngram = words.shape[0] - shingles.shape[0]
    words[:ngram] = np.uint64(0)
    minima[:] = np.uint32(0xFFFFFFFF)
    rolling, order = np.uint64(0), np.uint64(0)
    total, count, last, at = 0, 0, 0, start
    while at < end:
        count, at = bare_words(data, at, end, characters, scratch.window, words, ngram)
        order = _chain(words, ngram, count, order)
        rolling = _roll(scratch, count, rolling)
        _keep_minima(minima, permutations, shingles, max(ngram - 1 - total, 0), count)
        total += count
        last = count if count else last
    if 0 < total < ngram:
        _keep_minima(minima, permutations, shingles, last - 1, last)
    return total, mix(order)


@compiled
def _band_keys(minima, rows, keys):
    """Fold each band's minima into its key; uint64[bands] from uint32[at least bands * rows]."""
    for band in range(keys.shape[0]):
        h = np.uint64(band + 1) * GOLDEN
        for k in range(band * rows, (band + 1) * rows):
            h = mix((h ^ np.uint64(minima[k])) * MULTIPLIER)
        keys[band] = h


@compiled
def _signatures(data, offsets, characters, permutations, rows, scratch, found):
    keys, counts, orders = found
    for d in range(offsets.shape[0] - 1):
        start, end = offsets[d], offsets[d + 1]
        counts[d], orders[d] = _minima(data, start, end, characters, permutations, scratch)
        _band_keys(scratch.minima, rows, keys[d])


def signatures(data: Bytes, offsets: Offsets, *, bands: int, rows: int, ngram: int, seed: int) -> Signatures:
    """Signatures of every document. Keys and order hash of one without a word carry no meaning: go by the count."""
    n = len(offsets) - 1
    found = Signatures(np.empty((n, bands), np.uint64), np.empty(n, np.int64), np.empty(n, np.uint64))
    spare = -bands * rows % LANES  # vectors are filled up with permutations that no band looks at
    drawn = np.pad(permutations(bands * rows, seed), ((0, 0), (0, spare)))
    scratch = _scratch(ngram, bands * rows + spare)
    _signatures(readonly(data), offsets, characters(), drawn, rows, scratch, found)
    return found


def blobs(keys: Hashes, present: npt.NDArray[np.bool_], version: int = VERSION) -> pa.Array:
    """Binary array: 2 bytes of version, then little-endian uint64 band keys; null where not `present`."""
    n, bands = keys.shape
    rows = np.empty((n, 2 + 8 * bands), np.uint8)
    rows[:, :2] = np.frombuffer(version.to_bytes(2, "little"), np.uint8)
    rows[:, 2:] = np.ascontiguousarray(keys, "<u8").view(np.uint8).reshape(n, 8 * bands)
    return _fixed_width(pa.binary(), rows, present)


def hexadecimal(hashes: Hashes, present: npt.NDArray[np.bool_]) -> pa.Array:
    """String array of 16 lower-case hex characters each; null where not `present`."""
    digits = np.frombuffer(hashes.astype(">u8").tobytes().hex().encode(), np.uint8)
    return _fixed_width(pa.string(), digits.reshape(len(hashes), 16), present)


def _fixed_width(kind: pa.DataType, rows: Bytes, present: npt.NDArray[np.bool_]) -> pa.Array:
    """An Arrow array whose present values are the rows of a uint8 matrix."""
    ends = np.concatenate(([0], np.cumsum(present, dtype=np.int64))) * rows.shape[1]
    valid = pa.array(present).buffers()[1]
    buffers = [valid, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(rows[present].tobytes())]
    return pa.Array.from_buffers(kind, len(present), buffers)


@compiled
def _shingles(data, start, end, characters, scratch, out):
    """Write the hash of every shingle, in order, to `out`; returns their number."""
    words, shingles = scratch.words, scratch.shingles
    ngram = words.shape[0] - shingles.shape[0]
    words[:ngram] = np.uint64(0)
    rolling = np.uint64(0)
    total, at = 0, start
    while at < end:
        count, at = bare_words(data, at, end, characters, scratch.window, words, ngram)
        rolling = _roll(scratch, count, rolling)
        for k in range(count):
            out[max(total + k - ngram + 1, 0)] = shingles[k]
        total += count
    return min(total, max(total - ngram + 1, 1))


def ordered_shingles(data: Bytes, start: int, end: int, ngram: int) -> Hashes:
    """64-bit hash of each word n-gram of data[start:end], in order; empty where there is no word."""
    shingles = np.empty((end - start + 1) // 2, np.uint64)  # a word and what parts it from the next
    count = _shingles(readonly(data), start, end, characters(), _scratch(ngram, 0), shingles)
    return shingles[:count]


def shingles_of(data: Bytes, start: int, end: int, ngram: int) -> Hashes:
    """Sorted distinct hashes of the word n-grams of data[start:end].

    They are the hashes that `signatures` permutes, so that exact Jaccard and its estimate look at one set.
    """
    shingles = ordered_shingles(data, start, end, ngram)
    shingles.sort()
    return shingles[np.diff(shingles, prepend=~shingles[:1]) != 0]


@compiled
def shared(a, b):
    """Hashes that two sorted arrays of distinct hashes have in common."""
    count = i = j = 0
    while i < a.shape[0] and j < b.shape[0]:
        count += a[i] == b[j]
        step_a, step_b = a[i] <= b[j], b[j] <= a[i]
        i += step_a
        j += step_b
    return count


def jaccard(a: Hashes, b: Hashes) -> float:
    """Intersection over union of two sets, each a sorted array of distinct hashes; 0 for two empty ones."""
    common = int(shared(a, b))
    union = len(a) + len(b) - common
    return common / union if union else 0.0
