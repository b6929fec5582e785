"""Lines and paragraphs that stand in many documents of a source: headers, menus, terms of use."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.kernels import line_counts as kernel
from kvern.repeat_params import Boilerplate

_ONE = ("source", "kind", "hash")


def line_counts(signals: DataFrame, selection: DataFrame, params: Boilerplate) -> DataFrame:
    """(source, kind, hash, documents, first) of pieces in at least `min_documents` kept documents of a source, and in
    `min_share` of them. Reads fingerprints, no text; without sources nothing."""
    measured = kept_lines(signals, selection, params)
    schema = "source STRING, kind STRING, hash LONG, documents LONG, first STRING"
    counted = measured.mapInArrow(partial(_counts, least=params.min_bytes), schema)
    totals = counted.groupBy(*_ONE).agg(F.sum("documents").alias("documents"), F.min("first").alias("first"))
    often = totals.where(F.col("documents") >= params.min_documents)
    if params.min_share:
        of = measured.groupBy("source").agg(F.count("doc_id").alias("of"))
        often = often.join(F.broadcast(of), "source").where(F.col("documents") >= params.min_share * F.col("of"))
    return often.select("source", "kind", _hex(F.col("hash")).alias("hash"), "documents", "first")


def boilerplate(signals: DataFrame, selection: DataFrame, counts: DataFrame, params: Boilerplate) -> DataFrame:
    """(doc_id, start, end, of): where the counted pieces stand in kept documents, but for those of the first one where
    the recipe keeps it. `of` is that first document."""
    schema = "doc_id STRING, source STRING, kind STRING, hash LONG, start INT, end INT"
    places = kept_lines(signals, selection, params).mapInArrow(partial(_places, least=params.min_bytes), schema)
    known = counts.select("source", "kind", F.conv("hash", 16, -10).cast("long").alias("hash"), "first")
    found = places.join(known, [*_ONE])
    if params.keep_first:
        found = found.where(F.col("doc_id") != F.col("first"))
    return found.groupBy("doc_id", "start", "end").agg(F.min("first").alias("of"))


def kept_lines(signals: DataFrame, selection: DataFrame, params: Boilerplate) -> DataFrame:
    """doc_id, source and line_hashes of the kept documents of the recipe's sources that have a line."""
    if not params.sources:  # nothing to look for: signals are not read
        return signals.limit(0).select("doc_id", "source", "line_hashes")
    named = signals.where(F.col("source").isin(*params.sources) & F.col("line_hashes").isNotNull())
    return named.select("doc_id", "source", "line_hashes").join(
        selection.where("keep").select("doc_id"), "doc_id", "left_semi"
    )


def _hex(number: Column) -> Column:
    return F.lower(F.lpad(F.hex(number), 16, "0"))


def _counts(batches: Iterator[pa.RecordBatch], least: int) -> Iterator[pa.RecordBatch]:
    return kernel.count_batches(batches, least)


def _places(batches: Iterator[pa.RecordBatch], least: int) -> Iterator[pa.RecordBatch]:
    return kernel.place_batches(batches, least)
