"""Gopher's measures of quality and repetition over the bytes of a batch, and which stop words occur.

Everything is counted as integers, one row of SUMS a document; `columns` makes the ratios of them. Definitions are
datatrove 0.10's (20 of 28 measures were equal in 3 600 documents with one word definition), except that words are
those of `words`: punctuation marks are no words, neither in shares, nor in means, nor in n-grams.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import repetition
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import SPACE, characters, code_point, continues, count_characters, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import hash_span
from kvern.kernels.repetition import LINE_FEED, Grams, add_word, count_grams, count_pieces, line_end
from kvern.kernels.stop_words import StopWords, meet
from kvern.kernels.words import find_word_character, word

SUMS = (
    *("bytes", "chars", "words", "word_chars", "alpha_words", "number_signs", "ellipses"),
    *("lines", "bullet_lines", "ellipsis_lines"),
    *("pieces", "dup_lines", "dup_line_chars", "paragraphs", "dup_paragraphs", "dup_paragraph_chars"),
    *(f"gram_{n}_chars" for n in range(2, repetition.LONGEST + 1)),
)
BYTES, CHARS, WORDS, WORD_CHARS, ALPHA_WORDS, NUMBER_SIGNS, ELLIPSES, LINES, BULLETS, ELLIPSIS_LINES = range(10)
PIECES, PARAGRAPHS, GRAMS = 10, 13, 16

NUMBER_SIGN, FULL_STOP = 0x23, 0x2E
_MARKS = np.zeros(256, np.bool_)
_MARKS[[LINE_FEED, NUMBER_SIGN, FULL_STOP, 0xA6]] = True  # A6 ends an ellipsis

Counts = npt.NDArray[np.int64]
Column = npt.NDArray[np.float64] | npt.NDArray[np.int64]


class Scratch(NamedTuple):
    """What the measures of any document need: 0.1 GB of address space, whose pages come as documents use them."""

    grams: Grams
    seen: npt.NDArray[np.uint64]


def scratch(window: int = repetition.WINDOW) -> Scratch:
    """Scratch for windows of a power of two, at least 8, of words, lines or paragraphs."""
    return Scratch(repetition.grams(window), np.empty(2 * window, np.uint64))


@compiled
def _window(data, at, end, classes, stops, grams, sums, found):
    """Words from `at` until the window is full: (how many, where the next window starts)."""
    n = 0
    at = find_word_character(data, at, end, classes)
    while at < end and n < grams.places.shape[0]:
        start = at
        at, chars, letter = word(data, start, end, classes)
        if chars > 0:
            key = hash_span(data, start, at)
            add_word(grams, n, key, chars)
            n += 1
            sums[WORD_CHARS] += chars
            sums[ALPHA_WORDS] += letter
            if at - start <= stops.longest:
                meet(stops, key, found)
        at = find_word_character(data, at, end, classes)
    sums[WORDS] += n
    return n, at


@compiled
def _ends_in_character(data, start, end):
    """The ellipsis, U+2026."""
    return end - start >= 3 and data[end - 3] == 0xE2 and data[end - 2] == 0x80 and data[end - 1] == 0xA6


@compiled
def _symbols(data, start, end, sums):
    """Number signs, ellipses (U+2026, and each three full stops in a row) and line feeds; returns the line feeds."""
    feeds = 0
    run = start  # where the run of full stops began
    for i in range(start, end):
        if not _MARKS[data[i]]:
            continue
        byte = data[i]
        if byte == FULL_STOP:
            run = i if i == start or data[i - 1] != FULL_STOP else run
            sums[ELLIPSES] += (i - run) % 3 == 2
        elif byte == LINE_FEED:
            feeds += 1
        elif byte == NUMBER_SIGN:
            sums[NUMBER_SIGNS] += 1
        else:
            sums[ELLIPSES] += _ends_in_character(data, start, i + 1)
    return feeds


@compiled
def strip(data, start, end, classes):
    """data[start:end] without the white space around it: (start, end)."""
    while start < end:
        code, length = code_point(data, start, end)
        if not classes[code] & SPACE:
            break
        start += length
    while start < end:
        at = end - 1
        while at > start and end - at < 4 and continues(data[at]):
            at -= 1
        code, length = code_point(data, at, end)
        if at + length != end or not classes[code] & SPACE:
            break
        end = at
    return start, end


@compiled
def _starts_with_bullet(data, start, end):
    """A hyphen or U+2022."""
    if data[start] == 0x2D:
        return True
    return end - start >= 3 and data[start] == 0xE2 and data[start + 1] == 0x80 and data[start + 2] == 0xA2


@compiled
def ends_in_stops(data, start, end):
    """Three full stops."""
    return end - start >= 3 and data[end - 1] == 0x2E and data[end - 2] == 0x2E and data[end - 3] == 0x2E


@compiled
def _lines(data, start, end, classes, sums):
    """Lines, empty ones too, and among them those with a bullet in front or an ellipsis at the end."""
    at = start
    while at < end:
        stop = line_end(data, at, end)
        first, last = strip(data, at, stop, classes)
        sums[LINES] += 1
        if first < last:
            sums[BULLETS] += _starts_with_bullet(data, first, last)
            sums[ELLIPSIS_LINES] += ends_in_stops(data, first, last) or _ends_in_character(data, first, last)
        at = stop + 1


@compiled
def _document(data, start, end, classes, stops, scratch, sums, found):
    sums[BYTES] = end - start
    sums[CHARS] = count_characters(data, start, end)
    feeds = _symbols(data, start, end, sums)
    _lines(data, start, end, classes, sums)
    sums[PIECES : PIECES + 3] = count_pieces(data, start, end, False, feeds, scratch.seen)
    sums[PARAGRAPHS : PARAGRAPHS + 3] = count_pieces(data, start, end, True, feeds, scratch.seen)
    stops.met[:] = 0
    at = start
    while at < end:
        words, at = _window(data, at, end, classes, stops, scratch.grams, sums, found)
        count_grams(scratch.grams, words, sums[GRAMS:])


@compiled
def _documents(data, offsets, classes, stops, scratch, sums, found):
    for d in range(offsets.shape[0] - 1):
        _document(data, offsets[d], offsets[d + 1], classes, stops, scratch, sums[d], found[d])


def measure(data: Bytes, offsets: Offsets, stops: StopWords, scratch: Scratch) -> tuple[Counts, npt.NDArray[np.int32]]:
    """(counts int64[n, len(SUMS)], different stop words of each list that occur int32[n, lists])."""
    n = len(offsets) - 1
    sums = np.zeros((n, len(SUMS)), np.int64)
    found = np.zeros((n, stops.member.shape[1]), np.int32)
    _documents(readonly(data), offsets, characters().classes, stops, scratch, sums, found)
    return sums, found


def _ratio(part: Counts, whole: Counts) -> npt.NDArray[np.float64]:
    """part / whole; NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def gram_ratio(n: int) -> str:
    """The name of the measure over word n-grams."""
    return f"{'top' if n <= repetition.TOP else 'dup'}_{n}_gram_ratio"


def columns(sums: Counts) -> dict[str, Column]:
    """The measures by their names in the table; NaN where there is nothing to measure (no word, no line)."""
    of = dict(zip(SUMS, sums.T, strict=True))
    chars, words, lines = of["chars"], of["words"], of["lines"]
    measures: dict[str, Column] = {name: of[name] for name in ("bytes", "chars", "words")}
    measures |= {
        "mean_word_length": _ratio(of["word_chars"], words),
        "symbol_to_word_ratio": _ratio(np.maximum(of["number_signs"], of["ellipses"]), words),
        "bullet_line_ratio": _ratio(of["bullet_lines"], lines),
        "ellipsis_line_ratio": _ratio(of["ellipsis_lines"], lines),
        "alpha_word_ratio": _ratio(of["alpha_words"], words),
        "dup_line_ratio": _ratio(of["dup_lines"], of["pieces"]),
        "dup_line_char_ratio": _ratio(of["dup_line_chars"], chars),
        "dup_paragraph_ratio": _ratio(of["dup_paragraphs"], of["paragraphs"]),
        "dup_paragraph_char_ratio": _ratio(of["dup_paragraph_chars"], chars),
    }
    return measures | {gram_ratio(n): _ratio(of[f"gram_{n}_chars"], chars) for n in range(2, repetition.LONGEST + 1)}
