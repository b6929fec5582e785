"""How well a printed text was read: measures over its letters and words, and an estimate of its character error rate.

Everything is counted in one pass (`ocr_pass`) against the tables of the text's language and era (`ocr_table`), since a
lexicon of today takes old spelling for damage. `docs/ocr.md` defines each measure. Null stands where nothing can be
said: no words, or no table for the language. A page or a block is measured as a document is, by its own span.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.ocr_letters import BASIC, LONGEST, OTHER, WIDTH
from kvern.kernels.ocr_pass import (
    GLUED,
    INSIDE,
    JOINED,
    KNOWN,
    LETTERS,
    MIXED,
    NOISE,
    PIECES,
    SIGNS,
    SINGLES,
    SPELT,
    STOPPED,
    SUMS,
    UNSEEN,
    VOWELLESS,
    WORDS,
    spans,
)
from kvern.kernels.ocr_table import TABLES, Era, Floats, Model, masks

MEASURES = (
    *("ocr_letters", "ocr_known_words", "ocr_single_letters", "ocr_vowelless_words", "ocr_mixed_words"),
    *("ocr_noise_pieces", "ocr_score"),
)
FEATURES = (
    *("unknown", "spelt", "unseen", "single", "vowelless", "mixed", "inside", "noise", "signs", "glued", "joined"),
    *("stopped", "missing"),
)
SOFT = 0.005  # below it the score bends towards 0, so that clean pages keep an order
# How many of its own letters a text should have before they are missed: all together, and each alone. Letters come in
# bunches: asked from 8 on of any letter, 1 clean page in 13 has under .3 of one; as it is, 3 of 460 have (held out).
TOGETHER, ALONE = 12.0, 20.0
LEAST_SHARE = 0.002  # of a language's letters: rarer ones are not asked for

Counts = npt.NDArray[np.int64]
Columns = dict[str, pa.Array]


def measure(data: Bytes, offsets: Offsets, languages: Sequence[str], eras: Sequence[Era], model: Model) -> Columns:
    """MEASURES of n documents, float64[n] each with nulls; data uint8, offsets int64[n + 1].

    `languages`: ISO 639-3 codes, as declared or found. `eras`: labels of `orthography`, years, or None.
    """
    return of_spans(data, offsets[:-1], offsets[1:], masks(languages, eras), model)


def of_spans(data: Bytes, starts: Offsets, ends: Offsets, asked: npt.NDArray[np.uint64], model: Model) -> Columns:
    """`measure` for spans data[starts[i]:ends[i]], such as pages and blocks; `asked`: what `ocr_table.masks` gives."""
    return measures(*counts(data, starts, ends, asked, model), asked, model)


def measures(sums: Counts, histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Columns:
    """MEASURES from what `counts` gives; counts of spans side by side may be added first."""
    told = {
        "ocr_letters": own_letters(histograms, asked, model),
        "ocr_known_words": _ratio(sums[:, KNOWN] + sums[:, SPELT], sums[:, WORDS]),
        "ocr_single_letters": _ratio(sums[:, SINGLES], sums[:, WORDS]),
        "ocr_vowelless_words": _ratio(sums[:, VOWELLESS], sums[:, WORDS]),
        "ocr_mixed_words": _ratio(sums[:, MIXED] + sums[:, INSIDE], sums[:, WORDS]),
        "ocr_noise_pieces": _ratio(sums[:, NOISE], sums[:, PIECES]),
        "ocr_score": score(features(sums, histograms, asked, model), model),
    }
    silent = (asked == 0) | (sums[:, WORDS] == 0)
    return {name: pa.array(np.where(silent, np.nan, told[name]), from_pandas=True) for name in MEASURES}


def counts(
    data: Bytes, starts: Offsets, ends: Offsets, asked: npt.NDArray[np.uint64], model: Model
) -> tuple[Counts, Counts]:
    """(sums int64[n, len(SUMS)], histograms int64[n, 64] of letters) of each span."""
    sums = np.zeros((len(starts), len(SUMS)), np.int64)
    histograms = np.zeros((len(starts), WIDTH), np.int64)
    letters = np.zeros(LONGEST, np.uint8)
    spans(readonly(data), starts, ends, asked, model.lexica, letters, sums, histograms)
    return sums, histograms


def _ratio(part: Counts, whole: Counts) -> Floats:
    """NaN where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _kinds(asked: npt.NDArray[np.uint64]) -> Iterator[tuple[npt.NDArray[np.int64], list[int]]]:
    """(rows, tables' numbers) of each different mask; a mask without a table is left out."""
    for mask in np.unique(asked).tolist():
        named = [number for number in range(len(TABLES)) if mask >> number & 1]
        if named:
            yield np.flatnonzero(asked == mask), named


def expected_letters(model: Model) -> Floats:
    """Shares float64[tables, 64] of letters beyond a to z that a text must have; 0 for all others."""
    shares = np.where(model.shares >= LEAST_SHARE, model.shares, 0.0)
    shares[:, : len(BASIC) + 1] = 0
    shares[:, OTHER:] = 0
    return shares


def own_letters(histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """Found of the language's own letters (æ, ø, å; á, č, š …) over what is expected, at most 1; 0 where they are lost.

    The least of: all of them together, where TOGETHER should occur, and each of which ALONE should. NaN where the text
    is too short for that. With several tables the kindest one counts: å is missed only if both spellings have it.
    """
    wanted = expected_letters(model)
    found = np.full(len(histograms), np.nan)
    for rows, named in _kinds(asked):
        told = [_own(histograms[rows], wanted[t]) for t in named]
        sure = np.any([enough for _, enough in told], axis=0)
        found[rows] = np.where(sure, np.max([ratio for ratio, _ in told], axis=0), np.nan)
    return found


def _own(histograms: Counts, shares: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(found over expected by one table's shares, whether enough is expected); (0, no) where it asks for no letter."""
    own = np.flatnonzero(shares)
    mine, letters = histograms[:, own], histograms.sum(axis=1)
    hoped = np.column_stack([letters[:, None] * shares[own], letters * shares.sum()])
    met = np.column_stack([mine, mine.sum(axis=1)])
    asks = hoped >= np.append(np.full(len(own), ALONE), TOGETHER)
    asks[:, -1] |= len(own) > 0 and ~asks.any(axis=1)
    ratio = np.where(asks, met / np.maximum(hoped, 1e-9), np.inf).min(axis=1)
    return np.where(np.isfinite(ratio), np.minimum(ratio, 1.0), 0.0), hoped[:, -1] >= TOGETHER


def features(sums: Counts, histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """FEATURES float64[n, features]: shares that grow with damage, less what clean text of these tables has.

    `unknown` is log(1 / share of words that are whole) over the mean length of a word: an error in each of c letters
    leaves (1 - c)^length of the words whole.
    """
    found = shares_of_damage(sums, histograms, asked, model)
    for rows, named in _kinds(asked):
        found[rows] -= model.plain[named].min(axis=0)
    return found


def shares_of_damage(sums: Counts, histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """FEATURES as counted."""
    words, letters = np.maximum(sums[:, WORDS], 1), np.maximum(sums[:, LETTERS], 1)
    pieces = np.maximum(sums[:, PIECES], 1)
    whole = (sums[:, KNOWN] + sums[:, SPELT] + 0.5) / (words + 0.5)
    return np.column_stack(
        [
            *(-np.log(np.minimum(whole, 1.0)) * words / letters, sums[:, SPELT] / words),
            *(sums[:, UNSEEN] / letters, sums[:, SINGLES] / words, sums[:, VOWELLESS] / words),
            *(sums[:, MIXED] / words, sums[:, INSIDE] / words, sums[:, NOISE] / pieces),
            *(sums[:, SIGNS] / pieces, sums[:, GLUED] / words, sums[:, JOINED] / words, sums[:, STOPPED] / words),
            _missing(histograms, asked, model),
        ]
    )


def _missing(histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """Share of letters that should be the language's own and are not, by the kindest table."""
    letters = np.maximum(histograms.sum(axis=1), 1)[:, None]
    wanted = expected_letters(model)
    short = np.zeros(len(histograms))
    for rows, named in _kinds(asked):
        own = np.flatnonzero(wanted[named].any(axis=0))
        shares = histograms[np.ix_(rows, own)] / letters[rows]
        short[rows] = np.min([np.maximum(wanted[t, own] - shares, 0).sum(axis=1) for t in named], axis=0)
    return short


def score(found: Floats, model: Model) -> Floats:
    """Estimated character error rate, 0 to 1; about SOFT / 2 for clean text."""
    return np.minimum(SOFT * np.logaddexp(0, found @ model.weights / SOFT), 1.0)
