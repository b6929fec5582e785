"""Numbers of accounts, cards and organisations."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii import checks
from kvern.kernels.pii.context import (
    ACCOUNT,
    CARD,
    OTHER,
    anywhere,
    near,
    said_after,
    said_before,
)
from kvern.kernels.pii.context import (
    ORGANISATION as ORGANISATION_WORD,
)
from kvern.kernels.pii.digits import BLANK, DASH, DOT, NONE, shaped, width
from kvern.kernels.pii.kinds import BANK_ACCOUNT, IBAN, NOTHING, ORGANISATION
from kvern.kernels.pii.kinds import CARD as CARD_KIND
from kvern.kernels.pii.marks import (
    CLASS,
    DIGIT,
    LETTER,
    blank_at,
    glued_after,
    glued_before,
    point_after,
    point_before,
)
from kvern.kernels.pii.persons import part_of_more
from kvern.kernels.pii.phone_shapes import digits_before

# Length of each country's IBAN: SWIFT's IBAN registry; from AO on, countries that use one without being in it.
_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
    "YE30 AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28"
)
IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
_IBAN = np.zeros(26 * 26, np.int64)
for _country, _length in IBAN_LENGTHS.items():
    _IBAN[(ord(_country[0]) - 65) * 26 + ord(_country[1]) - 65] = _length
_IBAN.flags.writeable = False


@compiled
def bank_account(data, start, end, groups, n, words):
    """A Norwegian account: dddd.dd.ddddd (points, blanks or dashes), or eleven digits beside a word for it."""
    mark = groups.mark[0]
    grouped = shaped(groups, n, 3, 4_02_05) and mark in (DOT, BLANK, DASH)
    if not grouped and width(groups, 0) != 11:
        return NOTHING
    first, last = groups.start[0], groups.end[2 if grouped else 0]
    if not checks.account(groups.value, groups.first[0]) or part_of_more(data, start, end, first, last):
        return NOTHING
    said = anywhere(said_before(data, start, first, words))
    if said & ACCOUNT:
        return first, last, BANK_ACCOUNT, 98 if grouped else 90
    if not grouped:
        return NOTHING
    return first, last, BANK_ACCOUNT, 90 if mark == DOT else 70


@compiled
def organisation(data, start, end, groups, n, words):
    """An organisation number: nine digits or 3 + 3 + 3, also as in NO999999999MVA."""
    mark = groups.mark[0]
    grouped = shaped(groups, n, 3, 3_03_03) and mark in (BLANK, DOT)
    if not grouped and width(groups, 0) != 9:
        return NOTHING
    last_group = 2 if grouped else 0
    first, last = groups.start[0], groups.end[last_group]
    if not checks.organisation(groups.value, groups.first[0]):
        return NOTHING
    vat = said_after(data, last, end, words) & ORGANISATION_WORD
    norwegian = first - 2 >= start and data[first - 2] & 0xDF == 0x4E and data[first - 1] & 0xDF == 0x4F
    if (glued_before(data, start, first) and not norwegian) or (glued_after(data, last, end) and not vat):
        return NOTHING
    if point_before(data, start, first) or point_after(data, last, end):
        return NOTHING
    stated = vat or anywhere(said_before(data, start, first, words)) & ORGANISATION_WORD
    if not stated and (groups.mark[last_group] != NONE or digits_before(data, start, first)):
        return NOTHING
    return first, last, ORGANISATION, 97 if stated else 60 if grouped else 50


@compiled
def _card_groups(groups, n):
    """Groups of a payment card as embossed or written in one; 0 for any other shape."""
    if n >= 1 and 12 <= width(groups, 0) <= 19:
        return 1
    if groups.mark[0] != BLANK and groups.mark[0] != DASH:
        return 0
    if shaped(groups, n, 5, 4_04_04_04_03):
        return 5
    if shaped(groups, n, 4, 4_04_04_04):
        return 4
    return 3 if shaped(groups, n, 3, 4_06_05) or shaped(groups, n, 3, 4_06_04) else 0


@compiled
def issued(digits, at, count):
    """Whether an issuer has numbers of this length that begin so: ranges as the schemes publish them."""
    four = checks.number(digits, at, 4)
    two, three = four // 100, four // 10
    if count == 16 and (51 <= two <= 55 or 2221 <= four <= 2720 or 3528 <= four <= 3589 or two == 65):
        return True  # Mastercard, JCB, Discover
    if digits[at] == 4:
        return count in (13, 16, 19)  # Visa
    if count == 15:
        return two == 34 or two == 37 or four == 1800 or four == 2131  # American Express, JCB
    diners = 300 <= three <= 305 or three == 309 or two == 36 or two == 38 or two == 39
    if (count == 14 or count == 16) and diners:
        return True
    if count >= 16 and (four == 6011 or 644 <= three <= 649 or two == 62 or two == 65 or two == 81):
        return True  # Discover, UnionPay
    return two == 50 or 56 <= two <= 69 or 2200 <= four <= 2204 or four in (604, 9792)  # Maestro, Mir, Troy


@compiled
def card(data, start, end, groups, n, words):
    """A payment card: 12 to 19 digits with Luhn's check digit, of a known range or beside a word for it."""
    used = _card_groups(groups, n)
    if used == 0:
        return NOTHING
    at, count = groups.first[0], groups.first[used] - groups.first[0]
    first, last = groups.start[0], groups.end[used - 1]
    if not checks.luhn(groups.value, at, count):
        return NOTHING
    if glued_before(data, start, first) or glued_after(data, last, end):
        return NOTHING
    if point_before(data, start, first) or point_after(data, last, end):
        return NOTHING
    said = said_before(data, start, first, words)
    known = issued(groups.value, at, count)
    if anywhere(said) & CARD:
        return first, last, CARD_KIND, 98 if known else 80
    if not known or near(said) & OTHER:
        return NOTHING
    if used > 1:
        return first, last, CARD_KIND, 90
    return first, last, CARD_KIND, 75 if count == 16 else 55 if count == 15 else 35


@compiled
def _iban_end(data, at, end, length):
    """Where an IBAN of `length` characters from `at` on ends, single blanks or dashes inside; -1: there is none."""
    rest, head, count = 0, 0, 0
    first = at
    while count < length:
        if at >= end or not CLASS[data[at]] & (DIGIT | LETTER):
            skip = blank_at(data, at, end)
            if skip == 0 and at < end and data[at] == 0x2D:
                skip = 1
            if skip == 0 or count == 0:
                return -1
            at += skip
            if at >= end or not CLASS[data[at]] & (DIGIT | LETTER):
                return -1
        if count >= 4:
            rest = checks.mod97_step(rest, data[at])
        count += 1
        at += 1
    count = 0
    while count < 4:
        if CLASS[data[first]] & (DIGIT | LETTER):
            head += 1
            rest = checks.mod97_step(rest, data[first])
            count += 1
        first += 1
    return at if rest == 1 else -1


@compiled
def iban(data, start, end, digit):
    """An IBAN whose check digits begin at byte `digit`: the country's letters stand before."""
    first = digit - 2 - (digit - 1 > start and data[digit - 1] == 0x20)
    if first < start or not (CLASS[data[first]] & LETTER and CLASS[data[first + 1]] & LETTER):
        return NOTHING
    if digit + 1 >= end or not CLASS[data[digit + 1]] & DIGIT or glued_before(data, start, first):
        return NOTHING
    if data[first] & 0x20 != data[first + 1] & 0x20:
        return NOTHING
    country = ((data[first] & 0xDF) - 65) * 26 + (data[first + 1] & 0xDF) - 65
    length = _IBAN[country]
    if length == 0:
        return NOTHING
    last = _iban_end(data, first, end, length)
    if last < 0 or glued_after(data, last, end):
        return NOTHING
    return first, last, IBAN, 97
