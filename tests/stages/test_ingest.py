"""Holdings in, documents and refusals out: nothing is lost, nothing comes twice, every refusal has its reason."""

from collections import Counter
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import ROOT
from holdings import RECIPE, alto, block, book, jsonl, library, mets, words
from kvern import rules, stages, tables
from kvern.recipe import Env, Recipe, read
from kvern.run import Made, Settings, run
from kvern.warehouse import Warehouse

INGEST = stages.PIPELINE[: stages.PIPELINE.index(stages.REFUSALS) + 1]
LATER = """
[[sources]]
name = "books"
format = "mets-alto"
path = "later/**/*-METS.xml"
batch = "2026-10"
tier = "public-domain"

[[sources]]
name = "records"
format = "jsonl"
path = "later/*.jsonl.gz"
batch = "2026-10"
tier = "open"
text = "body"
id = "id"
"""
AREA = '<fptr><area FILEID="{}" BETYPE="IDREF" BEGIN="{}"/></fptr>'


def issue(folder: Path) -> None:
    """An issue of one page: an article, an article that names a block nobody has, and a block of no article."""
    folder.mkdir(parents=True)
    (folder / "avis_0001.xml").write_bytes(
        alto(block("P1_TB1", words("Nytt fra byen")) + block("P1_TB2", words("Til salgs")))
    )
    logical = "".join(
        f'<div ID="{unit}" TYPE="ARTICLE">{AREA.format("A1", name)}</div>'
        for unit, name in (("ART1", "P1_TB1"), ("ART2", "P1_TB9"))
    )
    (folder / "avis-METS.xml").write_bytes(mets({"A1": "avis_0001.xml"}, logical, "Newspaper"))


def holdings(folder: Path) -> None:
    """The library; its book again in a second folder and, other bytes, in a third; an issue; a later batch."""
    library(folder)
    book(folder / "books" / "again" / "bok")
    book(folder / "books" / "other" / "bok", pages=3)
    issue(folder / "books" / "avis")
    (folder / "books" / "tom").mkdir()
    (folder / "books" / "tom" / "tom-METS.xml").write_bytes(mets({"A1": "tom_0001.xml"}))
    jsonl(
        folder / "records" / "b.jsonl.gz",
        [{"id": "1", "body": "Første post"}, {"id": "1", "body": "Nyere tekst"}, {"id": "3", "body": "Tredje#post"}],
    )
    book(folder / "later" / "bok")
    issue(folder / "later" / "avis")
    jsonl(folder / "later" / "c.jsonl.gz", [{"id": "2", "body": "Andre post"}, {"id": "3", "body": "Tredje, rettet"}])


def settings(tmp_path: Path) -> Settings:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(conf=ROOT / "conf") + LATER)
    loaded = read(Recipe, recipe)
    env = Env(input=str(tmp_path / "in"), warehouse=str(tmp_path / "w"), output=str(tmp_path / "out"), partitions=2)
    return Settings(loaded, rules.load(loaded, tmp_path), env, tmp_path)


@pytest.fixture(scope="module")
def finished(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, Made]]:
    folder = tmp_path_factory.mktemp("ingest")
    holdings(folder / "in")
    given = settings(folder)
    warehouse = Warehouse(spark, given.env.warehouse)
    return warehouse, {each.stage: each for each in run(warehouse, given, INGEST)}


def rows(warehouse: Warehouse, table: tables.Table) -> list[dict]:
    return [row.asDict(recursive=True) for row in warehouse.read(table).collect()]


def test_repeated_and_second_are_told_apart_within_a_batch_and_over_batches(finished: tuple) -> None:
    told = {
        (row["batch"], row["path"], row["origin"]): row["reason"]
        for row in rows(finished[0], tables.REFUSALS)
        if row["stage"] == "documents"
    }
    assert told == {
        ("2026-09", "books/bok/bok-METS.xml", "bok"): "repeated",
        ("2026-09", "books/other/bok/bok-METS.xml", "bok"): "second source_id",
        ("2026-09", "books/avis/avis-METS.xml", "avis#ART2"): "no block of this article could be read",
        ("2026-09", "books/tom/tom-METS.xml", "tom"): "no readable page",
        ("2026-09", "records/a.jsonl.gz", "records/a.jsonl.gz#4"): "second source_id",
        ("2026-09", "records/b.jsonl.gz", "records/b.jsonl.gz#1"): "repeated",
        ("2026-09", "records/b.jsonl.gz", "records/b.jsonl.gz#2"): "second source_id",
        ("2026-10", "later/bok/bok-METS.xml", "bok"): "repeated",
        ("2026-10", "later/avis/avis-METS.xml", "avis"): "repeated",
        ("2026-10", "later/c.jsonl.gz", "later/c.jsonl.gz#1"): "repeated",
    }


def test_other_bytes_in_a_later_batch_are_a_row_beside_the_older_one(finished: tuple) -> None:
    third = [row for row in rows(finished[0], tables.DOCUMENTS) if row["source_id"] == "3"]
    assert {(row["batch"], row["text"]) for row in third} == {("2026-09", "Tredje#post"), ("2026-10", "Tredje, rettet")}
    assert len({row["doc_id"] for row in third}) == 2


def test_two_deliveries_under_one_id_are_never_mixed_into_one_book(finished: tuple) -> None:
    books = [row for row in rows(finished[0], tables.DOCUMENTS) if row["source_id"] == "bok"]
    assert [(row["path"], len(row["pages"])) for row in books] == [("books/again/bok/bok-METS.xml", 4)]


def test_counts_in_are_counts_kept_and_refused_in_every_table(finished: tuple) -> None:
    warehouse, made = finished
    lists = {table.name: rows(warehouse, table) for table in (tables.DELIVERIES, tables.PAGES, tables.RECORDS)}
    for name, found in lists.items():
        counts = made[name].counts
        assert (counts.rows_in, counts.kept + counts.refused) == (len(found), len(found))
    counts = made["documents"].counts
    assert counts.rows_in == counts.kept + counts.refused
    assert counts.refusals == {"repeated": 5, "second source_id": 3, "no readable page": 1}
    assert counts.kept == len(rows(warehouse, tables.DOCUMENTS))


def test_every_file_page_and_record_is_a_document_or_a_refusal(finished: tuple) -> None:
    warehouse, _ = finished
    refused = Counter(
        (row["stage"], row["source"], row["batch"], row["path"], row["origin"])
        for row in rows(warehouse, tables.REFUSALS)
    )
    assert max(refused.values()) == 1
    documents = {
        (row["source"], row["batch"], row["path"], row["origin"].partition("#ART")[0])
        for row in rows(warehouse, tables.DOCUMENTS)
    }
    fixity = {(row["source"], row["path"]) for row in rows(warehouse, tables.FIXITY)}
    for file in rows(warehouse, tables.DELIVERIES):
        place = (file["source"], file["batch"], file["path"])
        assert (file["source"], file["path"]) in fixity or ("deliveries", *place, file["path"]) in refused
    whole = [row for row in rows(warehouse, tables.PAGES) if row["kind"] == "object"]
    single = [row for row in rows(warehouse, tables.RECORDS) if row["kind"] != "file"]
    for row in (*whole, *single):
        origin = row.get("record_id") or row["object_id"]
        place = (row["source"], row["batch"], row["path"], origin)
        known = [place in documents, ("documents", *place) in refused, ("records", *place) in refused]
        assert sum(known) == 1, place


def test_each_text_is_put_together_once(finished: tuple, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse, _ = finished
    frame = stages.documents.documents(
        warehouse.read(tables.PAGES),
        warehouse.read(tables.RECORDS),
        warehouse.read(tables.DOCUMENTS).limit(0),
        read(Recipe, ROOT / "conf/recipes/shared.toml").documents,
    )
    frame.explain()
    plan = capsys.readouterr().out
    final = plan.partition("== Initial Plan ==")[0]
    assert (final.count("FlatMapGroupsInArrow"), final.count("MapInArrow")) == (1, 1)


def test_ids_in_sql_are_the_kernels(finished: tuple, spark: SparkSession) -> None:
    from kvern.kernels.ids import doc_id

    provenance = [("bøker", "id 1", "r" * 64), ("", "\u001f", "")]
    frame = spark.createDataFrame(provenance, "source STRING, source_id STRING, revision STRING")
    made = [row[0] for row in frame.select(stages.documents.doc_id()).collect()]
    assert made == [doc_id(*row) for row in provenance]
