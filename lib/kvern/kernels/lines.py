"""What is measured line by line, in one pass over the bytes: Gopher's, FineWeb's and C4's measures, and hashes.

Lines end at line feeds. Definitions are datatrove 0.10's for Gopher (Rae et al. 2021, A.1.1) and FineWeb (Penedo et al.
2024, section 3.5); FineWeb's leave out lines of white space alone. Lines and paragraphs (runs of lines without an empty
one) that occurred before are known by their hashes; a document of more than WINDOW of them forgets what it met, again
and again, so that scratch does not grow with it.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import c4
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import SPACE, code_point, continues, count_characters
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, hash_span, load64, mix
from kvern.kernels.line_kinds import is_code, is_list, is_table, read_line
from kvern.kernels.sentence_ends import ends_in_sentence, ends_in_stops, is_ellipsis
from kvern.kernels.vectors import ones

WINDOW = 1 << 20  # lines or paragraphs
SHORT = 30  # code points of FineWeb's short line
MOST = 1 << 20  # fingerprints of one document
SUMS = (
    *("lines", "bullet_lines", "ellipsis_lines", "number_signs", "ellipses", "feeds"),
    *("pieces", "dup_lines", "dup_line_chars", "paragraphs", "dup_paragraphs", "dup_paragraph_chars"),
    *("solid_lines", "punct_lines", "short_lines", "dup_solid_chars", "list_lines", "table_lines", "code_lines"),
    *c4.SUMS,
)
LINES, BULLET_LINES, ELLIPSIS_LINES, NUMBER_SIGNS, ELLIPSES, FEEDS, PIECES, _, _, PARAGRAPHS = range(10)
SOLID, PUNCT, SHORT_LINES, DUP_SOLID, LISTS, TABLES, CODES, C4 = range(12, 20)
NONE, _1 = np.uint64(0), np.uint64(1)
_FEEDS, _LOW_BITS, _HIGH_BITS = (np.uint64(0x0101010101010101 * byte) for byte in (0x0A, 0x7F, 0x80))


class Room(NamedTuple):
    """Scratch for any document: sets of hashes, 0 where free."""

    lines: npt.NDArray[np.uint64]
    paragraphs: npt.NDArray[np.uint64]


class Prints(NamedTuple):
    """Lines that are not blank: `hash` of the line without the white space around it, its `start` and `end` in bytes
    from its document's start, and whether it is the `first` after a blank line or the document's start."""

    hash: npt.NDArray[np.uint64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    first: npt.NDArray[np.bool_]


class Spans(NamedTuple):
    """Where fingerprints and cuts go; how many of both were `written`, int64[2], and up to each document's end."""

    prints: Prints
    cuts: c4.Cuts
    written: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def room(window: int = WINDOW) -> Room:
    """Scratch for windows of a power of two; the system lends its pages only as far as documents reach."""
    return Room(np.empty(2 * window, np.uint64), np.empty(2 * window, np.uint64))


@compiled
def _most_prints(data, offsets):
    most = 0
    for d in range(offsets.shape[0] - 1):
        most += min(_count_feeds(data, offsets[d], offsets[d + 1]) + 1, MOST)
    return most


def spans(data: Bytes, offsets: Offsets) -> Spans:
    """Room for what is written of these documents."""
    n = int(_most_prints(data, offsets))
    prints = Prints(np.empty(n, np.uint64), np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.bool_))
    return Spans(prints, c4.cuts(offsets), np.zeros(2, np.int64), np.zeros((len(offsets) - 1, 2), np.int64))


@compiled
def _count_feeds(data, start, end):
    """Line feeds, eight bytes at a time: of each byte's difference to one, the high bit says whether there is any."""
    feeds = np.int64(0)
    while start + 8 <= end:
        other = load64(data, start) ^ _FEEDS
        other |= (other & _LOW_BITS) + _LOW_BITS
        feeds += 8 - np.int64(ones(other & _HIGH_BITS))
        start += 8
    for i in range(start, end):
        feeds += data[i] == 0x0A
    return feeds


@compiled
def table_size(entries, limit):
    """A power of two of at least twice the entries, 16 or more, within the limit (a power of two)."""
    size = 16
    while size < 2 * entries and size < limit:
        size *= 2
    return size


@compiled
def strip(data, start, end, classes):
    """data[start:end] without the white space around it: (start, end)."""
    while start < end and (data[start] <= 0x20 or data[start] >= 0x80):
        code, length = code_point(data, start, end)
        if not classes[code] & SPACE:
            break
        start += length
    while start < end and (data[end - 1] <= 0x20 or data[end - 1] >= 0x80):
        at = end - 1
        while at > start and end - at < 4 and continues(data[at]):
            at -= 1
        code, length = code_point(data, at, end)
        if at + length != end or not classes[code] & SPACE:
            break
        end = at
    return start, end


@compiled
def _solid_line(data, at, stop, first, last, chars, again, sums):
    """Count a line that is not blank: data[at:stop], without white space around it data[first:last]."""
    sums[SOLID] += 1
    sums[PUNCT] += ends_in_sentence(data, at, stop)
    sums[SHORT_LINES] += chars <= SHORT
    sums[DUP_SOLID] += chars if again else 0
    bullet = last - first >= 3 and data[first] == 0xE2 and data[first + 1] == 0x80 and data[first + 2] == 0xA2
    sums[BULLET_LINES] += bullet or data[first] == 0x2D
    sums[ELLIPSIS_LINES] += ends_in_stops(data, first, last) or is_ellipsis(data, first, last)


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
def _piece(seen, size, held, key, chars, sums):
    """Count a piece in sums[:3] (pieces, met before, their characters); returns (how many are held, met before)."""
    if held == size // 2:
        seen[:size] = NONE
        held = 0
    again = _met(seen, size, key)
    sums[0] += 1
    if again:
        sums[1] += 1
        sums[2] += chars
    return held + (not again), again


@compiled
def _print(data, first, last, key, whole, start, fresh, spans):
    """Write a fingerprint: `key` is the hash where the line has no white space around it."""
    prints, n = spans.prints, spans.written[0]
    prints.hash[n] = key if whole else hash_span(data, first, last)
    prints.start[n], prints.end[n] = first - start, last - start
    prints.first[n] = fresh
    spans.written[0] += 1


@compiled
def _line(data, start, at, end, classes, sums):
    """Read a line: (its end, data[first:last] without white space around it)."""
    stop, digits, marks, cells, curly, number_signs, ellipses = read_line(data, at, end)
    sums[LINES] += 1
    sums[NUMBER_SIGNS] += number_signs
    sums[ELLIPSES] += ellipses
    sums[C4 + c4.CURLY] |= curly > 0
    first, last = strip(data, at, stop, classes)
    if first < last:
        sums[LISTS] += is_list(data, first, last)
        sums[TABLES] += is_table(data, first, last, digits, cells)
        sums[CODES] += is_code(data, first, last, marks)
    return stop, first, last


@compiled
def measure(data, start, end, classes, room, sums, spans):
    """Measure data[start:end] into sums int64[len(SUMS)] and spans."""
    sums[FEEDS] = _count_feeds(data, start, end)
    size = table_size(sums[FEEDS] + 1, room.lines.shape[0])
    room.lines[:size] = NONE
    room.paragraphs[:size] = NONE
    held = held_paragraphs = lines = chars = 0  # `lines`, `chars` and `whole` are the paragraph's so far
    whole, fresh, cutting, most, at = NONE, True, False, spans.written[0] + MOST, start
    while at < end:
        stop, first, last = _line(data, start, at, end, classes, sums)
        if at < stop:
            key, size_of = hash_span(data, at, stop), count_characters(data, at, stop)
            held, again = _piece(room.lines, size, held, key, size_of, sums[PIECES:])
            whole = mix(whole * GOLDEN ^ key)
            lines, chars = lines + 1, chars + size_of
            if first < last:
                _solid_line(data, at, stop, first, last, size_of, again, sums)
                place = (at - start, min(stop + 1, end) - start)
                cutting = c4.line(data, (first, last), place, classes, sums[C4:], spans, cutting)
                if spans.written[0] < most:
                    _print(data, first, last, key, first == at and last == stop, start, fresh, spans)
        if lines and (at == stop or stop + 1 >= end):
            gap = lines - 1  # line feeds
            held_paragraphs, _ = _piece(room.paragraphs, size, held_paragraphs, whole, chars + gap, sums[PARAGRAPHS:])
            whole, lines, chars = NONE, 0, 0
        fresh = first == last
        at = stop + 1
    spans.written[1] += cutting


def written(spans: Spans) -> tuple[Prints, c4.Cuts]:
    """The fingerprints and cuts that were written."""
    n, m = spans.written.tolist()
    hash_, start, end, first = spans.prints
    return Prints(hash_[:n], start[:n], end[:n], first[:n]), c4.Cuts(spans.cuts.start[:m], spans.cuts.end[:m])
