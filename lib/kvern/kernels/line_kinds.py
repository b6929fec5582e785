"""What a line is made of, byte by byte, and by that whether it is one of a list, of a table or of code.

A line of a list begins with a bullet, or a number of up to three digits and `.` or `)`, or a letter and `)`; then a
blank. A line of a table has two borders of cells (`|` or a tab), or three pieces between blanks that begin with a
digit, and a third of its bytes are digits. A line of code ends in `{`, `}` or `;`, or has two or more of CODE and one
in 20 bytes. The three are ours: shares to look at a source by, no judgement on a line.
"""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.characters import code_point
from kvern.kernels.compiled import compiled
from kvern.kernels.sentence_ends import is_ellipsis

CODE = b"{}[]<>=;\\$_`"
FEED, FULL_STOP, DIGIT, MARK, CELL, NUMBER_SIGN, ELLIPSIS_END, CURLY = range(1, 9)
_EVENTS = np.zeros(256, np.uint8)
_EVENTS[[0x0A, 0x2E, 0x7C, 0x09, 0x23, 0xA6]] = FEED, FULL_STOP, CELL, CELL, NUMBER_SIGN, ELLIPSIS_END
_EVENTS[0x30:0x3A] = DIGIT
_EVENTS[list(CODE)] = MARK
_EVENTS[0x7B] = CURLY


@compiled
def read_line(data, start, end):
    """(end of the line at `start`, its digits, marks of code, borders of cells, `{`, `#`, ellipses).

    An ellipsis is U+2026, or each three full stops in a row.
    """
    digits = marks = cells = curly = number_signs = ellipses = 0
    run = start  # where the run of full stops began
    for i in range(start, end):
        event = _EVENTS[data[np.uint64(i)]]  # unsigned: numba need not look for indices below zero
        if event == 0:
            continue
        if event == FEED:
            end = i
            break
        if event == FULL_STOP:
            run = i if i == start or data[i - 1] != 0x2E else run
            ellipses += (i - run) % 3 == 2
        elif event == ELLIPSIS_END:
            ellipses += is_ellipsis(data, start, i + 1)
        digits += event == DIGIT
        marks += event == MARK
        cells += event == CELL
        curly += event == CURLY
        number_signs += event == NUMBER_SIGN
    return end, digits, marks + curly, cells, curly, number_signs, ellipses


@compiled
def _numbers(data, start, end):
    """Pieces between blanks that begin with a digit."""
    numbers = 0
    for i in range(start, end):
        numbers += 0x30 <= data[i] <= 0x39 and (i == start or data[i - 1] == 0x20)
    return numbers


@compiled
def _bullet(data, start, end):
    """Length of the bullet at `start`; 0: none. Dashes are none: Norwegian print begins speech with them."""
    code, length = code_point(data, start, end)
    bullet = code in (0x2A, 0x2D, 0xB7, 0x2022, 0x2023, 0x25A0, 0x25A1, 0x25AA, 0x25CB, 0x25CF, 0x25E6)
    return length if bullet else 0


@compiled
def _number(data, start, end):
    """Length of up to three digits and `.` or `)`, or one letter and `)`; 0: none."""
    at = start
    while at < end and at < start + 3 and 0x30 <= data[at] <= 0x39:
        at += 1
    if at > start:
        return at + 1 - start if at < end and data[at] in (0x2E, 0x29) else 0
    letter = 0x61 <= (data[start] | 0x20) <= 0x7A
    return 2 if letter and start + 1 < end and data[start + 1] == 0x29 else 0


@compiled
def is_list(data, start, end):
    """Whether a line without white space around it is one of a list."""
    length = max(_bullet(data, start, end), _number(data, start, end))
    return length > 0 and start + length < end and data[start + length] == 0x20


@compiled
def is_table(data, start, end, digits, cells):
    """Whether a line without white space around it is one of a table."""
    return cells >= 2 or (3 * digits >= end - start and _numbers(data, start, end) >= 3)


@compiled
def is_code(data, start, end, marks):
    """Whether a line without white space around it is one of code."""
    return data[end - 1] in (0x7B, 0x7D, 0x3B) or (marks >= 2 and 20 * marks >= end - start)
