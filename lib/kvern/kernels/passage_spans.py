"""From a chain of hits to the passage: alignment outwards from a hit until the two texts part.

Gapped extension with a drop-off (Zhang, Berman, Wiehe & Miller 1999; BLAST's): cells of the alignment's table that lie
more than `DROP` below the best score are left out, so that a row has some 40 of them whatever the texts' lengths. Over
letters and digits without case (`letters`), each scored alone; the span ends where the score was best.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes
from kvern.kernels.characters import code_point, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.letters import alphabet

SAME, OTHER, LOST = 2, -2, -3  # a letter that is the same, another one, one that the other text lacks
DROP = 60  # 20 letters that one text lacks
NEAR = 24  # bytes within which a span ends at the paragraph's end
_LINE = 8  # and at the line's
_NONE = np.int32(-(1 << 30))
Numbers = npt.NDArray[np.int64]


class Letters(NamedTuple):
    """`letters` uint8[n], and the byte where each begins: `places` int64[n]."""

    letters: Bytes
    places: npt.NDArray[np.int64]


class Span(NamedTuple):
    """Bytes [start, end) of a and [other_start, other_end) of b; `similarity`: letters alike, of the longer one's."""

    start: int
    end: int
    other_start: int
    other_end: int
    similarity: float


@compiled
def _placed(data, table, letters, places):
    count, at, end = 0, 0, data.shape[0]
    while at < end:
        code, length = code_point(data, at, end)
        letter = table[code] if code < table.shape[0] else np.uint8(0)
        if letter:
            letters[count], places[count] = letter, at
            count += 1
        at += length
    return count


def placed(data: Bytes) -> Letters:
    letters, places = np.empty(len(data), np.uint8), np.empty(len(data), np.int64)
    count = _placed(readonly(data), alphabet(), letters, places)
    return Letters(letters[:count], places[:count])


@compiled
def _extend(a, b, at, to, step, scores, alike, found):
    """Extend from a[at] and b[to] on by `step`; found: letters of a, of b, and how many of them are the same."""
    most_a = a.shape[0] - at if step > 0 else at + 1
    most_b = b.shape[0] - to if step > 0 else to + 1
    found[:] = 0
    best, low, high = 0, 0, min(most_b, DROP // -LOST)
    for j in range(high + 1):
        scores[j], alike[j] = LOST * j, 0
    for i in range(1, most_a + 1):
        letter = a[at + step * (i - 1)]
        before, before_alike = scores[low], alike[low]  # row i - 1, column j - 1
        scores[low] = before + LOST
        j, last = low + 1, high
        while j <= most_b and (j <= last or scores[j - 1] + LOST >= best - DROP):
            up, up_alike = (scores[j], alike[j]) if j <= last else (_NONE, np.int32(0))
            same = letter == b[to + step * (j - 1)]
            score, count = before + (SAME if same else OTHER), before_alike + same
            if up + LOST > score:
                score, count = up + LOST, up_alike
            if scores[j - 1] + LOST > score:
                score, count = scores[j - 1] + LOST, alike[j - 1]
            before, before_alike = up, up_alike
            scores[j], alike[j] = score, count
            high = j
            if score > best:
                best = score
                found[0], found[1], found[2] = i, j, count
            j += 1
        while low <= high and scores[low] < best - DROP:
            low += 1
        while high > low and scores[high] < best - DROP:
            high -= 1
        if low > high:
            break


def spans(a: Bytes, b: Bytes, places_a: Numbers, places_b: Numbers, least: int, similarity: float) -> list[Span]:
    """The passages that both texts have around the places of a chain: of `least` letters and `similarity` or more."""
    mine, yours = placed(a), placed(b)
    room = np.empty(len(yours.letters) + 2, np.int32), np.empty(len(yours.letters) + 2, np.int32)
    found, left, right = [], np.empty(3, np.int64), np.empty(3, np.int64)
    end = other_end = 0  # letters behind what was aligned
    starts = (np.searchsorted(text.places, places) for text, places in ((mine, places_a), (yours, places_b)))
    for at, to in zip(*(places.tolist() for places in starts), strict=True):
        if at < end or to < other_end:
            continue
        _extend(mine.letters, yours.letters, at, to, 1, *room, right)
        _extend(mine.letters[end:], yours.letters[other_end:], at - end - 1, to - other_end - 1, -1, *room, left)
        here, there = (at - int(left[0]), at + int(right[0])), (to - int(left[1]), to + int(right[1]))
        end, other_end = max(at + 1, here[1]), max(to + 1, there[1])
        letters = here[1] - here[0], there[1] - there[0]
        share = int(left[2] + right[2]) / max(1, *letters)
        if min(letters) >= least and share >= similarity:
            found.append(Span(*_bytes(a, mine, here), *_bytes(b, yours, there), share))
    return found


def _bytes(text: Bytes, of: Letters, span: tuple[int, int]) -> tuple[int, int]:
    """Bytes of a span of letters, moved to the end of a paragraph, line or word where one is near."""
    start, end = int(of.places[span[0]]), int(of.places[span[1] - 1]) + 1
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end += 1
    first, last = _snapped(text, start, True), _snapped(text, end, False)
    return (first, last) if first < last else (start, end)


def _snapped(text: Bytes, at: int, opens: bool) -> int:
    """A border near a byte: of a paragraph, else of a line, else of the word that the byte stands in."""
    base = max(0, at - NEAR)
    near = bytes(text[base : at + NEAR])
    for mark, reach in ((b"\n\n", NEAR), (b"\n", _LINE)):
        borders = [n + base for n in range(len(near)) if near.startswith(mark, n)]
        borders = [n + len(mark) if opens else n for n in borders] + [0, len(text)]
        close = [n for n in borders if abs(n - at) <= reach]
        if close:
            return min(close, key=lambda n: (abs(n - at), n))
    step = -1 if opens else 1
    to = at
    while 0 < to < len(text) and abs(to - at) < NEAR and text[to - opens] > 0x20:
        to += step
    return to if 0 <= to <= len(text) and (to in (0, len(text)) or text[to - opens] <= 0x20) else at
