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
# Bytes of a line: nothing to see, ASCII white space, a mark that may end or close a sentence, a character to decode.
PLAIN, BLANK, ENDING, DECODED = range(4)
_BYTES = np.zeros(256, np.uint8)
_BYTES[[0x20, *range(0x09, 0x0E), *range(0x1C, 0x20)]] = BLANK
_BYTES[list(b".?!\"')]")] = ENDING
_BYTES[0xC2:] = DECODED
_BYTES[0xC3:0xD0] = (
    PLAIN  # leads of letters of Latin and Greek: neither white space nor an end of a sentence among them
)


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
def _ends_sentence(code, kind, previous, ended):
    """Whether white space after this character would end a sentence."""
    if _closes(code):
        return ended
    return (kind & TERMINAL) != 0 and not (code == FULL_STOP and previous == FULL_STOP)


@compiled
def _longer(data, start, end):
    """Whether a piece has more than LONGEST_PIECE characters."""
    return end - start > LONGEST_PIECE and count_characters(data, start, end) > LONGEST_PIECE


@compiled
def _prose(data, start, end, classes):
    """(pieces between white space, whether one is too long, sentences) of a line without white space around it."""
    pieces = 0
    sentences, ended, long = 1, False, False
    piece = at = start
    while at < end:
        sort = _BYTES[data[at]]
        if sort == PLAIN:
            ended = False
            at += 1
            continue
        code, length = code_point(data, at, end)
        if sort == BLANK or (sort == DECODED and classes[code] & SPACE):
            pieces += at > piece
            long |= _longer(data, piece, at)
            sentences += ended
            ended, piece = False, at + length
        else:
            previous = data[at - 1] if at > start else 0
            ended = _ends_sentence(code, classes[code], previous, ended)
        at += length
    return pieces + (end > piece), long or _longer(data, piece, end), sentences


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
    pieces, long, sentences = _prose(data, start, end, classes)
    if pieces < PIECES or long:
        return False
    sums[LINES] += 1
    sums[SENTENCES] += sentences
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
