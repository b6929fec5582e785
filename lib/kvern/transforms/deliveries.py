"""What was delivered, each file with a state, each object dealt into a part; and what reading it showed."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from kvern.kernels import listing
from kvern.params import Deliveries


def deliveries(work: DataFrame, dealt: DataFrame, root: str, params: Deliveries) -> DataFrame:
    """List the folders of `work` in parallel and give every file a state and a part.

    `dealt` holds (source, object_id, part) of earlier listings of the batch: an object keeps its part, so that what
    is new goes into parts of its own and nothing else is read again.
    """
    spoken = work.mapInArrow(partial(_list, root=root), _ddl(listing.LISTING))
    return _columns(_with_part(_with_state(_one_row_a_file(spoken)), dealt, params))


def _list(batches: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    return listing.listing_batches(batches, root)


def _ddl(schema: pa.Schema) -> str:
    names = {"int64": "long", "int32": "int", "bool": "boolean", "timestamp[us, tz=UTC]": "timestamp"}
    return ", ".join(f"{field.name} {names.get(str(field.type), str(field.type))}" for field in schema)


def _one_row_a_file(spoken: DataFrame) -> DataFrame:
    """METS, lists and the folder itself may all speak of one file: one row, a promise of METS before one of a list."""
    by_file = spoken.groupBy("source", "batch", "path")
    mets_first = F.struct(~F.col("found"), F.col("promised_kind"), F.col("promised_value"))
    return (
        by_file.agg(
            F.max("found").alias("found"),
            F.max("named").alias("named"),
            F.min_by("format", F.struct(F.col("sequence").isNull(), ~F.col("found"), "format")).alias("format"),
            F.max("bytes").alias("bytes"),
            F.max("modified").alias("modified"),
            F.min(F.struct(F.col("sequence").isNull(), ~F.col("found"), "object_id", "home")).alias("owner"),
            F.min("sequence").alias("sequence"),
            F.min(F.when(F.col("promised_kind").isNotNull(), mets_first)).alias("promise"),
            F.max("reason").alias("reason"),
        )
        .where("found OR named")
        .withColumns({"object_id": F.col("owner.object_id"), "home": F.col("owner.home")})
    )


def _with_state(files: DataFrame) -> DataFrame:
    state = (
        F.when(~F.col("found"), "missing")
        .when(F.col("bytes") == 0, "empty")
        .when(F.col("format") == "unknown", "unsupported")
        .otherwise("listed")
    )
    reason = (
        F.when(state == "missing", "promised, but not delivered")
        .when(state == "empty", "zero bytes")
        .when(state == "unsupported", F.col("reason"))
    )
    return files.withColumns({"state": state, "reason": reason})


def _with_part(files: DataFrame, dealt: DataFrame, params: Deliveries) -> DataFrame:
    known = dealt.select("source", "object_id", F.col("part").alias("kept_part"))
    objects = files.groupBy("source", "object_id").agg(F.sum("bytes").cast("long").alias("object_bytes"))
    objects = objects.join(known, ["source", "object_id"], "left")
    queue = (
        Window.partitionBy(F.col("kept_part").isNull())
        .orderBy("source", "object_id")
        .rowsBetween(Window.unboundedPreceding, -1)
    )
    before = F.coalesce(F.sum("object_bytes").over(queue), F.lit(0))
    first_free = F.coalesce(F.max("kept_part").over(Window.partitionBy(F.lit(1))), F.lit(-1)) + 1
    fresh = (first_free + F.floor(before / F.lit(params.part_bytes))).cast("int")
    parts = objects.select("source", "object_id", F.coalesce("kept_part", fresh).alias("part"))
    return files.join(parts, ["source", "object_id"])


def _columns(files: DataFrame) -> DataFrame:
    promised = F.when(
        F.col("promise").isNotNull(),
        F.struct(F.col("promise.promised_kind").alias("kind"), F.lower("promise.promised_value").alias("value")),
    )
    return files.select(
        "path",
        "format",
        "bytes",
        "modified",
        "object_id",
        "home",
        "sequence",
        promised.alias("promised"),
        "state",
        "reason",
        "source",
        "batch",
        "part",
    )


def fixity(deliveries: DataFrame, pages: DataFrame, records: DataFrame) -> DataFrame:
    """What the read of each listed file showed of its bytes, beside what was promised and listed."""
    of_pages = pages.select("path", "source", "sha256", "promised_hash", "bytes", "error")
    of_records = records.where("kind = 'file'").select(of_pages.columns)
    seen = (
        of_pages.unionByName(of_records)
        .where("sha256 IS NOT NULL OR error IS NOT NULL")
        .dropDuplicates(["source", "path"])
    )
    listed = deliveries.where("state = 'listed' AND format <> 'checksums'").select(
        "path", "source", "batch", "part", "promised", F.col("bytes").alias("listed_bytes")
    )
    both = listed.join(seen, ["path", "source"], "left")
    return both.withColumns(_verdict()).select("path", "sha256", "bytes", "state", "reason", "source", "batch", "part")


def _verdict() -> dict[str, F.Column]:  # type: ignore[name-defined]
    unreadable = F.col("sha256").isNull()
    other_hash = F.col("promised.value") != F.col("promised_hash")
    other_size = F.col("bytes") != F.col("listed_bytes")
    corrupt = F.col("error").isNotNull()
    state = (
        F.when(unreadable, "unreadable")
        .when(other_hash | other_size, "changed")
        .when(corrupt, "corrupt")
        .otherwise("ok")
    )
    reason = (
        F.when(unreadable, F.coalesce("error", F.lit("was not read")))
        .when(other_hash, F.concat(F.lit("other "), F.col("promised.kind"), F.lit(" than promised")))
        .when(other_size, "other size than listed")
        .when(corrupt, F.col("error"))
    )
    return {"state": state, "reason": reason}
