"""Bare words, hashed: what MinHash, Jaccard and contamination compare.

A **bare word** is a run of word characters (letters, marks, numbers, the low line), lower-cased one to one: `\\w+` of
the lower-cased text, with combining marks as word characters. Text is NFC, so that marks are rare. Variation selectors
are marks too, but of emoji: they are no word character, else a text of emoji alone would have words, all of them equal.

Text goes through in windows. Most hold Latin letters and common marks: 64 bytes at a time become lower case and a mask
of word characters (`vectors.fold_block`), and the mask's edges become spans. Around any other character the text is
decoded one code point after the other. Both ways leave the same lower-cased bytes, so that the hashes are the same.
A word of more than WINDOW bytes, which no language has, counts as several.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from kvern.kernels.arrow import Bytes
from kvern.kernels.characters import WORD, code_point, continues, lower_code
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, load64
from kvern.kernels.vectors import BLOCK, fold_block, fold_product, ones, trailing_zeros

WINDOW = 4096  # bytes at a time: all scratch stays in the first-level cache
DECODED = 512  # bytes that are decoded before vectors try again
MOST = WINDOW // 2 + 1  # words in a window, at most
_BEFORE = 8  # bytes before a copied window, of which `fold_block` reads two
_1, _63, _ALL = np.uint64(1), np.uint64(63), np.uint64(0xFFFFFFFFFFFFFFFF)
_TAIL, _NEXT = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Masks of a word's first and second 8 bytes, by its length up to 16.
_FIRST = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(17)], np.uint64)
_SECOND = np.array([(1 << 8 * max(n - 8, 0)) - 1 for n in range(17)], np.uint64)


class Window(NamedTuple):
    """Scratch. `text`: lower-cased bytes; `copy`: the window's own, where the buffer has no bytes around it; `masks`;
    `edges`: where words start and end in `text`, by turns; `long`: numbers of words over 16 bytes."""

    text: Bytes
    copy: Bytes
    masks: npt.NDArray[np.uint64]
    edges: npt.NDArray[np.int32]
    long: npt.NDArray[np.int32]


def window() -> Window:
    """Scratch for one thread; lower case takes half as much again at most (U+023A: two bytes become three)."""
    text, copy = np.zeros(WINDOW * 3 // 2 + 2 * BLOCK, np.uint8), np.zeros(_BEFORE + WINDOW + 2 * BLOCK, np.uint8)
    masks, edges = np.zeros(WINDOW // BLOCK + 1, np.uint64), np.zeros(2 * MOST + BLOCK, np.int32)
    return Window(text, copy, masks, edges, np.zeros(MOST + 1, np.int32))


@compiled
def bare_words(data, at, end, characters, window, words, first):
    """Write the hashes of the words of one window of data[at:end] to words[first:], which has room for MOST.

    Returns (how many, where the next window starts). A word that the window cuts is left to the next.
    """
    stop = _window_end(data, at, end, WINDOW)
    judged = _fold(data, at, stop, window)
    if judged == stop:
        count, last, cut = _mask_spans(window, at, stop)
    elif judged > at:
        stop = judged
        count, last, cut = _mask_spans(window, at, stop)
    else:
        stop = _window_end(data, at, end, DECODED)
        count, last, cut = _decoded_spans(data, at, stop, characters, window)
    if cut and last == at and stop < end:  # a word longer than this window: the widest says how long
        stop = _window_end(data, at, end, WINDOW)
        count, last, cut = _decoded_spans(data, at, stop, characters, window)
    if cut and stop < end and last > at:
        count -= 1
        stop = last
    _hash_words(window, count, words, first)
    return count, stop


@compiled
def _window_end(data, at, end, size):
    """End of a window of `size` bytes that starts at `at`, or fewer where a character would be cut."""
    stop = at + size
    return end if stop >= end else _border(data, stop)


@compiled
def _border(data, stop):
    """The border between characters at `stop` or less than four bytes before it; `stop` where there is none."""
    for back in range(4):
        if not continues(data[stop - back]):
            return stop - back
    return stop


@compiled
def _fold(data, at, stop, window):
    """Fill `text` and `masks` from `at` on; returns where vectors stop to judge: `at`, or no less than DECODED - 4 on.

    A character that lies across the borders of data[at:stop] is none: its bytes belong to two documents.
    """
    size = stop - at
    if continues(data[at]):
        return at
    if at >= 2 and stop + 2 * BLOCK <= data.shape[0]:
        judged = _fold_blocks(data, at, size, window)
    else:
        for k in range(size):
            window.copy[_BEFORE + k] = data[at + k]
        judged = _fold_blocks(window.copy, _BEFORE, size, window)
    if data[stop - 1] >= 0xC0 or (size > 1 and data[stop - 2] == 0xE2):  # half a character
        judged = min(judged, size - 4)
    if judged == size:
        return stop
    if judged < DECODED:
        return at
    border = _border(data, at + judged)
    return border - (data[border - 1] >= 0xC0)  # a lead byte without its second is no character


@compiled
def _fold_blocks(data, at, size, window):
    """Fold block after block; returns how many bytes before the first hard one, in whole blocks, or `size`."""
    last = (size - 1) // BLOCK
    for block in range(last):
        if fold_block(data, at + block * BLOCK, window.text, block * BLOCK, window.masks, block):
            return block * BLOCK
    own = _ALL >> np.uint64((last + 1) * BLOCK - size)
    hard = own & fold_block(data, at + last * BLOCK, window.text, last * BLOCK, window.masks, last)
    return last * BLOCK if hard else size


@compiled
def _mask_spans(window, at, stop):
    """(words of the window at..stop, start of the last, whether it reaches `stop`)."""
    size = stop - at
    blocks = (size + BLOCK - 1) // BLOCK
    window.masks[blocks - 1] &= _ALL >> np.uint64(blocks * BLOCK - size)
    edges = _mask_edges(window, blocks)
    if edges == 0:
        return 0, at, False
    return edges // 2, at + window.edges[edges - 2], window.edges[edges - 1] == size


@compiled
def _mask_edges(window, blocks):
    """Write where the mask changes, and the end where it is still set; eight at a time, as branches cost more."""
    masks, edges = window.masks, window.edges
    count = np.int64(0)
    carry = np.uint64(0)
    for block in range(blocks):
        word = masks[block]
        changes = word ^ ((word << _1) | carry)
        carry = word >> _63
        found = np.int64(ones(changes))
        for first in range(0, found, 8):
            for k in range(8):
                edges[count + first + k] = np.int32(block * BLOCK + np.int64(trailing_zeros(changes)))
                changes &= changes - _1
        count += found
    if carry:
        edges[count] = np.int32(blocks * BLOCK)
        count += 1
    return count


@njit(inline="always")
def in_word(code, classes):
    """Whether a code point stands in bare words."""
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return classes[code] & WORD != 0 and not selector


@compiled
def _decoded_spans(data, at, stop, characters, window):
    """What `_mask_spans` tells, of any bytes."""
    count, to, last = 0, 0, at
    inside = False
    while at < stop:
        code, length = code_point(data, at, stop)
        if in_word(code, characters.classes):
            if not inside:
                window.edges[2 * count] = np.int32(to)
                last = at
            to = _put(window.text, to, np.int64(lower_code(code, characters.lower)))
            inside = True
        elif inside:
            window.edges[2 * count + 1] = np.int32(to)
            count += 1
            inside = False
        at += length
    if inside:
        window.edges[2 * count + 1] = np.int32(to)
        count += 1
    return count, last, inside


@compiled
def _put(text, to, code):
    """Write a code point as UTF-8; returns the position after it."""
    if code < 0x80:
        text[to] = code
        return to + 1
    length = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    for k in range(length - 1, 0, -1):
        text[to + k] = 0x80 | (code & 0x3F)
        code >>= 6
    text[to] = (0xF00 >> length & 0xFF) | code
    return to + length


@compiled
def _hash_words(window, count, words, first):
    """64-bit hash of each word: the first 16 bytes without a branch, longer ones once more."""
    text, edges, long = window.text, window.edges, window.long
    longer = np.uint64(0)
    for k in range(np.uint64(count)):
        start = np.int64(edges[2 * k])
        length = np.uint64(edges[2 * k + np.uint64(1)] - edges[2 * k])
        short = min(length, np.uint64(16))
        lower, upper = load64(text, start) & _FIRST[short], load64(text, start + 8) & _SECOND[short]
        words[np.uint64(first) + k] = fold_product(lower ^ GOLDEN ^ length, upper ^ MULTIPLIER)
        long[longer] = np.int32(k)
        longer += np.uint64(length > 16)
    for n in range(longer):
        word = np.int64(long[n])
        start, end = np.int64(edges[2 * word]), np.int64(edges[2 * word + 1])
        words[first + word] = _longer(text, start + 16, end, words[first + word])


@compiled
def _longer(text, at, end, h):
    """The hash of a word's first 16 bytes, carried on over those from `at` on."""
    while at < end:
        short = min(end - at, 16)
        lower, upper = load64(text, at) & _FIRST[short], load64(text, at + 8) & _SECOND[short]
        h = fold_product(lower ^ h ^ _TAIL, upper ^ _NEXT)
        at += 16
    return h
