"""From every token back to its document, page and block, through cuts and masks, and the honest answer when it is gone."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from shards_data import DDL, Document, documents, folder_build, row

from kvern.kernels.final_text import Edit
from kvern.shards.manifest import NoBuild, build_of
from kvern.shards.trace import origin, positions, trace

ODD = documents(0)[3]


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [row(each, i) for i, each in enumerate([*documents(3), Document("Sist 😀 slutt")])]


@pytest.fixture(scope="module")
def built(rows: list[dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_build(tmp_path_factory.mktemp("out"), rows, shards=1)


class Frames:
    """The two tables as frames; a look-up is a Spark job, so each test asks for few tokens."""

    def __init__(self, spark: SparkSession, rows: list[dict]) -> None:
        self.frame = spark.createDataFrame(rows, DDL).coalesce(1)

    def trace(self, root: Path, token: int, shard: str = "megatron/books.nob.public-domain/shard-00000.bin") -> dict:
        return trace(str(root), shard, token, self.frame, self.frame)


def start_of(rows: list[dict], at: int) -> int:
    return sum(len(each["ids"]) + 1 for each in rows[:at])


def test_tokens_of_a_cut_and_masked_document_lead_into_its_own_text(
    spark: SparkSession, built: Path, rows: list[dict]
) -> None:
    frames, start, data = Frames(spark, rows), start_of(rows, 3), ODD.text.encode()
    pieces = []
    for within in (0, 5, 8, 12, len(rows[3]["ids"]) - 1):
        found = frames.trace(built, start + within)
        assert (found["state"], found["doc_id"], found["source_id"], found["path"], found["position"], found["within"], found["id"]) == (
            "found", ODD.doc_id, "urn:3", "in/3.xml", 3, within, rows[3]["ids"][within],
        )  # fmt: skip
        pieces.append((found["text"], data[found["start"] : found["end"]].decode()))
        assert found["page"] == ("urn:3_1" if found["start"] < rows[3]["pages"][0]["end"] else "urn:3_2")
        assert found["block"] == ("b1" if found["start"] < rows[3]["pages"][0]["end"] else "b2")
    inside = [(final, own) for final, own in pieces if own != "22 22 22 22"]
    assert len(inside) < len(pieces)
    assert all(final == own for final, own in inside)


def test_the_file_is_that_of_the_page(spark: SparkSession, built: Path, rows: list[dict]) -> None:
    place = (str(built), "megatron/books.nob.public-domain/shard-00000.bin", start_of(rows, 3))
    held = spark.createDataFrame(rows, DDL).coalesce(1)
    pages = [
        ("books", "urn:3_1", "page", "in/3_1.xml"),
        ("books", "urn:3_1", "object", "x"),
        ("web", "urn:3_1", "page", "y"),
    ]
    frame = spark.createDataFrame(pages, "source string, page_id string, kind string, path string")
    found = trace(*place, held, held, frame)
    assert (found["page"], found["file"], found["path"]) == ("urn:3_1", "in/3_1.xml", "in/3.xml")
    assert trace(*place, held, held, frame.where("source = 'web'"))["file"] == "in/3.xml"
    assert trace(*place, held, held)["file"] == "in/3.xml"


def test_the_end_mark_an_empty_document_and_every_format(spark: SparkSession, built: Path, rows: list[dict]) -> None:
    frames = Frames(spark, rows)
    first = frames.trace(built, 0, "parquet/books.nob.public-domain/shard-00000.parquet")
    assert (first["state"], first["doc_id"], first["count"], first["id"]) == ("end mark", rows[0]["doc_id"], 1, 2)
    last = frames.trace(built, start_of(rows, 3) - 1, "index/shard-00000.parquet")
    assert (last["state"], last["doc_id"], last["within"]) == ("end mark", rows[2]["doc_id"], len(rows[2]["ids"]))


def test_gone_where_the_text_the_cuts_or_the_document_are_others_now(
    spark: SparkSession, built: Path, rows: list[dict]
) -> None:
    token = start_of(rows, 3) + 2
    other = [each | {"text": each["text"].replace("Ring", "Sving")} for each in rows]
    uncut = [each | {"edits": []} for each in rows]
    without = [each for each in rows if each["doc_id"] != ODD.doc_id]
    for changed in (other, uncut, without):
        found = Frames(spark, changed).trace(built, token)
        assert (found["state"], found["doc_id"]) == ("gone", ODD.doc_id)
        assert found["why"].endswith("this build's text is gone")
        assert "text" not in found


def test_every_byte_of_every_token_of_a_document_is_accounted_for(built: Path, rows: list[dict]) -> None:
    class One:
        """A frame of one row, without Spark: what trace asks of it and no more."""

        def __init__(self, held: dict) -> None:
            self.held = held

        def __getitem__(self, name: str) -> str:
            return name

        def where(self, _: object) -> "One":
            return self

        def select(self, *names: str) -> "One":
            return self

        def join(self, *_: object) -> "One":
            return self

        def collect(self) -> list["One"]:
            return [self]

        def asDict(self, recursive: bool) -> dict:  # noqa: N802 - Spark's name
            return self.held

    last = len(rows) - 1
    start, data = start_of(rows, last), rows[last]["text"].encode()
    covered = b""
    for within in range(len(rows[last]["ids"])):
        found = trace(
            str(built),
            "megatron/books.nob.public-domain/shard-00000.idx",
            start + within,
            One(rows[last]),
            One(rows[last]),
        )
        if found["start"] == len(covered):
            covered += data[found["start"] : found["end"]]
        assert found["end"] == len(covered)
    assert covered == data


def test_masks_are_whole_and_cuts_belong_to_nobody() -> None:
    edits = (Edit(2, 4, "[m]"), Edit(6, 8, ""))  # ab|cd→[m]|ef|gh→|ij : "ab[m]efij"
    assert origin(edits, 0, 1) == (0, 2)
    assert origin(edits, 2, 4) == (2, 4)
    assert origin(edits, 3, 3) == (2, 4)
    assert origin(edits, 1, 5) == (1, 5)
    assert origin(edits, 5, 6) == (4, 6)
    assert origin(edits, 7, 8) == (8, 10)
    assert origin(edits, 6, 7) == (5, 9)


def test_every_place_of_a_document(built: Path, rows: list[dict]) -> None:
    found = list(positions(str(built.parent), rows[2]["doc_id"]))
    assert found == [
        {"build": "demo-0", "generation": 1, "shard": 0, "position": 2, "start": start_of(rows, 2), "count": len(rows[2]["ids"]) + 1,
         "files": ["index/shard-00000.parquet", "megatron/books.nob.public-domain/shard-00000.bin", "megatron/books.nob.public-domain/shard-00000.idx", "parquet/books.nob.public-domain/shard-00000.parquet"]}
    ]  # fmt: skip
    assert list(positions(str(built.parent), "0" * 32)) == []


def test_what_is_not_there_is_said(built: Path, rows: list[dict], tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"wanted a shard of demo-0, got 'megatron/books.nob.public-domain/shard-00007\.bin'"
    ):
        trace(str(built), "megatron/books.nob.public-domain/shard-00007.bin", 0, None, None)
    total = start_of(rows, len(rows))
    for token in (-1, total):
        with pytest.raises(ValueError, match=f"wanted a token from 0 to {total - 1}, got {token}"):
            trace(str(built), "megatron/books.nob.public-domain/shard-00000.bin", token, None, None)
    with pytest.raises(NoBuild, match="nothing is there"):
        trace(str(tmp_path), "megatron/books.nob.public-domain/shard-00000.bin", 0, None, None)


def test_a_path_leads_to_its_build() -> None:
    assert build_of("/out/demo-1/megatron/books.nob.public-domain/shard-00000.bin") == (
        "/out/demo-1",
        "megatron/books.nob.public-domain/shard-00000.bin",
    )
    assert build_of("s3://b/demo-1/parquet/books.nob.public-domain/shard-00002.parquet") == (
        "s3://b/demo-1",
        "parquet/books.nob.public-domain/shard-00002.parquet",
    )
    assert build_of("megatron/books.nob.public-domain/shard-00000.bin") == (
        ".",
        "megatron/books.nob.public-domain/shard-00000.bin",
    )
