"""What a word is for the quality measures, over the classes of `characters`. (`bare_words` has MinHash's own.)

A **word** is a run of word characters (letters, marks, numbers, low lines) in which single joiners may stand:
`- ' ’ . / @ & =` between any two word characters, `,` and `:` between two digits 0 to 9. It holds at least one letter,
mark or number: a rule of low lines is no word. So `f.eks`, `1.000,50`, `nb.no/side` and `nord-norsk` are one word each,
and every other mark stands outside of words.
"""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.characters import DIGIT, LETTER, PUNCTUATION, WORD, characters, class_of, code_point, readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, hash_span, load64
from kvern.kernels.vectors import fold_product, trailing_zeros

# The class of each byte that is a word character by itself; 0 for other bytes.
ASCII_WORD = np.array(
    [kind if kind & WORD else 0 for kind in map(class_of, map(chr, range(128)))] + [0] * 128, np.uint8
)
ASCII_LETTER = (ASCII_WORD & LETTER) != 0
# Eight bytes each: what makes a letter small, all but the high bit, and what lifts a letter to it and what is beyond z.
_SPACES, _LOW_BITS, _HIGH_BITS, _FROM_A, _BEYOND_Z = (
    np.uint64(0x0101010101010101 * byte) for byte in (0x20, 0x7F, 0x80, 0x80 - 0x61, 0x80 - 0x7B)
)
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


@compiled
def find_word_character(data, at, end, classes):
    """Position of the first word character of data[at:end], or end."""
    while at < end:
        byte = data[np.uint64(at)]  # unsigned: numba need not look for indices below zero
        if byte < 0x80:
            if ASCII_WORD[byte]:
                return at
            at += 1
            continue
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
def _letters(data, at, end):
    """Position after the letters a to z and A to Z at `at`; eight bytes at a time, as words end where none can tell."""
    while at + 8 <= data.shape[0]:
        eight = load64(data, at)
        lower = (eight | _SPACES) & _LOW_BITS
        letters = (lower + _FROM_A) & ~(lower + _BEYOND_Z) & ~eight & _HIGH_BITS
        count = np.int64(trailing_zeros(letters ^ _HIGH_BITS) >> np.uint64(3))
        at += count
        if count < 8 or at >= end:
            return min(at, end)
    while at < end and ASCII_LETTER[data[at]]:
        at += 1
    return at


@compiled
def _run(data, at, end, classes):
    """A run of word characters at `at`: (position after it, code points, union and intersection of classes, last)."""
    chars = union = last = 0
    common = 0xFF
    while True:
        behind = _letters(data, at, end)
        if behind > at:
            chars += behind - at
            union |= LETTER
            common &= LETTER
            last = LETTER
            at = behind
        if at >= end:
            break
        byte = data[np.uint64(at)]
        if byte < 0x80 and not ASCII_WORD[byte]:
            break
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
        if at >= end or data[np.uint64(at)] <= 0x20:  # a blank joins nothing
            break
        behind = _after_joiner(data, at, end, classes, (last & DIGIT) != 0)
        if behind < 0:
            break
        total += 1
        at = behind
    substance = (common & PUNCTUATION) == 0  # the low line is punctuation, no other word character is
    return at, (total if substance else 0), (union & LETTER) != 0


@compiled
def _eight(data, at, end):
    """Up to eight bytes of data[at:end], the first lowest; no byte of `data` behind the array is touched."""
    length = np.uint64(min(max(end - at, 0), 8))
    if at + 8 <= data.shape[0]:
        return load64(data, at) & _MASKS[length]
    bytes_ = np.uint64(0)
    for k in range(length):
        bytes_ |= np.uint64(data[at + np.int64(k)]) << (np.uint64(8) * k)
    return bytes_


@compiled
def hash_word(data, start, end):
    """64-bit hash of a word, nearly all of which have up to 16 bytes; the rest of longer ones is hashed by itself."""
    lower = _eight(data, start, end)
    upper = _eight(data, start + 8, end) if end - start > 8 else np.uint64(0)
    key = fold_product(lower ^ GOLDEN ^ np.uint64(end - start), upper ^ MULTIPLIER)
    return key ^ hash_span(data, start + 16, end) if end - start > 16 else key


def word_hash(text: str) -> int:
    """`hash_word` of one word, by which a text's words are compared; ValueError where it is not one."""
    data = readonly(np.frombuffer(text.encode(), np.uint8))
    classes = characters().classes
    starts = len(data) > 0 and find_word_character(data, 0, len(data), classes) == 0
    at, chars, _ = word(data, 0, len(data), classes) if starts else (0, 0, False)
    if not chars or at != len(data):
        raise ValueError(f"wanted one word of letters, marks or numbers, got {text!r}: split it or take it out")
    return int(hash_word(data, 0, len(data)))
