"""Check digits and dates: each a function of digit values, compiled.

Norwegian weights: Skatteetaten (identity numbers), Brønnøysundregistrene (organisations), Bits (accounts). Luhn:
ISO/IEC 7812-1 annex B. IBAN: ISO 13616, mod 97-10 of ISO/IEC 7064.
"""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled

_K1 = np.array([3, 7, 6, 1, 8, 9, 4, 5, 2, 1], np.int64)
_K2 = np.array([5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], np.int64)
_ORGANISATION = np.array([3, 2, 7, 6, 5, 4, 3, 2, 1], np.int64)
_DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_LETTER_VALUE = ord("A") - 10
OLD, NEW = 1, 2


@compiled
def _rest(digits, at, weights):
    """Weighted sum modulo 11, the check digit counted once: 0 where it is right."""
    total = 0
    for k in range(weights.shape[0]):
        total += weights[k] * digits[at + k]
    return total % 11


@compiled
def person_rule(digits, at):
    """OLD where both check digits hold, NEW where the first only holds as from 2032 (rest 1, 2 or 3), else 0."""
    if _rest(digits, at, _K2) != 0:
        return 0
    rest = _rest(digits, at, _K1)
    if rest == 0:
        return OLD
    return NEW if rest <= 3 else 0


@compiled
def account(digits, at):
    """Whether 11 digits are an account. With 00 as account group the check covers what follows it alone."""
    if _rest(digits, at, _K2) == 0:
        return True
    if digits[at + 4] != 0 or digits[at + 5] != 0:
        return False
    total = 0
    for k in range(6, 11):
        total += _K2[k] * digits[at + k]
    return total % 11 == 0


@compiled
def organisation(digits, at):
    """Whether 9 digits are an organisation number: 8 or 9 first, the last one checks."""
    return digits[at] >= 8 and _rest(digits, at, _ORGANISATION) == 0


@compiled
def luhn(digits, at, count):
    total = 0
    for k in range(count):
        value = 1 * digits[at + count - 1 - k]
        if k % 2:
            value = 2 * value - 9 * (value > 4)
        total += value
    return total % 10 == 0


@compiled
def is_date(day, month, year):
    """`year`: all four digits."""
    if month < 1 or month > 12 or day < 1 or day > _DAYS[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return month != 2 or day < 29 or leap


@compiled
def number(digits, at, count):
    value = 0
    for k in range(count):
        value = 10 * value + digits[at + k]
    return value


@compiled
def mod97_step(rest, byte):
    """One character of an IBAN: a digit, or a letter of any case as two digits."""
    if byte <= 0x39:
        return (rest * 10 + byte - 0x30) % 97
    return (rest * 100 + (byte & 0xDF) - _LETTER_VALUE) % 97
