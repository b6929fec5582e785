"""Verification by alignment streams over groups, and loses no pair at the border of a batch."""

import numpy as np
import pyarrow as pa
import pytest
from kernels_reference import packed

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import overlap
from kvern.kernels.letters import letters_of
from kvern.kernels.noisy_pairs import LETTERS, letter_batches, overlap_batches

TEXT = "Det var en gang en mann som bodde ved sjøen og eide tre båter, men ingen av dem kunde flyte lenger. " * 2
READ = {f"d{n}": corrupt(TEXT + extra, 0.05, n) for n, extra in enumerate(["", "", "", "Slutt.", "Og så videre."])}


def pairs(documents: list[tuple[str, int, list[int], str]], rows: int, threshold: float = 0.5, clean=()):
    """Documents are (name, number, groups, text); those whose name is in `clean` were not scanned."""
    names, numbers, groups, found = (list(column) for column in zip(*documents, strict=True))
    batch = {"doc_id": names, "number": numbers, "groups": pa.array(groups, pa.list_(pa.int64())), "text": found}
    batch["scanned"] = [name not in clean for name in names]
    sent = [row for out in letter_batches([pa.record_batch(batch)]) for row in out.to_pylist()]
    sent.sort(key=lambda row: (row["group"], not row["own"], row["member"]))
    cuts = [pa.RecordBatch.from_pylist(sent[at : at + rows], schema=LETTERS) for at in range(0, len(sent), rows)]
    return [tuple(row.values()) for out in overlap_batches(cuts, threshold) for row in out.to_pylist()]


def exact(one: str, other: str) -> float:
    array, offsets = packed([one.encode(), other.encode()])
    a, b = (letters_of(array, int(offsets[n]), int(offsets[n + 1])) for n in range(2))
    return overlap.jaccard(a, b, overlap.scratch())


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_all_pairs_of_all_groups_come_once(rows):
    documents = [(name, at, list(range(at + 1)), text) for at, (name, text) in enumerate(READ.items())]
    names = list(READ)
    wanted = [(a, b, exact(READ[a], READ[b])) for at, a in enumerate(names) for b in names[at + 1 :]]
    assert pairs(documents, rows) == wanted
    assert all(jaccard > 0.5 for *_, jaccard in wanted)
    assert pairs(documents, rows, threshold=0.95) == [row for row in wanted if row[2] >= 0.95]


def test_two_documents_of_one_number_meet_the_group_each():
    documents = [("b", 7, [7], READ["d0"]), ("a", 7, [7], READ["d1"]), ("c", 9, [7], READ["d2"]), ("e", 9, [7], "nei")]
    assert [row[:2] for row in pairs(documents, 2)] == [("a", "c"), ("b", "c")]


def test_one_of_a_pair_was_scanned():
    documents = [(name, at, list(range(at + 1)), text) for at, (name, text) in enumerate(list(READ.items())[:3])]
    assert [row[:2] for row in pairs(documents, 3, clean={"d1"})] == [("d0", "d1"), ("d0", "d2"), ("d1", "d2")]
    assert [row[:2] for row in pairs(documents, 3, clean={"d0", "d1"})] == [("d0", "d2"), ("d1", "d2")]
    assert pairs(documents, 3, clean=set(READ)) == []


def test_what_is_below_the_threshold_or_has_no_letters_is_no_pair():
    documents = [("a", 1, [1], ""), ("b", 2, [1], ""), ("c", 3, [1], TEXT), ("d", 4, [3], "annet")]
    assert pairs(documents, 3, threshold=0.0) == []
    assert np.isclose(exact(TEXT, TEXT.upper()), 1)
