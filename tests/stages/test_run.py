"""The whole run on small holdings: states, refusals, staleness, gates, errors."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conftest import ROOT
from holdings import RECIPE, book, jsonl, library
from kvern import cli, rules, stages, tables
from kvern.recipe import ConfigError, Env, Recipe, read
from kvern.run import Made, run
from kvern.stage import Settings
from kvern.warehouse import ContractError, GateError, Warehouse


def settings(tmp_path: Path, more: str = "") -> Settings:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(conf=ROOT / "conf") + more)
    loaded = read(Recipe, recipe)
    env = Env(
        input=str(tmp_path / "in"), warehouse=str(tmp_path / "warehouse"), output=str(tmp_path / "out"), partitions=2
    )
    return Settings(loaded, rules.load(loaded, tmp_path), env, tmp_path)


FIRST = (*stages.PIPELINE[: stages.PIPELINE.index(stages.REFUSALS) + 1], stages.RIGHTS, stages.SUPPRESSIONS)


def made(spark: SparkSession, given: Settings) -> dict[str, Made]:
    """The stages from the listing to rights: what needs no scan. `test_demo` runs them all."""
    return {each.stage: each for each in run(Warehouse(spark, given.env.warehouse), given, FIRST)}


@pytest.fixture(scope="module")
def finished(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, Made]]:
    folder = tmp_path_factory.mktemp("kvern")
    library(folder / "in")
    given = settings(folder)
    return given, made(spark, given)


def rows(spark: SparkSession, given: Settings, table: tables.Table) -> list[dict]:
    return [row.asDict(recursive=True) for row in Warehouse(spark, given.env.warehouse).read(table).collect()]


def test_every_file_has_a_state(spark: SparkSession, finished: tuple) -> None:
    states = {row["path"]: row["state"] for row in rows(spark, finished[0], tables.DELIVERIES)}
    assert states["books/bok/bok_0005.xml"] == "missing"
    assert states["records/empty.jsonl"] == "empty"
    assert states["records/letter.docx"] == "unsupported"
    assert sorted(states.values()).count("listed") == 7


def test_other_bytes_than_promised_are_evidence_and_no_gate(spark: SparkSession, finished: tuple) -> None:
    fixity = {row["path"]: (row["state"], row["reason"]) for row in rows(spark, finished[0], tables.FIXITY)}
    assert fixity["books/bok/bok_0003.xml"] == ("changed", "other md5 than promised")
    assert sorted(state for state, _ in fixity.values()) == ["changed", *["ok"] * 6]


def test_documents_are_what_was_delivered(spark: SparkSession, finished: tuple) -> None:
    found = {row["source_id"]: row for row in rows(spark, finished[0], tables.DOCUMENTS)}
    assert sorted(found) == [
        "1",
        "2",
        "bok",
        "http://a.example/1 2026-09-01T10:00:00Z",
        "http://a.example/2 2026-09-01T10:00:00Z",
    ]
    assert found["1"]["text"] == "Første post"
    assert found["bok"]["text"].count("kommune") == 1
    assert "Reisen til fjells" not in found["bok"]["text"]
    assert (
        found["http://a.example/1 2026-09-01T10:00:00Z"]["text_hash"]
        == found["http://a.example/2 2026-09-01T10:00:00Z"]["text_hash"]
    )


def test_what_did_not_become_a_document_is_a_row_with_a_reason(spark: SparkSession, finished: tuple) -> None:
    found = {(row["stage"], row["origin"]): row["reason"] for row in rows(spark, finished[0], tables.REFUSALS)}
    assert found["records", "records/a.jsonl.gz#2"] == "not JSON: JSONDecodeError"
    assert found["documents", "records/a.jsonl.gz#4"] == "second source_id"
    assert found["deliveries", "books/bok/bok_0005.xml"] == "promised, but not delivered"
    assert len(found) == 6


def test_counts_in_are_counts_kept_and_refused(finished: tuple) -> None:
    counts = finished[1]["documents"].counts
    assert (counts.rows_in, counts.kept, counts.refused, counts.refusals) == (6, 5, 1, {"second source_id": 1})


def test_a_second_run_does_nothing(spark: SparkSession, finished: tuple) -> None:
    assert [each.stage for each in made(spark, finished[0]).values() if each.parts] == []


def test_lineage_stands_in_the_commit(spark: SparkSession, finished: tuple) -> None:
    path = Warehouse(spark, finished[0].env.warehouse).path(tables.DOCUMENTS)
    told = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("userMetadata").collect()[0][0]
    assert json.loads(told).keys() == {"table", "batch", "part", "fingerprint", "kvern", "recipe"}


def test_new_objects_go_into_a_part_of_their_own_and_nothing_else_is_read_again(
    spark: SparkSession, tmp_path: Path
) -> None:
    library(tmp_path / "in")
    given = settings(tmp_path)
    made(spark, given)
    jsonl(
        tmp_path / "in" / "records" / "b.jsonl.gz",
        [{"id": "9", "body": "Niende post"}, {"id": "1", "body": "Første post"}],
    )
    again = made(spark, given)
    assert {name: each.parts for name, each in again.items()} == dict.fromkeys(again, 1) | {"suppressions": 0}
    assert again["pages"].counts.rows_in == 0 and again["records"].counts.rows_in == 3
    assert again["documents"].counts.refusals == {"repeated": 1} or again["documents"].counts.refusals == {
        "second source_id": 1
    }


def test_a_changed_right_reads_no_text_again(spark: SparkSession, tmp_path: Path) -> None:
    book(tmp_path / "in" / "books" / "bok")
    given = settings(tmp_path)
    made(spark, given)
    text = (tmp_path / "recipe.toml").read_text().replace('tier = "public-domain"', 'tier = "deposit-only"')
    (tmp_path / "recipe.toml").write_text(text)
    changed = read(Recipe, tmp_path / "recipe.toml")
    again = made(spark, Settings(changed, rules.load(changed, tmp_path), given.env, tmp_path))
    assert [name for name, each in again.items() if each.parts] == ["rights"]
    assert [row["tier"] for row in rows(spark, given, tables.RIGHTS)] == ["deposit-only"]


def test_a_failing_gate_leaves_the_stage_unrecorded(spark: SparkSession, tmp_path: Path) -> None:
    library(tmp_path / "in")
    given = settings(tmp_path, "\n[gates.records]\nmax_refused = 0.01\n")
    with pytest.raises(GateError, match=r"want at most 1\.0% refused"):
        made(spark, given)
    recorded = {name for name, _, _ in Warehouse(spark, given.env.warehouse).recorded()}
    assert recorded == {"deliveries", "pages"}


def test_a_source_without_a_file_is_said_and_a_library_without_any_is_an_error(
    spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    given = settings(tmp_path)
    with pytest.raises(ConfigError, match=r"no file matches .* under the input.*Check the sources' paths and --input"):
        made(spark, given)
    jsonl(tmp_path / "in" / "records" / "a.jsonl.gz", [{"text": "Et lite dokument."}])
    report = {each.stage: each for each in run(Warehouse(spark, given.env.warehouse), given, (stages.DELIVERIES,))}
    silent = [line for line in report["deliveries"].line().splitlines() if "no file matches" in line]
    assert len(silent) == len(given.recipe.sources) - 1
    assert all(line.startswith("deliveries: source ") for line in silent)


def test_the_number_of_partitions_does_not_show(spark: SparkSession, finished: tuple, tmp_path: Path) -> None:
    given, _ = finished
    wide = Settings(
        given.recipe,
        given.rules,
        given.env.model_copy(update={"warehouse": str(tmp_path), "partitions": 7}),
        given.folder,
    )
    made(spark, wide)
    for table in (tables.PAGES, tables.RECORDS, tables.DOCUMENTS, tables.REFUSALS):

        def key(row: dict) -> str:
            return json.dumps(row, default=str, sort_keys=True)

        assert sorted(rows(spark, wide, table), key=key) == sorted(rows(spark, given, table), key=key)


def test_a_frame_that_breaks_its_contract_names_every_difference(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.createDataFrame([(1, "x")], "doc_id INT, extra STRING")
    with pytest.raises(
        ContractError,
        match=r"doc_id: want string, have int; .*tier: want string, have nothing.*extra: not in the contract",
    ):
        Warehouse(spark, str(tmp_path)).write(frame, tables.RIGHTS, "b", 0, {})


@pytest.mark.parametrize(
    ("table", "ddl", "said"),
    [
        (tables.RIGHTS, "doc_id STRING, batch STRING, part INT", r"\(tier: want string, have nothing; .*valid_until"),
        (
            tables.DOCUMENTS,
            tables.DOCUMENTS.ddl.replace("end: INT, confidence: DOUBLE>", "end: INT>"),
            r"\(blocks: want array<struct<.*confidence:double>>, have array<struct<[^;]*\)",
        ),
    ],
)
def test_a_table_of_another_version_is_named_and_not_read(
    spark: SparkSession, tmp_path: Path, table: tables.Table, ddl: str, said: str
) -> None:
    spark.createDataFrame([], ddl).write.format("delta").save(str(tmp_path / table.name))
    with pytest.raises(ContractError, match=rf"{table.name} is of another version of kvern {said}.*Remove "):
        Warehouse(spark, str(tmp_path)).read(table)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_table_that_was_removed_counts_as_not_made(spark: SparkSession, tmp_path: Path, scheme: str) -> None:
    rows = spark.createDataFrame([("doc_id", "d", "asked", None, False)], tables.SUPPRESSIONS.ddl)
    warehouse = Warehouse(spark, f"{scheme}{tmp_path}")
    for table in (tables.SUPPRESSIONS, tables.DUPLICATE_PAIRS):
        counts = warehouse.write(rows if table is tables.SUPPRESSIONS else warehouse.read(table), table, "*", -1, {})
        warehouse.log(table, "*", -1, "f", counts)
    assert warehouse.recorded() == {("suppressions", "*", -1): "f", ("duplicate_pairs", "*", -1): "f"}
    shutil.rmtree(tmp_path / "suppressions")
    assert warehouse.recorded() == {("duplicate_pairs", "*", -1): "f"}


def test_other_readers_read_the_tables(spark: SparkSession, finished: tuple) -> None:
    from deltalake import DeltaTable

    table = DeltaTable(str(Path(finished[0].env.warehouse) / "documents")).to_pyarrow_table()
    assert table.num_rows == 5 and {"doc_id", "text", "pages"} <= set(table.column_names)


def test_every_table_has_one_maker_and_every_read_is_made_earlier() -> None:
    names = [stage.name for stage in stages.PIPELINE]
    assert len(names) == len(set(names))
    for place, stage in enumerate(stages.PIPELINE):
        made_before = {each.writes.name for each in stages.PIPELINE[:place]}
        assert {table.name for table in stage.reads} <= made_before


def test_jobs_and_stages_agree() -> None:
    assert {path.stem for path in (ROOT / "jobs").glob("*.py")} == {*stages.BY_NAME, "pipeline"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("as_of = 2026-11-01", "as_off = 2026-11-01"), "as_off: unknown key; allowed here: as_of, "),
        (('batch = "2026-09"', "batch = 3"), "batch: Input should be a valid string"),
        (('tier = "open-web"', 'tier = "opn"'), "unknown tier 'opn'; known: agreement, deposit-only"),
        (('format = "warc"', 'format = "wrac"'), "format: Input should be 'mets-alto', 'alto'"),
        (('name = "web"', 'name = "books"'), "want each .name, batch. once"),
    ],
)
def test_a_wrong_recipe_says_what_is_allowed(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(RECIPE.format(conf=ROOT / "conf").replace(*change))
    with pytest.raises(ConfigError, match=message):
        rules.load(read(Recipe, path), tmp_path)


def call(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings(tmp_path)
    words = [
        sys.executable,
        "-m",
        "kvern.cli",
        "run",
        "--recipe",
        str(tmp_path / "recipe.toml"),
        "--env",
        str(ROOT / "conf/env/ci.toml"),
    ]
    path = {"PYTHONPATH": str(ROOT / "lib")}
    return subprocess.run(
        [*words, *arguments], capture_output=True, text=True, env={**os.environ, **path, **environment}, check=False
    )


def test_a_missing_input_is_exit_2_and_a_sentence(tmp_path: Path) -> None:
    done = call(tmp_path, "--input", str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout) == (cli.CALL, "")
    assert done.stderr.startswith("kvern: input: want a folder of deliveries")


def test_missing_java_is_exit_3_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = call(
        tmp_path,
        "--input",
        str(tmp_path / "in"),
        "--warehouse",
        str(tmp_path / "w"),
        JAVA_HOME=str(tmp_path / "nojava"),
    )
    assert done.returncode == cli.ENVIRONMENT
    assert done.stderr == "kvern: want Java 17 or 21, have no Java; install one (make setup does) or set JAVA_HOME.\n"


def test_a_warehouse_that_cannot_be_made_is_exit_3(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "file").touch()
    done = call(tmp_path, "--input", str(tmp_path / "in"), "--warehouse", str(tmp_path / "file" / "w"))
    assert done.returncode == cli.ENVIRONMENT
    assert done.stderr.startswith("kvern: warehouse: want a folder that can be written")
