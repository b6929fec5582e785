"""Clusters, survivors and twins on small corpora whose outcome can be read off."""

import pytest

from kvern.params import NearDuplicates
from kvern.transforms.near_duplicates import near_duplicates

CLOSES = [("agreement", "open-web")]
A, B, C, D, E, F = (letter * 32 for letter in "abcdef")
ELIGIBILITY = "doc_id string, reasons array<string>, language string, tier string, closed boolean, suppressed_copies boolean, priority int, ocr double, quality double, words long"


def doc(name, reasons=(), closed=False, suppressed=False, **more):
    own = {"tier": "open-web", "priority": 1, "ocr": 1.0, "quality": 1.0, "words": 10} | more
    return (name, list(reasons), "nob", own.pop("tier"), closed, suppressed, *own.values())


def run(spark, documents, pairs, partitions=2, texts=(), **params):
    frame = near_duplicates(
        spark.createDataFrame(pairs, "doc_id string, other string, jaccard double, kind string").repartition(
            partitions
        ),
        spark.createDataFrame(documents, ELIGIBILITY).repartition(partitions),
        spark.createDataFrame(CLOSES, "closed_tier string, tier string"),
        NearDuplicates(**{"threshold": 0.8} | params),
        spark.createDataFrame(list(texts), "doc_id string, text string"),
        1,
    )
    rows = {row["doc_id"]: row for row in frame.collect()}
    assert rows.keys() == {document[0] for document in documents}
    return rows


def test_the_best_eligible_document_survives_and_all_members_count(spark):
    documents = [doc(A, ["language"]), doc(B, quality=None), doc(C, words=9), doc(D), doc(E), doc(F, priority=0)]
    pairs = [(A, B, 1.0, "exact"), (A, C, 0.9, "words"), (C, D, 0.85, "words"), (E, F, 0.7, "words")]
    rows = run(spark, documents, pairs)
    assert [rows[n]["survivor"] for n in (A, B, C, D, E, F)] == [False, False, False, True, True, True]
    assert [(rows[n]["cluster"], rows[n]["size"]) for n in (A, D, E)] == [(A, 4), (A, 4), (E, 1)]
    assert [(rows[n]["of"], rows[n]["jaccard"]) for n in (A, B, C, D)] == [(D, None), (D, None), (D, 0.85), (D, 1.0)]
    assert [rows[n]["reasons"] for n in (B, C, D)] == [["duplicate"], ["duplicate"], []]
    assert run(spark, documents[::-1], pairs[::-1], 5) == rows


def test_copies_of_one_group_share_what_was_compared(spark):
    rows = run(spark, [doc(A), doc(B, priority=0), doc(C)], [(A, B, 1.0, "exact"), (A, C, 0.9, "words")])
    assert [(rows[n]["of"], rows[n]["jaccard"]) for n in (A, B, C)] == [(B, 1.0), (B, 1.0), (B, 0.9)]


def test_a_closed_copy_closes_its_verified_twins_and_no_chain(spark):
    closed = doc(B, ["rights"], tier="agreement", closed=True)
    pairs = [
        (A, B, 1.0, "exact"),
        (A, C, 0.9, "words"),
        (C, D, 0.9, "words"),
        (A, E, 0.9, "words"),
        (A, F, 0.7, "words"),
    ]
    rows = run(spark, [doc(A), closed, doc(C), doc(D, words=1), doc(E, tier="open"), doc(F)], pairs)
    assert rows[A]["reasons"] == rows[C]["reasons"] == ["closed_twin", "duplicate"]
    assert rows[E]["survivor"] and rows[D]["reasons"] == ["duplicate"] and rows[F]["reasons"] == []
    assert rows[B]["reasons"] == ["duplicate"]


def test_a_cluster_without_a_fit_member_has_no_survivor(spark):
    documents = [doc(A, ["suppressed"], suppressed=True), doc(B), doc(C)]
    rows = run(spark, documents, [(A, B, 0.9, "words"), (A, C, 1.0, "exact")])
    assert [rows[n]["reasons"] for n in (A, B, C)] == [[], ["suppressed_twin"], ["suppressed_twin"]]
    assert not any(row["survivor"] or row["of"] for row in rows.values())


def test_a_chain_keeps_what_is_far_from_its_survivor_and_compares_what_never_was(spark):
    def numbered(first, last):
        return " ".join(f"o{n}" for n in range(first, last))

    documents = [doc(A), doc(B), doc(C), doc(D, ["language"]), doc(E), doc(F)]
    texts = [
        (A, numbered(0, 20)),
        (B, numbered(0, 20)),
        (C, numbered(2, 22)),
        (D, numbered(4, 24)),
        (E, numbered(0, 19)),
    ]
    pairs = [(A, B, 1.0, "exact"), (A, C, 18 / 22, "words"), (C, D, 18 / 22, "words"), (C, E, 17 / 22, "words")]
    chained = run(spark, documents, pairs, texts=texts, policy="verified", threshold=0.77)
    assert [chained[n]["of"] for n in (A, B, C, D, E, F)] == [A, A, A, None, A, F]
    assert [chained[n]["jaccard"] for n in (B, C, E)] == [1.0, 18 / 22, 19 / 20]
    assert [chained[n]["reasons"] for n in (B, D, E)] == [["duplicate"], [], ["duplicate"]]
    assert {chained[n]["cluster"] for n in (A, B, C, D, E)} == {A} and chained[D]["size"] == 5


def test_a_twin_read_with_errors_goes_by_its_own_threshold_and_by_alignment(spark):
    documents = [doc(A), doc(B), doc(C), doc(D)]
    pairs = [(A, B, 0.6, "noisy"), (A, C, 0.45, "noisy"), (B, D, 0.7, "words")]
    rows = run(spark, documents, pairs, noisy_threshold=0.5)
    assert [(rows[n]["of"], rows[n]["jaccard"]) for n in (B, C, D)] == [(A, 0.6), (C, 1.0), (D, 1.0)]
    assert [rows[n]["reasons"] for n in (A, B, C, D)] == [[], ["duplicate"], [], []]
    texts = [(A, "a b c"), (B, "q w e"), (C, "x y z")]
    chain = [(A, B, 0.6, "noisy"), (B, C, 0.55, "noisy")]
    kept = run(spark, documents[:3], chain, texts=texts, policy="verified")
    assert [(kept[n]["of"], kept[n]["jaccard"]) for n in (A, B, C)] == [(A, 1.0), (A, 0.6), (C, 1.0)]


def test_a_cluster_that_its_pairs_settle_reads_no_text(spark):
    pairs = [(A, B, 0.9, "words"), (A, C, 1.0, "exact"), (B, D, 0.85, "words")]
    documents = [doc(A), doc(B, priority=0), doc(C), doc(D)]
    rows = run(spark, documents, pairs, policy="verified")
    assert [(rows[n]["of"], rows[n]["jaccard"]) for n in (A, B, C, D)] == [(B, 0.9), (B, 1.0), (B, 0.9), (B, 0.85)]


def test_the_order_of_the_recipe_decides_who_stays(spark):
    documents = [
        doc(A, words=5, ocr=0.8),
        doc(B, quality=0.5, words=9, ocr=0.9),
        doc(C, quality=0.9, priority=2, words=7),
    ]
    pairs = [(A, B, 0.9, "words"), (A, C, 0.9, "words")]
    for order, survivor in (
        (("words",), B),
        (("quality", "words"), A),
        ((), A),
        (("priority", "words"), B),
        (("ocr",), C),
        (("priority", "ocr"), B),
    ):
        rows = run(spark, documents, pairs, order=order)
        assert [rows[n]["survivor"] for n in (A, B, C)] == [n == survivor for n in (A, B, C)]


def test_the_verified_policy_without_text_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="wants the documents and the shingle length"):
        near_duplicates(None, None, None, NearDuplicates(policy="verified"))
