"""Which kinds of repair a text may need: one pass over its bytes, before anything is rewritten.

Each pattern is a bit that three tables share: it is met where the byte before last, the last byte and this byte all
have it, so that one `and` of three loads judges every kind at once. A flag may be raised for nothing (the repair then
finds nothing); it is never missing where a repair would change the text (tested over all code points).
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled

LINES, MOJIBAKE, SOFT_HYPHENS, CONTROLS, NFC, SPACES, EDGES, BLANK_LINES, LEGACY, LOST, SURROGATES = (
    1 << bit for bit in range(11)
)
ONLY_BLANKS = SPACES | EDGES | BLANK_LINES
_ANY = range(256)
_LETTERS = [*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0x80, 0xC0)]  # and the last byte of other letters

# (byte before last, last byte, this byte) -> kinds. Rows of one kind are patterns of their own: each has its own bit.
_Pattern = tuple[Iterable[int], Iterable[int], Iterable[int]]
PATTERNS: tuple[tuple[int, _Pattern], ...] = (
    (LINES, (_ANY, _ANY, (0x0B, 0x0C, 0x0D))),
    (LINES, ((0xE2,), (0x80,), (0xA8, 0xA9))),  # U+2028, U+2029
    (CONTROLS | LINES | LEGACY, (_ANY, (0xC2,), range(0x80, 0xA0))),  # C1, U+0085 among them
    (CONTROLS, (_ANY, _ANY, (*range(9), *range(0x0E, 0x20), 0x7F))),
    (CONTROLS, ((0xE2,), (0x80, 0x81), (0x8B, 0xA0))),  # U+200B, U+2060 (and U+2020, U+204B for nothing)
    (CONTROLS, ((0xEF,), (0xBB, 0xBF), range(0xB9, 0xC0))),  # U+FEFF, U+FFF9 to U+FFFB; U+FFFD for LOST
    (LOST, ((0xEF,), (0xBF,), (0xBD,))),
    (SURROGATES, (_ANY, (0xED,), range(0xA0, 0xC0))),
    # Â Ã Ä Å â, and what a continuation byte became in Latin-1 or windows-1252
    (MOJIBAKE, ((0xC3,), (0x82, 0x83, 0x84, 0x85, 0xA2), (0xC2, 0xC5, 0xC6, 0xCB, 0xE2))),
    (SOFT_HYPHENS, (_ANY, (0xC2,), (0xAD,))),
    (NFC, (_ANY, _ANY, (*range(0xCC, 0xE2), *range(0xE3, 0xF5)))),  # marks and other scripts: CPython's check decides
    (NFC, ((0xE2,), (0x84, 0x8C, 0xAB, 0xB3, 0xB5, 0xB7), _ANY)),  # Ω, K, Å as signs; Coptic, Tifinagh, Cyrillic marks
    (NFC, ((0xE2,), (0x83,), range(0x90, 0xC0))),  # marks for symbols
    (SPACES, (_ANY, _ANY, (0x09,))),
    (SPACES, (_ANY, (0x20,), (0x20,))),
    (SPACES, (_ANY, (0xC2,), (0xA0,))),
    (SPACES, ((0xE2,), (0x80, 0x81), (*range(0x80, 0x8B), 0x9F, 0xAF))),  # U+2000 to U+200A, U+202F, U+205F
    (SPACES, ((0xE1, 0xE3), (0x80, 0x9A), (0x80,))),  # U+1680, U+3000
    (EDGES, (_ANY, (0x0A,), (0x20,))),
    (EDGES, (_ANY, (0x20,), (0x0A,))),
    (BLANK_LINES, ((0x0A,), (0x0A,), (0x0A,))),
    (LEGACY, (_LETTERS, (0x7B, 0x7C, 0x7D), [*_LETTERS, 0xC3])),  # NS 4551-1: { | } for æ ø å
    (LEGACY, ((0xE2,), (0x80,), (0xA0, 0xBA))),  # CP865: † › for å ø; its ‘ for æ is a quotation mark elsewhere
    (
        LEGACY,
        (_LETTERS, (0xC2,), (0xA2, 0xA5, 0xA9, 0xAA, 0xAC, 0xAE, 0xAF, *range(0xB1, 0xBB), *range(0xBC, 0xC0))),
    ),  # Sámi sets
)
assert len(PATTERNS) <= 32


@cache
def tables() -> npt.NDArray[np.uint32]:
    """PATTERNS as uint32[4, 256]: for each of three bytes a bit a pattern, then the kinds of each pattern."""
    rows = np.zeros((4, 256), np.uint32)
    for bit, (kinds, places) in enumerate(PATTERNS):
        for row, bytes_ in zip(rows[:3], places, strict=True):
            row[list(bytes_)] |= np.uint32(1 << bit)
        rows[3, bit] = kinds
    return rows


@compiled
def _patterns(data, start, end, tables):
    """The patterns that occur in data[start:end]; before its first byte stand zeros."""
    found = np.uint32(0)
    if end > start:
        found |= tables[0, 0] & tables[1, 0] & tables[2, data[start]]
    if end > start + 1:
        found |= tables[0, 0] & tables[1, data[start]] & tables[2, data[start + 1]]
    for i in range(start + 2, end):
        found |= tables[0, data[i - 2]] & tables[1, data[i - 1]] & tables[2, data[i]]
    return found


@compiled
def _one(data, start, end, tables):
    """The kinds of repair that data[start:end] may need."""
    found = _patterns(data, start, end, tables)
    kinds = np.uint32(0)
    if end > start:
        kinds |= np.uint32(EDGES) * (data[start] == 0x20 or data[end - 1] == 0x20)
        kinds |= np.uint32(BLANK_LINES) * (data[start] == 0x0A or data[end - 1] == 0x0A)
    bit = 0
    while found:
        if found & np.uint32(1):
            kinds |= tables[3, bit]
        found >>= np.uint32(1)
        bit += 1
    return kinds


@compiled
def _documents(data, offsets, tables, flags):
    for d in range(flags.shape[0]):
        flags[d] = _one(data, offsets[d], offsets[d + 1], tables)


def flags(data: Bytes, offsets: Offsets) -> npt.NDArray[np.uint32]:
    """The kinds of repair that each of n texts may need, uint32[n]; 0 for one that is in the normal form."""
    found = np.zeros(len(offsets) - 1, np.uint32)
    _documents(readonly(data), offsets, tables(), found)
    return found


def flags_of(text: str) -> int:
    """`flags` of one text, which may hold lone surrogates."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    return int(_one(data, 0, len(data), tables()))
