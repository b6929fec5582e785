"""The OCR pass against plain Python, and what each measure says of small texts."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from kernels_reference import hostile, packed, tidy
from ocr_reference import counts as reference
from ocr_reference import grams

from kvern.kernels import ocr, ocr_table
from kvern.kernels.ocr_blocks import blocks_of, doubtful
from kvern.kernels.ocr_letters import WIDTH, folded, letter, word_keys
from kvern.kernels.ocr_pass import SUMS, Lexica
from kvern.kernels.ocr_pass import WORDS as WORDS_SEEN

MODEL = ocr_table.load()
WORDS = {"det", "er", "ein", "bok", "å", "øl", "lorem", "javascript"}
SPELT = {gram for word in ("ipsum", "policy", "nord", "norsk") for gram in grams(word)}
ONE = np.array([1], np.uint64)


def small_model() -> ocr_table.Model:
    """Table 0 alone, with WORDS as its lexicon and SPELT as its 4-grams."""
    keys = word_keys(sorted(WORDS)) | np.uint64(1)
    packed_grams = [sum(number << 6 * (3 - k) for k, number in enumerate(gram)) << 24 | 1 for gram in sorted(SPELT)]
    lexica = Lexica(ocr_table.table(keys), ocr_table.table(np.array(packed_grams, np.uint64)), MODEL.lexica.kinds)
    return ocr_table.Model(lexica, MODEL.shares, MODEL.plain, MODEL.weights)


SMALL = small_model()


@given(hostile | tidy)
def test_the_pass_counts_what_plain_python_counts(text: bytes) -> None:
    data, offsets = packed([text])
    sums, histograms = ocr.counts(data, offsets[:-1], offsets[1:], ONE, SMALL)
    wanted, letters = reference(text, WORDS, SPELT)
    assert dict(zip(SUMS, sums[0].tolist(), strict=True)) == {name: wanted.get(name, 0) for name in SUMS}
    assert histograms[0].tolist() == [letters.get(number, 0) for number in range(WIDTH)]


@given(hostile, hostile)
def test_a_span_is_measured_as_if_it_stood_alone(first: bytes, second: bytes) -> None:
    together, alone = packed([first, second]), packed([second])
    asked = np.array([1, 1], np.uint64)
    both = ocr.counts(together[0], together[1][:-1], together[1][1:], asked, SMALL)
    one = ocr.counts(alone[0], alone[1][:-1], alone[1][1:], ONE, SMALL)
    assert [part[1].tolist() for part in both] == [part[0].tolist() for part in one]


def measured(text: str, language: str = "nob", era: ocr_table.Era = None) -> dict[str, float | None]:
    found = ocr.measure(*packed([text.encode()]), [language], [era], MODEL)
    return {name: values[0].as_py() for name, values in found.items()}


CLEAN = "Det er ikke lett å se hva som er galt når en bare har lest boken en gang. " * 30
OLD = "Da han kom hjem, var det allerede blevet mørkt, og ingen havde lagt Mærke til, at han var gaaet. " * 30


def test_a_clean_page_scores_low_and_has_its_letters() -> None:
    found = measured(CLEAN)
    assert found["ocr_letters"] == pytest.approx(1.0)
    assert found["ocr_score"] < 0.02
    assert found["ocr_known_words"] == 1.0
    assert [found[f"ocr_{name}"] for name in ("single_letters", "vowelless_words", "mixed_words", "noise_pieces")] == [
        0.0
    ] * 4


def test_old_spelling_is_no_damage_by_its_own_table() -> None:
    assert measured(OLD, era=1849)["ocr_score"] < 0.03
    assert measured(OLD, "dan")["ocr_score"] < 0.03
    assert measured(OLD, era=1849)["ocr_known_words"] > measured(OLD, era="modern")["ocr_known_words"]


def test_lost_letters_are_seen_in_either_era() -> None:
    lost = OLD.replace("ø", "o").replace("æ", "ce")
    assert measured(lost, era=1849)["ocr_letters"] == 0
    assert measured(lost)["ocr_letters"] == 0
    assert measured(OLD)["ocr_letters"] > 0.5
    assert measured(CLEAN.replace("å", "a"))["ocr_letters"] == 0


def test_each_sign_of_damage_is_counted_by_its_own_measure() -> None:
    assert measured(CLEAN + "x q z w " * 5)["ocr_single_letters"] > 0
    assert measured(CLEAN + "A. B. Olsen, e-post og u-land")["ocr_single_letters"] == 0
    assert measured(CLEAN + "bnrt krst")["ocr_vowelless_words"] > 0
    assert measured(CLEAN + "bRuden hu1st")["ocr_mixed_words"] == pytest.approx(2 / (18 * 30 + 3))
    assert measured(CLEAN + ".,; ■ — –")["ocr_noise_pieces"] == pytest.approx(2 / (18 * 30 + 4))


def test_what_cannot_be_judged_is_null() -> None:
    for text, language in (("", "nob"), ("123 — 456", "nob"), (CLEAN, "und"), (CLEAN, "zxx"), (CLEAN, "fra")):
        assert set(measured(text, language).values()) == {None}
    assert measured("Kort tekst", "nob")["ocr_letters"] is None
    assert measured(CLEAN, "eng")["ocr_letters"] is None


def test_nothing_at_all() -> None:
    found = ocr.measure(*packed([]), [], [], MODEL)
    assert {name: len(values) for name, values in found.items()} == dict.fromkeys(ocr.MEASURES, 0)


@pytest.mark.parametrize(
    ("language", "era", "tables"),
    [
        ("nob", "pre1907", ("nob-old",)),
        ("nob", 1849, ("nob-old",)),
        ("nob", 1938, ("nob", "nob-old")),
        ("nob", "1917", ("nob", "nob-old")),
        ("nob", 2001, ("nob",)),
        ("nob", None, ("nob", "nob-old")),
        ("nno", "landsmål", ("nno-old",)),
        ("dan", 1880, ("dan", "nob-old")),
        ("nor", "modern", ("nob", "nno")),
        ("sme", 1850, ("sme",)),
        ("und", None, ()),
    ],
)
def test_which_tables_speak(language: str, era: ocr_table.Era, tables: tuple[str, ...]) -> None:
    assert ocr_table.tables_of(language, era) == tables


def test_letters_have_one_number_in_either_case() -> None:
    assert [letter(c) for c in "aAzZ"] == [1, 1, 26, 26]
    assert letter("ſ") == letter("s")
    assert letter("ж") == letter("ŵ") == 63
    assert not any(map(letter, "1-.² "))
    assert folded("Ærø!") == [letter(c) for c in "ærø"]


BLOCKS = pa.array(
    [
        [{"start": 0, "end": 74, "confidence": 0.95}, {"start": 76, "end": 90, "confidence": 0.3}],
        None,
        [{"start": 0, "end": 112, "confidence": 0.99}, {"start": 113, "end": 120, "confidence": None}],
    ]
)


def test_doubtful_blocks_by_confidence_and_by_score() -> None:
    clean = CLEAN[:74] + "\n\n" + ".,; iIl |1 -'."
    damaged = "xQtrr wbvdr krgtn zZtrq pfwnt gtrbb vvwrt qqrtp ncbrt wwrtz " * 2
    texts = [text.encode() for text in (clean, "uten blokker", damaged)]
    asked = ocr_table.masks(["nob"] * 3, [None] * 3)
    (data, offsets), blocks = packed(texts), blocks_of(BLOCKS)
    starts, ends, mine = (
        offsets[blocks.document] + blocks.start,
        offsets[blocks.document] + blocks.end,
        asked[blocks.document],
    )
    sums, histograms = ocr.counts(data, starts, ends, mine, MODEL)
    scores = ocr.score(ocr.features(sums, histograms, mine, MODEL), MODEL)
    marked, share = doubtful(blocks, scores, sums[:, WORDS_SEEN], 3, (0.6, 0.25))
    assert list(zip(marked.document.tolist(), marked.start.tolist(), marked.end.tolist(), strict=True)) == [
        (0, 76, 90),
        (2, 0, 112),
    ]
    assert share[0] == pytest.approx(14 / 88)
    assert np.isnan(share[1])
    assert share[2] == pytest.approx(112 / 119)
