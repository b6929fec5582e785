"""What the OCR kernel knows of each language and era: lexicon, letter 4-grams, letters' shares, and how to weigh.

`ocr_table.npz` is made by `python bench/ocr_tables.py` from the texts of `ocr_texts` that are not held out; it holds
hashes, counts and weights, and names its data in `made_of`.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kvern.kernels.language_model import LANGUAGES
from kvern.kernels.ocr_letters import fill, find_all, kinds, word_keys
from kvern.kernels.ocr_pass import Lexica

OLD = "old"  # spelling before the reform of 1917, in the name of a table
FILE = Path(__file__).with_name("ocr_table.npz")
OLD_TABLES = (f"nob-{OLD}", f"nno-{OLD}")
TABLES = (*LANGUAGES, *OLD_TABLES)
# Which tables speak of a language: those of new and of old spelling.
NEW_AND_OLD = {
    "nob": (("nob",), ("nob-old",)),
    "nno": (("nno",), ("nno-old",)),
    "nor": (("nob", "nno"), OLD_TABLES),
    "dan": (("dan",), ("dan", "nob-old")),
    "fkv": (("fkv", "fin"), ("fkv", "fin")),
}
OLD_LABELS, BETWEEN = ("pre1907", "landsmål", "1907"), ("1917", "1938")  # of `orthography`
OLD_UNTIL, NEW_FROM = 1917, 1950  # by year: Danish wrote aa to 1948, and books are printed anew

Floats = npt.NDArray[np.float64]
Era = str | int | None


@dataclass(frozen=True)
class Model:
    """`shares` float64[tables, 64]: each letter's share of a clean text's letters; `plain` float64[tables, features]:
    the mean of each feature in clean text; `weights` float64[features]."""

    lexica: Lexica
    shares: Floats
    plain: Floats
    weights: Floats


def table(entries: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The hash table of entries, at most half full."""
    slots = np.zeros(1 << max(4, (2 * len(entries)).bit_length()), np.uint64)
    fill(slots, entries)
    return slots


@cache
def load() -> Model:
    """The shipped model; from the package, which on a cluster may lie in a zip."""
    packed = io.BytesIO(resources.files("kvern.kernels").joinpath(FILE.name).read_bytes())
    with np.load(packed) as held:
        lexica = Lexica(table(held["words"]), table(held["grams"]), kinds())
        return Model(lexica, *(held[name].astype(np.float64) for name in ("shares", "plain", "weights")))


def tables_of(language: str, era: Era) -> tuple[str, ...]:
    """The tables that a text is held against; none for a language without one.

    `era`: a label of `orthography`, a year, or None where neither is known: then new and old spelling both count.
    """
    new, old = NEW_AND_OLD.get(language, ((language,),) * 2 if language in LANGUAGES else ((), ()))
    if era in OLD_LABELS or (isinstance(era, int) and era < OLD_UNTIL):
        return old
    if era is None or era in BETWEEN or (isinstance(era, int) and era < NEW_FROM):
        return tuple(dict.fromkeys((*new, *old)))
    return new


@cache
def _mask(language: str, era: Era) -> int:
    return sum(1 << TABLES.index(name) for name in tables_of(language, era))


def masks(languages: Sequence[str], eras: Sequence[Era]) -> npt.NDArray[np.uint64]:
    """A bit for each of TABLES that speaks of a document."""
    return np.fromiter(map(_mask, languages, eras), np.uint64, len(languages))


def known(words: Sequence[str], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each word, in any case, stands in a lexicon of one of these TABLES; bool[n]."""
    asked = np.uint64(sum(1 << TABLES.index(name) for name in names))
    found = np.zeros(len(words), np.uint64)
    find_all(load().lexica.words, word_keys(words), found)
    return (found & asked) != 0
