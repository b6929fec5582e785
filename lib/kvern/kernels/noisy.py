"""Signatures of texts as OCR read them: minima over runs of folded letters, each of them a key of its own.

Two readings of a page with an error in ten letters share next to no run of five words, but a fair share of their runs
of `LENGTH` folded letters (`folding`), and such runs are so rare that two in common make a candidate. So a key is one
minimum, not a band of several. One permutation: a run's hash falls into one of `keys` equal ranges, and each range
keeps its least (Li, Owen & Zhang 2012). A range that nothing fell into gets a key that only the same set of runs gives.
"""
# mypy: allow-untyped-defs

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.folding import VERSION as FOLDING
from kvern.kernels.folding import fold, folding
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, mix

LENGTH = 12  # folded letters of a run
VERSION = 0x100 + FOLDING  # never one of `minhash`'s; raised with any change of a key
WINDOW = 4096  # letters at a time
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
LETTERS = "aoetvhnugpqx"  # what Latin letters fold into
_OWN, _LARGE = len(LETTERS) + 1, np.uint64(2**32)
_32, _BITS, _RUN = np.uint64(32), np.uint64(5), np.uint64((1 << 5 * LENGTH) - 1)  # a run is 5 bits a letter
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Noisy(NamedTuple):
    """`keys` uint64[n, keys], `letters` int64[n]; keys of a document of fewer than LENGTH letters carry no meaning."""

    keys: Hashes
    letters: npt.NDArray[np.int64]

    @property
    def present(self) -> Mask:
        return self.letters >= LENGTH


@cache
def codes() -> Bytes:
    """uint8[0x40000]: 1 to 31 for each letter, as it is folded; other scripts' share what is left. 0 for none."""
    stand = folding()
    codes = np.where(stand > 0, _OWN + stand.astype(np.uint64) * GOLDEN % _LARGE % np.uint64(32 - _OWN), 0)
    for place, letter in enumerate(LETTERS, 1):
        codes[stand == ord(letter)] = place
    return codes.astype(np.uint8)


@compiled
def _keep_minima(letters, first, last, run, seed, minima):
    """Move the run over letters[first:last] and keep the least hash of each range; the first LENGTH - 1 end no run."""
    keys = np.uint64(minima.shape[0])
    for k in range(np.uint64(first), np.uint64(last)):
        run = (run << _BITS | np.uint64(letters[k])) & _RUN
        h = mix(run ^ seed)
        at = ((h >> _32) * keys) >> _32
        if h < minima[at]:
            minima[at] = h
    return run


@compiled
def _roll(letters, count, total, run, seed, minima):
    """The run behind `count` letters, of which `total` came before; those that end a whole run give a hash."""
    first = min(max(LENGTH - 1 - total, 0), count)
    for k in range(first):
        run = run << _BITS | np.uint64(letters[k])
    return _keep_minima(letters, first, count, run, seed, minima)


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
        keys[d, :] = _EMPTY
        run, total = np.uint64(0), 0
        while at < end:
            count, at = fold(data, at, end, table, letters, 0)
            run = _roll(letters, count, total, run, start, keys[d])
            total += count
        _fill(keys[d])
        counts[d] = total


def noisy_signatures(data: Bytes, offsets: Offsets, *, keys: int, seed: int, wanted: Mask | None = None) -> Noisy:
    """Signatures of every `wanted` document, bool[n]; stored by `minhash.blobs(found.keys, found.present, VERSION)`."""
    n = len(offsets) - 1
    found = Noisy(np.empty((n, keys), np.uint64), np.empty(n, np.int64))
    asked = np.ones(n, np.bool_) if wanted is None else wanted
    _signatures(readonly(data), offsets, asked, codes(), np.uint64(seed), np.empty(WINDOW, np.uint8), *found)
    return found
