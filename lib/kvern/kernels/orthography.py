"""By which spelling a Norwegian text is written: before 1907, or by the reforms of 1907, 1917, 1938, or of today.

Each reform replaced frequent words' spellings (CONTRASTS); a text is counted for the old and for the new ones. It
follows a reform when at least half of its words on either side are new. Where fewer than EVIDENCE of them occur, the
year of the text decides; where there is no year either, nothing is said. Words win over the year: many a novel of 1890
is read in an edition of 1950. What 1938 prescribed is still right today in the commonest words, so that `1938` and
`modern` differ by the year alone.

`landsmål` is Nynorsk that writes aa for å, as all did before 1917. Danish of before 1948 is written as Norwegian of
before 1907: a text that is called Danish gets a label only where it writes aa, since that may be Norwegian.
"""
# mypy: allow-untyped-defs

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.markers import Markers, speak, word_table

LABELS = ("pre1907", "landsmål", "1907", "1917", "1938", "modern")
READ = 30_000  # bytes of a text that are looked at: a text does not change its spelling
SPELT = frozenset(("nob", "nno", "nor", "dan"))  # languages that have a label
EVIDENCE = 2  # words
HALF = 0.5
CONTRASTS = {
    # Bokmål, Riksmål then: p, t, k for b, d, g after a vowel; av; hadde, sa
    "nob 1907": (
        "af uden ud bog bøger mad gade gaden løb havde sagde søge bruge rige vide mod",
        "av uten ut bok bøker mat gate gaten løp hadde sa søke bruke rike vite mot",
    ),
    # å for aa; double consonants at the end; nn for nd, ll for ld; hva, ble
    "nob 1917": (
        "paa saa aa gaa faa maa naar aar staa ogsaa op ind gik fik mand hvad blev mit sit fjeld mænd kvinde haand",
        "på så å gå få må når år stå også opp inn gikk fikk mann hva ble mitt sitt fjell menn kvinne hånd",
    ),
    # seg, etter, noen; øy for øi; skulle, ville, kunne
    "nob 1938": (
        "efter sig mig dig nu mellem gjennem høi høie øie øine farve sne nogen noget kunde skulde vilde aldrig sprog",
        "etter seg meg deg nå mellom gjennom høy høye øye øyne farge snø noen noe kunne skulle ville aldri språk",
    ),
    # Nynorsk: å for aa
    "nno 1917": (
        "paa saa aa gaa faa maa naar aar staa daa laag sjaa fraa",
        "på så å gå få må når år stå då låg sjå frå",
    ),
    # opp, mellom, over; skulle, ville, kunne
    "nno 1938": (
        "upp millom gjenom yver burt fyre fyrr skulde vilde kunde hev sume",
        "opp mellom gjennom over bort føre før skulle ville kunne har somme",
    ),
}
NAMES = tuple(CONTRASTS)
_PLACE = {name: place for place, name in enumerate(NAMES)}

Counts = npt.NDArray[np.int64]
Row = list[list[int]]


@cache
def _table() -> Markers:
    """A row a word, with a 1 in the column of each contrast's side that it stands on: old, new, old, new, …"""
    sides = [set(side.split()) for pair in CONTRASTS.values() for side in pair]
    return word_table({word: [word in side for side in sides] for word in sorted(set().union(*sides))}, len(sides))


@compiled
def _documents(data, offsets, asked, table, found):
    for d in range(found.shape[0]):
        if not asked[d]:
            continue
        end = min(offsets[d + 1], offsets[d] + READ)
        speak(data, offsets[d], end, table, np.float32(-1), found[d])


def measure(data: Bytes, offsets: Offsets, languages: Sequence[str] | None = None) -> Counts:
    """Words on the old and on the new side of each contrast, in the first READ bytes: int64[n, len(NAMES), 2].

    Given their languages, only documents in SPELT are read; the others' counts are 0.
    """
    asked = np.array([code in SPELT for code in languages] if languages else [True] * (len(offsets) - 1), np.bool_)
    found = np.zeros((len(offsets) - 1, 2 * len(NAMES)), np.float32)  # exact: READ bytes hold fewer than 2^24 words
    _documents(readonly(data), offsets, asked, _table(), found)
    return found.astype(np.int64).reshape(-1, len(NAMES), 2)


def label(counts: Counts, languages: Sequence[str], years: Sequence[int | None]) -> list[str | None]:
    """The spelling of each text, one of LABELS; None for other languages than nob, nno, nor and dan, or no evidence.

    `languages`: what the text is called; `years`: of the text, where known.
    """
    rows = counts.tolist()  # plain numbers: a look into an array costs ten times as much
    return [_label(count, language, year) for count, language, year in zip(rows, languages, years, strict=True)]


def _label(count: Row, language: str, year: int | None) -> str | None:
    if language == "nno":
        return _first_old(count, year, (("nno 1917", 1917, "landsmål"), ("nno 1938", 1938, "1917")))
    steps = (("nob 1907", 1907, "pre1907"), ("nob 1917", 1917, "1907"), ("nob 1938", 1938, "1917"))
    if language == "dan":
        writes_aa = _follows(count, "nob 1917", 1917, year) is False
        return _first_old(count, year, steps) if writes_aa else None
    return _first_old(count, year, steps) if language in {"nob", "nor"} else None


def _first_old(count: Row, year: int | None, steps: tuple[tuple[str, int, str], ...]) -> str | None:
    """The label beside the first reform that the text does not follow; else today's, or 1938 by the year."""
    followed = None
    for contrast, since, before in steps:
        follows = _follows(count, contrast, since, year)
        if follows is False:
            return before
        followed = followed or follows
    if followed is None:
        return None
    return "1938" if year is not None and year < 1959 else "modern"


def _follows(count: Row, contrast: str, since: int, year: int | None) -> bool | None:
    """Whether a text follows a reform; None where neither its words nor its year say."""
    old, new = count[_PLACE[contrast]]
    if old + new >= EVIDENCE:
        return new >= HALF * (old + new)
    return None if year is None else year >= since
