"""Levenshtein distance, a column of the table in words of 64 bits (Myers 1999, Hyyrö 2001)."""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled

_1, _63 = np.uint64(1), np.uint64(63)
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


def distance(first: str, second: str) -> int:
    """Least number of characters to insert, delete or replace; O(len(second)) steps on integers of len(first) bits."""
    if not first:
        return len(second)
    places: dict[str, int] = {}
    for at, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << at
    full, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    up, down, score = full, 0, len(first)
    for character in second:
        here = places.get(character, 0)
        across = (((here & up) + up) ^ up) | here | down
        more, less = down | ~(across | up) & full, up & across
        score += bool(more & last) - bool(less & last)
        more, less = more << 1 | 1, less << 1
        up, down = (less | ~(across | more)) & full, more & across & full
    return score


class Column(NamedTuple):
    """Scratch for spans of up to 64 * blocks bytes: `places` uint64[256, blocks] of 0; `up`, `down` uint64[blocks]."""

    places: npt.NDArray[np.uint64]
    up: npt.NDArray[np.uint64]
    down: npt.NDArray[np.uint64]


def column(longest: int) -> Column:
    blocks = -(-longest // 64)
    return Column(np.zeros((256, blocks), np.uint64), np.empty(blocks, np.uint64), np.empty(blocks, np.uint64))


@compiled
def _mark(a, start, end, places, on):
    """Set the bit of each place of a[start:end] in its byte's row, or clear the rows again."""
    for at in range(end - start):
        byte, block = a[start + at], at >> 6
        places[byte, block] = places[byte, block] | _1 << (np.uint64(at) & _63) if on else np.uint64(0)


@compiled
def _advance(here, up, down, block, plus, minus, last):
    """One block of the column on by one byte; (plus, minus) come in from above and go out at bit `last`."""
    raised, lowered = up[block], down[block]
    kept = here | lowered
    here |= minus
    across = (((here & raised) + raised) ^ raised) | here
    more, less = lowered | ~(across | raised), raised & across
    out = (more >> last) & _1, (less >> last) & _1
    more, less = more << _1 | plus, less << _1 | minus
    up[block], down[block] = less | ~(kept | more), more & kept
    return out


@compiled
def span_distance(a, start, end, b, first, last, scratch):
    """Levenshtein distance of the bytes a[start:end] and b[first:last]; the former fits into the scratch."""
    places, up, down = scratch
    size = end - start
    if size == 0:
        return last - first
    blocks = (size + 63) >> 6
    up[:blocks], down[:blocks] = _FULL, np.uint64(0)
    _mark(a, start, end, places, True)
    score, edge = size, np.uint64(size - 1) & _63
    for at in range(first, last):
        plus, minus = _1, np.uint64(0)
        for block in range(blocks):
            bit = edge if block == blocks - 1 else _63
            plus, minus = _advance(places[b[at], block], up, down, block, plus, minus, bit)
        score += np.int64(plus) - np.int64(minus)
    _mark(a, start, end, places, False)
    return score
