"""All that was delivered and did not become a document, with its reason: one row each, no text read."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

PLACE = ("source", "batch", "part")


def refusals(
    deliveries: DataFrame,
    pages: DataFrame,
    records: DataFrame,
    fixity: DataFrame,
    documents: DataFrame,
    known: DataFrame,
) -> DataFrame:
    """Frames of one (batch, part); `known` holds the documents of all other parts."""
    rows = [
        _rows(deliveries.where("state <> 'listed'"), "deliveries", "path", F.coalesce("reason", "state")),
        _rows(pages.where("error IS NOT NULL"), "pages", "page_id", F.col("error")),
        _rows(records.where("error IS NOT NULL"), "records", "record_id", F.col("error")),
        _rows(fixity.where("state <> 'ok'"), "fixity", "path", F.concat_ws(": ", "state", "reason")),
        _undocumented(pages, records, documents, known),
    ]
    all_rows = rows[0]
    for more in rows[1:]:
        all_rows = all_rows.unionByName(more)
    return all_rows.select("stage", "origin", "path", "reason", *PLACE)


def _rows(frame: DataFrame, stage: str, origin: str, reason: F.Column) -> DataFrame:  # type: ignore[name-defined]
    return frame.select(
        F.lit(stage).alias("stage"), F.col(origin).alias("origin"), "path", reason.alias("reason"), *PLACE
    )


def _undocumented(pages: DataFrame, records: DataFrame, documents: DataFrame, known: DataFrame) -> DataFrame:
    """Objects and readable records without a document of their own."""
    objects = pages.where("kind = 'object'").select(
        F.col("object_id").alias("origin"), F.col("object_id").alias("source_id"), "path", *PLACE
    )
    readable = records.where("kind <> 'file' AND error IS NULL").select(
        F.col("record_id").alias("origin"), "source_id", "path", *PLACE
    )
    made = documents.select("source", F.substring_index("origin", "#", 1).alias("owner"), "origin")
    owners = (
        made.select("source", F.col("owner").alias("origin")).unionByName(made.select("source", "origin")).distinct()
    )
    missing = objects.unionByName(readable).join(owners, ["source", "origin"], "left_anti")
    elsewhere = (
        known.select("source", F.substring_index("source_id", "#", 1).alias("source_id"))
        .unionByName(known.select("source", "source_id"))
        .unionByName(documents.select("source", "source_id"))
        .distinct()
    )
    judged = missing.join(elsewhere.withColumn("twin", F.lit(True)), ["source", "source_id"], "left")
    reason = F.when(F.col("twin"), "repeated, or a second text under one source_id").otherwise("no page could be read")
    return _rows(judged, "documents", "origin", reason)
