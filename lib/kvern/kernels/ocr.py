"""How well a printed text was read: measures over its letters and words, and an estimate of its character error rate.

Everything is counted in one pass (`ocr_pass`) against the tables of the text's language and era (`ocr_table`), since a
lexicon of today takes old spelling for damage. `docs/ocr.md` defines each measure. Null stands where nothing can be
said: no words, or no table for the language. A page or a block is measured as a document is, by its own span.
"""

from collections.abc import Sequence

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
EXPECTED = 8.0  # of a letter: fewer say nothing (Poisson: 8 wanted and 1 found is a chance of 1 in 300)
LEAST_SHARE = 0.002  # of a language's letters: rarer ones are not asked for

Counts = npt.NDArray[np.int64]
Columns = dict[str, pa.Array]


def measure(data: Bytes, offsets: Offsets, languages: Sequence[str], eras: Sequence[Era], model: Model) -> Columns:
    """MEASURES of n documents, float64[n] each with nulls; data uint8, offsets int64[n + 1].

    `languages`: ISO 639-3 codes, as declared or found. `eras`: labels of `orthography`, years, or None.
    """
    return of_spans(data, offsets[:-1], offsets[1:], masks(languages, eras), model)


def of_spans(data: Bytes, starts: Offsets, ends: Offsets, asked: npt.NDArray[np.uint64], model: Model) -> Columns:
    """`measure` for spans data[starts[i]:ends[i]], such as pages and blocks; `asked` is what `ocr_table.masks` gives."""
    sums, histograms = counts(data, starts, ends, asked, model)
    found = features(sums, histograms, asked, model)
    told = {
        "ocr_letters": own_letters(histograms, asked, model),
        "ocr_known_words": _ratio(sums[:, KNOWN] + sums[:, SPELT], sums[:, WORDS]),
        "ocr_single_letters": _ratio(sums[:, SINGLES], sums[:, WORDS]),
        "ocr_vowelless_words": _ratio(sums[:, VOWELLESS], sums[:, WORDS]),
        "ocr_mixed_words": _ratio(sums[:, MIXED] + sums[:, INSIDE], sums[:, WORDS]),
        "ocr_noise_pieces": _ratio(sums[:, NOISE], sums[:, PIECES]),
        "ocr_score": score(found, model),
    }
    silent = asked == 0
    return {name: pa.array(np.where(silent, np.nan, told[name]), from_pandas=True) for name in MEASURES}


def counts(
    data: Bytes, starts: Offsets, ends: Offsets, asked: npt.NDArray[np.uint64], model: Model
) -> tuple[Counts, Counts]:
    """(sums int64[n, len(SUMS)], histograms int64[n, 64] of letters) of each span."""
    sums = np.zeros((len(starts), len(SUMS)), np.int64)
    histograms = np.zeros((len(starts), WIDTH), np.int64)
    letters = np.zeros(LONGEST, np.uint8)
    spans(readonly(data), starts, ends, asked, model.kinds, model.lexica, letters, sums, histograms)
    return sums, histograms


def _ratio(part: Counts, whole: Counts) -> Floats:
    """NaN where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _tables(asked: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """bool[n, tables]."""
    return (asked[:, None] >> np.arange(len(TABLES), dtype=np.uint64)) & np.uint64(1) > 0


def expected_letters(model: Model) -> Floats:
    """Shares float64[tables, 64] of letters beyond a to z that a text must have; 0 for all others."""
    shares = np.where(model.shares >= LEAST_SHARE, model.shares, 0.0)
    shares[:, : len(BASIC) + 1] = 0
    shares[:, OTHER:] = 0
    return shares


def own_letters(histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """Of the language's own letters (æ, ø, å; á, č, š …) the least found, over what is expected: 0 for one that is lost.

    Each letter of which at least EXPECTED should occur, and all of them together; NaN where too little text says so.
    With several tables the kindest one counts: where two spellings are possible, å is missed only if both have it.
    """
    letters = histograms.sum(axis=1).astype(np.float64)
    wanted = expected_letters(model)
    rows = np.full((len(TABLES), len(histograms)), np.nan)
    for t, shares in enumerate(wanted):
        own = np.flatnonzero(shares)
        hoped = np.column_stack([letters[:, None] * shares[own], letters * shares.sum()])
        found = np.column_stack([histograms[:, own], histograms[:, own].sum(axis=1)])
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(hoped >= EXPECTED, found / hoped, np.inf).min(axis=1)
        rows[t] = np.where(np.isfinite(ratio), np.minimum(ratio, 1.0), np.nan)
    rows = np.where(_tables(asked).T, rows, np.nan)
    unsaid = np.isnan(rows).all(axis=0)
    return np.where(unsaid, np.nan, np.nanmax(np.where(unsaid, 0.0, rows), axis=0))


def features(sums: Counts, histograms: Counts, asked: npt.NDArray[np.uint64], model: Model) -> Floats:
    """FEATURES float64[n, features]: shares that grow with damage, less what clean text of these tables has.

    `unknown` is log(1 / share of words that are whole) over the mean length of a word: an error in each of c letters
    leaves (1 - c)^length of the words whole.
    """
    found = shares_of_damage(sums, histograms, asked, model)
    plain = np.where(_tables(asked)[:, :, None], model.plain[None], np.inf).min(axis=1)
    return found - np.where(np.isfinite(plain), plain, 0.0)


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
    short = np.stack([np.maximum(shares - histograms / letters, 0).sum(axis=1) for shares in wanted], axis=1)
    short = np.where(_tables(asked), short, np.inf).min(axis=1)
    return np.where(np.isfinite(short), short, 0.0)


def score(found: Floats, model: Model) -> Floats:
    """Estimated character error rate, 0 to 1; about SOFT / 2 for clean text."""
    return np.minimum(SOFT * np.logaddexp(0, found @ model.weights / SOFT), 1.0)
