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

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import SPACE, TERMINAL, characters, code_point, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.quality import ends_in_stops, strip
from kvern.kernels.repetition import line_end

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
FULL_STOP, CURLY_BRACKET = 0x2E, 0x7B

# One row a phrase, ended by a zero. A phrase may begin only where bits of a byte and of the next one meet: each of the
# six first letters has a bit of its own.
_LETTERS = np.zeros((len(PHRASES), max(map(len, PHRASES)) + 1), np.uint8)
_FIRST, _SECOND = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
for _row, _phrase in enumerate(PHRASES):
    _LETTERS[_row, : len(_phrase)] = np.frombuffer(_phrase, np.uint8)
    _bit = 1 << b"ljpctu".index(_phrase[0])
    _FIRST[[*_phrase[:1].lower(), *_phrase[:1].upper()]] |= _bit
    _SECOND[[*_phrase[1:2].lower(), *_phrase[1:2].upper()]] |= _bit


class Cuts(NamedTuple):
    """Spans of removed lines: `document` is the row, `start` and `end` are bytes from its document's start."""

    document: npt.NDArray[np.int64]
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
    for i in range(start, end - 1):
        if _FIRST[data[i]] & _SECOND[data[i + 1]]:
            filler |= _phrase_at(data, i, end, 0)
            for row in range(1, _LETTERS.shape[0]):
                mentions |= _phrase_at(data, i, end, row)
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
def _prose(data, start, end, classes):
    """(pieces between white space, characters of the longest, sentences) of a line without white space around it."""
    pieces = longest = length = 0
    sentences, previous, ended = 1, 0, False
    at = start
    while at < end:
        code, step = code_point(data, at, end)
        if classes[code] & SPACE:
            sentences += ended
            ended, length = False, 0
        else:
            pieces += length == 0
            length += 1
            longest = max(longest, length)
            ended = _ends_sentence(code, classes[code], previous, ended)
        previous = code
        at += step
    return pieces, longest, sentences


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
    pieces, longest, sentences = _prose(data, start, end, classes)
    if pieces < PIECES or longest > LONGEST_PIECE:
        return False
    sums[LINES] += 1
    sums[SENTENCES] += sentences
    return True


@compiled
def _document(data, start, end, classes, sums, cuts, n):
    """Count a document's lines and write its cuts from number n on; returns the next number."""
    at = start
    cutting = False
    for i in range(start, end):
        sums[CURLY] |= data[i] == CURLY_BRACKET
    while at < end:
        stop = line_end(data, at, end)
        first, last = strip(data, at, stop, classes)
        if first < last:
            if _keeps(data, first, last, classes, sums):
                n += cutting
                cutting = False
            else:
                if not cutting:
                    cuts.start[n] = at - start
                cuts.end[n] = min(stop + 1, end) - start
                cutting = True
        at = stop + 1
    return n + cutting


@compiled
def _documents(data, offsets, classes, sums, cuts):
    n = 0
    for d in range(offsets.shape[0] - 1):
        first = n
        n = _document(data, offsets[d], offsets[d + 1], classes, sums[d], cuts, n)
        cuts.document[first:n] = d
    return n


def measure(data: Bytes, offsets: Offsets) -> tuple[npt.NDArray[np.int64], Cuts]:
    """(counts int64[n, len(SUMS)], spans of the lines that the rules remove).

    A cut runs over neighbouring removed lines with their line feeds, and over blank lines between them; blank lines
    beside a kept line stay, as they part paragraphs.
    """
    n = len(offsets) - 1
    sums = np.zeros((n, len(SUMS)), np.int64)
    # Between two cuts stands a kept line, `a b c.` at least, and a cut has a character and a line feed.
    most = n + int(offsets[-1] - offsets[0]) // 9
    cuts = Cuts(np.empty(most, np.int64), np.empty(most, np.int32), np.empty(most, np.int32))
    count = _documents(readonly(data), offsets, characters().classes, sums, cuts)
    return sums, Cuts(cuts.document[:count].copy(), cuts.start[:count].copy(), cuts.end[:count].copy())
