"""Plain Python for what the kernel of personal data finds: patterns of `re`, and check digits in whole numbers.

Numbers here are made by rule from hypothesis' draws: none belongs to anybody.
"""

import calendar
import re
from datetime import date
from itertools import product

import numpy as np
from hypothesis import strategies as st
from kernels_reference import packed

from kvern.kernels import pii

Span = tuple[str, str]  # kind, text
K1, K2 = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def rows(*documents: bytes) -> list[list[tuple[int, int, str, float]]]:
    """(start, end, kind, confidence) of each document's spans."""
    found: list[list[tuple[int, int, str, float]]] = [[] for _ in documents]
    columns = [column.tolist() for column in pii.scan(*packed(documents))]
    for document, start, end, kind, confidence in zip(*columns, strict=True):
        found[document].append((start, end, pii.KINDS[kind], confidence))
    return found


def found(text: str, least: float = 0.0) -> list[Span]:
    (spans,) = rows(text.encode())
    return [(kind, text.encode()[start:end].decode()) for start, end, kind, sure in spans if sure >= least]


def check(digits: str, weights: tuple[int, ...]) -> int:
    """The check digit of modulus 11; 10 where none exists."""
    return -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11


def identity_number(day: int, month: int, year: int, individual: int, rest: int = 0) -> str:
    """Eleven digits, or nothing where a check digit would be 10. `rest`: 0 for the old rule, 1 to 3 for that of 2032."""
    head = f"{day:02d}{month:02d}{year % 100:02d}{individual:03d}"
    first = (check(head, K1) + rest) % 11
    second = check(f"{head}{first}", K2)
    return "" if first == 10 or second == 10 else f"{head}{first}{second}"


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def iban_holds(text: str) -> bool:
    moved = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def iban(country: str, account: str) -> str:
    rest = int("".join(str(int(character, 36)) for character in f"{account}{country}00")) % 97
    return f"{country}{98 - rest:02d}{account}"


def person(digits: str) -> str:
    """The kind of eleven digits, by the old rule or that of 2032; empty where they are nobody's."""
    if check(digits[:10], K2) != int(digits[10]):
        return ""
    rest = (int(digits[9]) - check(digits[:9], K1)) % 11
    if rest > 3:
        return ""
    if digits[0] in "89":
        return "" if rest else "fh_number"
    day, month, year, individual = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:9])
    d_number = day > 40
    series = {0: ("fodselsnummer", "d_number"), 40: ("h_number", "d_h_number")}
    series |= {65: ("synthetic_nhn", "synthetic_nhn_d"), 80: ("synthetic_tenor", "synthetic_tenor_d")}
    for (added, names), century in product(series.items(), (1800, 1900, 2000)):
        known = rest or century == born_in(year, individual, d_number)
        if known and is_day(day - 40 * d_number, month - added, century + year):
            return names[d_number] + ("_2032" if rest else "")
    return ""


def born_in(year: int, individual: int, d_number: bool) -> int:
    """Century by the individual number (Skatteetaten's ranges)."""
    ranges = [(0, 499, 0, 99, 1900), (500, 999, 0, 39, 2000), (900, 999, 40, 99, 1900)]
    ranges += [(600, 899, 40, 99, 1900)] if d_number else [(500, 749, 54, 99, 1800)]
    return next((c for low, high, first, last, c in ranges if low <= individual <= high and first <= year <= last), 0)


def is_day(day: int, month: int, year: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and bool(date(year, month, day))


dates = st.dates(date(1940, 1, 1), date(2039, 12, 31))


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """Numbers that hold, of every series and both rules, and some with a day or a digit that does not."""
    born, rest = draw(dates), draw(st.sampled_from((0, 0, 1, 2, 3)))
    day = born.day + 40 * draw(st.booleans()) + draw(st.sampled_from((0, 0, 0, 2, 80)))
    month = born.month + draw(st.sampled_from((0, 40, 65, 80)))
    made = identity_number(day % 100, month, born.year, draw(st.integers(0, 999)), rest)
    return made or draw(st.text("0123456789", min_size=11, max_size=11))


fillers = st.sampled_from(
    ["og", "så", "Viken", "åtte", "(se", "der)", "§", "–", "nå,", "ja.", "ærlig\n", "på\u2028", "1907"]
)


def written(pieces: list[str], fills: list[str]) -> str:
    """Pieces parted by words that say nothing about them."""
    parts = [part for pair in zip(pieces, fills, strict=False) for part in pair]
    return " ".join(["Her", *parts])


def matches(pattern: str, text: str) -> list[str]:
    return [match.group() for match in re.finditer(pattern, text)]


def arrays(documents: list[bytes]) -> list[np.ndarray]:
    return list(pii.scan(*packed(documents)))
