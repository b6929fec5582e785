"""What goes into a build: kept documents with their tokens and details, each with the bucket that it belongs to."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.build_params import Shards
from kvern.shards.blends import TRAIN, VALIDATION

_PARTS = 1_000_000


@dataclass(frozen=True)
class Inputs:
    """The tables that shards are made from, as their contracts have them."""

    documents: DataFrame
    tokens: DataFrame
    selection: DataFrame
    eligibility: DataFrame
    near_duplicates: DataFrame


def contents(inputs: Inputs, params: Shards) -> DataFrame:
    """All that shards hold: for each kept document doc_id, ids, count, text_hash, tokenizer, details, bucket.

    For Parquet also edits and text, which is still the document's own. Without it no text is read.
    """
    keep = inputs.selection.where("keep").select("doc_id")
    wanted = ["doc_id", "ids", "count", "text_hash", "tokenizer", "edits"]
    encoded = inputs.tokens.select(*wanted).join(keep, "doc_id", "left_semi")
    held = inputs.documents.select("doc_id", "text", "source_id", "source", "title", "year", "licence")
    if "parquet" not in params.formats:
        encoded, held = encoded.drop("edits"), held.drop("text")
    judged = inputs.eligibility.select("doc_id", "language", "tier")
    rows = encoded.join(held, "doc_id").join(judged, "doc_id")
    if params.validation:
        rows = rows.join(inputs.near_duplicates.select("doc_id", "cluster"), "doc_id", "left")
    name = F.concat_ws(".", "source", "language", "tier")
    split = _split(params) if params.validation else F.lit(TRAIN)
    named = rows.withColumn("split", split)
    return named.withColumn("bucket", F.when(F.col("split") == TRAIN, name).otherwise(F.concat_ws(".", name, "split")))


def _split(params: Shards) -> Column:
    """By the cluster's hash: the same whatever else is kept, and never two sides for near copies."""
    cluster = F.coalesce("cluster", "doc_id")
    part = F.pmod(F.xxhash64(F.lit(params.seed).cast("long"), F.lit(VALIDATION), cluster), F.lit(_PARTS))
    return F.when(part < round(params.validation * _PARTS), VALIDATION).otherwise(TRAIN)
