"""The pipeline held to the demo library's truth file: every planted thing found, nothing else lost."""

from collections import Counter

import pytest

from demo_run import Demo, Key
from kvern import tables

CLASSES = {
    "language": "language",
    "rights": "rights",
    "contaminated": "contamination",
    "suppressed": "suppressed",
    "superseded": "superseded",
    "duplicate": "duplicate",
    "closed_twin": "closed_twin",
    "suppressed_twin": "suppressed_twin",
    "personal_data": "personal_data",
}
FOUND_FROM = 0.84  # 14 bands of 8 rows find a pair of this Jaccard with a probability of .98


def key(name: list[str]) -> Key:
    return name[0], name[1], name[2]


@pytest.fixture(scope="module")
def told(demo: Demo) -> dict[Key, dict]:
    return {(row["source"], row["source_id"], row["batch"]): row for row in demo.truth["documents"]}


def test_every_file_has_the_state_that_was_planted(demo: Demo) -> None:
    want = {(row["source"], row["path"]): (row["state"], row["fixity"]) for row in demo.truth["files"]}
    fixity = {(row["source"], row["path"]): row["state"] for row in demo.rows(tables.FIXITY)}
    rows = demo.rows(tables.DELIVERIES)
    have = {(r["source"], r["path"]): (r["state"], fixity.get((r["source"], r["path"]))) for r in rows}
    lists = {place for place in have if place not in want}
    assert all(row["format"] == "checksums" for row in rows if (row["source"], row["path"]) in lists)
    assert {place: state for place, state in have.items() if place not in lists} == want


def test_every_document_is_there_and_no_other(demo: Demo, told: dict[Key, dict]) -> None:
    must = {name for name, row in told.items() if not row.get("optional")}
    assert must - demo.documents.keys() == set()
    assert demo.documents.keys() - told.keys() == set()
    for name, row in demo.documents.items():
        assert row["kind"] == told[name]["kind"], name
        if "text_sha256" in told[name]:
            assert row["text_hash"] == told[name]["text_sha256"], name


def test_tier_and_language_are_as_told(demo: Demo, told: dict[Key, dict]) -> None:
    tiers, judged = demo.by_key(tables.RIGHTS), demo.by_key(tables.ELIGIBILITY)
    assert {name: row["tier"] for name, row in tiers.items()} == {name: told[name]["tier"] for name in tiers}
    prose = {name for name in judged if told[name]["keep"] is not False and told[name].get("language")}
    wrong = {
        n: (judged[n]["language"], told[n]["language"]) for n in prose if judged[n]["language"] != told[n]["language"]
    }
    assert len(prose) > 50 and wrong == {}


def test_each_decision_has_its_planted_reasons_and_nothing_else_is_lost(demo: Demo, told: dict[Key, dict]) -> None:
    decided = demo.by_key(tables.SELECTION)
    wrong = {}
    for name, row in decided.items():
        classes = {CLASSES.get(reason, "quality") for reason in row["reasons"]}
        want = told[name]
        lacking = set(want.get("reasons", ())) - classes
        none = want.get("any_of") and not classes & set(want["any_of"])
        if lacking or none or (want["keep"] is not None and row["keep"] != want["keep"]):
            wrong[name] = (row["reasons"], want)
    assert wrong == {}
    assert sum(row["keep"] for row in decided.values()) > 60


def test_personal_data_is_found_by_kind_and_count(demo: Demo, told: dict[Key, dict]) -> None:
    found = demo.by_key(tables.SIGNALS)
    for name, row in found.items():
        kinds = Counter(span["kind"] for span in row["pii"])
        planted = Counter(told[name].get("pii", {}))
        assert {kind: kinds[kind] for kind in planted} == dict(planted), name
    assert sum(sum(told[name].get("pii", {}).values()) for name in found) > 10


def test_every_pair_is_planted_and_every_likely_one_is_found(demo: Demo) -> None:
    want = {frozenset((key(row["a"]), key(row["b"]))): row["jaccard"] for row in demo.truth["pairs"]}
    have = {
        frozenset((demo.key[r["doc_id"]], demo.key[r["other"]])): r["jaccard"]
        for r in demo.rows(tables.DUPLICATE_PAIRS)
    }
    assert {pair for pair in have if pair not in want} == set()
    assert all(have[pair] == pytest.approx(want[pair], abs=1e-9) for pair in have)
    likely = {pair for pair, jaccard in want.items() if FOUND_FROM <= jaccard < 1}
    assert likely and likely <= have.keys()
    # Documents of the same words form a star around the smallest id: not every two of them are a row.
    cluster = {name: row["cluster"] for name, row in demo.by_key(tables.NEAR_DUPLICATES).items()}
    together = [{cluster[name] for name in pair} for pair, jaccard in want.items() if jaccard >= FOUND_FROM]
    assert all(len(clusters) == 1 for clusters in together)


def test_evaluation_passages_are_found_with_their_overlap(demo: Demo) -> None:
    want = {(key(row["doc"]), row["benchmark"]): row["overlap"] for row in demo.truth["contamination"]}
    rows = [row for row in demo.rows(tables.CONTAMINATION) if row["grams"]]
    assert {(demo.key[row["doc_id"]], row["benchmark"]): row["overlap"] for row in rows} == pytest.approx(want)
    assert all(row["short_grams"] >= row["grams"] and row["items"] and row["spans"] for row in rows)


def test_what_came_again_and_what_could_not_be_read_is_counted(demo: Demo) -> None:
    assert demo.report["documents"].counts.refusals.get("repeated", 0) == len(demo.truth["repeated"])
    refused = Counter(
        (row["source"], row["batch"], row["path"])
        for row in demo.rows(tables.REFUSALS)
        if row["stage"] in ("records", "documents") and "repeated" not in row["reason"]
    )
    for row in demo.truth["refused"]:
        assert refused[row["source"], row["batch"], row["path"]] >= row["records"], row


def test_rows_in_are_rows_kept_and_refused_at_every_stage(demo: Demo) -> None:
    for made in demo.report.values():
        assert made.counts.rows_in == made.counts.kept + made.counts.refused
    counts = {name: len(demo.rows(table)) for name, table in tables.BY_NAME.items() if name in demo.report}
    assert counts["documents"] == counts["eligibility"] == counts["selection"] == counts["near_duplicates"]
    assert counts["signals"] == counts["rights"] == counts["documents"]
