"""Repetition: lines, paragraphs and word n-grams that occurred before (Gopher, Rae et al. 2021, table A1).

As in datatrove 0.10: the top n-gram is the first of the most frequent ones, its characters are counted with the spaces
between its words; duplicated n-grams are found greedily from the left, each word counted once, without spaces.

n-grams of all lengths cost little more than the 2-grams, and stay exact: an n-gram can only repeat where the
(n-1)-gram that begins it repeats, so that each length looks at the places that the shorter one left (4.5 ns a byte in
all, of 22). A document of more than WINDOW words, lines or paragraphs is looked at in windows, each by itself, and the
characters found are added up, so that scratch does not grow with it: WINDOW words are about 7 MB of Norwegian.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.characters import count_characters
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, hash_span, mix

WINDOW = 1 << 20
TOP = 4  # the most frequent n-gram up to this length, duplicated ones above it
LONGEST = 10
LINE_FEED = 10
NONE = np.uint64(0)
_1 = np.uint64(1)


class Grams(NamedTuple):
    """Scratch for one window of words: polynomial and length up to each word, places in question, and a hash table."""

    prefix: npt.NDArray[np.uint64]
    lengths: npt.NDArray[np.int64]
    places: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int32]


def grams(window: int = WINDOW) -> Grams:
    """Scratch for windows of a power of two words; the system lends its pages only as far as documents reach."""
    return Grams(
        np.zeros(window + 1, np.uint64),
        np.zeros(window + 1, np.int64),
        np.empty(window, np.int32),
        np.empty(window, np.int32),
        np.empty(2 * window, np.uint64),
        np.empty(2 * window, np.int32),
        np.empty(2 * window, np.int32),
    )


@compiled
def add_word(grams, n, hash, chars):
    """Word number n (from 0) of the window."""
    grams.prefix[n + 1] = grams.prefix[n] * GOLDEN + hash
    grams.lengths[n + 1] = grams.lengths[n] + chars


@compiled
def table_size(entries, limit):
    """A power of two of at least twice the entries, 16 or more, within the limit (a power of two)."""
    size = 16
    while size < 2 * entries and size < limit:
        size *= 2
    return size


@compiled
def _chars(grams, place, n):
    return grams.lengths[place + n] - grams.lengths[place]


@compiled
def _slot(grams, key, mask):
    """Slot of the key, or the free one where it belongs (counts 0)."""
    at = key & mask
    while grams.counts[at] != 0 and grams.keys[at] != key:
        at = (at + _1) & mask
    return np.int64(at)


@compiled
def _count(grams, n, power, places, words):
    """Count the n-grams at the first `places` of grams.places; those too near the end fall out. Returns the rest."""
    size = table_size(places, grams.keys.shape[0])
    grams.counts[:size] = 0
    mask = np.uint64(size - 1)
    kept = 0
    for q in range(places):
        place = grams.places[q]
        if place + n > words:
            continue
        key = mix(grams.prefix[place + n] - grams.prefix[place] * power)
        slot = _slot(grams, key, mask)
        if grams.counts[slot] == 0:
            grams.keys[slot] = key
            grams.firsts[slot] = place
        grams.counts[slot] += 1
        grams.places[kept] = place
        grams.slots[kept] = slot
        kept += 1
    return kept


@compiled
def _top(grams, n, places):
    """Characters, spaces between included, in all occurrences of the first of the most frequent n-grams."""
    best, first = 1, 0
    for q in range(places):
        slot = grams.slots[q]
        count = grams.counts[slot]
        if count > best or (count == best and grams.firsts[slot] < first):
            best, first = count, grams.firsts[slot]
    return (_chars(grams, first, n) + n - 1) * best


@compiled
def _repeated(grams, places):
    """Keep in grams.places, and their slots, the places whose n-gram occurs twice or more. Returns how many."""
    kept = 0
    for q in range(places):
        slot = grams.slots[q]
        if grams.counts[slot] > 1:
            grams.places[kept] = grams.places[q]
            grams.slots[kept] = slot
            kept += 1
    return kept


@compiled
def _duplicated(grams, n, places):
    """Characters in repeated n-grams that were met before, from the left; what a hit covers is not looked at again."""
    found = covered = 0
    for q in range(places):
        place, slot = grams.places[q], grams.slots[q]
        if place < covered:
            continue
        if grams.counts[slot] < 0:
            found += _chars(grams, place, n)
            covered = place + n
        else:
            grams.counts[slot] = -1
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
        if n <= TOP:
            found[n - 2] += _top(grams, n, places)
        places = _repeated(grams, places)
        if n > TOP:
            found[n - 2] += _duplicated(grams, n, places)


@compiled
def _met(seen, size, key):
    """Whether the key is in the first `size` slots of the set; puts it there."""
    mask = np.uint64(size - 1)
    key = key if key != NONE else _1
    at = key & mask
    while seen[at] != NONE and seen[at] != key:
        at = (at + _1) & mask
    met = seen[at] == key
    seen[at] = key
    return met


@compiled
def line_end(data, at, end):
    """Position of the next line feed of data[at:end], or end."""
    while at < end and data[at] != LINE_FEED:
        at += 1
    return at


@compiled
def _paragraph_end(data, at, end):
    """Position of the next line feed that another, or the end, follows; or end."""
    at = line_end(data, at, end)
    while at + 1 < end and data[at + 1] != LINE_FEED:
        at = line_end(data, at + 1, end)
    return at


@compiled
def count_pieces(data, start, end, paragraphs, feeds, seen):
    """(pieces, pieces met before, characters in those) over a document's lines, or its paragraphs, that are not empty.

    `feeds`: line feeds in the document; `seen`: uint64 scratch of twice WINDOW.
    """
    size = table_size(feeds + 1, seen.shape[0])
    seen[:size] = NONE
    pieces = again = chars = held = 0
    at = start
    while at < end:
        if data[at] == LINE_FEED:
            at += 1
            continue
        if held == size // 2:
            seen[:size] = NONE
            held = 0
        stop = _paragraph_end(data, at, end) if paragraphs else line_end(data, at, end)
        pieces += 1
        if _met(seen, size, hash_span(data, at, stop)):
            again += 1
            chars += count_characters(data, at, stop)
        else:
            held += 1
        at = stop + 1
    return pieces, again, chars
