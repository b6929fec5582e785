"""Letters of the languages that this house must never lose: each gets a piece of its own in a trained vocabulary.

Small letters beyond a to z, as the languages' orthographies have them (Giellatekno's keyboards and grammars for Sámi
and Kven); variants of both sides of the border, and the accents that Norwegian writes in its own words.
"""

from collections.abc import Iterable

ALPHABETS = {
    "nob": "æøåéèêóòôâàü",
    "nno": "æøåéèêóòôâàü",
    "sme": "áčđŋšŧž",
    "smj": "áåäæńŋñöø",
    "sma": "ïæäöøå",
    "smn": "áâäåčđŋšžöæø",
    "sms": "âäåčđǥǧǩŋõšžʒǯöʹʼ",
    "fkv": "æäöøåđšžŋčáŧ",
}
_BASIC = "abcdefghijklmnopqrstuvwxyz"


def letters(languages: Iterable[str] = tuple(ALPHABETS)) -> str:
    """Small and capital letters of the languages (ISO 639-3) and a to z, each once, by code point.

    A language without an entry adds none: its letters are left to how often they occur.
    """
    small = _BASIC + "".join(ALPHABETS.get(each, "") for each in languages)
    return "".join(sorted({*small, *small.upper()}))
