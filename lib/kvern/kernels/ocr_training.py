"""The arrays of `ocr_table.npz`: what is counted over clean text, and how the score's weights are fitted.

`python bench/ocr_tables.py` calls it and writes the file. A lexicon holds words that occur at least TWICE; in old books
(which are OCR themselves) in at least two of them, or SURE times. A 4-gram counts when two different words have it.
Features of clean text are measured by quarters, each against tables of the others, since no word of a text is unknown
to its own lexicon. The weights are a non-negative least-squares fit of the true error rate, so that no measure
of damage can make a text look better; a text of rate r weighs 1 / (r + SOFT), or the worst pages alone would decide.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import ocr
from kvern.kernels.ocr_letters import WIDTH, folded, gram_keys, kinds, word_keys
from kvern.kernels.ocr_pass import Lexica
from kvern.kernels.ocr_table import OLD, TABLES, Era, Floats, Model, masks, table
from kvern.kernels.ocr_texts import Text

TWICE, SURE = 2, 6
SMALL = 20_000  # words of a table from which once is enough
RARE_LETTER = 2_000  # a word of one letter is one in so many words, or it is damage
SOFT = 0.02
STEPS = 20_000
WORD = re.compile(r"[^\W\d_]+")
# A table's language and an era under which it alone is asked.
ASKED: dict[str, tuple[str, Era]] = {
    name: (name.removesuffix(f"-{OLD}"), 1850 if OLD in name else 2000) for name in TABLES
}


class Words(NamedTuple):
    """`counts`: of each word; `books`: in how many groups it stands, for old tables."""

    counts: Counter[str]
    books: Counter[str]


def counted(told: Iterable[Text]) -> dict[str, Words]:
    """Words in lower case by table."""
    found: dict[str, Words] = defaultdict(lambda: Words(Counter(), Counter()))
    for text in told:
        here = Counter(WORD.findall(text.text.lower()))
        found[text.table].counts.update(here)
        found[text.table].books.update(here.keys())
    return found


def lexicon(name: str, words: Words) -> list[str]:
    """Words that are taken for whole, in order."""
    total = words.counts.total()
    least = 1 if total < SMALL else TWICE

    def holds(word: str, n: int) -> bool:
        if len(word) == 1:
            return n * RARE_LETTER >= total
        return n >= SURE or (n >= least and (not name.endswith(OLD) or words.books[word] > 1))

    return sorted(word for word, n in words.counts.items() if holds(word, n))


def grams(words: Words) -> list[int]:
    """Keys of 4-grams that two different words have, or one that occurs TWICE."""
    met: Counter[int] = Counter()
    for word, n in words.counts.items():
        met.update(dict.fromkeys(gram_keys(folded(word)), TWICE if n >= TWICE else 1))
    return [key for key, n in met.items() if n >= TWICE]


def entries(keyed: Iterable[tuple[int, Iterable[int]]]) -> npt.NDArray[np.uint64]:
    """`key | mask`, sorted, from (table's number, its keys)."""
    found: dict[int, int] = defaultdict(int)
    for number, own in keyed:
        for key in own:
            found[key] |= 1 << number
    return np.array(sorted(key | mask for key, mask in found.items()), np.uint64)


def lexica(words: dict[str, Words]) -> dict[str, npt.NDArray[np.uint64]]:
    """Entries `words` and `grams` of all TABLES."""
    named = [(number, name, words[name]) for number, name in enumerate(TABLES) if name in words]
    return {
        "words": entries((number, word_keys(lexicon(name, own)).tolist()) for number, name, own in named),
        "grams": entries((number, grams(own)) for number, _, own in named),
    }


def bare_model(told: Sequence[Text]) -> Model:
    """Lexica and letters' shares of these texts, with no weights yet."""
    words = counted(told)
    shares = np.zeros((len(TABLES), WIDTH))
    for number, name in enumerate(TABLES):
        for word, n in words[name].counts.items():
            np.add.at(shares[number], folded(word), n)
        shares[number] /= max(1.0, shares[number].sum())
    held = lexica(words)
    nothing = np.zeros((len(TABLES), len(ocr.FEATURES)))
    return Model(Lexica(table(held["words"]), table(held["grams"]), kinds()), shares, nothing, nothing[0])


def damage(told: Sequence[Text], model: Model) -> Floats:
    """Features float64[n, features] of texts, each by its own table, less the model's `plain`."""
    data, offsets = packed([text.text for text in told])
    asked = masks(*zip(*(ASKED[text.table] for text in told), strict=True))
    sums, histograms = ocr.counts(data, offsets[:-1], offsets[1:], asked, model)
    return ocr.features(sums, histograms, asked, model)


def packed(told: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Texts one behind the other, as Arrow holds them."""
    encoded = [text.encode() for text in told]
    return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)], dtype=np.int64)


def plain(found: Floats, names: Sequence[str]) -> Floats:
    """Mean features float64[tables, features] of clean pages; a table without a page has the mean of all."""
    named = np.array(names)
    return np.stack([found[named == name].mean(axis=0) if name in named else found.mean(axis=0) for name in TABLES])


def fitted(found: Floats, rates: Floats) -> Floats:
    """Weights float64[features], none negative (projected gradient)."""
    pull = 1 / np.sqrt(rates + SOFT)
    scale = np.maximum(np.abs(found).max(axis=0), 1e-9)
    a, b = found / scale * pull[:, None], rates * pull
    square, right = a.T @ a, a.T @ b
    step = 1 / np.linalg.eigvalsh(square)[-1]
    weights = np.zeros(found.shape[1])
    for _ in range(STEPS):
        weights = np.maximum(weights - step * (square @ weights - right), 0)
    return weights / scale
