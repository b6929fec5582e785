"""Telephone numbers without a country's code, not Norwegian ones of today: by shape, or by words beside them."""
# mypy: allow-untyped-defs

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.context import OTHER, anywhere, near, said_after, said_before
from kvern.kernels.pii.context import PHONE as PHONE_WORD
from kvern.kernels.pii.digits import BLANK, CLOSE, OPEN, shaped, width
from kvern.kernels.pii.kinds import NOTHING, PHONE
from kvern.kernels.pii.marks import glued_before, point_before
from kvern.kernels.pii.phone_shapes import digits_before, in_a_name, number_end, row_length, year_among


@compiled
def _short_group(groups, used, from_):
    found = False
    for k in range(from_, used):
        found |= width(groups, k) < 2
    return found


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
    if year_among(groups, used) or _short_group(groups, used, 0):
        return 0
    if bracketed and 2 <= width(groups, 0) <= 5 and total >= 7:
        return 60
    if used == 1 or (groups.value[0] == 0 and groups.value[1] == 0):
        return 0
    if used == 3 and shaped(groups, used, 3, 3_03_04):
        return 65 if mark != BLANK else 50
    if groups.value[0] == 0 and total >= 9:
        return 45 if used == 5 else 55
    if used == 3 and shaped(groups, used, 3, 3_02_04):
        return 0  # a social security number of the USA
    uneven = not _thousands(groups, used) and row_length(groups) < used
    return 35 if uneven and 9 <= total <= 13 and 3 <= used <= 5 and groups.mark[1] == mark else 0


@compiled
def _most_groups(groups, n):
    """Groups of at most 13 digits together."""
    used = n
    while used > 0 and groups.first[used] > 13:
        used -= 1
    return used


@compiled
def elsewhere(data, start, end, since, groups, n, words):
    """Any other grouping, of 5 to 13 digits: by its shape, or because a word for telephone stands near."""
    used = _most_groups(groups, n)
    first = groups.start[0]
    doubled = groups.value[0] == 0 and groups.value[1] == 0
    if (used == 1 and in_a_name(data, start, first, False)) or doubled:
        return NOTHING
    if used == 0 or groups.first[used] < 5 or (groups.mark[0] == OPEN and groups.first[used] < 8):
        return NOTHING
    total = groups.first[used]
    if digits_before(data, since, first) or (total < 9 and used > 1 and year_among(groups, used)):
        return NOTHING
    if _short_group(groups, used, 1) and (used > 4 or total < 9):
        return NOTHING
    last = number_end(data, groups.end[used - 1], end)
    if last < 0 or glued_before(data, start, first) or point_before(data, start, first):
        return NOTHING
    said = said_before(data, start, first, words)
    before = near(said) & PHONE_WORD
    after = (total >= 8 or (total >= 6 and used > 1)) and said_after(data, last, end, words) & PHONE_WORD
    isbn = width(groups, 0) == 3 and groups.value[0] == 9 and groups.value[1] == 7 and groups.value[2] >= 8
    if (near(said) & OTHER and not before) or (total > 11 and isbn):
        return NOTHING
    bracketed = first > start and data[first - 1] == 0x28 and groups.mark[0] == CLOSE
    shape = 0
    if used == n and not in_a_name(data, start, first, used > 1):
        shape = _shape_confidence(groups, used, bracketed)
    stated = before or after or (total >= 8 and anywhere(said) & PHONE_WORD)
    if stated and not (used > 1 and year_among(groups, 1)):
        shape = max(shape, 60 if total < 8 else 75)
    signed = first > start and data[first - 1] == 0x2B
    return (first - (bracketed or signed), last, PHONE, shape) if shape else NOTHING
