"""Telephone numbers with their country's code: +CC or 00CC (ITU-T E.164)."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import number
from kvern.kernels.pii.context import PHONE as PHONE_WORD
from kvern.kernels.pii.context import anywhere, said_before
from kvern.kernels.pii.digits import CLOSE, OPEN, shaped, width
from kvern.kernels.pii.kinds import NOTHING, PHONE
from kvern.kernels.pii.marks import glued_before, point_before
from kvern.kernels.pii.phone_shapes import number_end

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
def _plus_before(data, start, first):
    """Bytes of the plus sign that ends at `first`, one blank behind it or none; 0 where there is none."""
    if first > start and data[first - 1] == 0x2B:
        return 1
    return 2 if first - 1 > start and data[first - 1] == 0x20 and data[first - 2] == 0x2B else 0


@compiled
def _without_sign(data, start, end, groups, n, words):
    """47 and a Norwegian number in its groups: 47 22 33 44 55."""
    pairs, triple = shaped(groups, n, 5, 2_02_02_02_02), n >= 4 and shaped(groups, n, 4, 2_03_02_03)
    if groups.value[0] != 4 or groups.value[1] != 7 or groups.value[2] < 2 or not (pairs or triple):
        return NOTHING
    used = 5 if pairs else 4
    last = number_end(data, groups.end[used - 1], end)
    if n > used or last < 0 or glued_before(data, start, groups.start[0]):
        return NOTHING
    stated = anywhere(said_before(data, start, groups.start[0], words)) & PHONE_WORD
    return groups.start[0], last, PHONE, 90 if stated else 60


@compiled
def international(data, start, end, groups, n, words):
    """+CC or 00CC and a number of that country's length; of Norway's: eight digits from 2 on."""
    first = groups.start[0]
    plus = _plus_before(data, start, first)
    doubled = groups.value[0] == 0 and groups.value[1] == 0 and width(groups, 0) >= 2
    if not plus and not doubled:
        return _without_sign(data, start, end, groups, n, words)
    if not plus and (glued_before(data, start, first) or point_before(data, start, first)):
        return NOTHING
    used, code = _abroad(groups, n, 0 if plus else 2)
    said = said_before(data, start, first - plus, words)
    if used == 0 or (code == 47 and groups.value[groups.first[used] - 8] < 2):
        return NOTHING
    if not anywhere(said) & PHONE_WORD and _tens(groups, used):
        return NOTHING
    last = number_end(data, groups.end[used - 1], end)
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
