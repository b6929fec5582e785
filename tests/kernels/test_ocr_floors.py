"""Floors of the OCR measures on pages of ../shared/data that nothing was made from, and proof that it was not."""

import json
from pathlib import Path

import numpy as np
import pytest

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import alto, lost_letters, ocr, ocr_table, ocr_texts, ocr_training
from kvern.kernels.alignment import rate
from kvern.kernels.ocr_texts import Text

MODEL = ocr_table.load()
LETTERS, SCORE = 0.2, 0.1  # proposed thresholds
SMALL = ("smj", "sma", "smn", "sms", "fkv")  # texts with forms and lists in other languages
RATES = (0, 0.01, 0.03, 0.08, 0.15, 0.3)


@pytest.fixture(scope="module")
def held(shared: Path) -> list[Text]:
    return [text for text in ocr_texts.texts(shared) if ocr_texts.is_held(text)]


@pytest.fixture(scope="module")
def pages(held: list[Text]) -> list[Text]:
    return [page for page in ocr_texts.pages(held) if ocr_texts.is_clean(page)]


def measured(texts: list[str], languages: list[str], eras: list[ocr_table.Era]) -> dict[str, np.ndarray]:
    found = ocr.measure(*ocr_training.packed(texts), languages, eras, MODEL)
    return {name: values.to_numpy(zero_copy_only=False) for name, values in found.items()}


def known(pages: list[Text]) -> dict[str, np.ndarray]:
    languages, eras = zip(*(ocr_training.ASKED[page.table] for page in pages), strict=True)
    return measured([page.text for page in pages], list(languages), list(eras))


def refused(found: dict[str, np.ndarray]) -> np.ndarray:
    return (found["ocr_letters"] < LETTERS) | (found["ocr_score"] > SCORE)


def test_the_table_is_of_texts_that_are_not_held_out(shared: Path) -> None:
    """Made anew from them, letters' shares are those of the file; and no held book is among them."""
    used = [text for text in ocr_texts.texts(shared) if not ocr_texts.is_held(text)]
    assert not {text.group for text in used} & set(ocr_texts.HELD_BOOKS)
    np.testing.assert_allclose(ocr_training.bare_model(used).shares, MODEL.shares, atol=1e-6)


def test_the_two_sides_share_no_group(shared: Path) -> None:
    told = ocr_texts.texts(shared)
    sides = [{(text.table, text.group) for text in told if ocr_texts.is_held(text) is side} for side in (True, False)]
    assert not sides[0] & sides[1]


@pytest.mark.parametrize(("language", "era"), [("nob", 1849), ("nob", None), ("dan", None)])
def test_pages_that_lost_their_letters_are_flagged(shared: Path, language: str, era: ocr_table.Era) -> None:
    texts = []
    for file in sorted((shared / "ocr/nb-digibok-1849").glob("*_0*.xml")):
        lines = (line for block in alto.read(file.read_bytes()).blocks for line in block.lines)
        texts.append("\n".join(" ".join(word.text for word in line if word.text) for line in lines))
    texts = [text for text in texts if text.strip()]
    assert len(texts) == 69
    assert refused(measured(texts, [language] * 69, [era] * 69)).mean() >= 0.95


def test_clean_pages_are_not_refused(pages: list[Text]) -> None:
    modern = [page for page in pages if page.table not in SMALL and not page.table.endswith(ocr_table.OLD)]
    old = [page for page in pages if page.table.endswith(ocr_table.OLD)]
    assert (len(modern), len(old)) == (874, 495)
    assert refused(known(modern)).mean() <= 0.01
    assert refused(known(old)).mean() <= 0.01
    small = [page for page in pages if page.table in SMALL]
    assert (known(small)["ocr_score"] > SCORE).mean() <= 0.01


def test_the_score_ranks_pages_by_their_true_error_rate(pages: list[Text]) -> None:
    mine = [[page for page in pages if page.table == name][:4] for name in ocr_table.TABLES]
    made = [(page, corrupt(page.text, each, 1)) for told in mine for page in told for each in RATES]
    scores = known([page._replace(text=bad) for page, bad in made])["ocr_score"]
    true = np.array([rate(page.text, bad) for page, bad in made])
    assert spearman(scores, true) >= 0.93
    assert np.abs(scores - true).mean() <= 0.025


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """With mean ranks for ties."""
    ranked = []
    for values in (a, b):
        _, inverse, n = np.unique(values, return_inverse=True, return_counts=True)
        ranked.append((np.cumsum(n) - (n - 1) / 2)[inverse])
    return float(np.corrcoef(*ranked)[0, 1])


def test_lost_letters_come_back_right(held: list[Text]) -> None:
    """æ, ø and å of held-out Norwegian words masked as a wrong charset would: two in five come back, and those are right."""
    told = " ".join(text.text for text in held if text.table == "nob").split()[:60_000]
    damaged = [(word, masked) for word in told if (masked := mask(word)) != word]
    back = [(word, lost_letters.repair(f"er {masked}", "nob")) for word, masked in damaged]
    repaired = [(f"er {word}", text) for word, (text, count) in back if count]
    assert len(damaged) > 5_000
    assert len(repaired) / len(damaged) >= 0.4
    assert np.mean([word == text for word, text in repaired]) >= 0.98


def mask(word: str) -> str:
    return "".join(lost_letters.SIGN if letter in "æøå" else letter for letter in word)


def test_confusions_come_from_pages_that_are_not_held_out() -> None:
    held = json.loads((Path(ocr_table.FILE).parents[1] / "demo/ocr_confusions.json").read_text(encoding="utf-8"))
    assert "does not hold out" in held["made_of"]
    assert all(count > 1 and max(len(truth), len(read)) <= 3 for truth, read, count in held["pairs"])
