"""All that was delivered and did not become a document, with its reason: one row each, no text read."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern.transforms.documents import PLACE, REPEATED, SECOND, UNREADABLE, deliverables, owner


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
    """Objects and readable records without a document, and articles of written issues without a text.

    Why, is told by what was written, as `documents.refusal` decided before it was: the rows need no second decision.
    """
    written = documents.select("source", "path", owner("origin").alias("origin")).distinct()
    without = deliverables(pages, records).join(written, ["source", "path", "origin"], "left_anti")
    same = documents.select("source", "revision", owner("source_id").alias("source_id"))
    same = same.unionByName(known.select(*same.columns[:2], owner("source_id").alias("source_id")))
    same = same.join(without.select(*same.columns), same.columns, "left_semi").distinct()
    judged = without.join(same.withColumn("same", F.lit(True)), same.columns, "left")
    why = F.when(F.col("readable").isNull(), UNREADABLE).when(F.col("same"), REPEATED).otherwise(SECOND)
    return _rows(judged, "documents", "origin", why).unionByName(_articles(pages, documents))


def _articles(pages: DataFrame, documents: DataFrame) -> DataFrame:
    """Units of the logical map none of whose blocks could be read, or whose blocks all stand in earlier units."""
    units = pages.where("kind = 'object'").select("object_id", "path", *PLACE, F.explode("logical.unit").alias("unit"))
    units = units.withColumn("origin", F.concat_ws("#", "object_id", "unit"))
    written = documents.where("kind IN ('issue', 'article')").select("source", "path", "origin")
    issues = written.select("source", "path").distinct()
    lost = units.join(issues, ["source", "path"], "left_semi").join(written, ["source", "path", "origin"], "left_anti")
    return _rows(lost, "documents", "origin", F.lit("no block of this article could be read"))
