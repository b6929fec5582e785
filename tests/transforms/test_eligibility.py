"""Every rule on one document, each seen to hold and not to hold."""

from datetime import date

import pytest
from pyspark.sql import SparkSession

from kvern import tables
from kvern.params import Eligibility, FinalText
from kvern.rules import Rights, Tier
from kvern.transforms.eligibility import Limits, eligibility

RIGHTS = Rights(
    tiers={
        "open": Tier(rank=0, train=True, basis="open"),
        "shut": Tier(rank=1, train=False, basis="shut"),
        "unknown": Tier(rank=2, train=False, basis="none"),
    },
    reserved="shut",
    unknown="unknown",
)
BOUNDS = {"min_words": {"nob": 50.0, "nor": 50.0}, "max_dup_line_ratio": {"nob": 0.3}}
SOURCES = "source STRING, batch STRING, priority INT"


def document(doc_id: str, **more: object) -> dict:
    base = {"source": "s", "source_id": doc_id, "batch": "1", "part": 0, "revision": "r", "origin": "o", "text": "t"}
    return {"doc_id": doc_id, "kind": "text", "text_hash": f"hash-{doc_id}", **base, **more}


def signal(doc_id: str, **more: object) -> dict:
    base = {"source": "s", "batch": "1", "part": 0, "language": "nob", "words": 100, "dup_line_ratio": 0.0}
    return {"doc_id": doc_id, "lorem_ipsum": False, "c4_sentences": 5, **base, **more}


def rows(spark: SparkSession, documents: list, signals: list, **given: object) -> dict[str, dict]:
    def frame(table: tables.Table, items: list) -> object:
        wanted = spark.createDataFrame([], table.ddl).schema
        optional = type(wanted)([type(f)(f.name, f.dataType, True) for f in wanted])
        return spark.createDataFrame([tuple(item.get(f.name) for f in wanted) for item in items], optional)

    rights = given.pop("rights", [{"doc_id": d["doc_id"], "tier": "open"} for d in documents])
    frames = [
        frame(tables.DOCUMENTS, documents),
        frame(tables.SIGNALS, signals),
        frame(tables.CONTAMINATION, given.pop("contamination", [])),
        frame(tables.RIGHTS, rights),
        frame(tables.SUPPRESSIONS, given.pop("suppressions", [])),
    ]
    sources = spark.createDataFrame([("s", "1", 7), ("s", "2", 7)], SOURCES)
    limits = Limits(
        Eligibility(**{"languages": ("nob", "nor", "eng")} | given.pop("params", {})),
        given.pop("bounds", BOUNDS),
        RIGHTS,
        given.pop("final_text", FinalText()),
        date(2026, 11, 1),
    )
    got = eligibility(*frames, sources, limits)
    assert got.columns == spark.createDataFrame([], tables.ELIGIBILITY.ddl).columns
    return {row["doc_id"]: row.asDict(recursive=True) for row in got.collect()}


def test_a_document_that_passes_has_no_reason_and_carries_what_survivors_are_chosen_by(spark: SparkSession) -> None:
    got = rows(spark, [document("a", ocr_confidence=0.8)], [signal("a", alpha_word_ratio=0.9, ocr_score=0.1)])
    assert got["a"] == {
        "doc_id": "a",
        "reasons": [],
        "source": "s",
        "language": "nob",
        "tier": "open",
        "closed": False,
        "suppressed_copies": False,
        "priority": 7,
        "ocr": 0.8,
        "quality": 0.81,
        "words": 100,
    }


def test_measures_are_judged_by_the_bounds_of_the_language_alone(spark: SparkSession) -> None:
    few = {"words": 49, "dup_line_ratio": 0.31}
    documents = [document(name) for name in "abcd"]
    signals = [signal("a", **few), signal("b", language="eng", **few), signal("c", language="nor", **few)]
    got = rows(spark, documents, [*signals, signal("d", words=50, dup_line_ratio=0.3)])
    assert [got[name]["reasons"] for name in "abcd"] == [["max_dup_line_ratio", "min_words"], [], ["min_words"], []]
    assert rows(spark, documents, signals, params={"exempt": ("s",)})["a"]["reasons"] == []
    assert rows(spark, documents, signals, params={"measures": False})["a"]["reasons"] == []
    assert "c4_sentences" in rows(spark, documents, signals, params={"c4_min_sentences": 6})["b"]["reasons"]


def test_a_small_language_in_the_mixture_protects_from_a_larger_ones_bounds(spark: SparkSession) -> None:
    def mixed(name: str, share: float, **more: object) -> dict:
        languages = [{"language": "nob", "score": 1 - share}, {"language": "sme", "score": share}]
        return signal(name, words=9, languages=languages, **more)

    documents = [document(name) for name in "abc"] + [document("d", declared_language="sme"), document("e")]
    signals = [mixed("a", 0.3), mixed("b", 0.1), mixed("d", 0.1), mixed("e", 0.8, language="sme")]
    signals.insert(2, signal("c", words=9, languages=[{"language": "fin", "score": 0.9}]))
    bounds = {"min_words": {"nob": 50.0, "sme": 20.0}}
    got = rows(spark, documents, signals, bounds=bounds, params={"languages": ("nob", "sme")})
    assert [got[name]["reasons"] for name in "abcde"] == [[], ["min_words"], ["min_words"], [], ["min_words"]]
    none = rows(spark, documents, signals, bounds=bounds, params={"languages": ("nob", "sme"), "protected": ()})
    assert [none[name]["reasons"] for name in "ad"] == [["min_words"], ["min_words"]]


def test_what_was_not_measured_is_refused(spark: SparkSession) -> None:
    got = rows(spark, [document("a"), document("b")], [signal("b", flag="no text", words=0)], rights=[])
    assert got["a"]["reasons"] == ["empty", "language", "rights"] and got["a"]["tier"] == "unknown"
    assert got["b"]["reasons"] == ["empty", "min_words", "rights", "unjudged"]


def test_old_norwegian_is_believed_and_new_danish_is_not(spark: SparkSession) -> None:
    old = {"declared_language": "nor", "year": 1890}
    documents = [document("a", **old), document("b", **old | {"year": 1960}), document("c", declared_language="nob")]
    got = rows(spark, documents, [signal(name, language="dan") for name in "abc"])
    assert [(got[n]["language"], got[n]["reasons"]) for n in "abc"] == [
        ("nob", []),
        ("dan", ["language"]),
        ("dan", ["language"]),
    ]


def test_rights_end_begin_and_close(spark: SparkSession) -> None:
    day = date(2026, 11, 1)
    rights = [
        {"doc_id": "a", "tier": "open", "valid_until": day},
        {"doc_id": "b", "tier": "open", "valid_until": date(2026, 10, 31)},
        {"doc_id": "c", "tier": "open", "valid_from": date(2026, 11, 2)},
        {"doc_id": "d", "tier": "shut"},
        {"doc_id": "e", "tier": "a tier that nobody knows"},
    ]
    got = rows(spark, [document(n) for n in "abcde"], [signal(n) for n in "abcde"], rights=rights)
    assert [got[n]["closed"] for n in "abcde"] == [False, True, True, True, True]
    assert [got[n]["reasons"] for n in "ae"] == [[], ["rights"]]


@pytest.mark.parametrize(
    ("kind", "key", "near"),
    [
        ("doc_id", "b", True),
        ("source_id", "issue", False),
        ("source_id", "issue#unit", True),
        ("text_hash", "hash-b", False),
        ("uri_prefix", "http://a.example/private", True),
    ],
)
def test_a_request_is_honoured_by_any_kind_of_key(spark: SparkSession, kind: str, key: str, near: bool) -> None:
    named = document("b", source_id="issue#unit", uri="http://a.example/private/1", kind="article")
    request = {"kind": kind, "key": key, "reason": "asked", "near_copies": near}
    got = rows(spark, [document("a"), named], [signal("a"), signal("b")], suppressions=[request])
    assert (got["a"]["reasons"], got["b"]["reasons"]) == ([], ["suppressed"])
    assert (got["a"]["suppressed_copies"], got["b"]["suppressed_copies"]) == (False, near)


def test_a_later_delivery_supersedes_an_issue_with_all_its_articles(spark: SparkSession) -> None:
    documents = [
        document("a", source_id="issue#one", kind="article"),
        document("b", source_id="issue#other", kind="article", batch="2"),
        document("c", source_id="http://x/#top", kind="web"),
        document("d", source_id="http://x/#end", kind="web", batch="2"),
    ]
    got = rows(spark, documents, [signal(n) for n in "abcd"])
    assert [got[n]["reasons"] for n in "abcd"] == [["superseded"], [], [], []]


def test_contamination_counts_from_the_recipes_overlap(spark: SparkSession) -> None:
    found = [
        {"doc_id": "a", "benchmark": "x", "overlap": 0.1},
        {"doc_id": "a", "benchmark": "y", "overlap": 0.5},
        {"doc_id": "b", "benchmark": "x", "overlap": 0.49},
    ]
    got = rows(spark, [document(n) for n in "ab"], [signal(n) for n in "ab"], contamination=found)
    assert [got[n]["reasons"] for n in "ab"] == [["contaminated"], []]


def test_personal_data_drops_the_document_where_the_tier_says_so(spark: SparkSession) -> None:
    policy = FinalText(pii={"*": {"*": "mask", "email": "drop"}, "open": {"phone": "drop"}}, min_confidence=0.5)
    spans = {name: [{"kind": kind, "start": 0, "end": 1, "confidence": sure}] for name, kind, sure in (
        ("a", "phone", 0.9), ("b", "phone", 0.4), ("c", "iban", 1.0), ("d", "email", 1.0))}  # fmt: skip
    got = rows(spark, [document(n) for n in "abcd"], [signal(n, pii=spans[n]) for n in "abcd"], final_text=policy)
    assert [got[n]["reasons"] for n in "abcd"] == [["personal_data"], [], [], ["personal_data"]]
