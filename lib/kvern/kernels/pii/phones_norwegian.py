"""Norwegian telephone numbers: eight digits from 2 on (Nkom's numbering plan), by their groups or by words."""
# mypy: allow-untyped-defs

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.context import OTHER, anywhere, near, said_after, said_before
from kvern.kernels.pii.context import PHONE as PHONE_WORD
from kvern.kernels.pii.digits import shaped
from kvern.kernels.pii.kinds import NOTHING, PHONE
from kvern.kernels.pii.marks import dash_at, glued_before, point_before
from kvern.kernels.pii.phone_shapes import (
    calendar,
    digits_before,
    in_a_name,
    number_end,
    row_length,
    uniform,
    year_among,
)


@compiled
def _pairs(groups, n, stated, inside):
    """Confidence of 2 + 2 + 2 + 2 at the head of a row of pairs: numbers fill the row, or it is a list of something."""
    row = row_length(groups)
    if inside == 2 or row >= 12:
        return 80 if stated and row == 4 else 0
    if inside and row == 4:
        return 80 if stated else 45
    if row == 4:
        return 93 if stated else 75
    if row % 4:
        return 65 if stated else 0
    for k in range(0, row, 4):
        if groups.value[groups.first[k]] < 2:
            return 0
    return 85 if stated else 40


@compiled
def _norwegian_confidence(groups, n, used, stated, inside):
    """Per cent for eight digits in `used` groups; 0 where they may be the head of a foreign number.

    `inside`: digits of a group right before, 0 for none.
    """
    if used == 3 and calendar(groups.value, 0):
        return 0
    if used == 4:
        return _pairs(groups, n, stated, inside) if shaped(groups, n, 4, 2_02_02_02) else 0
    crowded = inside > 0 or n > used
    if used == 3 and shaped(groups, n, 3, 3_02_03):
        return 93 if stated else 45 if crowded else 75
    if used == 1:
        mobile = groups.value[0] == 4 or groups.value[0] == 9
        if calendar(groups.value, 0):
            return 60 if stated else 0
        return 88 if stated else 0 if crowded else 40 if mobile else 30
    if used == 2 and shaped(groups, n, 2, 4_04) and not crowded:
        return 0 if year_among(groups, 2) else 85 if stated else 35
    foreign = n > used and groups.first[n] <= 13 and uniform(groups, n)
    return 80 if stated and not foreign else 0


@compiled
def norwegian(data, start, end, since, groups, n, words):
    """Eight digits from 2 on: 22 33 44 55, 912 34 567, in one, or any grouping beside a word for telephone."""
    used = 0
    for k in range(n):
        if groups.first[k + 1] == 8:
            used = k + 1
    first = groups.start[0]
    if used == 0 or used > 4 or groups.value[0] < 2 or not uniform(groups, used):
        return NOTHING
    last = number_end(data, groups.end[used - 1], end)
    if last < 0 or glued_before(data, start, first) or point_before(data, start, first):
        return NOTHING
    if used == 1 and (in_a_name(data, start, first, False) or dash_at(data, last, end)):
        return NOTHING
    inside = digits_before(data, since, first)
    if _norwegian_confidence(groups, n, used, True, inside) == 0:
        return NOTHING
    said = said_before(data, start, first, words)
    stated = (anywhere(said) | said_after(data, last, end, words)) & PHONE_WORD != 0
    if near(said) & OTHER and not near(said) & PHONE_WORD:
        return NOTHING
    percent = _norwegian_confidence(groups, n, used, stated, inside)
    return (first, last, PHONE, percent) if percent else NOTHING
