"""National identity numbers: eleven digits that hold a date and two check digits (`docs/personal_data.md`).

Of random runs of eleven digits one in 125 passes both check digits of the old rule and one in 31 those of 2032, with
a date one in 420 and one in 105 (domain.md 5.2). So a number of the rule of 2032, that nobody has been given yet, is
believed only where something else speaks for it: words, 6 + 5 digits, or a line to itself.
"""
# mypy: allow-untyped-defs

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import NEW, is_date, number, person_rule
from kvern.kernels.pii.context import ACCOUNT, HUMAN, OTHER, PERSON, SYNTHETIC, anywhere, near, nearest, said_before
from kvern.kernels.pii.digits import BLANK, DASH, DOT, shaped, width
from kvern.kernels.pii.kinds import FH_NUMBER, FODSELSNUMMER, H_NUMBER, NAV, NHN, NOTHING, RULE_2032, TENOR
from kvern.kernels.pii.marks import alone, glued_after, glued_before, point_after, point_before, run_after, run_before

_H_MONTHS, _NHN_MONTHS, _TENOR_MONTHS, _D_DAYS = 40, 65, 80, 40


@compiled
def _series(month):
    """(kind without D, what was added to the month)."""
    if month > _TENOR_MONTHS:
        return TENOR, _TENOR_MONTHS
    if month > _NHN_MONTHS:
        return NHN, _NHN_MONTHS
    return (H_NUMBER, _H_MONTHS) if month > _H_MONTHS else (FODSELSNUMMER, 0)


@compiled
def _century(year, individual, d_number):
    """First year of the century, by the individual number; -1 where none fits.

    D-numbers of those born in 1940 to 1999 also use 600 to 899; nobody born before 1900 has one.
    """
    if individual < 500:
        return 1900
    if year < 40:
        return 2000
    if individual >= (600 if d_number else 900):
        return 1900
    return 1800 if year >= 54 and individual < 750 and not d_number else -1


@compiled
def _born(day, month, year, individual, d_number, rule):
    """Whether the date exists. Numbers of 2032 tell no century: any will do."""
    if rule == NEW:
        return is_date(day, month, 2000 + year) or is_date(day, month, 1900 + year)
    century = _century(year, individual, d_number)
    return century > 0 and is_date(day, month, century + year)


@compiled
def person_kind(digits, at):
    """The kind of eleven digits, -1 where they are nobody's number. NAV's own are told by words alone."""
    rule = person_rule(digits, at)
    if rule == 0:
        return -1
    if digits[at] >= 8:
        return FH_NUMBER if rule != NEW else -1
    day, month = number(digits, at, 2), number(digits, at + 2, 2)
    d_number = day > _D_DAYS
    kind, added = _series(month)
    year, individual = number(digits, at + 4, 2), number(digits, at + 6, 3)
    if not _born(day - _D_DAYS * d_number, month - added, year, individual, d_number, rule):
        return -1
    return kind + d_number + RULE_2032 * (rule == NEW)


@compiled
def eleven(groups, n):
    """Groups that make eleven digits as identity numbers are written: 11, 6 + 5, 6 + 3 + 2, 2 + 2 + 2 + 5; else 0."""
    if n >= 1 and width(groups, 0) == 11:
        return 1
    mark = groups.mark[0]
    if mark != BLANK and mark != DASH and mark != DOT:
        return 0
    if shaped(groups, n, 2, 6_05):
        return 2
    if shaped(groups, n, 3, 6_03_02):
        return 3
    dated = n >= 4 and groups.mark[1] == mark and width(groups, 0) == 2 and width(groups, 1) == 2
    if dated and width(groups, 2) == 2 and width(groups, 3) == 5 and mark != DASH:
        return 4
    return 0


@compiled
def part_of_more(data, start, end, first, last):
    """Whether the digits go on: glued to letters or digits, or behind a point with a run of another length."""
    if glued_before(data, start, first) or glued_after(data, last, end):
        return True
    if point_before(data, start, first) and run_before(data, start, first - 1) != 11:
        return True
    return point_after(data, last, end) and run_after(data, last + 1, end) != 11


@compiled
def _confidence(kind, count, said, lonely):
    """Per cent; 0: not believed. Measured on nothing: an order of evidence, with .5 as the line for masking."""
    stated = anywhere(said) & PERSON != 0
    if kind < RULE_2032:
        return 99 if stated else 90 if count > 1 else 80
    if kind == FH_NUMBER:
        return 95 if stated else 70 if count > 1 else 50
    return 95 if stated else 60 if count > 1 else 50 if lonely or anywhere(said) & HUMAN else 0


@compiled
def person(data, start, end, groups, n, words):
    """An identity number in the first groups, or NOTHING."""
    count = eleven(groups, n)
    if count == 0:
        return NOTHING
    kind = person_kind(groups.value, groups.first[0])
    if kind < 0:
        return NOTHING
    first, last = groups.start[0], groups.end[count - 1]
    if part_of_more(data, start, end, first, last):
        return NOTHING
    said = said_before(data, start, first, words)
    if count == 1 and (nearest(said) & ACCOUNT or near(said) & OTHER):
        return NOTHING
    if anywhere(said) & SYNTHETIC and (kind % RULE_2032) // 2 == H_NUMBER // 2 and kind < FH_NUMBER:
        kind += NAV - H_NUMBER
    percent = _confidence(kind, count, said, alone(data, start, end, first, last))
    return (first, last, kind, percent) if percent else NOTHING
