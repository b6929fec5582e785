"""Words of one language, inflected: what `prose/*.toml` does not spell out follows the regular rules here."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Noun:
    """Its four forms, its gender (m, f, n) and, for a place, the preposition that goes with it."""

    indefinite: str
    definite: str
    plural: str
    definite_plural: str
    gender: str
    preposition: str = ""


@dataclass(frozen=True)
class Adjective:
    common: str
    neuter: str
    plural: str
    definite: str


@dataclass(frozen=True)
class Verb:
    infinitive: str
    past: str
    participle: str
    frame: str


@dataclass(frozen=True)
class Lexicon:
    """`raw` is the file as it stands: lists of phrases and settings; the rest is parsed from it."""

    language: str
    raw: dict[str, Any]
    persons: tuple[Noun, ...] = ()
    things: tuple[Noun, ...] = ()
    places: tuple[Noun, ...] = ()
    adjectives: tuple[Adjective, ...] = ()
    qualities: tuple[Adjective, ...] = ()
    verbs: tuple[Verb, ...] = ()


@cache
def lexicon(language: str) -> Lexicon:
    """The words of a language that has a file in `prose/`: nob nno sme dan eng, and fin as a stranger."""
    text = files("kvern.demo").joinpath("prose", f"{language}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    if "verbs" not in raw:
        return Lexicon(language, raw)
    return Lexicon(
        language,
        raw,
        persons=tuple(_noun(language, item) for item in raw["persons"]),
        things=tuple(_noun(language, item) for item in raw["things"]),
        places=tuple(_noun(language, item) for item in raw["places"]),
        adjectives=tuple(_adjective(language, item) for item in raw["adjectives"]),
        qualities=tuple(_adjective(language, item) for item in raw["qualities"]),
        verbs=tuple(_verb(item) for item in raw["verbs"]),
    )


def _verb(item: str) -> Verb:
    forms, frame = item.split(" | ")
    infinitive, past, participle = forms.split()
    return Verb(infinitive, past, participle, frame)


def _adjective(language: str, item: str) -> Adjective:
    forms = item.split()
    if language == "eng":
        return Adjective(*[item] * 4)
    common = forms[0]
    neuter, plural = forms[1:3] if len(forms) > 2 else (f"{common}t", f"{common}e")
    return Adjective(common, neuter, plural, forms[3] if len(forms) > 3 else plural)


def _noun(language: str, item: str) -> Noun:
    forms, _, preposition = item.partition(" | ")
    words = [form.replace("_", " ") for form in forms.split()]
    if language == "eng":
        plural = words[1] if len(words) > 1 else _english_plural(words[0])
        return Noun(words[0], words[0], plural, plural, "m", preposition)
    base, gender = words[:2]
    definite, plural, definite_plural = words[2:] or REGULAR[language](base, gender)
    return Noun(base, definite, plural, definite_plural, gender, preposition)


def _english_plural(word: str) -> str:
    if word.endswith(("s", "sh", "ch", "x")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"


def _bokmaal(base: str, gender: str) -> tuple[str, str, str]:
    e = base.endswith("e")
    stem = base[:-1] if e else base
    if gender == "m" and base.endswith("er"):
        return f"{base}en", f"{base}e", f"{base}ne"
    if gender == "n":
        return f"{stem}et", f"{stem}er" if e else base, f"{stem}ene"
    return f"{stem}{'a' if gender == 'f' else 'en'}", f"{stem}er", f"{stem}ene"


def _nynorsk(base: str, gender: str) -> tuple[str, str, str]:
    stem = base.removesuffix("e")
    if gender == "n":
        return f"{stem}et", base, f"{stem}a"
    if gender == "f":
        return f"{stem}a", f"{stem}er", f"{stem}ene"
    return f"{stem}en", f"{stem}ar", f"{stem}ane"


def _danish(base: str, gender: str) -> tuple[str, str, str]:
    stem = base.removesuffix("e")
    return f"{stem}{'et' if gender == 'n' else 'en'}", f"{stem}er", f"{stem}erne"


REGULAR = {"nob": _bokmaal, "nno": _nynorsk, "dan": _danish}
