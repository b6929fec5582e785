"""Synthetic personal data: valid check digits, but nobody's.

Identity numbers are Skatteetaten's synthetic ones (Tenor: month + 80; a D-number has day + 40 besides). Accounts have
9999 for a bank, so that no date can be read into them. Phones lie at the foot of the series for fixed lines, or among
the numbers that Ofcom keeps for drama (+44 7700 900000 to 900999). E-mail uses names that RFC 2606 keeps.
"""

from random import Random

K1, K2 = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
KINDS = ("email", "phone", "synthetic_tenor", "synthetic_tenor_d", "bank_account")
ASCII = str.maketrans("æøåáčđŋšŧž", "aoaacdnstz")
LEADS = {
    "nob": ("E-post", "Telefon", "Fødselsnummer", "D-nummer", "Kontonummer"),
    "nno": ("E-post", "Telefon", "Fødselsnummer", "D-nummer", "Kontonummer"),
    "sme": ("E-poasta", "Telefovdna", "Riegádannummir", "D-nummir", "Kontonummir"),
    "dan": ("E-mail", "Telefon", "Norsk fødselsnummer", "D-nummer", "Kontonummer"),
    "eng": ("E-mail", "Phone", "Norwegian fødselsnummer", "D-nummer", "Kontonummer"),
}


def line(language: str, kind: str, name: str, rng: Random) -> str:
    """A sentence that gives one piece of personal data."""
    return f"{name}: {LEADS[language][KINDS.index(kind)]} {value(kind, name, rng)}."


def value(kind: str, name: str, rng: Random) -> str:
    """One synthetic value of a kind of KINDS."""
    if kind == "email":
        domain = rng.choice(("post.example.no", "example.org", "bygda.example.com"))
        return f"{name.lower().translate(ASCII)}.{rng.randint(10, 99)}@{domain}"
    if kind == "phone":
        if rng.random() < 0.3:
            return f"+44 7700 900{rng.randint(0, 999):03d}"
        return f"+47 20 00 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}"
    if kind == "bank_account":
        return bank_account(rng)
    number = identity_number(rng, kind == "synthetic_tenor_d")
    return f"{number[:6]} {number[6:]}" if rng.random() < 0.5 else number


def identity_number(rng: Random, foreign: bool) -> str:
    """Eleven digits: ddmmyy with month + 80 (and day + 40), three of the person, two check digits by the old rule."""
    while True:
        day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(40, 99)
        head = f"{day + 40 * foreign:02d}{month + 80:02d}{year:02d}{rng.randint(0, 499):03d}"
        first = check_digit(head, K1)
        second = check_digit(f"{head}{first}", K2) if first is not None else None
        if second is not None:
            return f"{head}{first}{second}"


def bank_account(rng: Random) -> str:
    """Eleven digits as 4.2.5, the last of them modulo 11."""
    while True:
        head = f"9999{rng.randint(0, 999_999):06d}"
        last = check_digit(head, K2)
        if last is not None:
            return f"{head[:4]}.{head[4:6]}.{head[6:]}{last}"


def check_digit(digits: str, weights: tuple[int, ...]) -> int | None:
    """11 - (weighted sum modulo 11), 11 being 0; None where it would be 10."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return None if rest == 10 else rest % 11
