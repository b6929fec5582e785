"""The one pass over a text's bytes that the OCR measures come from: counts of words, pieces and letters.

A **word** is a run of letters; a **piece** stands between white space. A word is *known* when a table that was asked
has it in its lexicon, *spelt* when all its 4-grams of letters are in one, else unknown.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.characters import code_point
from kvern.kernels.compiled import compiled
from kvern.kernels.ocr_letters import (
    DIGIT,
    GLUE,
    JOIN,
    LONGEST,
    SIGN,
    SPACE,
    UPPER,
    VOWEL,
    find,
    roll,
    roll_gram,
    word_key,
)

SUMS = (
    *("letters", "words", "known", "spelt", "unseen_grams", "singles", "vowelless", "mixed", "digits_inside"),
    *("pieces", "noise_pieces", "signs", "glued", "joined", "stopped"),
)
(
    LETTERS,
    WORDS,
    KNOWN,
    SPELT,
    UNSEEN,
    SINGLES,
    VOWELLESS,
    MIXED,
    INSIDE,
    PIECES,
    NOISE,
    SIGNS,
    GLUED,
    JOINED,
    STOPPED,
) = range(15)
_LETTER = 63
CAPITAL, PART = 1 << 16, 1 << 17  # of a word: a capital after a small letter; a hyphen, apostrophe or slash beside it
_24 = np.uint64(24)
FULL_STOP, SLASH = 0x2E, 0x2F


class Lexica(NamedTuple):
    """`words` and `grams`: hash tables of `key | mask` (`ocr_letters.find`), bit t of a mask for table t. `kinds`: what
    each code point is (`ocr_letters.kinds`)."""

    words: npt.NDArray[np.uint64]
    grams: npt.NDArray[np.uint64]
    kinds: npt.NDArray[np.uint16]


@compiled
def _unseen(letters, n, grams, mask):
    """4-grams of a word, its edges among them, that no table of the mask has."""
    count = 0
    gram = roll_gram(roll_gram(np.uint64(letters[0]), letters[1]), letters[2] if n > 2 else 0)
    for k in range(3, max(4, n + 2)):
        count += (find(grams, gram << _24) & mask) == np.uint64(0)
        gram = roll_gram(gram, letters[k] if k < n else 0)
    return count


@compiled
def _judge(letters, h, n, seen, behind, lexica, mask, sums):
    """Count a word of n letters; `seen`: bits of its characters, of CAPITAL and of PART."""
    sums[LETTERS] += n
    shown = min(n, LONGEST)
    known = (find(lexica.words, word_key(h)) & mask) != np.uint64(0)
    if n == 1:
        # An initial, a hyphen's or apostrophe's part and a heading's letter are no damage.
        initial = behind == FULL_STOP and (seen & UPPER) != 0
        known |= initial or (seen & PART) != 0
        sums[SINGLES] += not known
        sums[WORDS] += 1
        sums[KNOWN] += known
        return
    sums[WORDS] += 1
    if known:
        sums[KNOWN] += 1
        return
    unseen = _unseen(letters, shown, lexica.grams, mask)
    sums[UNSEEN] += unseen
    sums[SPELT] += unseen == 0
    sums[VOWELLESS] += (seen & VOWEL) == 0 and behind != FULL_STOP
    sums[MIXED] += (seen & CAPITAL) != 0


@compiled
def _begin_word(kind, last, before, worded, resumed, sums):
    """Count what stands before a word where print has a blank; the word's first bits. `resumed`: behind a full stop."""
    sums[GLUED] += (last & GLUE) != 0 and worded
    sums[JOINED] += (last & JOIN) != 0 and worded
    sums[STOPPED] += resumed and not kind & UPPER
    return np.int64(PART * ((last & JOIN) != 0 or before == SLASH))


@compiled
def _end_piece(chars, worded, signs, sums):
    """Count a piece: noise is more than one mark, or one that print has seldom, with neither letter nor digit."""
    sums[SIGNS] += signs
    sums[PIECES] += chars > 0
    sums[NOISE] += chars > 0 and not worded and (chars > 1 or signs > 0)


@compiled
def span(data, start, end, lexica, mask, letters, sums, histogram):
    """Count data[start:end] into sums[len(SUMS)] and histogram[64]; `letters` uint8[LONGEST] is scratch."""
    at, n, piece, signs = start, 0, 0, 0
    h = np.uint64(0)
    worded = stopped = False  # stopped: the piece before ended in a full stop
    seen = before = last = np.int64(0)  # bits of the word; the code before, and its kind
    while at < end:
        code, length = np.int64(data[at]), 1
        if code >= 0x80:
            code, length = code_point(data, at, end)
        kind = np.int64(lexica.kinds[code])
        number = kind & _LETTER
        if number:
            if n == 0:
                h = np.uint64(0)
                seen = _begin_word(kind, last, before, worded, stopped and piece == 0, sums)
            elif kind & UPPER and not last & UPPER:
                seen |= CAPITAL
            seen |= kind & (VOWEL | UPPER)
            if n < LONGEST:
                letters[n] = number
                h = roll(h, number)
            histogram[number] += 1
            n, worded = n + 1, True
        elif n:
            _judge(letters, h, n, seen | PART * ((kind & JOIN) != 0 or code == SLASH), code, lexica, mask, sums)
            sums[INSIDE] += (kind & DIGIT) != 0 and n > 1 and not last & UPPER
            n = 0
        if not number:
            worded |= (kind & DIGIT) != 0
            signs += (kind & SIGN) != 0
        piece += 1
        if kind & SPACE:
            _end_piece(piece - 1, worded, signs, sums)
            stopped, worded = before == FULL_STOP if piece > 1 else stopped, False
            piece = signs = 0
        before, last, at = code, kind, at + length
    if n:
        _judge(letters, h, n, seen, 0, lexica, mask, sums)
    _end_piece(piece, worded, signs, sums)


@compiled
def spans(data, starts, ends, masks, lexica, letters, sums, histograms):
    """`span` for each of n spans: sums int64[n, len(SUMS)], histograms int64[n, 64]; masks uint64[n]."""
    for i in range(starts.shape[0]):
        span(data, starts[i], ends[i], lexica, masks[i], letters, sums[i], histograms[i])
