"""Shared word n-grams are those of plain sets, in one pass over each document; spans are where they stand."""

import re

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from kernels_reference import bare_words

from kvern.kernels.contamination import contamination_batches
from kvern.kernels.grams import gram_index

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


def found(rows, documents, ngram, short=0, columns=("overlap", "grams")):
    n = len(documents)
    names = [str(number) for number in range(n)]
    place = {"source": ["s"] * n, "batch": ["b"] * n, "part": pa.array([0] * n, pa.int32())}
    batch = pa.record_batch({"doc_id": pa.array(names, pa.string()), "text": pa.array(documents, pa.string()), **place})
    out = contamination_batches([batch.slice(0, 1), batch.slice(1)], gram_index(rows, ngram, short))
    hits = [row for b in out for row in b.to_pylist()]
    return {(int(row["doc_id"]), row["benchmark"]): tuple(row[name] for name in columns) for row in hits}


def covered(rows, document, ngram, benchmark):
    """Spans, by plain sets of words and positions."""
    places = [match.span() for match in re.finditer(r"\w+", document)]
    words, inside = bare_words(document.encode()), set()
    for own in (bare_words(item.encode()) for name, item in rows if name == benchmark):
        length = min(len(own), ngram)
        wanted = grams(own, length) if len(own) >= min(8, ngram) else set()
        hits = [at for at in range(len(words) - length + 1) if tuple(words[at : at + length]) in wanted]
        inside |= {at + k for at in hits for k in range(length)}
    runs = [at for at in sorted(inside) if at - 1 not in inside]
    lasts = [at for at in sorted(inside) if at + 1 not in inside]
    return [
        (len(document[: places[a][0]].encode()), len(document[: places[b][1]].encode()))
        for a, b in zip(runs, lasts, strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(items, st.lists(text, min_size=1, max_size=4), st.sampled_from([3, 9, 13]))
def test_overlap_and_grams_are_those_of_plain_sets(rows, documents, ngram):
    assert found(rows, documents, ngram) == reference(rows, documents, ngram)


@settings(max_examples=80, deadline=None)
@given(items, text, st.sampled_from([(9, 3), (13, 8), (3, 2)]))
def test_both_lengths_are_counted_and_their_spans_are_where_the_grams_stand(rows, document, sizes):
    hits = found(rows, [document], *sizes, ("overlap", "grams", "short_overlap", "short_grams", "spans"))
    long, short = (reference(rows, [document], size) for size in sizes)
    assert hits.keys() == long.keys() | short.keys()
    for key, (*scores, spans) in hits.items():
        assert scores == [*long.get(key, (0.0, 0)), *short.get(key, (0.0, 0))]
        for name, size in zip(("long", "short"), sizes, strict=True):
            have = [(span["start"], span["end"]) for span in spans if span["ngram"] == name]
            assert have == covered(rows, document, size, key[1])


def test_a_near_miss_shows_in_short_grams_alone():
    item = " ".join(f"ord{n}" for n in range(24))
    changed = item.replace("ord11", "annet")
    columns = ("overlap", "items", "short_overlap", "short_grams")
    assert found([("quiz", item), ("quiz", "a b c d e f g h i")], [changed], 13, 8, columns) == {
        (0, "quiz"): (0.0, 1, 9 / 17, 9)
    }


def test_a_word_that_is_hashed_as_several_gives_one_span_over_all():
    item = " ".join(f"ord{n}" for n in range(13))
    text = "x" * 5000 + " " + item
    assert found([("quiz", item)], [text], 13, 0, ("overlap", "spans")) == {
        (0, "quiz"): (1.0, [{"start": 0, "end": len(text), "ngram": "long"}])
    }


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
