"""C4's rules for lines and documents (Raffel et al. 2020, section 2.2), as measures and spans: nothing is cut here.

A line that is not blank is kept when, without the white space around it,

* it ends in terminal punctuation or a closing quote (`characters.TERMINALS`), not in three full stops;
* it has at least three pieces between white space, none of more than 1,000 characters (datatrove 0.10's figures:
  Norwegian writes compounds as one word, so that C4's later five would cost more lines than in English);
* it mentions neither JavaScript nor a policy (PHRASES, in any case of a to z).

A kept line holds one sentence, and one more for each terminal mark, closing quotes and brackets after it included, that
white space follows; three full stops end none.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Offsets
from kvern.kernels.characters import SPACE, TERMINAL, code_point, count_characters
from kvern.kernels.compiled import compiled
from kvern.kernels.sentence_ends import ends_in_stops

PIECES = 3
LONGEST_PIECE = 1000
FILLER = b"lorem ipsum"
PHRASES = (
    FILLER,
    *(b"cookie policy", b"javascript", b"privacy policy", b"terms of use"),
    *(b"uses cookies", b"use of cookies", b"use cookies"),
)
SUMS = ("c4_lines", "c4_sentences", "curly_brackets", "lorem_ipsum")
LINES, SENTENCES, CURLY, LOREM = range(4)
FULL_STOP = 0x2E

# One row a phrase, ended by a zero.
_LETTERS = np.zeros((len(PHRASES), max(map(len, PHRASES)) + 1), np.uint8)
for _row, _phrase in enumerate(PHRASES):
    _LETTERS[_row, : len(_phrase)] = np.frombuffer(_phrase, np.uint8)
# By the two bytes that a window of SHORTEST bytes ends in: how far it may be moved on without missing a phrase (Wu &
# Manber 1994). Their second letters and last ones are rare in Norwegian, so that a tenth of the bytes is looked at.
SHORTEST = min(map(len, PHRASES))
_SHIFTS = np.full((256, 256), SHORTEST - 1, np.uint8)
for _phrase in PHRASES:
    for _at in range(SHORTEST - 1):
        for _one in {_phrase[_at], ord(chr(_phrase[_at]).upper())}:
            for _two in {_phrase[_at + 1], ord(chr(_phrase[_at + 1]).upper())}:
                _SHIFTS[_one, _two] = min(_SHIFTS[_one, _two], SHORTEST - 2 - _at)
# Bytes that may begin a mark which ends a sentence: the ASCII ones, and leads of those of other scripts.
_MARKS = np.zeros(256, np.bool_)
_MARKS[[*b".?!", 0xD8, 0xDB, 0xE0, 0xE3, 0xEF]] = True


class Cuts(NamedTuple):
    """Spans of removed lines, in bytes from their document's start.

    A cut runs over neighbouring removed lines with their line feeds, and over blank lines between them; blank lines
    beside a kept line stay, as they part paragraphs.
    """

    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]


@compiled
def _phrase_at(data, at, end, row):
    """Whether data[at:end] begins with the phrase of a row, in any case."""
    for k in range(_LETTERS.shape[1]):
        letter = _LETTERS[row, k]
        if letter == 0:
            return True
        if at + k >= end:
            return False
        byte = data[at + k]
        if byte != letter and not (0x41 <= byte <= 0x5A and byte + 32 == letter):
            return False
    return True


@compiled
def _phrases(data, start, end):
    """(mentions JavaScript or a policy, holds the filler text), in any case of a to z."""
    mentions = filler = False
    at = start
    while at + SHORTEST <= end:
        shift = _SHIFTS[data[at + SHORTEST - 2], data[at + SHORTEST - 1]]
        if shift == 0:
            filler |= _phrase_at(data, at, end, 0)
            for row in range(1, _LETTERS.shape[0]):
                mentions |= _phrase_at(data, at, end, row)
        at += max(shift, 1)
    return mentions, filler


@compiled
def _closes(code):
    return code in (0x22, 0x27, 0x29, 0x5D, 0x2019, 0x201D, 0x201C, 0xBB, 0x203A)


@compiled
def _is_space(data, at, end, classes):
    """(whether the character at `at` is white space, its length)."""
    code, length = code_point(data, at, end)
    return (classes[code] & SPACE) != 0, length


@compiled
def _ends_sentence(data, start, at, end, classes):
    """Whether the character at `at` ends a sentence: a terminal mark, then what closes, then white space."""
    code, length = code_point(data, at, end)
    doubled = code == FULL_STOP and at > start and data[at - 1] == FULL_STOP
    if doubled or not classes[code] & TERMINAL:
        return False
    at += length
    while at < end:
        code, length = code_point(data, at, end)
        if not _closes(code):
            return (classes[code] & SPACE) != 0
        at += length
    return False


@compiled
def _sentences(data, start, end, classes):
    """One, and one more for each end of a sentence within the line."""
    sentences = 1
    for i in range(start, end):
        if _MARKS[data[np.uint64(i)]]:
            sentences += _ends_sentence(data, start, i, end, classes)
    return sentences


@compiled
def _has_pieces(data, start, end, classes):
    """Whether a line has at least PIECES pieces between white space."""
    pieces, inside, at = 0, False, start
    while at < end and pieces < PIECES:
        space, length = _is_space(data, at, end, classes)
        pieces += not space and not inside
        inside = not space
        at += length
    return pieces == PIECES


@compiled
def _longest(data, start, end, classes):
    """Characters of the longest piece between white space."""
    longest = 0
    piece = at = start
    while at < end:
        space, length = _is_space(data, at, end, classes)
        if space:
            longest = max(longest, count_characters(data, piece, at))
            piece = at + length
        at += length
    return max(longest, count_characters(data, piece, end))


@compiled
def _is_long(data, start, end, classes):
    """Whether a piece has more than LONGEST_PIECE characters: looked at where so many bytes hold no blank."""
    at = start
    while end - at > LONGEST_PIECE:
        blank = at + LONGEST_PIECE
        while blank >= at and data[blank] != 0x20:
            blank -= 1
        if blank < at:
            return _longest(data, start, end, classes) > LONGEST_PIECE
        at = blank + 1
    return False


@compiled
def _ends_line(data, start, end, classes):
    """Whether the last character is a TERMINAL one, and not the last of three full stops."""
    at = end - 1
    while at > start and end - at < 4 and (data[at] & 0xC0) == 0x80:
        at -= 1
    code, length = code_point(data, at, end)
    return at + length == end and (classes[code] & TERMINAL) != 0 and not ends_in_stops(data, start, end)


@compiled
def _keeps(data, start, end, classes, sums):
    """Whether the rules keep a line that is not blank; counts what they count."""
    mentions, filler = _phrases(data, start, end)
    sums[LOREM] |= filler
    if mentions or not _ends_line(data, start, end, classes):
        return False
    if not _has_pieces(data, start, end, classes) or _is_long(data, start, end, classes):
        return False
    sums[LINES] += 1
    sums[SENTENCES] += _sentences(data, start, end, classes)
    return True


@compiled
def line(data, text, place, classes, sums, spans, cutting):
    """Judge a line that is not blank; returns whether a cut is open, as number spans.written[1].

    `text`: where the line without white space around it starts and ends; `place`: where in its document it and the
    next line start; `cutting`: whether a cut is open.
    """
    if _keeps(data, text[0], text[1], classes, sums):
        spans.written[1] += cutting
        return False
    n = spans.written[1]
    if not cutting:
        spans.cuts.start[n] = place[0]
    spans.cuts.end[n] = place[1]
    return True


def cuts(offsets: Offsets) -> Cuts:
    """Room for the cuts of these documents: between two stands a kept line, `a b c.` at least, and each has a character
    and a line feed."""
    most = len(offsets) + int(offsets[-1] - offsets[0]) // 9
    return Cuts(np.empty(most, np.int32), np.empty(most, np.int32))
