"""Verification streams over groups and loses no pair at the border of a batch."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels_reference import bare_words

from kvern.kernels.jaccard import SHINGLES, jaccard_batches, shingle_batches

texts = st.lists(st.lists(st.sampled_from(["og", "Å", "båt", "sjø"]), max_size=9).map(" ".join), min_size=2, max_size=6)


def grams(text: str) -> set[tuple[str, ...]]:
    words = bare_words(text.encode())
    return {tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))} if words else set()


@settings(max_examples=40, deadline=None)
@given(texts, st.integers(1, 5))
def test_pairs_are_those_of_sets_of_word_5_grams(found, rows):
    names = [f"d{n}" for n in range(len(found))]
    groups = [[{"group": group, "same_words": False} for group in names[: at + 1]] for at in range(len(found))]
    kind = pa.list_(pa.struct([("group", pa.string()), ("same_words", pa.bool_())]))
    given_ = pa.record_batch({"doc_id": names, "groups": pa.array(groups, kind), "text": found})
    sent = sorted(
        (row for out in shingle_batches([given_], 5) for row in out.to_pylist()),
        key=lambda row: (row["group"], row["member"]),
    )
    cuts = [pa.RecordBatch.from_pylist(sent[at : at + rows], schema=SHINGLES) for at in range(0, len(sent), rows)]
    pairs = {(p["doc_id"], p["other"]): p["jaccard"] for out in jaccard_batches(cuts, 0.3) for p in out.to_pylist()}
    exact = {
        (a, b): len(x & y) / len(x | y)
        for i, (a, x) in enumerate(zip(names, map(grams, found), strict=True))
        for b, y in list(zip(names, map(grams, found), strict=True))[i + 1 :]
        if x | y
    }
    assert pairs == {pair: value for pair, value in exact.items() if value >= 0.3}


def test_a_group_without_its_own_row_gives_nothing():
    row = {"group": "a", "member": "b", "same_words": False, "shingles": bytes(8)}
    assert list(jaccard_batches([pa.RecordBatch.from_pylist([row], schema=SHINGLES)], 0.0)) == []
