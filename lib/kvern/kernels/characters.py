"""What kind of character each code point is, and how UTF-8 bytes become code points inside compiled kernels.

The tables come from the `unicodedata` of the running Python (Unicode 14 in 3.11), so that a kernel and plain
Python agree on every character. They are passed to kernels as one argument, never frozen into machine code: 1.1 MB
of constants in each cached function would be loaded by every worker. Building them takes 0.2 s, once a process.
"""
# mypy: allow-untyped-defs

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import load64
from kvern.kernels.vectors import ones

LETTER = 1  # general category L*
DIGIT = 2  # 0 to 9
WORD = 4  # letters, marks and numbers (L*, M*, N*) and the low line: what Python's `\w` takes, and marks
SPACE = 8  # str.isspace
PUNCTUATION = 16  # general category P* and S*
TERMINAL = 32  # may end a line of prose in C4's sense: full stop, question or exclamation mark, closing quote
UPPER = 64  # Lu and Lt
CONTROL = 128  # C* without tab, line feed and carriage return: controls, formats, private use, unassigned

# Closing quotes of Norwegian, Sámi, Danish, Swedish, German and English print; full stops of other scripts.
TERMINALS = ".?!\"'”’“»›。！？؟۔।॥"
REPLACEMENT = 0xFFFD

_1, _HIGH_BITS = np.uint64(1), np.uint64(0x8080808080808080)
_CODE_POINTS = 0x110000
_ASSIGNED = 0x40000  # planes 4 to 13 are unassigned, 15 and 16 private; plane 14 holds tags and variation selectors
_PLANE_14 = range(0xE0000, 0xE1000)
_CASED = 0x20000  # no code point from here on has a lower case of its own


class Characters(NamedTuple):
    """`classes` uint8[0x110000], a bit set for each code point; `lower` uint32[0x20000], its lower case.

    A NamedTuple because compiled functions take one and take no dataclass.
    """

    classes: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint32]


def class_of(character: str) -> int:
    """The bit set of one character."""
    category = unicodedata.category(character)
    return (
        LETTER * (category[0] == "L")
        | DIGIT * ("0" <= character <= "9")
        | WORD * (category[0] in "LMN" or character == "_")
        | SPACE * character.isspace()
        | PUNCTUATION * (category[0] in "PS")
        | TERMINAL * (character in TERMINALS)
        | UPPER * (category in {"Lu", "Lt"})
        | CONTROL * (category[0] == "C" and character not in "\t\n\r")
    )


def lower_of(character: str) -> str:
    """One-to-one lower case: `str.lower` of the character alone, and `i` for U+0130, which has two there."""
    lower = character.lower()
    return lower if len(lower) == 1 else lower[0]


@cache
def characters() -> Characters:
    """The tables of this process."""
    classes = np.full(_CODE_POINTS, CONTROL, np.uint8)
    for span in (range(_ASSIGNED), _PLANE_14):
        classes[span.start : span.stop] = list(map(class_of, map(chr, span)))
    lower = np.fromiter((ord(lower_of(chr(code))) for code in range(_CASED)), np.uint32, _CASED)
    return Characters(classes, lower)


def readonly(data: Bytes) -> Bytes:
    """The same bytes, read-only as Arrow's buffers are: a second kind would compile every kernel twice."""
    view = np.ascontiguousarray(data).view()
    view.flags.writeable = False
    return view


@njit(inline="always")
def continues(byte):
    """Whether a byte is a UTF-8 continuation byte (10xxxxxx)."""
    return (byte & 0xC0) == 0x80


@compiled
def _two(data, i, end):
    if i + 1 < end and continues(data[i + 1]):
        return ((np.int64(data[i]) & 31) << 6) | (np.int64(data[i + 1]) & 63), 2
    return REPLACEMENT, 1


@compiled
def _three(data, i, end):
    if i + 2 < end and continues(data[i + 1]) and continues(data[i + 2]):
        high = (np.int64(data[i]) & 15) << 12 | (np.int64(data[i + 1]) & 63) << 6
        code = high | (np.int64(data[i + 2]) & 63)
        if code >= 0x800 and not 0xD800 <= code <= 0xDFFF:
            return code, 3
    return REPLACEMENT, 1


@compiled
def _four(data, i, end):
    if i + 3 < end and continues(data[i + 1]) and continues(data[i + 2]) and continues(data[i + 3]):
        high = (np.int64(data[i]) & 7) << 18 | (np.int64(data[i + 1]) & 63) << 12
        code = high | (np.int64(data[i + 2]) & 63) << 6 | (np.int64(data[i + 3]) & 63)
        if 0x10000 <= code <= 0x10FFFF:
            return code, 4
    return REPLACEMENT, 1


@compiled
def code_point(data, i, end):
    """(code point, length in bytes) at byte i < end; a byte of what is not UTF-8 is U+FFFD and length 1."""
    first = np.int64(data[i])
    if first < 0x80:
        return first, 1
    if 0xC2 <= first < 0xE0:
        return _two(data, i, end)
    if 0xE0 <= first < 0xF0:
        return _three(data, i, end)
    if 0xF0 <= first < 0xF5:
        return _four(data, i, end)
    return REPLACEMENT, 1


@compiled
def lower_code(code, lower):
    """Lower case of a code point."""
    return np.uint64(lower[code]) if code < lower.shape[0] else np.uint64(code)


@compiled
def count_characters(data, start, end):
    """Code points in data[start:end]: bytes that are no continuation bytes, for any bytes; eight at a time."""
    count = end - start
    while start + 8 <= end:
        eight = load64(data, start)
        count -= np.int64(ones(eight & ~(eight << _1) & _HIGH_BITS))
        start += 8
    for i in range(start, end):
        count -= continues(data[i])
    return count


@compiled
def is_utf8(data, start, end):
    """Whether data[start:end] is valid UTF-8; eight bytes at a time where all are ASCII."""
    i = start
    while i < end:
        if i + 8 <= end and load64(data, i) & _HIGH_BITS == 0:
            i += 8
            continue
        if data[i] < 0x80:
            i += 1
            continue
        _, length = code_point(data, i, end)
        if length == 1:
            return False
        i += length
    return True


@compiled
def _mark_valid(data, offsets, valid):
    for d in range(valid.shape[0]):
        valid[d] = is_utf8(data, offsets[d], offsets[d + 1])


def valid_utf8(data: Bytes, offsets: Offsets) -> npt.NDArray[np.bool_]:
    """Whether each document's bytes are valid UTF-8; bool[n]."""
    valid = np.empty(len(offsets) - 1, np.bool_)
    _mark_valid(readonly(data), offsets, valid)
    return valid
