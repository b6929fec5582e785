"""What a changed recipe makes again, and what it leaves alone, on a copy of the finished demo warehouse."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from demo_run import Demo, finished
from kvern import fingerprints, rules, stages, tables
from kvern.run import run
from kvern.stage import Settings
from kvern.warehouse import Warehouse

ALL = [stage.name for stage in stages.PIPELINE]
DECISIONS = ["eligibility", "near_duplicates", "selection", "tokens", "shards"]


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Settings:
    env = demo.settings.env
    shutil.copytree(env.warehouse, tmp_path / "warehouse")
    shutil.copytree(env.output, tmp_path / "shards")
    return replace(
        demo.settings,
        env=env.model_copy(update={"warehouse": str(tmp_path / "warehouse"), "output": str(tmp_path / "shards")}),
    )


def remade(demo: Demo, given: Settings) -> list[str]:
    return [name for name, made in finished(demo.spark, given).items() if made.parts]


def with_recipe(given: Settings, **sections: object) -> Settings:
    recipe = given.recipe.model_copy(update=sections)
    return Settings(recipe, rules.load(recipe, given.folder), given.env, given.folder)


def test_a_second_run_makes_nothing_and_a_lost_build_is_written_again(demo: Demo, copy: Settings) -> None:
    assert remade(demo, copy) == []
    assert not any(fingerprints.survey(copy, Warehouse(demo.spark, copy.env.warehouse).recorded()).values())
    build = next(Path(copy.env.output).glob("*/manifest.json")).parent
    (shard,) = build.glob("megatron/*/shard-00000.bin")
    whole = shard.read_bytes()
    shutil.rmtree(build)
    assert remade(demo, copy) == ["shards"]
    assert shard.read_bytes() == whole


def test_a_changed_threshold_remakes_decisions_and_keeps_model_and_tokens(demo: Demo, copy: Settings) -> None:
    looser = copy.recipe.near_duplicates.model_copy(update={"threshold": 0.9})
    changed = with_recipe(copy, near_duplicates=looser)
    stale = fingerprints.survey(changed, Warehouse(demo.spark, copy.env.warehouse).recorded())
    assert [name for name, units in stale.items() if units] == DECISIONS[1:]
    warehouse = Warehouse(demo.spark, copy.env.warehouse)
    before = {row["doc_id"]: row["made_from"] for row in warehouse.read(tables.TOKENS).collect()}
    model = warehouse.read(tables.TOKENIZER).head()["sha256"]
    assert remade(demo, changed) == DECISIONS[1:]
    after = {row["doc_id"]: row["made_from"] for row in warehouse.read(tables.TOKENS).collect()}
    assert before.items() < after.items()
    assert warehouse.read(tables.TOKENIZER).head()["sha256"] == model


def test_another_vocabulary_makes_words_only_where_they_are_stale(demo: Demo, copy: Settings) -> None:
    smaller = with_recipe(copy, tokenizer=copy.recipe.tokenizer.model_copy(update={"vocabulary": 3000}))
    assert remade(demo, smaller) == ["tokenizer", "tokens", "shards"]


def test_a_model_that_is_asked_for_anew_from_the_same_words_changes_nothing(demo: Demo, copy: Settings) -> None:
    chosen = stages.PIPELINE[stages.PIPELINE.index(stages.WORDS) :]
    warehouse = Warehouse(demo.spark, copy.env.warehouse)
    made = [each.stage for each in run(warehouse, copy, chosen, renew=frozenset({"tokenizer"})) if each.parts]
    assert made == []


def test_sources_of_a_new_batch_make_no_part_of_an_old_one_stale(demo: Demo) -> None:
    old, new = ("2026-09", "2026-10")
    before = with_recipe(
        demo.settings, sources=tuple(source for source in demo.settings.recipe.sources if source.batch == old)
    )
    assert 0 < len(before.recipe.sources) < len(demo.settings.recipe.sources)
    for stage in (each for each in stages.PIPELINE if each.writes.scope == "part"):
        now = fingerprints.own_by_batch(stage, demo.settings, [old])
        assert fingerprints.own_by_batch(stage, before, [old]) == now, stage.name
    both = fingerprints.own_by_batch(stages.RECORDS, demo.settings, [old, new])
    assert both[old] != both[new]


@pytest.mark.long
def test_a_new_batch_reads_nothing_of_the_old_again(demo: Demo, copy: Settings, tmp_path: Path) -> None:
    later = [source for source in copy.recipe.sources if source.batch == "2026-10"]
    first = with_recipe(copy, sources=tuple(source for source in copy.recipe.sources if source.batch != "2026-10"))
    fresh = replace(
        first, env=first.env.model_copy(update={"warehouse": str(tmp_path / "w"), "output": str(tmp_path / "o")})
    )
    finished(demo.spark, fresh)
    model = Warehouse(demo.spark, fresh.env.warehouse).read(tables.TOKENIZER).head()["sha256"]
    both = with_recipe(fresh, sources=(*fresh.recipe.sources, *later))
    report = finished(demo.spark, both)
    parts = {name: made.parts for name, made in report.items()}
    assert parts["pages"] == parts["records"] == parts["documents"] == parts["signals"] == 1
    assert parts["words"] == parts["tokenizer"] == 0
    assert Warehouse(demo.spark, fresh.env.warehouse).read(tables.TOKENIZER).head()["sha256"] == model
    want = {row["doc_id"]: row["reasons"] for row in demo.rows(tables.SELECTION)}
    rows = Warehouse(demo.spark, fresh.env.warehouse).read(tables.SELECTION).collect()
    assert {row["doc_id"]: row["reasons"] for row in rows} == want
    pairs = Warehouse(demo.spark, fresh.env.warehouse).read(tables.DUPLICATE_PAIRS).collect()
    assert sorted(map(tuple, pairs)) == sorted(tuple(row.values()) for row in demo.rows(tables.DUPLICATE_PAIRS))
    assert 0 < report["duplicate_pairs"].counts.notes["known"] < len(pairs)
