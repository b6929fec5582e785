"""Repetition of word n-grams (Gopher, Rae et al. 2021, table A1); lines and paragraphs are counted in `lines`.

As in datatrove 0.10: the top n-gram is the first of the most frequent ones, its characters are counted with the spaces
between its words; duplicated n-grams are found greedily from the left, each word counted once, without spaces.

n-grams of all lengths cost little more than the 2-grams, and stay exact: an n-gram can only repeat where the
(n-1)-gram that begins it repeats, so that each length looks at the places that the shorter one left (4.5 ns a byte in
all, of 22). A document of more than WINDOW words is looked at in windows, each by itself, and the
characters found are added up, so that scratch does not grow with it: WINDOW words are about 7 MB of Norwegian.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, mix
from kvern.kernels.lines import table_size

WINDOW = 1 << 20
TOP = 4  # the most frequent n-gram up to this length, duplicated ones above it
LONGEST = 10
NONE, _1, _2, _32 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(32)
MET, _LOWER = np.uint64(1 << 63), np.uint64(0xFFFFFFFF)


class Grams(NamedTuple):
    """Scratch for one window of words: polynomial and length up to each word, places in question and their entries of
    the hash table. `table` uint64[2 * entries]: an entry is a key, then its first place above 32 bits of count, with
    MET where it was met from the left; one cache line for each, as a long document's table lies in none of the caches.
    """

    prefix: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int64]
    places: npt.NDArray[np.int32]
    entries: npt.NDArray[np.int32]
    table: npt.NDArray[np.uint64]


def grams(window: int = WINDOW) -> Grams:
    """Scratch for windows of a power of two words; the system lends its pages only as far as documents reach."""
    return Grams(
        np.zeros(window + 1, np.uint64),
        np.zeros(window + 1, np.int64),
        np.empty(window, np.int32),
        np.empty(window, np.int32),
        np.empty(4 * window, np.uint64),
    )


@compiled
def add_word(grams, n, hash, chars):
    """Word number n (from 0) of the window."""
    before, behind = np.uint64(n), np.uint64(n + 1)  # unsigned: numba need not look for indices below zero
    grams.prefix[behind] = grams.prefix[before] * GOLDEN + hash
    grams.lengths[behind] = grams.lengths[before] + chars


@compiled
def _chars(grams, place, n):
    return grams.lengths[place + n] - grams.lengths[place]


@compiled
def _entry(table, key, mask):
    """Entry of the key, or the free one where it belongs (count 0)."""
    at = key & mask
    while table[_2 * at + _1] != NONE and table[_2 * at] != key:
        at = (at + _1) & mask
    return at


@compiled
def _count(grams, n, power, places, words):
    """Count the n-grams at the first `places` of grams.places; those too near the end fall out. Returns the rest."""
    table = grams.table
    size = table_size(places, table.shape[0] // 2)
    table[: 2 * size] = NONE
    mask = np.uint64(size - 1)
    kept = 0
    for q in range(np.uint64(places)):
        place = grams.places[q]
        if place + n > words:
            continue
        key = mix(grams.prefix[np.uint64(place + n)] - grams.prefix[np.uint64(place)] * power)
        entry = _entry(table, key, mask)
        if table[_2 * entry + _1] == NONE:
            table[_2 * entry] = key
            table[_2 * entry + _1] = np.uint64(place) << _32
        table[_2 * entry + _1] += _1
        grams.places[np.uint64(kept)] = place
        grams.entries[np.uint64(kept)] = entry
        kept += 1
    return kept


@compiled
def _repeated(grams, n, places):
    """Keep in grams.places, and their entries, the places whose n-gram occurs twice or more.

    Returns (how many, characters, spaces between included, in all occurrences of the first of the most frequent).
    """
    best, where, kept = np.int64(1), np.int64(0), np.int64(0)
    for q in range(np.uint64(places)):
        entry = grams.entries[q]
        value = grams.table[_2 * np.uint64(entry) + _1]
        count, first = np.int64(value & _LOWER), np.int64(value >> _32)
        if count > best or (count == best and first < where):
            best, where = count, first
        grams.places[np.uint64(kept)] = grams.places[q]
        grams.entries[np.uint64(kept)] = entry
        kept += count > 1
    return kept, (_chars(grams, where, n) + n - 1) * best


@compiled
def _duplicated(grams, n, places):
    """Characters in repeated n-grams that were met before, from the left; what a hit covers is not looked at again."""
    found = covered = 0
    for q in range(places):
        place, value = grams.places[q], _2 * np.uint64(grams.entries[q]) + _1
        if place < covered:
            continue
        if grams.table[value] & MET:
            found += _chars(grams, place, n)
            covered = place + n
        else:
            grams.table[value] |= MET
    return found


@compiled
def count_grams(grams, words, found):
    """Add a window's characters to found[n - 2], n from 2 to LONGEST: in the top n-gram up to TOP, else duplicated."""
    places = max(words - 1, 0)
    for q in range(places):
        grams.places[q] = q
    power = GOLDEN
    for n in range(2, min(words, LONGEST) + 1):
        power *= GOLDEN
        places = _count(grams, n, power, places, words)
        places, top = _repeated(grams, n, places)
        found[n - 2] += top if n <= TOP else _duplicated(grams, n, places)
