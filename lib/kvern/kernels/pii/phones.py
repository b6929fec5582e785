"""Telephone numbers: international, Norwegian by their groups, others by their shape or by words beside them."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import number
from kvern.kernels.pii.context import OTHER, anywhere, near, said_after, said_before
from kvern.kernels.pii.context import PHONE as PHONE_WORD
from kvern.kernels.pii.digits import BLANK, CLOSE, DASH, DOT, OPEN, shaped, width
from kvern.kernels.pii.kinds import NOTHING, PHONE
from kvern.kernels.pii.marks import (
    blank_before,
    dash_at,
    glued_after,
    glued_before,
    point_after,
    point_before,
    run_after,
    run_before,
)

MOST = 15  # digits (ITU-T E.164)

# Digits after the country code, least and most (ITU-T E.164 national plans); other codes: 4 to what is left of 15.
_NATIONAL = {
    1: (10, 10),
    7: (10, 10),
    30: (10, 10),
    31: (9, 9),
    32: (8, 9),
    33: (9, 9),
    34: (9, 9),
    36: (8, 9),
    39: (6, 11),
    40: (9, 9),
    41: (9, 9),
    43: (4, 13),
    44: (9, 10),
    45: (8, 8),
    46: (7, 9),
    47: (8, 8),
    48: (9, 9),
    49: (6, 11),
    55: (10, 11),
    61: (9, 9),
    81: (9, 10),
    86: (10, 11),
    90: (10, 10),
    91: (10, 10),
    298: (6, 6),
    299: (6, 6),
    351: (9, 9),
    353: (7, 9),
    354: (7, 9),
    358: (5, 11),
    370: (8, 8),
    371: (8, 8),
    372: (7, 8),
    380: (9, 9),
    420: (9, 9),
    421: (9, 9),
}
_TWO = (20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67), 81, 82, 84, 86,
        *range(90, 96), 98)  # fmt: skip
_THREE = (21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99)
_CODE_WIDTH = np.zeros(100, np.int64)  # by the first two digits
_CODE_WIDTH[10:20], _CODE_WIDTH[70:80] = 1, 1
_CODE_WIDTH[[*_TWO]], _CODE_WIDTH[[*_THREE]] = 2, 3
_LEAST, _MOST = np.zeros(1000, np.int64), np.zeros(1000, np.int64)
for _code in range(1, 1000):
    _LEAST[_code], _MOST[_code] = _NATIONAL.get(_code, (4, MOST - len(str(_code))))
for _table in (_CODE_WIDTH, _LEAST, _MOST):
    _table.flags.writeable = False


@compiled
def _extension(data, at, end):
    """Where an extension behind a number ends: `x1234`, ` ext. 123`; `at` where there is none."""
    stop = at + (at < end and data[at] == 0x20)
    if stop < end and data[stop] | 0x20 == 0x65 and stop + 3 < end and data[stop + 1] | 0x20 == 0x78:
        stop += 3 if data[stop + 2] | 0x20 == 0x74 else 2
        stop += stop < end and data[stop] == 0x2E
        stop += stop < end and data[stop] == 0x20
    elif stop < end and data[stop] | 0x20 == 0x78:
        stop += 1
    else:
        return at
    digits = run_after(data, stop, end)
    return stop + digits if 1 <= digits <= 6 else at


@compiled
def _ends(data, at, end):
    """Where a number that reaches `at` ends, its extension included; -1 where it is part of something else."""
    stop = _extension(data, at, end)
    if stop > at:
        return -1 if glued_after(data, stop, end) else stop
    if glued_after(data, at, end) or point_after(data, at, end):
        return -1
    return at if at >= end or data[at] != 0x40 else -1


@compiled
def _trunk(groups, k):
    """Whether group k is the (0) that is dialled at home only."""
    zero = width(groups, k) == 1 and groups.value[groups.first[k]] == 0
    return zero and k > 0 and groups.mark[k - 1] == OPEN and groups.mark[k] == CLOSE


@compiled
def _abroad(groups, n, skipped):
    """(groups of the longest number that fits its country's plan, country code); 0 groups where none does."""
    digits = groups.value
    total = groups.first[n] - skipped
    if total < 6 or digits[skipped] == 0:
        return 0, 0
    size = _CODE_WIDTH[number(digits, skipped, 2)]
    code = number(digits, skipped, size)
    trunk = 0
    best = 0
    for k in range(n):
        trunk += _trunk(groups, k)
        national = groups.first[k + 1] - skipped - size - trunk
        if size and _LEAST[code] <= national <= _MOST[code]:
            best = k + 1
    return best, code


@compiled
def _tens(groups, n):
    """Whether it is an amount: thousands in threes that end in 000."""
    for k in range(1, n):
        if width(groups, k) != 3:
            return False
    at = groups.first[n]
    return n > 1 and groups.value[at - 1] == 0 and groups.value[at - 2] == 0 and groups.value[at - 3] == 0


@compiled
def international(data, start, end, groups, n, words):
    """+CC or 00CC and a number of that country's length; of Norway's: eight digits from 2 on."""
    first = groups.start[0]
    plus = first > start and data[first - 1] == 0x2B
    doubled = groups.value[0] == 0 and groups.value[1] == 0 and width(groups, 0) >= 2
    if not plus and (not doubled or glued_before(data, start, first) or point_before(data, start, first)):
        return NOTHING
    used, code = _abroad(groups, n, 0 if plus else 2)
    said = said_before(data, start, first - plus, words)
    if used == 0 or (code == 47 and groups.value[groups.first[used] - 8] < 2):
        return NOTHING
    if not anywhere(said) & PHONE_WORD and _tens(groups, used):
        return NOTHING
    last = _ends(data, groups.end[used - 1], end)
    if last < 0:
        return NOTHING
    first -= plus
    bracketed = first > start and data[first - 1] == 0x28 and groups.mark[0] == CLOSE
    if plus:
        return first - bracketed, last, PHONE, 97 if code == 47 else 93
    stated = anywhere(said) & PHONE_WORD or code == 47
    if not stated and used == 1:
        return first, last, PHONE, 40
    return first, last, PHONE, 92 if stated else 65


@compiled
def _row(groups, n):
    """How many groups from the first on have its width and its mark between them."""
    k = 1
    while k < n and width(groups, k) == width(groups, 0) and groups.mark[k - 1] == groups.mark[0]:
        k += 1
    return k


@compiled
def _digits_before(data, start, first):
    """Digits of a group that one blank, point or dash parts from `first`; 0 where there is none."""
    size = blank_before(data, start, first)
    if size == 0 and first > start and (data[first - 1] == 0x2E or data[first - 1] == 0x2D or data[first - 1] == 0x2F):
        size = 1
    return run_before(data, start, first - size) if size else 0


@compiled
def _uniform(groups, used):
    for k in range(1, used - 1):
        if groups.mark[k] != groups.mark[0]:
            return False
    return used == 1 or groups.mark[0] in (BLANK, DOT, DASH)


@compiled
def _pairs(groups, n, stated, inside):
    """Confidence of 2 + 2 + 2 + 2 at the head of a row of pairs: numbers fill the row, or it is a list of something."""
    row = _row(groups, n)
    if inside or row >= 12:
        return 80 if stated and row == 4 else 0
    if row == 4:
        return 93 if stated else 75
    if row % 4:
        return 65 if stated else 0
    for k in range(0, row, 4):
        if groups.value[groups.first[k]] < 2:
            return 0
    return 85 if stated else 40


@compiled
def _calendar(digits, at):
    """Whether eight digits may be a day, written either way."""
    year, month, day = number(digits, at, 4), number(digits, at + 4, 2), number(digits, at + 6, 2)
    if 1500 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31:
        return True
    day, month, year = number(digits, at, 2), number(digits, at + 2, 2), number(digits, at + 4, 4)
    return 1500 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


@compiled
def _norwegian_confidence(groups, n, used, stated, inside):
    """Per cent for eight digits in `used` groups."""
    if used == 4:
        return _pairs(groups, n, stated, inside) if shaped(groups, n, 2_02_02_02) else 0
    crowded = inside or n > used
    if used == 3 and shaped(groups, n, 3_02_03):
        return 93 if stated else 45 if crowded else 75
    if used == 1:
        mobile = groups.value[0] == 4 or groups.value[0] == 9
        if _calendar(groups.value, 0):
            return 60 if stated else 0
        return 88 if stated else 0 if crowded else 40 if mobile else 30
    if used == 2 and shaped(groups, n, 4_04):
        year = 1500 <= number(groups.value, 0, 4) <= 2099 or 1500 <= number(groups.value, 4, 4) <= 2099
        return 85 if stated else 0 if crowded or year else 35
    return 80 if stated else 0


@compiled
def norwegian(data, start, end, groups, n, words):
    """Eight digits from 2 on: 22 33 44 55, 912 34 567, in one, or any grouping beside a word for telephone."""
    home = n > 2 and width(groups, 0) == 2 and number(groups.value, 0, 2) == 47
    used = 0
    for k in range(n):
        if groups.first[k + 1] == 8:
            used = k + 1
    first = groups.start[0]
    if used == 0 or used > 4 or groups.value[0] < 2 or not _uniform(groups, used):
        return NOTHING
    last = _ends(data, groups.end[used - 1], end)
    if last < 0 or glued_before(data, start, first) or point_before(data, start, first):
        return NOTHING
    if used == 1 and (_in_a_name(data, start, first) or dash_at(data, last, end)):
        return NOTHING
    said = said_before(data, start, first, words)
    stated = (anywhere(said) | said_after(data, last, end, words)) & PHONE_WORD != 0
    if near(said) & OTHER and not near(said) & PHONE_WORD:
        return NOTHING
    inside = not home and _digits_before(data, start, first) > 0
    percent = _norwegian_confidence(groups, n, used, stated, inside)
    return (first, last, PHONE, percent) if percent else NOTHING


@compiled
def _in_a_name(data, start, first):
    """Whether a bare run stands in an address, a file's name or an identifier."""
    return first > start and data[first - 1] in (0x2F, 0x3D, 0x5F, 0x23, 0x26, 0x25, 0x2D, 0x40)


@compiled
def _year_among(groups, used):
    for k in range(used):
        if width(groups, k) == 4 and 1500 <= number(groups.value, groups.first[k], 4) <= 2099:
            return True
    return False


@compiled
def _short_group(groups, used, from_):
    for k in range(from_, used):
        if width(groups, k) < 2:
            return True
    return False


@compiled
def _thousands(groups, used):
    for k in range(1, used):
        if width(groups, k) != 3:
            return False
    return width(groups, 0) <= 3


@compiled
def _shape_confidence(groups, used, bracketed):
    """Per cent for a number of no known plan by its shape alone; 0: it may be anything."""
    total, mark = groups.first[used], groups.mark[0]
    if _year_among(groups, used) or _short_group(groups, used, 0):
        return 0
    if bracketed and 2 <= width(groups, 0) <= 5 and total >= 7:
        return 60
    if used == 1 or (groups.value[0] == 0 and groups.value[1] == 0):
        return 0
    if used == 3 and shaped(groups, used, 3_03_04):
        return 65 if mark != BLANK else 50
    if groups.value[0] == 0 and total >= 9:
        return 45 if used == 5 else 55
    uneven = not _thousands(groups, used) and _row(groups, used) < used
    return 35 if uneven and 9 <= total <= 13 and 3 <= used <= 5 and groups.mark[1] == mark else 0


@compiled
def _most_groups(groups, n):
    """Groups of at most 13 digits together."""
    used = n
    while used > 0 and groups.first[used] > 13:
        used -= 1
    return used


@compiled
def other(data, start, end, groups, n, words):
    """Any other grouping, of 5 to 13 digits: by its shape, or because a word for telephone stands near."""
    used = _most_groups(groups, n)
    first = groups.start[0]
    if used == 0 or groups.first[used] < 5 or (groups.mark[0] == OPEN and groups.first[used] < 8):
        return NOTHING
    last = _ends(data, groups.end[used - 1], end)
    if last < 0 or glued_before(data, start, first) or point_before(data, start, first):
        return NOTHING
    said = said_before(data, start, first, words)
    before, after = near(said) & PHONE_WORD, said_after(data, last, end, words) & PHONE_WORD
    total = groups.first[used]
    isbn = width(groups, 0) == 3 and groups.value[0] == 9 and groups.value[1] == 7 and groups.value[2] >= 8
    if (near(said) & OTHER and not before) or (total > 11 and isbn):
        return NOTHING
    bracketed = first > start and data[first - 1] == 0x28 and groups.mark[0] == CLOSE
    shape = 0
    if used == n and _digits_before(data, start, first) == 0:
        shape = _shape_confidence(groups, used, bracketed)
    stated = before or after or (total >= 8 and anywhere(said) & PHONE_WORD)
    if stated and not _short_group(groups, used, 1) and not (used > 1 and _year_among(groups, used)):
        shape = max(shape, 60 if total < 8 else 75)
    return (first - bracketed, last, PHONE, shape) if shape else NOTHING
