"""A build from the tables: planned, written with its index stored as a table, compared with the plan, published, swept.

`shard_index` holds the indexes of every build that stands under the output, each from its own files: a build whose
folder was deleted leaves the table at the next write, a redacted generation enters it.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from kvern.build_params import Shards
from kvern.kernels import decoding, sentencepieces
from kvern.recipe import ConfigError
from kvern.shards import blends, manifest, storage, writer
from kvern.shards.blends import TRAIN, VALIDATION
from kvern.shards.contents import Inputs, contents
from kvern.shards.form import Facts, Form
from kvern.shards.manifest import Build, NoBuild, sweep
from kvern.shards.plan import Bucket, Plan, placed, plan
from kvern.tables import SHARD_INDEX

Store = Callable[[DataFrame], DataFrame]
SHOWN = 5


class NotAsPlanned(ValueError):
    """What was written is not what was planned: there is no build (exit 1)."""


def make(
    inputs: Inputs,
    model: sentencepieces.Model,
    params: Shards,
    name: str,
    output: str,
    lineage: dict[str, Any],
    store: Store,
) -> dict[str, Any]:
    """Write the build that tables and settings ask for under `output` and give its manifest.

    `name`: the recipe's, where params.build is null. `store` writes a frame as tables.SHARD_INDEX, once, and gives
    back what it stored. A finished build is left as it is. NotAsPlanned names the first difference; ValueError where
    the plan to be kept has another seed, or weights match no bucket; ConfigError where there is no such plan.
    """
    output = storage.absolute(output)
    older = _kept_plan(output, params)
    spark = inputs.tokens.sparkSession
    rows = contents(inputs, params, model.lossless, sides(spark, older) if older else None)
    given = _buckets(older) if older else ()
    planned = plan(rows, inputs.selection, params, params.build or name, model.sha256, given)
    blends.check([each.name for each in planned.buckets if each.split == TRAIN], planned.phases)
    form = _form(planned, model, output)
    others = [build for build in manifest.standing(output) if build.name != planned.build]
    kept = index(spark, others)
    if done := _finished(form.root):
        done = _blended(done, planned)
        sweep(done)
        store(kept.unionByName(index(spark, [done])))
        return done.manifest
    storage.remove(form.root, manifest.NAME)
    stored = store(kept.unionByName(_written(rows, planned, form, model)))
    return _finish(stored, planned, form, model, lineage)


def _kept_plan(output: str, params: Shards) -> Build | None:
    """The build that the recipe names for its plan; ConfigError where none stands, ValueError where what decides a
    document's shard is another now."""
    if not params.plan:
        return None
    older = _named(output, params.plan)
    for key in ("seed", "validation"):
        have, asked = older.manifest[key], getattr(params, key)
        if have != asked:
            raise ValueError(
                f"{key}: wanted {have}, which the plan {params.plan} was made with, got {asked}: documents would "
                f"change their shards; give that {key}, or leave plan out"
            )
    return older


def _buckets(older: Build) -> tuple[Bucket, ...]:
    """Its buckets, with their cuts."""
    fields = [each.name for each in dataclasses.fields(Bucket)]
    return tuple(Bucket(**{field: _frozen(each[field]) for field in fields}) for each in older.manifest["buckets"])


def sides(spark: SparkSession, older: Build) -> DataFrame:
    """doc_id and `side` (split) of every document in a build."""
    held = {each["name"] for each in older.manifest["buckets"] if each["split"] == VALIDATION}
    out = [shard for shard, name in enumerate(older.form.buckets) if name in held]
    side = F.when(F.col("shard").isin(out), VALIDATION).otherwise(TRAIN)
    return index(spark, [older]).select("doc_id", side.alias("side"))


def _named(output: str, name: str) -> Build:
    """The build that shards.plan names; ConfigError where none is finished, NoBuild where its manifest was changed."""
    try:
        return manifest.open_build(f"{output}/{name}")
    except NoBuild as error:
        if manifest.NAME in storage.names(f"{output}/{name}"):
            raise NoBuild(f"shards.plan: {name}: {error}") from None
    have = ", ".join(build.name for build in manifest.standing(output)[:SHOWN]) or "no build"
    raise ConfigError(
        f"shards.plan: want a finished build under {output}, have none of the name {name} (there: {have}); "
        "give a build's folder name with its hash, or leave plan out."
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _blended(done: Build, planned: Plan) -> Build:
    """A finished build with the phases that are asked for now: other blend files and manifest, the same shards."""
    phases = planned.as_json()["phases"]
    if done.manifest["phases"] == phases:
        return done
    content = {key: value for key, value in done.manifest.items() if key != "seal"}
    return Build(done.root, manifest.publish(done.root, manifest.with_papers(done.root, {**content, "phases": phases})))


def intact(stored: DataFrame, output: str) -> bool:
    """Whether every build that `stored` (tables.SHARD_INDEX) knows stands under `output`."""
    known = {row["build"] for row in stored.select("build").distinct().collect()}
    return known <= {build.name for build in manifest.standing(output)}


def index(spark: SparkSession, builds: Iterable[Build]) -> DataFrame:
    """tables.SHARD_INDEX of finished builds, read from their own index files, a task for each few shards."""
    shards = [(build.root, build.name, shard) for build in builds for shard in build.shards]
    if not shards:
        return spark.createDataFrame([], SHARD_INDEX.ddl)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                yield writer.index_rows(row["root"], row["build"], row["shard"])

    return spark.createDataFrame(shards, "root STRING, build STRING, shard INT").mapInArrow(read, SHARD_INDEX.ddl)


def _form(planned: Plan, model: sentencepieces.Model, output: str) -> Form:
    root = f"{output}/{planned.build}"
    eod, shards = sentencepieces.eod_id(model.data), planned.shards
    return Form(planned.build, root, planned.formats, eod, model.vocabulary, shards, planned.sequence_length)


def _written(rows: DataFrame, planned: Plan, form: Form, model: sentencepieces.Model) -> DataFrame:
    """tables.SHARD_INDEX of the build; whoever stores it writes the shards. An unstored frame would write them again
    with every action."""

    pieces = decoding.piece_bytes(model.data) if model.lossless and "parquet" in form.formats else None
    held = rows.drop("count", "tokenizer", *(["text_hash"] if pieces is None else []))

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return writer.written(batches, form, pieces)

    return placed(held, planned).mapInArrow(write, SHARD_INDEX.ddl)


def _finished(root: str) -> Build | None:
    """The build, if its manifest is whole and every file has the size that it tells."""
    try:
        build = manifest.open_build(root)
    except NoBuild:
        return None
    sizes = storage.names(root)
    return build if all(sizes.get(each["name"]) == each["bytes"] for each in build.files) else None


def _finish(
    stored: DataFrame, planned: Plan, form: Form, model: sentencepieces.Model, lineage: dict[str, Any]
) -> dict[str, Any]:
    per_shard = _per_shard(stored.where(F.col("build") == planned.build))
    files = [fact for shard in sorted(per_shard) for fact in _receipt(form.root, shard)]
    _check(planned, per_shard, files)
    storage.put(form.root, manifest.MODEL, model.data)
    content = manifest.with_papers(form.root, manifest.content(planned.as_json(), model, files, lineage))
    published = manifest.publish(form.root, content)
    sweep(Build(form.root, published))
    return published


def _per_shard(rows: DataFrame) -> dict[int, tuple[int, int]]:
    sums = rows.groupBy("shard").agg(F.count(F.lit(1)).alias("documents"), F.sum("count").alias("tokens")).toArrow()
    return {row["shard"]: (row["documents"], row["tokens"]) for row in sums.to_pylist()}


def _receipt(root: str, shard: int) -> Facts:
    try:
        return list(json.loads(storage.get(root, writer.receipt_name(shard))))
    except FileNotFoundError:
        raise NotAsPlanned(f"shard {shard}: wanted its files, nothing is written: run shards again") from None


def _check(planned: Plan, per_shard: dict[int, tuple[int, int]], files: Facts) -> None:
    totals = tuple(sum(each[i] for each in per_shard.values()) for i in range(2))
    if totals != (planned.documents, planned.tokens):
        raise NotAsPlanned(
            f"planned {planned.documents} documents and {planned.tokens} tokens, the index has {totals[0]} and "
            f"{totals[1]}: the tables changed between plan and write; run shards again"
        )
    for fact in files:
        if (fact["documents"], fact["tokens"]) != per_shard.get(fact["shard"]):
            raise NotAsPlanned(f"{fact['name']}: its counts differ from the index; run shards again")
