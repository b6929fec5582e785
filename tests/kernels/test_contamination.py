"""Shared word n-grams are those of plain sets, in one pass over each document."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels_reference import bare_words

from kvern.kernels.contamination import contamination_batches, gram_index

text = st.lists(st.sampled_from(["en", "TO", "tre,", "fire-fem", "å"]), max_size=30).map(" ".join)
items = st.lists(st.tuples(st.sampled_from(["a", "b"]), text), max_size=6)


def grams(words: list[str], n: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + n]) for at in range(len(words) - n + 1)}


def reference(rows, documents, ngram):
    found = {}
    for number, document in enumerate(documents):
        words = bare_words(document.encode())
        for benchmark, item in rows:
            own = bare_words(item.encode())
            if len(own) >= min(8, ngram):
                wanted = grams(own, min(len(own), ngram))
                shared = wanted & grams(words, min(len(own), ngram))
                best, all_ = found.get((number, benchmark), (0.0, set()))
                found[number, benchmark] = max(best, len(shared) / len(wanted)), all_ | shared
    return {key: (best, len(shared)) for key, (best, shared) in found.items() if shared}


def found(rows, documents, ngram):
    n = len(documents)
    names = [str(number) for number in range(n)]
    place = {"source": ["s"] * n, "batch": ["b"] * n, "part": pa.array([0] * n, pa.int32())}
    batch = pa.record_batch({"doc_id": pa.array(names, pa.string()), "text": pa.array(documents, pa.string()), **place})
    out = contamination_batches([batch.slice(0, 1), batch.slice(1)], gram_index(rows, ngram))
    return {
        (int(row["doc_id"]), row["benchmark"]): (row["overlap"], row["grams"]) for b in out for row in b.to_pylist()
    }


@settings(max_examples=80, deadline=None)
@given(items, st.lists(text, min_size=1, max_size=4), st.sampled_from([3, 9, 13]))
def test_overlap_and_grams_are_those_of_plain_sets(rows, documents, ngram):
    assert found(rows, documents, ngram) == reference(rows, documents, ngram)


def test_an_item_is_found_across_the_border_of_a_chunk_of_words():
    item = " ".join(f"ord{n}" for n in range(40))
    assert found([("quiz", item)], [" ".join(["fyll"] * 2030) + " " + item], 13) == {(0, "quiz"): (1.0, 28)}


def test_an_item_of_8_words_matches_whole_and_one_of_7_never():
    eight, seven = "a b c d e f g h", "p q r s t u v"
    assert found([("quiz", eight), ("quiz", seven)], [f"{seven} og {eight}, slutt", "", seven], 13) == {
        (0, "quiz"): (1.0, 1)
    }


def test_without_items_nothing_is_found():
    assert found([], ["ett to tre"], 13) == {}
