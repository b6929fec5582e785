"""What goes into a build: kept documents with their tokens and details, each with the bucket that it belongs to."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.build_params import Shards
from kvern.shards.blends import TRAIN, VALIDATION
from kvern.shards.parquet import DETAILS

_PARTS = 1_000_000


@dataclass(frozen=True)
class Inputs:
    """The tables that shards are made from, as their contracts have them."""

    documents: DataFrame
    tokens: DataFrame
    selection: DataFrame


def contents(inputs: Inputs, params: Shards, lossless: bool, older: DataFrame | None = None) -> DataFrame:
    """All that shards hold: for each document of `tokens` doc_id, ids, count, text_hash, tokenizer, details, bucket.

    Nothing is joined, so that ids are shuffled once, to their shard. For Parquet the final text is what the ids of a
    `lossless` tokenizer decode to; for any other, `edits` and `text`, still the document's own, are joined.
    `older`: doc_id and `side` of the build whose plan is kept.
    """
    wanted = ["doc_id", "ids", "count", "text_hash", "tokenizer", *DETAILS, "cluster"]
    rows = inputs.tokens.select(*wanted)
    if "parquet" in params.formats and not lossless:
        texts = inputs.documents.select("doc_id", "text")
        rows = inputs.tokens.select(*wanted, "edits").join(texts, "doc_id")
    name = F.concat_ws(".", "source", "language", "tier")
    named = _with_split(rows, params, older).drop("cluster")
    return named.withColumn("bucket", F.when(F.col("split") == TRAIN, name).otherwise(F.concat_ws(".", name, "split")))


def _with_split(rows: DataFrame, params: Shards, older: DataFrame | None) -> DataFrame:
    """`split`: as drawn; under a kept plan a cluster stays on the side where the build before had it."""
    if not params.validation:
        return rows.withColumn("split", F.lit(TRAIN))
    drawn = rows.withColumn("drawn", _split(params))
    if older is None:
        return drawn.withColumnRenamed("drawn", "split")
    moved = drawn.join(F.broadcast(_otherwise(drawn, older)), "doc_id", "left")
    return moved.withColumn("split", F.coalesce("side", "drawn")).drop("side", "drawn")


def _otherwise(drawn: DataFrame, older: DataFrame) -> DataFrame:
    """doc_id and side of documents that are not drawn to the side where the older build had their cluster.

    Clusters take other names as they grow, and are drawn anew then; what was trained on must not become validation
    text. Where a cluster was on both sides, as two that have met, it is for training. Few: narrow and broadcast.
    """
    known = drawn.select("doc_id", F.coalesce("cluster", "doc_id").alias("cluster"), "drawn")
    stood = known.join(older, "doc_id").groupBy("cluster").agg(F.min("side").alias("side"))  # train before validation
    return known.join(stood, "cluster").where("side <> drawn").select("doc_id", "side")


def _split(params: Shards) -> Column:
    """By the cluster's hash: the same whatever else is kept, and never two sides for near copies."""
    cluster = F.coalesce("cluster", "doc_id")
    part = F.pmod(F.xxhash64(F.lit(params.seed).cast("long"), F.lit(VALIDATION), cluster), F.lit(_PARTS))
    return F.when(part < round(params.validation * _PARTS), VALIDATION).otherwise(TRAIN)
