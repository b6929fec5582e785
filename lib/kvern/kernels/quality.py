"""Gopher's and FineWeb's measures over the bytes of a batch, which stop words occur, and fingerprints of lines.

Everything is counted as integers, one row of SUMS a document; `columns` makes the ratios of them. Definitions are
datatrove 0.10's (20 of 28 measures were equal in 3 600 documents with one word definition), except that words are
those of `words`: punctuation marks are no words, neither in shares, nor in means, nor in n-grams.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import c4, lines, repetition
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import characters, count_characters, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.repetition import Grams, add_word, count_grams
from kvern.kernels.stop_words import StopWords, count_met, meet
from kvern.kernels.words import find_word_character, hash_word, word

SUMS = (
    *("bytes", "chars", "words", "word_chars", "alpha_words"),
    *(f"gram_{n}_chars" for n in range(2, repetition.LONGEST + 1)),
    *lines.SUMS,
)
BYTES, CHARS, WORDS, WORD_CHARS, ALPHA_WORDS, GRAMS = range(6)
OF_LINES = SUMS.index(lines.SUMS[0])

Counts = npt.NDArray[np.int64]
Column = npt.NDArray[np.float64] | npt.NDArray[np.int64]


class Scratch(NamedTuple):
    """What the measures of any document need: 0.1 GB of address space, whose pages come as documents use them."""

    grams: Grams
    room: lines.Room


class Measured(NamedTuple):
    """`sums` int64[n, len(SUMS)]; `stops` int32[n, lists]: different stop words of each list that occur; fingerprints
    of lines and C4's cuts, document after document: those of d end before number `ends[d]` (fingerprints, cuts)."""

    sums: Counts
    stops: npt.NDArray[np.int32]
    prints: lines.Prints
    cuts: c4.Cuts
    ends: Counts


def scratch(window: int = repetition.WINDOW) -> Scratch:
    """Scratch for windows of a power of two, at least 8, of words, lines or paragraphs."""
    return Scratch(repetition.grams(window), lines.room(window))


@compiled
def _window(data, at, end, classes, stops, grams, sums):
    """Words from `at` until the window is full: (how many, where the next window starts)."""
    n = total = letters = 0
    at = find_word_character(data, at, end, classes)
    while at < end and n < grams.places.shape[0]:
        start = at
        at, chars, letter = word(data, start, end, classes)
        if chars > 0:
            key = hash_word(data, start, at)
            add_word(grams, n, key, chars)
            n += 1
            total += chars
            letters += letter
            if at - start <= stops.longest:
                meet(stops, key)
        at = find_word_character(data, at, end, classes)
    sums[WORDS] += n
    sums[WORD_CHARS] += total
    sums[ALPHA_WORDS] += letters
    return n, at


@compiled
def _document(data, start, end, classes, stops, scratch, sums, found):
    sums[BYTES] = end - start
    sums[CHARS] = count_characters(data, start, end)
    at = start
    while at < end:
        words, at = _window(data, at, end, classes, stops, scratch.grams, sums)
        count_grams(scratch.grams, words, sums[GRAMS:])
    count_met(stops, found)


@compiled
def _documents(data, offsets, classes, stops, scratch, sums, found, spans):
    for d in range(offsets.shape[0] - 1):
        start, end = offsets[d], offsets[d + 1]
        _document(data, start, end, classes, stops, scratch, sums[d], found[d])
        lines.measure(data, start, end, classes, scratch.room, sums[d, OF_LINES:], spans)
        spans.ends[d, 0], spans.ends[d, 1] = spans.written[0], spans.written[1]


def measure(data: Bytes, offsets: Offsets, stops: StopWords, scratch: Scratch) -> Measured:
    """All counts and spans, in one pass over words and one over lines."""
    n, data = len(offsets) - 1, readonly(data)
    sums = np.zeros((n, len(SUMS)), np.int64)
    found = np.zeros((n, stops.member.shape[1]), np.int32)
    spans = lines.spans(data, offsets)
    _documents(data, offsets, characters().classes, stops, scratch, sums, found, spans)
    prints, cuts = lines.written(spans)
    return Measured(sums, found, prints, cuts, spans.ends)


def _ratio(part: Counts, whole: Counts) -> npt.NDArray[np.float64]:
    """part / whole; NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def gram_ratio(n: int) -> str:
    """The name of the measure over word n-grams."""
    return f"{'top' if n <= repetition.TOP else 'dup'}_{n}_gram_ratio"


def columns(sums: Counts) -> dict[str, Column]:
    """The measures by their names in the table; NaN where there is nothing to measure (no word, no line)."""
    of = dict(zip(SUMS, sums.T, strict=True))
    measures: dict[str, Column] = {name: of[name] for name in ("bytes", "chars", "words", *c4.SUMS)}
    return measures | _of_words(of) | _of_lines(of) | _of_kinds(of)


def _of_words(of: dict[str, Counts]) -> dict[str, Column]:
    chars, words = of["chars"], of["words"]
    return {
        "mean_word_length": _ratio(of["word_chars"], words),
        "symbol_to_word_ratio": _ratio(np.maximum(of["number_signs"], of["ellipses"]), words),
        "alpha_word_ratio": _ratio(of["alpha_words"], words),
        "new_line_ratio": _ratio(of["feeds"], words),
        **{gram_ratio(n): _ratio(of[f"gram_{n}_chars"], chars) for n in range(2, repetition.LONGEST + 1)},
    }


def _of_lines(of: dict[str, Counts]) -> dict[str, Column]:
    chars = of["chars"]
    return {
        "bullet_line_ratio": _ratio(of["bullet_lines"], of["lines"]),
        "ellipsis_line_ratio": _ratio(of["ellipsis_lines"], of["lines"]),
        "dup_line_ratio": _ratio(of["dup_lines"], of["pieces"]),
        "dup_line_char_ratio": _ratio(of["dup_line_chars"], chars),
        "dup_paragraph_ratio": _ratio(of["dup_paragraphs"], of["paragraphs"]),
        "dup_paragraph_char_ratio": _ratio(of["dup_paragraph_chars"], chars),
    }


def _of_kinds(of: dict[str, Counts]) -> dict[str, Column]:
    """FineWeb's measures of lines, and the kinds of lines."""
    solid = of["solid_lines"]
    return {
        "line_punct_ratio": _ratio(of["punct_lines"], solid),
        "short_line_ratio": _ratio(of["short_lines"], solid),
        "char_dup_ratio": _ratio(of["dup_solid_chars"], of["chars"] - of["feeds"]),
        "list_line_ratio": _ratio(of["list_lines"], solid),
        "table_line_ratio": _ratio(of["table_lines"], solid),
        "code_line_ratio": _ratio(of["code_lines"], solid),
    }
