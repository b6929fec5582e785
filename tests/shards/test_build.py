"""Builds through Spark: the same bytes from any partitioning, whole or not at all, left alone when finished."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from shards_data import DDL, Document, documents, megatron, model, row, same_files

from kvern.build_params import Phase, Shards
from kvern.kernels import sentencepieces
from kvern.recipe import ConfigError
from kvern.shards import build, held, manifest
from kvern.shards.contents import Inputs, contents
from kvern.shards.plan import cuts, plan
from kvern.shards.trace import positions
from kvern.shards.verify import verify
from kvern.tables import SHARD_INDEX
from kvern.warehouse import Warehouse
from pieces import trained_elsewhere

PARAMS = Shards(shard_tokens=1500, seed=3)


def inputs(spark: SparkSession, rows: list[dict], partitions: int) -> Inputs:
    spread = list(rows)
    random.Random(partitions).shuffle(spread)
    frame = spark.createDataFrame(spread, DDL).repartition(partitions)
    return Inputs(frame, frame.where("keep"), frame)


def shards_of(told: dict) -> int:
    return sum(len(each["cuts"]) for each in told["buckets"])


def to_files(spark: SparkSession, folder: Path):
    """A quicker store than Delta, for builds whose table no test looks at."""

    def store(frame: DataFrame) -> DataFrame:
        frame.write.mode("overwrite").parquet(str(folder / "stored"))
        return spark.read.parquet(str(folder / "stored"))

    return store


def stored(warehouse: Warehouse):
    def store(frame: DataFrame) -> DataFrame:
        warehouse.write(frame, SHARD_INDEX, "*", -1, {})
        return warehouse.read(SHARD_INDEX)

    return store


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [row(each, i) for i, each in enumerate(documents())]


@pytest.fixture(scope="module")
def made(
    spark: SparkSession, rows: list[dict], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Warehouse, dict]:
    folder = tmp_path_factory.mktemp("made")
    warehouse = Warehouse(spark, str(folder / "warehouse"))
    told = build.make(
        inputs(spark, rows, 3), model(), PARAMS, "demo", str(folder / "out"), {"recipe": "demo"}, stored(warehouse)
    )
    return folder / "out" / told["build"], warehouse, told


def test_readers_find_every_document_whole(made: tuple, rows: list[dict]) -> None:
    root, _, told = made
    by_id = {each["doc_id"]: each for each in rows}
    seen = []
    for shard in range(shards_of(told)):
        table = pq.read_table(root / f"parquet/books.nob.public-domain/shard-{shard:05d}.parquet").to_pylist()
        sequences = megatron(root / f"megatron/books.nob.public-domain/shard-{shard:05d}")
        assert sequences == [[*by_id[each["doc_id"]]["ids"], told["tokenizer"]["eod"]] for each in table]
        assert [each["ids"] for each in table] == [by_id[each["doc_id"]]["ids"] for each in table]
        seen += table
    assert sorted(each["doc_id"] for each in seen) == sorted(by_id)
    finals = {each.doc_id: each.final for each in documents()}
    assert {each["doc_id"]: each["text"] for each in seen} == finals
    assert {(each["language"], each["tier"], each["source"], each["licence"]) for each in seen} == {
        ("nob", "public-domain", "books", None)
    }
    assert shards_of(told) > 3
    verify(str(root))


def test_the_index_is_a_table_and_leads_to_every_document(made: tuple, spark: SparkSession) -> None:
    root, warehouse, told = made
    found = warehouse.read(SHARD_INDEX).orderBy("shard", "position").collect()
    assert {each["build"] for each in found} == {told["build"]}
    for each in found:
        sequence = megatron(root / f"megatron/books.nob.public-domain/shard-{each['shard']:05d}")
        assert len(sequence[each["position"]]) == each["count"]
        assert each["start"] == sum(len(before) for before in sequence[: each["position"]])
    assert (len(found), sum(each["count"] for each in found)) == (told["documents"], told["tokens"])


@pytest.mark.parametrize("partitions", [1, 7])
def test_the_same_bytes_from_any_partitioning(
    made: tuple, spark: SparkSession, rows: list[dict], tmp_path: Path, partitions: int
) -> None:
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "2" if partitions == 7 else "2000")
    told = build.make(
        inputs(spark, rows, partitions),
        model(),
        PARAMS,
        "demo",
        str(tmp_path),
        {"recipe": "demo"},
        to_files(spark, tmp_path),
    )
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "2000")
    assert told == made[2]
    assert same_files(tmp_path / told["build"]) == same_files(made[0])


def test_a_finished_build_is_left_as_it_is(made: tuple, spark: SparkSession, rows: list[dict]) -> None:
    root, warehouse, told = made
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    table = warehouse.read(SHARD_INDEX).collect()
    again = build.make(
        inputs(spark, rows, 2), model(), PARAMS, "demo", str(root.parent), {"recipe": "other words"}, stored(warehouse)
    )
    assert again == told
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    assert sorted(warehouse.read(SHARD_INDEX).collect()) == sorted(table)


def test_a_killed_run_leaves_no_build_and_a_second_completes_it(
    made: tuple, spark: SparkSession, rows: list[dict], tmp_path: Path
) -> None:
    def killed(frame: DataFrame) -> DataFrame:
        frame.count()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.make(inputs(spark, rows, 2), model(), PARAMS, "demo", str(tmp_path), {"recipe": "demo"}, killed)
    root = tmp_path / made[2]["build"]
    assert sorted(path.name for path in root.iterdir()) == ["index", "megatron", "parquet", "receipts"]
    assert manifest.standing(str(tmp_path)) == []
    (root / "megatron/books.nob.public-domain/shard-00000.bin.abc.tmp").write_bytes(b"half")
    (root / "megatron/books.nob.public-domain/shard-00001.bin").write_bytes(b"half")
    build.make(
        inputs(spark, rows, 2), model(), PARAMS, "demo", str(tmp_path), {"recipe": "demo"}, to_files(spark, tmp_path)
    )
    assert same_files(root) == same_files(made[0])


def test_other_documents_are_another_build_and_the_table_keeps_both(
    made: tuple, spark: SparkSession, rows: list[dict]
) -> None:
    root, warehouse, told = made
    more = [*rows, row(Document("Enda ein dag i nord"), 99)]
    new = build.make(inputs(spark, more, 2), model(), PARAMS, "demo", str(root.parent), {}, stored(warehouse))
    assert new["build"] != told["build"]
    counts = {each["build"]: each["count"] for each in warehouse.read(SHARD_INDEX).groupBy("build").count().collect()}
    assert counts == {told["build"]: len(rows), new["build"]: len(rows) + 1}
    for path in (root.parent / new["build"]).rglob("*.json"):
        path.unlink()
    build.make(inputs(spark, rows, 2), model(), PARAMS, "demo", str(root.parent), {}, stored(warehouse))
    assert {each["build"] for each in warehouse.read(SHARD_INDEX).collect()} == {told["build"]}


def test_under_a_kept_plan_a_new_document_changes_its_own_shard_alone(
    made: tuple, spark: SparkSession, rows: list[dict], tmp_path: Path
) -> None:
    shutil.copytree(made[0], tmp_path / made[0].name)
    new = row(Document("Enda ein dag i nord"), 99)
    params = PARAMS.model_copy(update={"plan": made[2]["build"]})
    told = build.make(
        inputs(spark, [*rows, new], 2), model(), params, "demo", str(tmp_path), {}, to_files(spark, tmp_path)
    )
    before, after = ({each["name"]: each["sha256"] for each in found["files"]} for found in (made[2], told))
    assert [each["cuts"] for each in told["buckets"]] == [each["cuts"] for each in made[2]["buckets"]]
    changed = {name.rpartition("/")[2].partition(".")[0] for name in after if after[name] != before[name]}
    assert changed == {f"shard-{place['shard']:05d}" for place in positions(str(tmp_path), new["doc_id"])}
    assert len(changed) == 1
    few = build.make(inputs(spark, rows[:3], 2), model(), params, "demo", str(tmp_path), {}, to_files(spark, tmp_path))
    assert len(few["files"]) < 4 * shards_of(few)
    verify(str(tmp_path / few["build"]))


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"plan": "none"}, ConfigError, r"^shards\.plan: want a finished build under \S+, have none of the name none \(there: demo-\w+\)"),
        ({"plan": "torn"}, ConfigError, r"^shards\.plan: want a finished build under \S+, have none of the name torn "),
        ({"plan": "edited"}, manifest.NoBuild, r"^shards\.plan: edited: manifest\.json: wanted the bytes that its seal is over"),
        ({"phases": (Phase(weights={"boks.*": 2.0}),)}, ValueError, r"^shards\.phases all: .*'boks\.\*' matches none of"),
    ],
)  # fmt: skip
def test_a_plan_that_does_not_stand_and_weights_of_nothing_are_sentences(
    made: tuple, spark: SparkSession, rows: list[dict], tmp_path: Path, changed: dict, kind: type, said: str
) -> None:
    shutil.copytree(made[0], tmp_path / made[0].name)
    (tmp_path / "torn").mkdir()
    (tmp_path / "edited").mkdir()
    (tmp_path / "edited" / manifest.NAME).write_text("{}")
    params, before = PARAMS.model_copy(update=changed), sorted(tmp_path.rglob("*"))
    with pytest.raises(kind, match=said):
        build.make(inputs(spark, rows, 2), model(), params, "x", str(tmp_path), {}, to_files(spark, tmp_path))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_kept_document_without_tokens_or_of_another_model_stops_the_build(
    spark: SparkSession, rows: list[dict], tmp_path: Path
) -> None:
    given = inputs(spark, rows, 2)
    fewer = Inputs(given.documents, given.tokens.where("title <> 'Tittel 3'"), given.selection)
    with pytest.raises(ValueError, match="wanted tokens of 44 kept documents, got 43"):
        build.make(fewer, model(), PARAMS, "demo", str(tmp_path), {}, lambda frame: frame)
    with pytest.raises(ValueError, match="wanted tokens of one model, 44 of 44"):
        build.make(given, model(600), PARAMS, "demo", str(tmp_path), {}, lambda frame: frame)
    other = given.tokens.withColumn("doc_id", F.when(F.col("title") == "Tittel 3", "f" * 32).otherwise(F.col("doc_id")))
    with pytest.raises(ValueError, match="wanted tokens of the 44 kept documents, got those of others"):
        build.make(
            Inputs(given.documents, other, given.selection),
            model(),
            PARAMS,
            "demo",
            str(tmp_path),
            {},
            lambda frame: frame,
        )
    assert list(tmp_path.iterdir()) == []


def test_megatron_alone_in_32_bits_for_a_large_vocabulary(
    spark: SparkSession, rows: list[dict], tmp_path: Path
) -> None:
    large = model(66_000)
    changed = [{**each, "tokenizer": large.sha256} for each in rows[:6]]
    params = Shards(shard_tokens=10_000, formats=("megatron",), build="stor")
    told = build.make(inputs(spark, changed, 2), large, params, "demo", str(tmp_path), {}, to_files(spark, tmp_path))
    root = tmp_path / told["build"]
    assert told["build"].startswith("stor-")
    assert not (root / "parquet").exists()
    assert (root / "megatron/books.nob.public-domain/shard-00000.bin").stat().st_size == 4 * told["tokens"]
    assert sorted(megatron(root / "megatron/books.nob.public-domain/shard-00000")) == sorted(
        [*each["ids"], told["tokenizer"]["eod"]] for each in changed
    )


def test_a_plan_reads_neither_ids_nor_text(spark: SparkSession, rows: list[dict]) -> None:
    given = inputs(spark, rows, 2)
    narrow = contents(given, PARAMS, True).drop("ids", "text", "edits")
    planned = plan(narrow, given.selection, PARAMS, "demo", model().sha256)
    assert (planned.documents, planned.tokens) == (len(rows), sum(len(each["ids"]) + 1 for each in rows))


def test_ids_of_another_text_are_never_published(spark: SparkSession, rows: list[dict], tmp_path: Path) -> None:
    other = [
        each | ({"ids": rows[5]["ids"], "count": rows[5]["count"]} if i == 9 else {}) for i, each in enumerate(rows)
    ]
    with pytest.raises(PythonException, match=f"{rows[9]['doc_id']}: wanted ids of the text that they were made from"):
        build.make(inputs(spark, other, 2), model(), PARAMS, "demo", str(tmp_path), {}, to_files(spark, tmp_path))
    assert list(manifest.standing(str(tmp_path))) == []


def test_text_beside_ids_that_do_not_decode_to_it(spark: SparkSession, rows: list[dict], tmp_path: Path) -> None:
    """A tokenizer that is not lossless: Parquet holds the documents' text with their edits, not what ids decode to."""
    folding = sentencepieces.describe(trained_elsewhere(model_type="bpe"))
    finals = {each.doc_id: each.final for each in documents()}
    encoded = {doc_id: sentencepieces.encoder(folding.data).encode(text) for doc_id, text in finals.items()}
    changed = [
        each | {"ids": ids, "count": len(ids), "tokenizer": folding.sha256}
        for each in rows
        for ids in [encoded[each["doc_id"]]]
    ]
    told = build.make(inputs(spark, changed, 3), folding, PARAMS, "demo", str(tmp_path), {}, to_files(spark, tmp_path))
    tables = [pq.read_table(file) for file in sorted((tmp_path / told["build"]).glob("parquet/*/*.parquet"))]
    held = {each["doc_id"]: each for table in tables for each in table.to_pylist()}
    assert {doc_id: each["text"] for doc_id, each in held.items()} == finals
    assert {doc_id: each["ids"] for doc_id, each in held.items()} == encoded
    assert any(sentencepieces.decoder(folding.data).decode(encoded[doc_id]) != finals[doc_id] for doc_id in held)


def test_nothing_kept_is_a_build_of_nothing(spark: SparkSession, rows: list[dict], tmp_path: Path) -> None:
    none = [{**each, "keep": False} for each in rows]
    told = build.make(inputs(spark, none, 2), model(), PARAMS, "demo", str(tmp_path), {}, to_files(spark, tmp_path))
    assert (told["documents"], told["tokens"], told["buckets"], told["files"]) == (0, 0, [], [])
    assert json.loads((tmp_path / told["build"] / "manifest.json").read_text()) == told


def sides_of(root: Path, told: dict, by_id: dict[str, dict]) -> dict[str, set[bool]]:
    """Cluster to whether its documents are held out; every document must lie in the bucket of what it is."""
    sides: dict[str, set[bool]] = {}
    names = [each["name"] for each in told["buckets"] for _ in each["cuts"]]
    for file in sorted(root.glob("parquet/*/*.parquet")):
        bucket = file.parent.name
        assert names[int(file.stem[-5:])] == bucket
        for each in pq.read_table(file, columns=["doc_id"])["doc_id"].to_pylist():
            own = by_id[each]
            assert bucket.startswith(f"{own['source']}.{own['language']}.public-domain")
            sides.setdefault(own["cluster"], set()).add(bucket.endswith(".validation"))
    return sides


def test_buckets_splits_and_blends(spark: SparkSession, rows: list[dict], tmp_path: Path) -> None:
    """Near copies stay on one side, a changed weight rewrites no shard, a kept plan keeps the numbers of others."""
    mixed = [
        each | {"source": ("web", "books")[i % 2], "language": ("nno", "nob", "nob")[i % 3], "cluster": str(i // 4)}
        for i, each in enumerate(rows)
    ]
    params = PARAMS.model_copy(update={"validation": 0.3})
    told = build.make(inputs(spark, mixed, 3), model(), params, "mix", str(tmp_path), {}, to_files(spark, tmp_path))
    root = tmp_path / told["build"]
    verify(str(root))
    sides = sides_of(root, told, {each["doc_id"]: each for each in mixed})
    assert all(len(side) == 1 for side in sides.values())
    assert {True, False} == {side.pop() for side in sides.values()}
    assert {each["split"] for each in told["buckets"]} == {"train", "validation"}
    assert sum(told["held"]["source"].values()) == sum(told["held"]["year"].values()) == told["tokens"]
    assert told["held"]["licence"] == {"unknown": told["tokens"]}
    assert held.of(manifest.open_build(str(root))) == told["held"]
    (phase,) = told["mixture"]
    train = {each["name"] for each in told["buckets"] if each["split"] == "train"}
    years = [told["held"]["buckets"][name]["year"].get("1907", 0) for name in train]
    assert phase["by"]["year"]["1907"] == {"asked": sum(years), "had": sum(years)}
    assert phase["by"]["licence"]["unknown"]["had"] == sum(each["had"] for each in phase["by"]["source"].values())

    weighted = params.model_copy(update={"phases": (Phase(name="late", weights={"books.*": 3.0}, alpha=0.5),)})
    before = same_files(root)
    again = build.make(inputs(spark, mixed, 2), model(), weighted, "mix", str(tmp_path), {}, to_files(spark, tmp_path))
    after = same_files(root)
    assert again["build"] == told["build"]
    changed = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    assert {name.partition("/")[0] for name in changed} == {"blends", "manifest.json"}
    assert [Path(each["name"]).name for each in again["papers"] if "blends" in each["name"]] == ["late.megatron.json"]
    verify(str(root))

    new = row(Document("Enda ein dag i nord"), 99) | {"source": "aviser"}
    kept = params.model_copy(update={"plan": told["build"]})
    with pytest.raises(ValueError, match=r"^seed: wanted 3, which the plan mix-\w+ was made with, got 4"):
        other = kept.model_copy(update={"seed": 4})
        build.make(inputs(spark, mixed, 2), model(), other, "mix", str(tmp_path), {}, to_files(spark, tmp_path))
    more = build.make(
        inputs(spark, [*mixed, new], 2), model(), kept, "mix", str(tmp_path), {}, to_files(spark, tmp_path)
    )
    old, now = hashes(told), hashes(more)
    assert {name: now[name] for name in old} == old
    assert {name.split("/")[1] for name in set(now) - set(old) if "index" not in name} == {more["buckets"][-1]["name"]}


def hashes(told: dict) -> dict[str, str]:
    return {each["name"]: each["sha256"] for each in told["files"]}


def test_a_kept_plan_keeps_clusters_on_their_side_whatever_their_names(
    spark: SparkSession, rows: list[dict], tmp_path: Path
) -> None:
    """A cluster is named by its smallest document, so that it has another name when it grows."""

    def made(rows: list[dict], **other: object) -> dict:
        params = PARAMS.model_copy(update={"validation": 0.3, **other})
        return build.make(inputs(spark, rows, 3), model(), params, "mix", str(tmp_path), {}, to_files(spark, tmp_path))

    def split(told: dict, rows: list[dict]) -> dict[str, set[bool]]:
        return sides_of(tmp_path / told["build"], told, {each["doc_id"]: each for each in rows})

    fours = [each | {"cluster": str(i // 4)} for i, each in enumerate(rows)]
    first = made(fours)
    before = split(first, fours)
    plan = first["build"]
    renamed = [each | {"cluster": f"ny {each['cluster']}"} for each in fours]
    assert hashes(made(renamed)) != hashes(first)
    assert hashes(made(renamed, plan=plan)) == hashes(first)
    joins = next(name for name, side in before.items() if side == {True})
    new = row(Document("Enda ein dag i nord"), 99) | {"cluster": f"ny {joins}"}
    assert split(made([*renamed, new], plan=plan), [*renamed, new])[f"ny {joins}"] == {True}
    met = [each | {"cluster": "0"} for each in fours]
    assert split(made(met, plan=plan), met) == {"0": {False}}
    with pytest.raises(ValueError, match=r"^validation: wanted 0\.3, which the plan mix-\w+ was made with, got 0\.1"):
        made(fours, plan=plan, validation=0.1)


def test_cuts_are_even_and_never_empty() -> None:
    assert cuts([], 10) == ()
    assert cuts([(5, 1000)], 10) == (0,)
    assert cuts([(i, 10) for i in range(100)], 100) == tuple(10 * i for i in range(10))
    rng = np.random.default_rng(1)
    histogram = [
        (int(b), int(n))
        for b, n in zip(sorted(rng.choice(1 << 20, 3000, replace=False)), rng.integers(1, 900, 3000), strict=True)
    ]
    found = cuts(histogram, 50_000)
    sizes = [
        sum(n for b, n in histogram if low <= b < high) for low, high in zip(found, [*found[1:], 1 << 20], strict=True)
    ]
    mean = sum(sizes) / len(sizes)
    assert max(abs(size / mean - 1) for size in sizes) < 0.02
    assert cuts([(1, 1), (2, 100_000), (3, 1)], 10) == (0, 2, 3)
