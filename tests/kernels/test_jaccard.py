"""Verification streams over groups and loses no pair at the border of a batch."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels_reference import bare_words

from kvern.kernels.jaccard import SHINGLES, jaccard_batches, shingle_batches

texts = st.lists(st.lists(st.sampled_from(["og", "Å", "båt", "sjø"]), max_size=9).map(" ".join), min_size=2, max_size=6)
GROUPS = pa.list_(pa.struct([("group", pa.int64()), ("copies", pa.bool_())]))


def grams(text: str) -> set[tuple[str, ...]]:
    words = bare_words(text.encode())
    return {tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))} if words else set()


def pairs(documents: list[tuple[str, int, list[tuple[int, bool]], str]], rows: int = 3, threshold: float = 0.3):
    """Documents are (name, number, groups, text)."""
    names, numbers, groups, found = (list(column) for column in zip(*documents, strict=True))
    groups = [[{"group": group, "copies": copies} for group, copies in own] for own in groups]
    given_ = pa.record_batch({"doc_id": names, "number": numbers, "groups": pa.array(groups, GROUPS), "text": found})
    sent = [row for out in shingle_batches([given_], 5) for row in out.to_pylist()]
    sent.sort(key=lambda row: (row["group"], row["copies"], not row["own"], row["member"]))
    cuts = [pa.RecordBatch.from_pylist(sent[at : at + rows], schema=SHINGLES) for at in range(0, len(sent), rows)]
    return [tuple(row.values()) for out in jaccard_batches(cuts, threshold) for row in out.to_pylist()]


@settings(max_examples=40)
@given(texts, st.integers(1, 5))
def test_pairs_are_those_of_sets_of_word_5_grams(found, rows):
    documents = [(f"d{at}", at, [(group, False) for group in range(at + 1)], text) for at, text in enumerate(found)]
    sets = list(map(grams, found))
    exact = {
        (f"d{i}", f"d{j}", len(a & b) / len(a | b), False)
        for j, b in enumerate(sets)
        for i, a in enumerate(sets[:j])
        if a | b
    }
    told = pairs(documents, rows)
    assert len(told) == len(set(told)) and set(told) == {pair for pair in exact if pair[2] >= 0.3}


def test_copies_are_held_to_every_word_in_order_and_told_once():
    documents = [
        ("a", 1, [(1, True), (1, False)], "Ei kvern mel salt, ei kvern mel salt, ei kvern"),
        ("b", 2, [(1, True), (1, False)], "ei kvern mel salt ei kvern MEL salt ei kvern!"),
        ("c", 3, [(1, True)], "ei kvern mel salt ei kvern mel salt"),
        ("d", 4, [(1, False)], "ei kvern mel salt ei kvern mel salt"),
    ]
    assert pairs(documents) == [("a", "d", 1.0, False), ("a", "b", 1.0, True)]


def test_two_documents_of_one_number_are_both_compared():
    text = "det var ein gang ei kvern som mol"
    documents = [
        ("b", 7, [(7, False)], text),
        ("c", 7, [(7, False)], "noko heilt anna her"),
        ("d", 9, [(7, False)], text),
    ]
    assert pairs(documents) == [("b", "d", 1.0, False)]


def test_a_group_without_its_own_row_gives_nothing():
    row = {"group": 1, "copies": False, "own": False, "member": "b", "shingles": bytes(8)}
    assert list(jaccard_batches([pa.RecordBatch.from_pylist([row], schema=SHINGLES)], 0.0)) == []
