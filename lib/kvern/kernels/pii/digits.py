"""Groups of digits on a line: what is tried as a number, each grouping by itself."""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.marks import blank_at, dash_at, is_digit

GROUPS, DIGITS = 12, 40
NONE, BLANK, DOT, DASH, SLASH, CLOSE, OPEN = range(7)  # what parts two groups; CLOSE and OPEN: brackets


class Groups(NamedTuple):
    """Scratch. `value`: digit values; `first`: index in it of each group's first digit, and after the last group's.

    `start`, `end`: bytes of each group; `mark`: what follows it, NONE after the last. `widths`: the widths of the first
    group to this one (of five), two decimal digits each; `alike[0]`: groups from the first on with equal marks between.
    """

    value: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    mark: npt.NDArray[np.int64]
    widths: npt.NDArray[np.int64]
    alike: npt.NDArray[np.int64]


def scratch() -> Groups:
    return Groups(np.zeros(DIGITS, np.uint8), *np.zeros((6, GROUPS + 1), np.int64))


@compiled
def _mark_at(data, at, end):
    """(what parts two groups at `at`, its bytes)."""
    if at >= end:
        return NONE, 0
    blank = blank_at(data, at, end)
    if blank:
        bracket = at + blank < end and data[at + blank] == 0x28
        return (OPEN, blank + 1) if bracket else (BLANK, blank)
    dash = dash_at(data, at, end)
    if dash:
        return DASH, dash
    byte = data[at]
    if byte == 0x29:
        slash = at + 1 < end and data[at + 1] == 0x2F
        return CLOSE, 1 + blank_at(data, at + 1, end) + dash_at(data, at + 1, end) + slash
    if byte == 0x2E:
        return DOT, 1
    if byte == 0x2F:
        return SLASH, 1
    return (OPEN, 1) if byte == 0x28 else (NONE, 0)


@compiled
def _describe(groups, n):
    """Fill `widths` and `alike`."""
    packed = 0
    for k in range(min(n, 5)):
        packed = 100 * packed + groups.first[k + 1] - groups.first[k]
        groups.widths[k] = packed
    alike = 1
    while alike < n and groups.mark[alike - 1] == groups.mark[0]:
        alike += 1
    groups.alike[0] = alike


@compiled
def collect(data, at, end, groups):
    """Read groups from the digit at `at` on, up to GROUPS of together DIGITS digits; returns how many."""
    n = used = 0
    while n < GROUPS:
        stop = at
        while stop < end and 0x30 <= data[stop] <= 0x39 and used + stop - at < DIGITS:
            groups.value[used + stop - at] = data[stop] - 0x30
            stop += 1
        if is_digit(data, stop, at, end):
            break  # too long to be any of these numbers
        groups.first[n], groups.start[n], groups.end[n] = used, at, stop
        used += stop - at
        n += 1
        mark, size = _mark_at(data, stop, end)
        groups.mark[n - 1] = mark if is_digit(data, stop + size, at, end) else NONE
        if groups.mark[n - 1] == NONE:
            break
        at = stop + size
    groups.first[n] = used
    if n > 0:
        groups.mark[n - 1] = NONE
        _describe(groups, n)
    return n


@compiled
def width(groups, k):
    """Digits in group k."""
    return groups.first[k + 1] - groups.first[k]


@compiled
def shaped(groups, n, count, widths):
    """Whether the first `count` groups have these widths, 4_02_05 for 4, 2 and 5, and equal marks between them."""
    return n >= count and groups.widths[count - 1] == widths and groups.alike[0] >= count
