"""Words that tell close languages apart, and letters, found in UTF-8 bytes in one pass.

A word is a run of letters a to z and of bytes of code points from U+00C0 on; A to Z and U+00C0 to U+00DE are folded.
U+0080 to U+00BF and U+2000 to U+2FFF (no-break spaces, quotes, dashes, symbols) part words. A marker word
(`marker_words`) speaks against each language of its family that does not write it.
"""
# mypy: allow-untyped-defs

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import MULTIPLIER
from kvern.kernels.marker_words import FAMILIES

_SLOTS = 4096
_52, _29 = np.uint64(52), np.uint64(29)  # 64 - 52 bits number the slots

# What a byte is, in the low three bits of `kinds`: it goes on a character, is blank, is visible, begins a letter, or
# begins one of U+0080 to U+00BF (SIGN) or U+2000 to U+2FFF (SYMBOL).
GOES_ON, BLANK, VISIBLE, LETTER, SIGN, SYMBOL = range(6)


class Markers(NamedTuple):
    """`keys` uint64[slots] (0: free) and `rows` int32[slots]; `against` float32[words, languages], 1 where it speaks
    against a language; `kinds` and `folded` uint8[256], what a byte is and its lower case."""

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int32]
    against: npt.NDArray[np.float32]
    kinds: Bytes
    folded: Bytes


def _key(word: str) -> int:
    h = 0
    for byte in word.encode():
        h = (h ^ byte) * int(MULTIPLIER) % 2**64
        h ^= h >> int(_29)
    return h


def words() -> dict[str, frozenset[str]]:
    """Each marker word and the languages it speaks against."""
    found: dict[str, frozenset[str]] = {}
    for family in FAMILIES:
        members = frozenset(code for key in family for code in key.split())
        for key, listed in family.items():
            for word in listed.split():
                found[word] = found.get(word, frozenset()) | (members - set(key.split()))
    return found


@cache
def markers(languages: tuple[str, ...], columns: int) -> Markers:
    """The table for these languages, whose order is that of the first of `columns` columns."""
    spoken = {word: [code in codes for code in languages] for word, codes in words().items()}
    return word_table(spoken, columns)


def word_table(weights: Mapping[str, Sequence[float]], columns: int) -> Markers:
    """A table of words in lower case; each word's weights are those of the first columns, the others 0."""
    keys, rows = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.int32)
    against = np.zeros((len(weights), columns), np.float32)
    for row, (word, weight) in enumerate(weights.items()):
        key = _key(word)
        at = key >> int(_52)
        while keys[at]:
            at = (at + 1) % _SLOTS
        keys[at], rows[at] = key, row
        against[row, : len(weight)] = weight
    return Markers(keys, rows, against, _kinds(), _folded())


def _kinds() -> Bytes:
    kinds = np.full(256, VISIBLE, np.uint8)
    kinds[[0, 9, 10, 11, 12, 13, 32]] = BLANK
    kinds[0x80:0xC0] = GOES_ON
    kinds[0xC3:0xF5] = LETTER
    kinds[0xC2], kinds[0xE2] = SIGN, SYMBOL
    kinds[[*range(0x41, 0x5B), *range(0x61, 0x7B)]] = LETTER
    return kinds


def _folded() -> Bytes:
    folded = np.arange(256, dtype=np.uint8)
    folded[0x41:0x5B] += 32
    return folded


@compiled
def _row(markers, key):
    """The row of a marker word, -1 for another word."""
    at = np.int64(key >> _52)
    while markers.keys[at] != np.uint64(0):
        if markers.keys[at] == key:
            return markers.rows[at]
        at = (at + 1) & (_SLOTS - 1)
    return np.int32(-1)


@compiled
def _speak(markers, key, weight, scores):
    row = _row(markers, key)
    if row >= 0:
        for k in range(scores.shape[0]):
            scores[k] -= weight * markers.against[row, k]


@compiled
def speak(data, start, end, markers, weight, scores):
    """Take `weight` from scores[k] for each marker word that speaks against k.

    Returns (visible characters, letters): characters that begin in the span and are no white space.
    """
    visible = letters = 0
    key = np.uint64(0)
    inside = False  # a word; a sign or symbol and the bytes that go on from it are outside
    previous = np.uint8(0)
    for i in range(start, end):
        byte = data[i]
        kind = markers.kinds[byte]
        if kind == LETTER or (kind == GOES_ON and inside):
            if previous == 0xC3 and byte <= 0x9E and kind == GOES_ON:
                byte |= 0x20
            key = (key ^ np.uint64(markers.folded[byte])) * MULTIPLIER
            key ^= key >> _29
            inside = True
        elif inside:
            _speak(markers, key, weight, scores)
            key, inside = np.uint64(0), False
        letters += kind == LETTER
        visible += kind >= VISIBLE
        previous = byte
    if inside:
        _speak(markers, key, weight, scores)
    return visible, letters
