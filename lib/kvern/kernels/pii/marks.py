"""What stands beside a candidate: letters that make it a part of something else, blanks, and dashes."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled

DIGIT, LETTER, HEX, LOCAL, TRIGGER = (
    1,
    2,
    4,
    8,
    16,
)  # LOCAL: in the local part of an address; TRIGGER: a scan stops here
CLASS = np.zeros(256, np.uint8)
CLASS[0x30:0x3A] |= DIGIT | HEX | LOCAL | TRIGGER
CLASS[0x41:0x5B] |= LETTER | LOCAL
CLASS[0x61:0x7B] |= LETTER | LOCAL
CLASS[[*b"ABCDEFabcdef"]] |= HEX
CLASS[[*b"._%+-"]] |= LOCAL
CLASS[[*b"@:(["]] |= TRIGGER
CLASS.flags.writeable = False


@compiled
def is_digit(data, at, start, end):
    return start <= at < end and 0x30 <= data[at] <= 0x39


@compiled
def _wide_letter(lead, second):
    """Whether a character of two bytes or more may be a letter: not U+0080 to U+00BF, general punctuation, × or ÷."""
    if lead == 0xC2 or lead == 0xE2 or lead < 0xC3 or lead > 0xF4:
        return False
    if lead == 0xEF:
        return second != 0xBB and second != 0xBF  # the byte order mark, U+FFFD
    return not (lead == 0xC3 and (second == 0x97 or second == 0xB7))


@compiled
def letter_at(data, at, end):
    """Bytes of the letter that begins at `at`; 0 where none does."""
    if at >= end:
        return 0
    byte = data[at]
    if byte < 0x80:
        return 1 if CLASS[byte] & LETTER else 0
    if at + 1 >= end or not _wide_letter(byte, data[at + 1]):
        return 0
    stop = at + 1
    while stop < end and stop < at + 4 and (data[stop] & 0xC0) == 0x80:
        stop += 1
    return stop - at


@compiled
def letter_before(data, start, at):
    """Bytes of the letter that ends at `at`; 0 where none does."""
    if at <= start:
        return 0
    byte = data[at - 1]
    if byte < 0x80:
        return 1 if CLASS[byte] & LETTER else 0
    first = at - 1
    while first > start and at - first < 4 and (data[first] & 0xC0) == 0x80:
        first -= 1
    return at - first if letter_at(data, first, at) == at - first else 0


@compiled
def blank_at(data, at, end):
    """Bytes of the blank at `at` that may part groups of a number: space, no-break, thin, figure space; else 0."""
    if at >= end:
        return 0
    if data[at] == 0x20:
        return 1
    if data[at] == 0xC2 and at + 1 < end and data[at + 1] == 0xA0:
        return 2
    if data[at] == 0xE2 and at + 2 < end and data[at + 1] == 0x80:
        return 3 if 0x80 <= data[at + 2] <= 0x8A or data[at + 2] == 0xAF else 0
    return 0


@compiled
def blank_before(data, start, at):
    """Bytes of the blank that ends at `at`; 0 where none does."""
    for size in range(1, 4):
        if at - size >= start and blank_at(data, at - size, at) == size:
            return size
    return 0


@compiled
def dash_at(data, at, end):
    """Bytes of the hyphen or dash at `at`: the hyphen-minus, U+2010 to U+2013, U+2212; else 0."""
    if at < end and data[at] == 0x2D:
        return 1
    if at + 2 >= end or data[at] != 0xE2:
        return 0
    dash = data[at + 1] == 0x80 and 0x90 <= data[at + 2] <= 0x93
    return 3 if dash or (data[at + 1] == 0x88 and data[at + 2] == 0x92) else 0


@compiled
def glued_after(data, at, end):
    return letter_at(data, at, end) > 0 or is_digit(data, at, at, end)


@compiled
def glued_before(data, start, at):
    return letter_before(data, start, at) > 0 or is_digit(data, at - 1, start, at)


@compiled
def point_before(data, start, at):
    """Whether a digit and a point or comma stand before: the rest of a decimal or of a section number."""
    return at - 2 >= start and (data[at - 1] == 0x2E or data[at - 1] == 0x2C) and is_digit(data, at - 2, start, at)


@compiled
def point_after(data, at, end):
    return at + 1 < end and (data[at] == 0x2E or data[at] == 0x2C) and is_digit(data, at + 1, at, end)


@compiled
def run_after(data, at, end):
    """Digits from `at` on, at most 20."""
    stop = at
    while stop < end and stop < at + 20 and 0x30 <= data[stop] <= 0x39:
        stop += 1
    return stop - at


@compiled
def run_before(data, start, at):
    first = at
    while first > start and at - first < 20 and 0x30 <= data[first - 1] <= 0x39:
        first -= 1
    return at - first


@compiled
def alone(data, start, end, first, last):
    """Whether nothing but blanks and light punctuation shares the line with data[first:last]."""
    at = first - 1
    while at >= start and first - at < 8 and (data[at] == 0x20 or data[at] == 0x09 or data[at] == 0x22):
        at -= 1
    if at >= start and data[at] != 0x0A:
        return False
    at = last
    while at < end and at - last < 8 and data[at] in (0x20, 0x09, 0x0D, 0x22, 0x2C, 0x2E, 0x3B):
        at += 1
    return at >= end or data[at] == 0x0A
