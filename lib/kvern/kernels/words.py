"""What a word is for the quality measures, over the classes of `characters`. (`bare_words` has MinHash's own.)

A **word** is a run of word characters (letters, marks, numbers, low lines) in which single joiners may stand:
`- ' ’ . / @ & =` between any two word characters, `,` and `:` between two digits 0 to 9. It holds at least one letter,
mark or number: a rule of low lines is no word. So `f.eks`, `1.000,50`, `nb.no/side` and `nord-norsk` are one word each,
and every other mark stands outside of words.
"""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.characters import DIGIT, LETTER, PUNCTUATION, WORD, characters, code_point, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import hash_span


@compiled
def find_word_character(data, at, end, classes):
    """Position of the first word character of data[at:end], or end."""
    while at < end:
        code, length = code_point(data, at, end)
        if classes[code] & WORD:
            return at
        at += length
    return end


@compiled
def _joins(code):
    return code in (0x2D, 0x27, 0x2019, 0x2E, 0x2F, 0x40, 0x26, 0x3D)


@compiled
def _after_joiner(data, at, end, classes, digit):
    """Position of the word character behind a joiner at `at`, or -1; `digit`: a digit stands before it."""
    code, length = code_point(data, at, end)
    if not classes[code] & PUNCTUATION or at + length >= end:
        return -1
    separates = digit and code in (0x2C, 0x3A)
    if not (separates or _joins(code)):
        return -1
    behind, _ = code_point(data, at + length, end)
    wanted = DIGIT if separates else WORD
    return at + length if classes[behind] & wanted else -1


@compiled
def _run(data, at, end, classes):
    """A run of word characters at `at`: (position after it, code points, union and intersection of classes, last)."""
    chars = union = last = 0
    common = 0xFF
    while at < end:
        code, length = code_point(data, at, end)
        kind = classes[code]
        if not kind & WORD:
            break
        union |= kind
        common &= kind
        last = kind
        chars += 1
        at += length
    return at, chars, union, common, last


@compiled
def word(data, at, end, classes):
    """(position after it, code points, has a letter) of the run with joiners at `at`; 0 code points: no word."""
    total = union = 0
    common = 0xFF
    while True:
        at, chars, some, all_, last = _run(data, at, end, classes)
        total += chars
        union |= some
        common &= all_
        behind = _after_joiner(data, at, end, classes, (last & DIGIT) != 0) if at < end else -1
        if behind < 0:
            break
        total += 1
        at = behind
    substance = (common & PUNCTUATION) == 0  # the low line is punctuation, no other word character is
    return at, (total if substance else 0), (union & LETTER) != 0


def word_hash(text: str) -> int:
    """`hash_span` of the bytes of one word, by which a text's words are compared; ValueError where it is not one."""
    data = readonly(np.frombuffer(text.encode(), np.uint8))
    classes = characters().classes
    starts = len(data) > 0 and find_word_character(data, 0, len(data), classes) == 0
    at, chars, _ = word(data, 0, len(data), classes) if starts else (0, 0, False)
    if not chars or at != len(data):
        raise ValueError(f"wanted one word of letters, marks or numbers, got {text!r}: split it or take it out")
    return int(hash_span(data, 0, len(data)))
