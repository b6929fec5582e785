"""U+FFFD in words: put right only where exactly one word of the lexicon fits, left as it is where none or two do.

`v�re` stays, since være and våre are words; `m�te` stays (møte, måte). Where the sign stood for one letter of the
language, the lexicon of the declared language decides, Bokmål's and Nynorsk's together where none is declared.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from kvern.kernels.ocr_table import OLD, TABLES, known

SIGN = "\ufffd"
WORD = re.compile(rf"[^\W\d_]*{SIGN}(?:[^\W\d_]|{SIGN})*")
MOST = 2  # signs in a word: with three the letters left say too little
LEAST = 3  # letters of a word, signs among them; `p�` is right by chance
LETTERS = {"sme": "áčđŋšŧž", "smj": "áåäńŋñöø", "sma": "ïæäöøå", "smn": "áâäčđŋšž", "sms": "âäåčđǥǧǩŋõšž"}
LETTERS |= {"swe": "åäöé", "fin": "äöå", "deu": "äöüß", "isl": "áæéíóöúýðþ", "fao": "áæíóúýðø", "fkv": "äöđšž"}
NORDIC = "æøåéòô"
SENTENCE = re.compile(r"(?:^|[.!?:\n«\"]\s*)$")


def repair(text: str, language: str | None = None) -> tuple[str, int]:
    """(the text, how many words were put right). `language`: as declared, ISO 639-3."""
    repaired = 0

    def right(match: re.Match[str]) -> str:
        nonlocal repaired
        found = fitting(match[0], language)
        if found is None:
            return match[0]
        repaired += 1
        return _cased(match[0], found, text[: match.start()][-3:])

    return WORD.sub(right, text), repaired


@cache
def fitting(word: str, language: str | None) -> str | None:
    """The one word of the lexicon that fits, in lower case; None where none or several do."""
    signs = word.count(SIGN)
    if signs > MOST or len(word) < LEAST or signs == len(word):
        return None
    told = list(_filled(word.lower(), LETTERS.get(language or "", NORDIC)))
    fits = [each for each, is_known in zip(told, known(told, tables(language)).tolist(), strict=True) if is_known]
    return fits[0] if len(fits) == 1 else None


def tables(language: str | None) -> tuple[str, ...]:
    """The lexica that are asked, of new and old spelling."""
    named = tuple(name for name in TABLES if name in (language, f"{language}-{OLD}"))
    return named or ("nob", "nno")


def _filled(word: str, letters: str) -> Iterator[str]:
    parts = word.split(SIGN)
    for chosen in product(letters, repeat=len(parts) - 1):
        yield parts[0] + "".join(letter + part for letter, part in zip(chosen, parts[1:], strict=True))


def _cased(word: str, found: str, before: str) -> str:
    """A capital where the word is in capitals, or where the sign begins a sentence."""
    shown = [character for character in word if character != SIGN]
    if len(shown) > 1 and all(map(str.isupper, shown)):
        return found.upper()
    kept = [new if old == SIGN else old for old, new in zip(word, found, strict=True)]
    if word[0] == SIGN and SENTENCE.search(before):
        kept[0] = kept[0].upper()
    return "".join(kept)
