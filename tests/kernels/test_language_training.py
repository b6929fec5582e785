"""The command that makes the table of languages: its regression against plain numpy, and a run on a small corpus."""

import json

import numpy as np
import pytest
from kernels_reference import packed

from kvern.kernels import language_fit, language_model, language_training
from kvern.kernels.language_model import COUNTED, LANGUAGES
from kvern.kernels.language_training import held_out, text_key

TOTAL = 40


def random_problem():
    random = np.random.default_rng(3)
    lengths = random.integers(1, 9, 60)
    ends = np.cumsum([0, *lengths])
    features = np.concatenate([random.choice(TOTAL, n, replace=False) for n in lengths]).astype(np.int32)
    weights = random.random(len(features)).astype(np.float32) + 0.5
    start = random.normal(0, 3, (60, len(LANGUAGES) + 7)).astype(np.float32)
    return language_fit.Sparse(ends, features, weights), start, random.integers(0, 4, 60), random.integers(20, 200, 60)


def test_the_correction_is_where_the_penalised_loss_is_flat():
    sparse, start, wanted, sizes = random_problem()
    fitted = language_fit.correction(sparse, start, wanted, sizes, TOTAL)
    dense = np.zeros((60, TOTAL))
    dense[np.repeat(np.arange(60), np.diff(sparse.ends)), sparse.features] = sparse.weights
    root = np.sqrt(sizes)[:, None]
    seen = np.bincount(sparse.features, minlength=TOTAL) >= language_fit.RARE
    weight = 1 / np.maximum(np.bincount(wanted, minlength=len(LANGUAGES)), language_fit.FEW)[wanted]

    def slope(at):
        logits = start / root
        logits[:, : len(LANGUAGES)] += dense / root @ at
        p = np.exp(logits)
        p /= p.sum(axis=1, keepdims=True)
        error = (p - np.eye(start.shape[1])[wanted]) * (weight / weight.mean())[:, None]
        return ((dense / root).T @ error[:, : len(LANGUAGES)] + language_fit.RIDGE * at)[seen]

    assert np.abs(slope(fitted.astype(float))).max() < 1e-3 * np.abs(slope(np.zeros((TOTAL, len(LANGUAGES))))).max()
    assert not fitted[~seen].any()


def test_a_column_holds_the_logarithms_of_shares():
    sparse = language_fit.Sparse(np.array([0, 2, 3]), np.array([0, 1, 3], np.int32), np.array([1, 3, 9], np.float32))
    column = language_fit.column(sparse, np.array([True, False]), 4)
    counts = np.array([0.25, 0.75, 0, 0]) * language_fit.MASS
    assert np.allclose(column, np.log((counts + 1) / (language_fit.MASS + 4)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sentences of made words, some of them twice, in every language."""
    random = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("lid")
    for name, codes, count, words in (
        ("lid_dev", list(language_model.CODES), 20, 8),
        ("sami_kven_dev", COUNTED, 9, 90),
    ):
        rows = []
        for code in codes:
            syllables = ["".join(random.choice(list("aeiouklmnprst"), 3)) for _ in range(30)]
            for n in range(count):
                text = " ".join("".join(random.choice(syllables, 2)) for _ in range(words))
                rows.append({"id": f"{code}/{n * 10}", "lang": code, "text": text})
        rows.append(rows[0] | {"id": "again/0"})
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


def test_a_table_knows_what_it_saw_and_nothing_that_is_held_out(folder, monkeypatch):
    monkeypatch.setattr(language_fit, "STEPS", 5)
    table = language_training.make(folder)
    told = [*language_training.sentences(folder), *language_training.documents(folder)]
    held = {text_key(text.text) for text in told if held_out(text.group)}
    assert held
    assert not held & set(table["seen"].tolist())
    assert table["counted"].shape == (len(table["counted_rows"]), len(COUNTED))
    assert table["automaton"] == language_model.digest(language_model.identifier())
    again = language_training.make(folder)
    assert all(np.array_equal(table[name], again[name]) for name in table)


def test_neighbours_and_documents_stay_on_one_side(folder):
    groups = [
        language_training._group(name) for name in ("npk/1/17", "npk/1/12", "npk/1/20", "a/DOC_1,.3", "a/DOC_1,.9")
    ]
    assert groups[0] == groups[1] != groups[2]
    assert groups[3] == groups[4]


def test_pieces_are_whole_lines_and_lose_nothing():
    text = "en linje som er ganske lang, i alle fall lengre enn mange\n" * 40 + "slutt"
    parts = language_training.pieces(text)
    assert "".join(parts) == text
    assert all(len(part) >= language_training.PIECE and part.endswith("\n") for part in parts[:-1])


def test_a_table_for_other_features_is_refused(monkeypatch):
    monkeypatch.setattr(language_model, "digest", lambda known: "another")
    known = language_model.identifier()
    with pytest.raises(ValueError, match="make the table anew"):
        language_model.add_table(known, *language_model.base(known))


def test_features_are_counted_once_a_text():
    known = language_model.identifier()
    tables = language_model.tables(known, *language_model.base(known))
    sparse = language_fit.features(*packed([b"ikke ikke ikke", b"", b"det er en dag"]), tables)
    assert sparse.ends[1] == sparse.ends[2] < sparse.ends[3] == len(sparse.features)
    assert len(set(sparse.features[: sparse.ends[1]].tolist())) == sparse.ends[1]
    assert sparse.weights.min() == pytest.approx(np.log(2))
