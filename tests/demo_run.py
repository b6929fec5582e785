"""A finished run over demo holdings, and what the tables and the truth file say, by a document's own name."""

import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pyspark.sql import SparkSession

from conftest import ROOT
from kvern import rules, stages, tables
from kvern.recipe import Env, Recipe, read
from kvern.run import Made, run
from kvern.stage import Settings
from kvern.warehouse import Warehouse

RECIPE = ROOT / "conf" / "recipes" / "demo.toml"
Key = tuple[str, str, str]


def settings(holdings: Path, place: Path, recipe: Path = RECIPE, partitions: int = 2) -> Settings:
    loaded = read(Recipe, recipe)
    env = Env(
        input=str(holdings), warehouse=str(place / "warehouse"), output=str(place / "shards"), partitions=partitions
    )
    return Settings(loaded, rules.load(loaded, recipe.parent), env, recipe.parent)


@dataclass(frozen=True)
class Demo:
    """`documents` by (source, source_id, batch); `key` by doc_id; `truth` as kvern.demo describes it."""

    spark: SparkSession
    settings: Settings
    report: dict[str, Made]
    truth: dict

    def rows(self, table: tables.Table) -> list[dict]:
        found = Warehouse(self.spark, self.settings.env.warehouse).read(table).collect()
        return [row.asDict(recursive=True) for row in found]

    @cached_property
    def documents(self) -> dict[Key, dict]:
        rows = self.rows(tables.DOCUMENTS)
        return {(row["source"], row["source_id"], row["batch"]): row for row in rows}

    @cached_property
    def key(self) -> dict[str, Key]:
        return {row["doc_id"]: key for key, row in self.documents.items()}

    def by_key(self, table: tables.Table) -> dict[Key, dict]:
        return {self.key[row["doc_id"]]: row for row in self.rows(table)}

    def again(self, **env: object) -> "Demo":
        """The same recipe and input with another env, run anew."""
        other = replace(self.settings, env=self.settings.env.model_copy(update=env))
        return Demo(self.spark, other, finished(self.spark, other), self.truth)


def finished(spark: SparkSession, given: Settings) -> dict[str, Made]:
    return {each.stage: each for each in run(Warehouse(spark, given.env.warehouse), given, stages.PIPELINE)}


def made(spark: SparkSession, holdings: Path, place: Path) -> Demo:
    given = settings(holdings, place)
    truth = json.loads((holdings / "truth.json").read_text(encoding="utf-8"))
    return Demo(spark, given, finished(spark, given), truth)


def shard_bytes(output: Path) -> dict[str, bytes]:
    """Every file of every build but the manifest, which names the run's lineage."""
    files = (Path(folder) / name for folder, _, names in os.walk(output) for name in names)
    return {str(f.relative_to(output)): f.read_bytes() for f in sorted(files) if f.name != "manifest.json"}
