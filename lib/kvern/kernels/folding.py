"""Letters folded into what OCR takes for one another, so that two readings of one page look alike.

Case, accents, blanks, marks and digits go; of what is left `SETS` are one letter each, and `DROPPED` is no letter.
Chosen on the 9,081 measured confusions of `demo/ocr_confusions.json` and 2.7 MB of Norwegian books of 1840 to 1920.
A run of letters that is rare enough wants a number of bits: what counts is errors for each bit of a letter's entropy
(three letters before it given). As printed that is .0099; with ø as o, å as a, s as z and f as k .0059; with the sets
.0049; without i and j, and n, r and m as one, so that `n` read as `ri` and `m` as `ni` cost little, .0045. Several of
one letter as a single one were worse: .0050.
"""
# mypy: allow-untyped-defs

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes
from kvern.kernels.characters import LETTER, characters, code_point, lower_of, readonly
from kvern.kernels.compiled import compiled

VERSION = 1  # raised with any change here: it is part of stored signatures
Letters = npt.NDArray[np.uint32]
SETS = ("od", "ec", "tslkfz", "vyw", "hb", "nrm")
DROPPED = "ij"
_BARE = {"ø": "o", "æ": "e", "œ": "e", "đ": "d", "ð": "d", "ŋ": "n", "ł": "l", "ß": "s", "ı": "i", "ħ": "h", "ŧ": "t"}
_LETTER_OF = {letter: letters[0] for letters in SETS for letter in letters} | dict.fromkeys(DROPPED, "")
_LATIN = range(0x250), range(0x1D00, 0x2190), range(0xFB00, 0xFB07), range(0xFF21, 0xFF5B)  # and ligatures, wide forms
_CODES = 0x40000  # no letter is assigned beyond
_1 = np.uint64(1)


def folded(character: str) -> str:
    """The letter that stands for a character; empty for one that is none. Other scripts' letters lose their case."""
    if not unicodedata.category(character).startswith("L"):
        return ""
    lower = lower_of(character)
    if not any(ord(character) in span for span in _LATIN):
        return lower
    bare = _BARE.get(lower) or unicodedata.normalize("NFKD", lower)[0]
    return _LETTER_OF.get(bare, bare) if bare.isascii() else lower


@cache
def folding() -> Letters:
    """uint32[0x40000]: the letter that stands for each code point, 0 for none."""
    known, table = characters(), np.arange(_CODES, dtype=np.uint32)
    table[: len(known.lower)] = known.lower
    table[known.classes[:_CODES] & LETTER == 0] = 0
    for span in _LATIN:
        table[span.start : span.stop] = [ord(folded(chr(code)) or "\0") for code in span]
    return table


@compiled
def fold(data, at, end, table, letters, first):
    """Write folded letters of data[at:end] to letters[first:], while there is room; (letters, next byte)."""
    count, room = np.uint64(first), np.uint64(letters.shape[0])
    here, stop = np.uint64(at), np.uint64(end)
    while here < stop and count < room:
        byte = data[here]
        if byte < 0x80:
            letter = table[byte]
            here += _1
        else:
            code, length = code_point(data, np.int64(here), end)
            letter = table[code] if code < table.shape[0] else table[0]
            here += np.uint64(length)
        letters[count] = letter  # overwritten by the next where it is none
        count += np.uint64(letter != 0)
    return np.int64(count) - first, np.int64(here)


def folded_letters(data: Bytes, start: int, end: int) -> Letters:
    """The folded letters of data[start:end], uint32."""
    letters = np.empty(end - start, np.uint32)
    count, _ = fold(readonly(data), start, end, folding(), letters, 0)
    return letters[:count]
