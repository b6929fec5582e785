"""A menu and a telegram that stand in many documents: gone from final text, but for one place each."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from pyspark.sql import SparkSession

from conftest import ROOT
from holdings import RECIPE, jsonl
from kvern import fingerprints, rules, stages, tables
from kvern.demo import sentences
from kvern.demo.ocr_noise import corrupt
from kvern.recipe import ConfigError, Env, Recipe, read
from kvern.run import run
from kvern.stage import Settings
from kvern.transforms.final_text import final_text, kept
from kvern.warehouse import Warehouse

MENU = "Forsiden | Om oss | Kontakt | Personvern"
MORE = """
[eligibility]
measures = false
[boilerplate]
sources = ["records"]
min_documents = 4
[passages]
sources = ["records"]
[final_text]
cuts = ["boilerplate", "passage"]
[suppressions]
files = ["gone.jsonl"]
"""
FIRST = stages.PIPELINE[: stages.PIPELINE.index(stages.REPEATS) + 1]
PAPERS = tuple("12345")


def prose(rng: Random, words: int) -> Iterator[str]:
    while words > 0:
        each = sentences.sentence("nob", rng)
        words -= len(each.split())
        yield each


def settings(folder: Path, more: str = MORE) -> Settings:
    file = folder / "recipe.toml"
    head, _, records = RECIPE.format(conf=ROOT / "conf").partition("[[sources]]")
    records = records.rpartition("[[sources]]")[2]
    file.write_text(f"{head}[[sources]]{records}{more}", encoding="utf-8")
    recipe = read(Recipe, file)
    env = Env(input=str(folder / "in"), warehouse=str(folder / "w"), output=str(folder / "out"), partitions=2)
    return Settings(recipe, rules.load(recipe, folder), env, folder)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str, str]]]:
    """A folder, and of each record its reading of the telegram and what is its own before and behind it."""
    folder, rng = tmp_path_factory.mktemp("papers"), Random(7)
    telegram = " ".join(prose(rng, 120))
    made = {
        key: (corrupt(telegram, 0.03, int(key)), " ".join(prose(rng, 150)), " ".join(prose(rng, 60))) for key in PAPERS
    }
    rows = [{"id": key, "body": f"{MENU}\n\n{own}\n\n{copy}\n\n{rest}"} for key, (copy, own, rest) in made.items()]
    jsonl(folder / "in/records/a.jsonl.gz", rows)
    (folder / "in/gone.jsonl").touch()
    return folder, made


def ran(spark: SparkSession, given: Settings) -> tuple[list[str], dict[str, str]]:
    """(stages that made something, final text by the record's own id)."""
    warehouse = Warehouse(spark, given.env.warehouse)
    made = [each.stage for each in run(warehouse, given, FIRST) if each.parts]
    documents, signals, judged, chosen, gone = (
        warehouse.read(table)
        for table in (tables.DOCUMENTS, tables.SIGNALS, tables.ELIGIBILITY, tables.SELECTION, tables.REPEATS)
    )
    final = final_text(documents, signals, kept(judged, chosen), gone, given.recipe.final_text)
    named = final.join(documents.select("doc_id", "source_id"), "doc_id").select("source_id", "text")
    return made, {row.source_id: row.text for row in named.collect()}


def holders(texts: dict[str, str], wanted: dict[str, str]) -> list[str]:
    return [key for key, text in sorted(texts.items()) if wanted[key] in text]


def test_what_repeats_stays_once_and_a_takedown_gives_it_another_place(spark, paper):
    folder, own = paper
    copies, menus = {key: copy for key, (copy, _, _) in own.items()}, dict.fromkeys(PAPERS, MENU)
    made, texts = ran(spark, settings(folder))
    assert {"line_counts", "passages", "repeats"} <= set(made) and sorted(texts) == list(PAPERS)
    (reader,), (first,) = holders(texts, copies), holders(texts, menus)
    for key in PAPERS:
        copy, before, behind = own[key]
        stays = [MENU] * (key == first) + [before] + [copy] * (key == reader) + [behind]
        assert texts[key] == "\n\n".join(stays)
    requests = [{"kind": "source_id", "key": key, "reason": "asked"} for key in {reader, first}]
    (folder / "in/gone.jsonl").write_text("\n".join(map(json.dumps, requests)), encoding="utf-8")
    made, less = ran(spark, settings(folder))
    assert "repeats" in made and "passages" not in made and "signals" not in made
    assert sorted(less) == [key for key in PAPERS if key not in {reader, first}]
    assert len(holders(less, copies)) == 1
    assert len(holders(less, menus)) == (1 if len(less) >= 4 else len(less))  # three documents are too few to count


def test_without_sources_the_stages_are_not_needed_and_cuts_that_want_them_are_an_error(paper):
    off = settings(paper[0], "")
    for stage in (stages.LINE_COUNTS, stages.PASSAGES, stages.REPEATS):
        assert not list(fingerprints.stale(stage, off, {}))
    part = ("2026-09", 0)
    known = {(table.name, *part): "x" for table in (tables.DOCUMENTS, tables.SIGNALS)}
    known |= {(table.name, *fingerprints.WHOLE): "x" for table in (tables.SELECTION, tables.ELIGIBILITY)}
    assert fingerprints.missing(stages.WORDS, part, known, off.recipe) == []
    on = settings(paper[0])
    assert fingerprints.missing(stages.WORDS, part, known, on.recipe) == ["repeats"]
    with pytest.raises(ConfigError, match=r"final_text.cuts: 'passage' wants sources.*passages.sources"):
        settings(paper[0], '[final_text]\ncuts = ["passage"]\n')
    with pytest.raises(ConfigError, match=r"boilerplate\.sources: unknown source 'nowhere'"):
        settings(paper[0], '[boilerplate]\nsources = ["nowhere"]\n')
