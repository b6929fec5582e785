"""Signatures of texts as OCR read them: minima over runs of folded letters, each of them a key of its own.

Two readings of a page with an error in ten letters share next to no run of five words, but a fair share of their runs
of `LENGTH` folded letters (`folding`), and such runs are so rare that two in common make a candidate. So a key is one
minimum, not a band of several. One permutation: a run's hash falls into one of `keys` equal ranges, and each range
keeps its least (Li, Owen & Zhang 2012). A range that nothing fell into gets a key that only the same set of runs gives.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import folding
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.folding import fold
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, mix

LENGTH = 12  # folded letters of a run
VERSION = 0x100 + folding.VERSION  # never one of `minhash`'s; raised with any change of a key
WINDOW = 4096  # letters at a time
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
_32 = np.uint64(32)
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Noisy(NamedTuple):
    """`keys` uint64[n, keys], `letters` int64[n]; keys of a document of fewer than LENGTH letters carry no meaning."""

    keys: Hashes
    letters: npt.NDArray[np.int64]

    @property
    def present(self) -> Mask:
        return self.letters >= LENGTH


@compiled
def _power():
    power = np.uint64(1)
    for _ in range(LENGTH):
        power *= GOLDEN
    return power


@compiled
def _keep_minima(letters, count, skip, rolling, seed, minima):
    """Roll over `count` letters behind the LENGTH last of the window before; all but `skip` ends are runs."""
    power, keys = _power(), np.uint64(minima.shape[0])
    for k in range(np.uint64(count)):
        rolling = rolling * GOLDEN + np.uint64(letters[np.uint64(LENGTH) + k]) - np.uint64(letters[k]) * power
        if k >= np.uint64(skip):
            h = mix(rolling ^ seed)
            at = ((h >> _32) * keys) >> _32
            if h < minima[at]:
                minima[at] = h
    for k in range(LENGTH):
        letters[k] = letters[count + k]
    return rolling


@compiled
def _fill(minima):
    """Make keys of the minima, spread over all 64 bits; those of empty ranges say which others there are."""
    whole = np.uint64(0)
    for k in range(minima.shape[0]):
        whole += mix(minima[k] * MULTIPLIER) if minima[k] != _EMPTY else GOLDEN
    for k in range(minima.shape[0]):
        only = mix((whole + np.uint64(k)) * MULTIPLIER)
        minima[k] = mix(minima[k] * MULTIPLIER) if minima[k] != _EMPTY else only


@compiled
def _signatures(data, offsets, wanted, table, seed, letters, keys, counts):
    start = mix(seed * MULTIPLIER + GOLDEN)
    for d in range(offsets.shape[0] - 1):
        at, end = offsets[d], offsets[d + 1] if wanted[d] else offsets[d]
        letters[:LENGTH] = np.uint32(0)
        keys[d, :] = _EMPTY
        rolling, total = np.uint64(0), 0
        while at < end:
            count, at = fold(data, at, end, table, letters, LENGTH)
            skip = max(LENGTH - 1 - total, 0)
            rolling = _keep_minima(letters, count, skip, rolling, start, keys[d])
            total += count
        _fill(keys[d])
        counts[d] = total


def noisy_signatures(data: Bytes, offsets: Offsets, *, keys: int, seed: int, wanted: Mask | None = None) -> Noisy:
    """Signatures of every `wanted` document, bool[n]; stored by `minhash.blobs(found.keys, found.present, VERSION)`."""
    n = len(offsets) - 1
    found = Noisy(np.empty((n, keys), np.uint64), np.empty(n, np.int64))
    letters, asked = np.empty(LENGTH + WINDOW, np.uint32), np.ones(n, np.bool_) if wanted is None else wanted
    _signatures(readonly(data), offsets, asked, folding.folding(), np.uint64(seed), letters, *found)
    return found
