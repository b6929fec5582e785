"""Texts as one byte a letter, for alignment: digits stay, case, blanks and marks go.

Latin letters up to U+017F have a byte each. All others share what is left by a hash of their code points: two that
differ look the same once in 119.
"""
# mypy: allow-untyped-defs

from functools import cache

import numpy as np

from kvern.kernels.arrow import Bytes
from kvern.kernels.characters import DIGIT, LETTER, characters, code_point, lower_of, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.folding import folded

_LATIN, _CODES = 0x180, 0x40000  # no letter is assigned beyond
_OWN = [c for c in map(chr, range(_LATIN)) if c in "0123456789" or (c.isalpha() and lower_of(c) == c)]  # byte 1 on
_SHARED = len(_OWN) + 1


@cache
def alphabet() -> Bytes:
    """uint8[0x40000]: the byte of each code point, 0 where it is neither letter nor digit."""
    known, lower = characters(), np.arange(_CODES, dtype=np.uint64)
    lower[: len(known.lower)] = known.lower
    shared = _SHARED + lower * np.uint64(0x9E3779B1) % np.uint64(2**32) % np.uint64(256 - _SHARED)
    own = np.zeros(_LATIN, np.uint64)
    own[list(map(ord, _OWN))] = np.arange(1, _SHARED)
    table = np.where(lower < _LATIN, own[np.minimum(lower, np.uint64(_LATIN - 1))], shared)
    return np.where(known.classes[:_CODES] & (LETTER | DIGIT), table, 0).astype(np.uint8)


@cache
def folded_bytes() -> Bytes:
    """uint8[256]: the folded letter (`folding`) of each byte, 0 for what is dropped; a shared byte is its own."""
    table = np.arange(256, dtype=np.uint8)
    for byte, letter in enumerate(_OWN, 1):
        stands = folded(letter)
        table[byte] = ord(stands or "\0") if stands.isascii() else byte
    return table


@compiled
def _letters(data, start, end, table, out):
    count, at = np.uint64(0), start
    while at < end:
        code, length = code_point(data, at, end)
        letter = table[code] if code < table.shape[0] else np.uint8(0)
        out[count] = letter  # overwritten by the next where it is none
        count += np.uint64(letter != 0)
        at += length
    return count


def letters_of(data: Bytes, start: int, end: int) -> Bytes:
    """The letters and digits of data[start:end], a byte each; a copy."""
    out = np.empty(end - start, np.uint8)
    return out[: int(_letters(readonly(data), start, end, alphabet(), out))].copy()
