"""What all telephone numbers share: where one ends, what stands beside it, and what only looks like one."""
# mypy: allow-untyped-defs

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import number
from kvern.kernels.pii.digits import BLANK, DASH, DOT, width
from kvern.kernels.pii.marks import blank_before, glued_after, point_after, run_after, run_before


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
def number_end(data, at, end):
    """Where a number that reaches `at` ends, its extension included; -1 where it is part of something else."""
    stop = _extension(data, at, end)
    if stop > at:
        return -1 if glued_after(data, stop, end) else stop
    if glued_after(data, at, end) or point_after(data, at, end):
        return -1
    return at if at >= end or data[at] != 0x40 else -1


@compiled
def row_length(groups):
    """How many groups from the first on have its width and its mark between them."""
    k = 1
    while k < groups.alike[0] and width(groups, k) == width(groups, 0):
        k += 1
    return k


@compiled
def digits_before(data, start, first):
    """Digits of a group that one blank, point or dash parts from `first`; 0 where there is none."""
    size = blank_before(data, start, first)
    if size == 0 and first > start and (data[first - 1] == 0x2E or data[first - 1] == 0x2D or data[first - 1] == 0x2F):
        size = 1
    return run_before(data, start, first - size) if size else 0


@compiled
def uniform(groups, used):
    """Whether blanks, points or dashes alone part the first `used` groups."""
    return used == 1 or (groups.alike[0] >= used and groups.mark[0] in (BLANK, DOT, DASH))


@compiled
def calendar(digits, at):
    """Whether eight digits may be a day, written either way."""
    year, month, day = number(digits, at, 4), number(digits, at + 4, 2), number(digits, at + 6, 2)
    if 1500 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31:
        return True
    day, month, year = number(digits, at, 2), number(digits, at + 2, 2), number(digits, at + 4, 4)
    return 1500 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


@compiled
def year_among(groups, used):
    found = False
    for k in range(used):
        found |= width(groups, k) == 4 and 1500 <= number(groups.value, groups.first[k], 4) <= 2099
    return found


@compiled
def in_a_name(data, start, first, grouped):
    """Whether digits stand in an address, a file's name or an identifier. Groups may follow a slash or a dash."""
    if first <= start:
        return False
    byte = data[first - 1]
    return byte in (0x3D, 0x5F, 0x23, 0x26, 0x25, 0x40) or (not grouped and (byte == 0x2F or byte == 0x2D))
