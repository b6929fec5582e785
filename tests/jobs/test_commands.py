"""Every command over the finished demo: what a person reads, what a program reads, and the exit codes."""

import json
import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from demo_run import Demo
from kvern import cli, stages, tables
from kvern.code import code_hash
from kvern.warehouse import Warehouse


def call(demo: Demo, *words: str, output: Path | None = None) -> int:
    env = demo.settings.env
    places = ["--input", env.input, "--warehouse", env.warehouse, "--output", str(output or env.output)]
    files = ["--recipe", str(ROOT / "conf/recipes/demo.toml"), "--env", str(ROOT / "conf/env/ci.toml")]
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, *files, *places])
    return int(ended.value.code or 0)


def build_of(demo: Demo) -> Path:
    return next(Path(demo.settings.env.output).glob("*/manifest.json")).parent


def test_status_has_a_row_for_each_table_and_names_what_is_stale(
    demo: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(demo, "status", "--json") == cli.DONE
    rows = {row["table"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["documents"]["rows"] == len(demo.documents) and rows["documents"]["bytes"] > 1000
    assert rows["shards"]["recipe"] == "demo" and not any(row["stale"] for row in rows.values())
    assert call(demo, "status") == cli.DONE
    assert capsys.readouterr().out.splitlines()[-1] == "kvern: every table is up to date with the recipe"


def test_explain_tells_all_that_is_known_of_a_document(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    name = next(row["doc_id"] for row in demo.rows(tables.SELECTION) if row["keep"])
    assert call(demo, "explain", name, "--json") == cli.DONE
    known = json.loads(capsys.readouterr().out)
    assert {"documents", "signals", "rights", "near_duplicates", "selection", "tokens", "shards"} <= known.keys()
    assert "text" not in known["documents"][0]
    assert call(demo, "explain", "no-such-document") == cli.CALL
    assert capsys.readouterr().err.startswith("kvern: no document 'no-such-document'")


def test_trace_leads_from_a_token_to_its_page_and_back(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    book = next(key for key, row in demo.by_key(tables.SELECTION).items() if row["keep"] and key[0] == "books")
    doc_id = demo.documents[book]["doc_id"]
    assert call(demo, "trace", "--doc", doc_id, "--json") == cli.DONE
    (place,) = json.loads(capsys.readouterr().out)
    shard = build_of(demo) / next(name for name in place["files"] if name.endswith(".bin"))
    assert call(demo, "trace", str(shard), str(place["start"] + 5), "--json") == cli.DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["doc_id"], found["source_id"]) == ("found", doc_id, book[1])
    assert found["page"] in {page["page_id"] for page in demo.documents[book]["pages"]}
    files = {page["page_id"]: page["path"] for page in demo.rows(tables.PAGES) if page["kind"] == "page"}
    assert found["file"] == files[found["page"]] != found["path"]
    assert call(demo, "trace", str(shard), "999999999") == cli.CALL
    assert call(demo, "trace") == cli.CALL


def test_the_manifest_names_what_the_build_was_made_from(demo: Demo) -> None:
    told = json.loads((build_of(demo) / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    warehouse = Warehouse(demo.spark, demo.settings.env.warehouse)
    assert told["tables"] == {table.name: warehouse.last_commit(table)["version"] for table in stages.SHARDS.reads}
    assert min(told["tables"].values()) > 0
    assert (told["code"], told["recipe"]["name"]) == (code_hash(), "demo")


def test_verify_passes_and_a_flipped_byte_is_exit_1(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = tmp_path / build_of(demo).name
    shutil.copytree(build_of(demo), build)
    assert call(demo, "verify", str(build)) == cli.DONE
    assert "documents" in capsys.readouterr().out
    shard = next(build.glob("megatron/*/*.bin"))
    data = bytearray(shard.read_bytes())
    data[10] ^= 1
    shard.write_bytes(data)
    assert call(demo, "verify", str(build)) == cli.DATA
    assert shard.name in capsys.readouterr().err


def test_redact_wants_a_key_and_writes_nothing_where_nothing_must_go(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(demo.settings.env.output, tmp_path / "shards")
    build = str(tmp_path / "shards" / build_of(demo).name)
    (tmp_path / "key").write_bytes(b"short")
    words = ["redact", build, "--request", "2026-1", "--key", str(tmp_path / "key")]
    assert call(demo, *words, output=tmp_path / "shards") == cli.CALL
    assert capsys.readouterr().err.startswith("kvern: key: want at least 16 bytes, have 5")
    (tmp_path / "key").write_bytes(b"k" * 32)
    assert call(demo, *words, "--json", output=tmp_path / "shards") == cli.DONE
    assert json.loads(capsys.readouterr().out)["build"] is None


def test_a_program_reads_which_sources_have_no_file(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "in" / "texts" / "2026-09"
    shutil.copytree(Path(demo.settings.env.input) / "texts" / "2026-09", texts)
    places = ["--input", str(tmp_path / "in"), "--warehouse", str(tmp_path / "w"), "--output", str(tmp_path / "o")]
    files = ["--recipe", str(ROOT / "conf/recipes/demo.toml"), "--env", str(ROOT / "conf/env/ci.toml")]
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--until", "deliveries", "--json", *files, *places])
    [told] = json.loads(capsys.readouterr().out)
    assert (int(ended.value.code or 0), told["stage"]) == (cli.DONE, "deliveries")
    assert told["kept"] > 0 and len(told["warnings"]) == len(demo.settings.recipe.sources) - 1
    assert all("no file matches" in each and "texts (2026-09)" not in each for each in told["warnings"])


def test_tokenizer_reports_by_language_beside_another_and_exports(
    demo: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other, page, export = (tmp_path / name for name in ("other.model", "page.md", "tokenizer.json"))
    (row,) = demo.rows(tables.TOKENIZER)
    other.write_bytes(bytes(row["model"]))
    asked = ["--against", str(other), "--page", str(page), "--export", str(export), "--documents", "20"]
    assert call(demo, "tokenizer", *asked, "--json") == cli.DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["sha256"], told["lossless"], told["through_the_library"]) == (row["sha256"], True, [])
    assert told["split_letters"] == {"kvern": {}, "other": {}}
    by_model = {
        name: [{**row, "model": ""} for row in told["texts"] if row["model"] == name] for name in ("kvern", "other")
    }
    assert by_model["kvern"] == by_model["other"] != []
    assert {row["returned_share"] for row in told["texts"]} == {1.0}
    assert "| nob | modern | kvern | " in page.read_text(encoding="utf-8")
    assert json.loads(export.read_text(encoding="utf-8"))["model"]["type"] == "BPE"
    assert call(demo, "tokenizer", "--against", str(tmp_path / "none")) == cli.CALL
    assert "against: want a model file" in capsys.readouterr().err
