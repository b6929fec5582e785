"""Languages: the walk against py3langid's own, windows and paragraphs against plain Python, and hostile bytes."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels_reference import hostile, packed
from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

from kvern.kernels import language, language_model, language_spans, language_walk
from kvern.kernels.language_model import CODES, LANGUAGES
from kvern.kernels.markers import word_table

KNOWN = LanguageIdentifier.from_model_file(MODEL_FILE)
MODEL = language.load(LANGUAGES)
NAMES = language.names(MODEL)
REFERENCE = LanguageIdentifier.from_model_file(MODEL_FILE)
REFERENCE.set_languages(list(CODES.values()))
BARE = language_model.tables(KNOWN, *language_model.base(KNOWN))
BARE = BARE._replace(markers=word_table({}, len(BARE.prior)))

NOB = "Det var en gang en konge som ikke ville høre på noen, og derfor visste han heller ikke hva folk mente om ham.\n"
NNO = "Det var ein gong ein konge som ikkje ville høyra på nokon, og difor visste han heller ikkje kva folk meinte.\n"
DAN = "Der var engang en konge, som ikke ville høre på nogen, og derfor vidste han heller ikke, hvad folk mente.\n"
SME = "Mun lean sápmelaš ja orun Kárášjogas, muhto dál lean Oslos barggus ja hálan sámegiela juohke beaivvi.\n"
SMJ = "Mån lav sábme ja årov Divtasvuonan, valla dálla lav Oslon bargon ja sámástav julevsámegielav juohkka biejve.\n"
FIN = "Olipa kerran kuningas, joka ei halunnut kuunnella ketään, ja siksi hän ei tiennyt, mitä kansa ajatteli.\n"
POL = "Dawno temu żył sobie król, który nikogo nie chciał słuchać, i dlatego nie wiedział, co myślą o nim ludzie.\n"
SAMPLES = [NOB, NNO, DAN, SME, FIN, NOB * 40, (NNO + DAN) * 3, "Hei!", "Jeg heter Kari.", "Eg veit ikkje."]


def found(*documents: bytes, whole: bool = False, model: language.Model = MODEL) -> language.Found:
    return language.measure(*packed(documents), model, whole=whole)


def best(*texts: str, whole: bool = False, model: language.Model = MODEL) -> list[str]:
    return language.label(found(*(text.encode() for text in texts), whole=whole, model=model).probabilities, model)[0]


def runs(text: language.Found, row: int = 0) -> list[tuple[int, int, str]]:
    mine = text.document == row
    columns = (text.start[mine], text.end[mine], text.name[mine])
    return [(int(start), int(end), NAMES[name]) for start, end, name in zip(*columns, strict=True)]


def walked(data: bytes) -> dict[int, int]:
    scratch = language_walk.scratch(MODEL.tables)
    n = language_walk.walk(packed([data])[0], 0, len(data), MODEL.tables, scratch)
    return {int(feature): int(scratch.visits[feature]) for feature in scratch.visited[:n]}


@given(hostile | st.sampled_from(SAMPLES).map(str.encode) | st.lists(hostile, min_size=4).map(b"".join))
def test_four_lanes_find_the_features_that_py3langid_finds(data):
    rows = [row << 8 for row in KNOWN.tk_row]
    assert walked(data) == (visit_counts(KNOWN.tk_nextmove, rows, KNOWN.tk_output, data) or {})


def bare_label(text: str) -> str:
    """The label by py3langid's weights alone, walked and weighed by the kernels."""
    data = text.encode()
    scores = np.zeros(len(BARE.prior), np.float32)
    language_walk.score(packed([data])[0], 0, len(data), BARE, language_walk.scratch(BARE), scores)
    return list(CODES)[int((scores + BARE.prior)[: len(CODES)].argmax())]


@pytest.mark.parametrize("text", SAMPLES)
def test_py3langids_own_weights_give_its_label(text):
    assert CODES[bare_label(text)] == REFERENCE.classify(text)[0]


def test_py3langid_agrees_on_real_sentences(shared):
    lines = (shared / "lid/lid_dev.jsonl").read_text(encoding="utf-8").splitlines()[::20]
    texts = [json.loads(line)["text"] for line in lines]
    same = [CODES[bare_label(text)] == REFERENCE.classify(text)[0] for text in texts if not text.isupper()]
    assert np.mean(same) >= 0.99  # they sum in another order, and in float32


def test_labels():
    assert best(NOB, NNO, DAN, SME, SMJ, FIN, POL) == ["nob", "nno", "dan", "sme", "smj", "fin", "und"]
    assert best(NOB.upper(), "ÆØÅ", "", "x", "1234 5678 90-12", "...... !!!!!!") == [
        "nob",
        "und",
        "und",
        "und",
        "zxx",
        "zxx",
    ]


def test_nor_is_what_both_forms_of_norwegian_write():
    both = "Han var i Oslo. Her er det godt, sa han."
    assert best(both) == ["nor"]
    probabilities = np.zeros((4, len(MODEL.labels)), np.float32)
    nob, nno, dan = (MODEL.labels.index(code) for code in ("nob", "nno", "dan"))
    for row, shares in enumerate([(0.5, 0.5, 0), (0.6, 0.4, 0), (0.59, 0.41, 0), (0.25, 0.25, 0.5)]):
        probabilities[row, [nob, nno, dan]] = shares
    labels, scores = language.label(probabilities, MODEL)
    assert labels == ["nor", "nob", "nor", "nor"]
    assert scores == pytest.approx([1, 0.6, 1, 0.5])


def test_what_was_not_asked_for_is_und_and_never_forced_into_what_was():
    few = language.load(("nob", "eng"))
    assert few.labels == ("nob", "eng", "und", "zxx")
    assert best(DAN, NNO, NOB, model=few) == ["und", "und", "nob"]


@pytest.mark.parametrize("codes", [(), ("nob", "nob"), ("nob", "xyz")])
def test_codes_that_cannot_be_told_apart_are_refused(codes):
    with pytest.raises(ValueError, match="wanted different codes among dan, deu, eng, fao"):
        language.load(codes)


@pytest.mark.parametrize("whole", [False, True])
def test_spans_and_mixture_of_a_document_in_two_languages(whole):
    first, second = (NOB * 6).encode(), (SME * 3).encode()
    text = found(first + second, whole=whole)
    assert runs(text) == [(0, len(first), "nob"), (len(first), len(first + second), "sme")]
    shares = text.probabilities[0, [MODEL.labels.index("nob"), MODEL.labels.index("sme")]]
    assert shares == pytest.approx([len(first) / len(first + second), len(second) / len(first + second)], abs=0.01)


def test_a_spans_score_is_the_probability_of_its_name_and_joined_spans_have_their_average_by_bytes():
    text = found((NOB * 6).encode())
    assert text.score.tolist() == [text.probabilities[0, MODEL.labels.index("nob")]]
    both = found((NOB + NNO).encode() * 3, whole=True)
    shares = sum((end - start) * score for start, end, score in zip(both.start, both.end, both.score, strict=True))
    named = both.probabilities[0, [MODEL.labels.index("nob"), MODEL.labels.index("nno")]].sum()
    assert shares / len((NOB + NNO).encode() * 3) == pytest.approx(named, abs=0.02)
    assert found(b"").score.tolist() == [1.0]


def test_a_heading_in_another_language_makes_no_span():
    text = (NOB * 8 + "Breaking news\n" + NOB * 8).encode()
    assert runs(found(text, whole=True)) == [(0, len(text), "nob")]


def test_a_window_that_dissents_has_all_paragraphs_scored():
    text = (NOB * 60 + NNO * 40 + NOB * 60).encode()
    assert [name for _, _, name in runs(found(text))] == ["nob", "nno", "nob"]
    assert np.array_equal(found(text).probabilities, found(text, whole=True).probabilities)


def covers(text: language.Found, row: int, size: int) -> bool:
    """Whether a document's spans follow one another from its first byte to its last, no two neighbours alike."""
    spans = runs(text, row)
    joined = all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(spans))
    return bool(spans) and spans[0][0] == 0 and spans[-1][1] == size and joined


@settings(max_examples=40)
@given(st.lists(hostile | st.sampled_from(SAMPLES).map(str.encode), max_size=8), st.booleans())
def test_hostile_documents_have_probabilities_and_spans_that_do_not_depend_on_their_neighbours(documents, whole):
    together = found(*documents, whole=whole)
    assert together.probabilities.shape == (len(documents), len(MODEL.labels))
    for row, data in enumerate(documents):
        assert together.probabilities[row].sum() == pytest.approx(1, abs=1e-5)
        assert covers(together, row, len(data))
        assert ((together.score >= 0) & (together.score <= 1)).all()
        alone = found(data, whole=whole)
        assert np.array_equal(alone.probabilities[0], together.probabilities[row])
        assert runs(alone) == runs(together, row)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 5000,
        b"\xff" * 5000,
        b"\n" * 5000,
        b"\xc3" * 999,
        "å".encode() * 4000,
        "好".encode() * 4000,
        NOB.replace("\n", " ").encode() * 100_000,
    ],
    ids=["nul", "ff", "line feeds", "cut letters", "å", "Chinese", "a line of 11 MB"],
)
def test_bytes_that_try_to_break_it(data, whole):
    text = found(data, b"", data[:1], whole=whole)
    assert np.isfinite(text.probabilities).all()
    assert text.probabilities.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert [covers(text, row, size) for row, size in enumerate((len(data), 0, 1))] == [True] * 3


def test_no_document_at_all():
    assert found().probabilities.shape == (0, len(MODEL.labels))


def laid(lay, data: bytes) -> list[tuple[int, int]]:
    stretches = language_spans.stretches(len(MODEL.tables.prior))
    n = lay(packed([b"xx" + data])[0], 2, 2 + len(data), stretches)
    return [(int(a) - 2, int(b) - 2) for a, b in zip(stretches.starts[:n], stretches.ends[:n], strict=True)]


def is_edge(data: bytes, at: int) -> bool:
    return at >= len(data) or at == 0 or data[at] & 0xC0 != 0x80


@given(st.integers(1, 60_000), st.sampled_from(["å", "ord ", "ord\n", "好", "x"]))
def test_windows_lie_in_order_and_cut_no_character(size, piece):
    data = (piece * size).encode()[:size]
    data = data.decode(errors="ignore").encode() or b"x"
    windows = laid(language_spans.windows, data)
    assert 1 <= len(windows) <= language_spans.MOST_WINDOWS
    assert windows[0][0] == 0
    assert windows[-1][1] == len(data)
    assert all(a < b for a, b in windows)
    assert all(a[1] <= b[0] for a, b in pairwise(windows))
    assert all(is_edge(data, at) for window in windows for at in window)


@given(st.lists(st.sampled_from(["en linje", "å" * 90, "\n", "\n", " ", "x" * 2000, "好" * 700])).map("".join))
def test_paragraphs_cover_the_text_and_end_behind_lines_or_blanks(text):
    data = text.encode()
    paragraphs = laid(language_spans.paragraphs, data)
    assert b"".join(data[a:b] for a, b in paragraphs) == data
    for start, end in paragraphs[:-1]:
        size = end - start
        line, blank = data[end - 1] == 0x0A, data[end - 1] == 0x20 and size >= language_spans.LINE
        assert size >= language_spans.PARAGRAPH
        assert line or blank or size >= 2 * language_spans.LINE
        assert is_edge(data, end)


def test_scratch_does_not_grow_with_the_document():
    for size in (language_spans.MOST * language_spans.PARAGRAPH + language_spans.MOST - 1, 9_000_000):
        assert language_spans.MOST * 0.9 < len(laid(language_spans.paragraphs, b"\n" * size)) <= language_spans.MOST


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_the_best_path_is_the_best_of_all(seed, n):
    columns = len(MODEL.tables.prior)
    stretches = language_spans.stretches(columns)
    random = np.random.default_rng(seed)
    stretches.scores[:n] = random.normal(0, 12, (n, columns)).astype(np.float32)
    stretches.starts[:n], stretches.ends[:n] = 0, random.integers(1, 200, n)
    language_spans.best_path(n, MODEL.tables.prior, stretches)
    said = (stretches.scores[:n] + MODEL.tables.prior) / np.sqrt(stretches.ends[:n, None])
    assert weight(said, stretches.path[:n]) == pytest.approx(best_weight(said), rel=1e-4)


def weight(said: np.ndarray, path: np.ndarray) -> float:
    switches = int((np.diff(path) != 0).sum())
    return float(said[np.arange(len(path)), path].sum()) - switches * float(language_spans.SWITCH)


def best_weight(said: np.ndarray) -> float:
    """The weight of the best path, language by language (a plain recursion over what came before)."""
    reached = said[0].astype(float)
    for row in said[1:]:
        reached = np.maximum(reached, reached.max() - float(language_spans.SWITCH)) + row
    return float(reached.max())
