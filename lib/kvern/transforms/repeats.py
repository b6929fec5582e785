"""What is left out of kept documents because another kept document has it: decided in SQL over narrow columns."""

from collections.abc import Collection

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from kvern.repeat_params import Boilerplate
from kvern.transforms.line_counts import boilerplate

_COLUMNS = ("doc_id", "start", "end", "kind", "of")


def repeats(
    signals: DataFrame,
    selection: DataFrame,
    eligibility: DataFrame,
    counts: DataFrame,
    passages: DataFrame,
    params: Boilerplate,
    cuts: Collection[str],
) -> DataFrame:
    """(doc_id, start, end, kind, of) of the kinds in `cuts`. Every text that goes stays once in a kept document.

    Of a passage the copy stays whose source has the smallest priority, then the best OCR confidence, then the best
    quality, then the smallest (doc_id, start). A line inside a copy of a passage is left to the passage: else the two
    could keep their one copy of it in two documents that each lose it by the other.
    """
    copies = _copies(passages.where(F.lit("passage" in cuts)), selection, eligibility)
    lines = boilerplate(signals, selection, counts.where(F.lit("boilerplate" in cuts)), params)
    spans = copies.select("doc_id", F.col("start").alias("from"), F.col("end").alias("to"))
    alone = _outside(lines, spans).withColumn("kind", F.lit("boilerplate"))
    gone = copies.where("NOT stays").withColumn("kind", F.lit("passage"))
    return gone.select(*_COLUMNS).unionByName(alone.select(*_COLUMNS))


def _copies(passages: DataFrame, selection: DataFrame, eligibility: DataFrame) -> DataFrame:
    """(doc_id, start, end, of, stays) of the copies in kept documents of each passage that has at least two."""
    judged = eligibility.join(selection.where("keep").select("doc_id"), "doc_id", "left_semi")
    held = passages.join(judged.select("doc_id", "priority", "ocr", "quality"), "doc_id")
    best_first = [F.coalesce(-F.col(name), F.lit(1.0)).alias(name) for name in ("ocr", "quality")]  # unknown is worst
    rank = F.struct("priority", *best_first, "doc_id", "start")
    cluster = Window.partitionBy("passage")
    best = held.withColumn("rank", rank).withColumns(
        {"best": F.min("rank").over(cluster), "held": F.count("doc_id").over(cluster)}
    )
    stays = (F.col("rank") == F.col("best")).alias("stays")
    return best.where("held > 1").select("doc_id", "start", "end", F.col("best.doc_id").alias("of"), stays)


def _outside(lines: DataFrame, spans: DataFrame) -> DataFrame:
    """The lines that touch none of the document's spans."""
    touch = F.exists("spans", lambda span: (span["from"] < F.col("end")) & (F.col("start") < span["to"]))
    by_document = spans.groupBy("doc_id").agg(F.collect_list(F.struct("from", "to")).alias("spans"))
    return lines.join(by_document, "doc_id", "left").where(F.col("spans").isNull() | ~touch)
