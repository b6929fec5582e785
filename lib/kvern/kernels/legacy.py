"""Nordic and Sámi text of before Unicode that was read as windows-1252 or Latin-1: found and set right by a lexicon.

CP865 is DOS's, NS 4551-1 the Norwegian seven-bit set ({ | } for æ ø å), WinSámi-2, ISO-IR-197, Latin-4 and Latin-10
(ISO 8859-10) wrote Sámi. A set is believed when SURE different words that hold its letters come out as words of the
lexicon, and these are SHARE of all such words: brackets, bars and quotes of ordinary text make no words.
The tables of WinSámi-2 and ISO-IR-197 are glibc's WIN-SAMI-2 and ISO-IR-197; the others are Python's codecs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kvern.kernels.ocr_table import known

SURE, SHARE = 3, 0.5
NORDIC = ("nob", "nno", "dan", "swe", "nob-old", "nno-old")
SAMI = ("sme", "smj", "sma", "smn", "sms")
SAMPLE = 400  # different words that are looked up
WINSAMI_2 = {
    **dict(zip(range(0x82, 0x8A), "Čƒč\u01b7ʒ\u01ee\u01efĐ", strict=True)),
    **{0x98: "đ", 0x99: "Ǧ", 0xA1: "ǧ", 0xA2: "Ǥ", 0xA5: "ǥ", 0xAA: "Ȟ", 0xAF: "ȟ", 0xB2: "Ǩ", 0xB3: "ǩ", 0xB8: "Ŋ"},
    **{0xB9: "ŋ", 0xBA: "Ŧ", 0xBC: "ŧ", 0xBE: "Ž", 0xBF: "ž"},
}
IR_197 = {
    **dict(zip(range(0xA1, 0xA7), "ČčĐđǤǥ", strict=True)),
    **{0xA8: "Ǧ", 0xAA: "ǧ", 0xAC: "Ǩ", 0xAE: "ǩ", 0xAF: "Ŋ", 0xB1: "ŋ", 0xB2: "Š", 0xB3: "š", 0xB5: "Ŧ", 0xB8: "ŧ"},
    **{0xB9: "Ž", 0xBA: "ž", 0xBC: "\u01b7", 0xBD: "ʒ", 0xBE: "\u01ee", 0xBF: "\u01ef"},
}
NS_4551_1 = dict(zip("[\\]{|}", "ÆØÅæøå", strict=True))


@dataclass(frozen=True)
class Set:
    """`letters`: what stands in the text, and the letter that was meant. `languages`: tables that know its words.
    `signs` finds one of them; `word` is what a word with them is made of."""

    name: str
    letters: dict[int, str]
    languages: tuple[str, ...]
    signs: re.Pattern[str]
    word: re.Pattern[str]


def _set(name: str, letters: dict[str, str], languages: tuple[str, ...]) -> Set:
    signs = "".join(map(re.escape, letters))
    word = re.compile(rf"(?:[^\W\d_]|[{signs}])+")
    return Set(name, {ord(sign): letter for sign, letter in letters.items()}, languages, re.compile(f"[{signs}]"), word)


def _seen_as(table: dict[int, str]) -> dict[str, str]:
    """By what windows-1252 and Latin-1 make of each byte, where that is another character."""
    found = {}
    for byte, letter in table.items():
        for charset in ("latin-1", "windows-1252"):
            seen = bytes([byte]).decode(charset, "ignore")
            if seen and seen != letter and letter.isalpha():
                found[seen] = letter
    return found


def _codec(name: str) -> dict[int, str]:
    pairs = ((byte, bytes([byte]).decode(name, "ignore")) for byte in range(0x80, 0x100))
    return {byte: character for byte, character in pairs if character.isalpha()}


@cache
def sets() -> tuple[Set, ...]:
    """All sets, in the order in which a tie is decided."""
    cp865 = {byte: letter for byte, letter in _codec("cp865").items() if letter in "æøåÆØÅäöüÄÖÜéÉ"}
    return (
        _set("ns_4551-1", NS_4551_1, NORDIC),
        _set("cp865", _seen_as(cp865), NORDIC),
        _set("winsami-2", _seen_as(WINSAMI_2), SAMI),
        _set("iso-8859-10", _seen_as(_codec("iso8859-10")), SAMI),
        _set("iso-8859-4", _seen_as(_codec("iso8859-4")), SAMI),
        _set("iso-ir-197", _seen_as(IR_197), SAMI),
    )


def decode(text: str) -> tuple[str, int]:
    """(the text with its legacy letters set right, how many words were changed); the same text where no set is sure."""
    judged = [(*_judge(text, each), each) for each in sets()]
    words, _, best = max(judged, key=lambda row: row[0])
    if words == 0:
        return text, 0
    return _translated(text, best)


def _judge(text: str, each: Set) -> tuple[int, int]:
    """(different words that become known, different words): (0, 0) where the set is not believed."""
    met: dict[str, None] = {}
    for start, end in _places(text, each):
        if _is_word(text[start:end], each):
            met[text[start:end]] = None
            if len(met) == SAMPLE:
                break
    words = [word.translate(each.letters) for word in met]
    right = int(known(words, each.languages).sum()) if words else 0
    believed = right >= SURE and right >= SHARE * len(words)
    return (right, len(words)) if believed else (0, 0)


def _places(text: str, each: Set) -> Iterator[tuple[int, int]]:
    """Where words with signs stand; only what is around a sign is looked at."""
    end = 0
    for sign in each.signs.finditer(text):
        if sign.start() < end:
            continue
        start = sign.start()
        while start > end and each.word.match(text[start - 1]):
            start -= 1
        found = each.word.match(text, sign.start())
        end = found.end() if found else sign.end()
        yield start, end


def _is_word(word: str, each: Set) -> bool:
    """Whether a run holds two letters of its own beside the signs that are asked about."""
    return sum(character.isalpha() and ord(character) not in each.letters for character in word) > 1


def _translated(text: str, each: Set) -> tuple[str, int]:
    """Only words, and signs that stand alone as a word of one letter; a bracket around words stays."""
    out, done, changed = [], 0, 0
    for start, end in _places(text, each):
        seen = text[start:end]
        word = seen.translate(each.letters)
        if any(c.isalpha() and ord(c) not in each.letters for c in seen) or word in ("å", "ø"):
            out += [text[done:start], word]
            done, changed = end, changed + 1
    return "".join([*out, text[done:]]), changed
