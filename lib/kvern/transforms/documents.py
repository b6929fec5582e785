"""Pages and records to documents: one row a book, article, issue, web page or record."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import assembly
from kvern.params import Documents

PLACE = ("source", "batch", "part")
OF_PAGES = ("book", "issue", "article", "page")  # kinds that come as scanned pages, an object at a time
REPEATED, SECOND, UNREADABLE = REFUSALS = ("repeated", "second source_id", "no readable page")


def documents(pages: DataFrame, records: DataFrame, known: DataFrame, params: Documents) -> DataFrame:
    """Documents of one (batch, part), and a row with its `refusal` for each object or record that gives none.

    `known` holds the documents of all other parts. Who is refused is told by narrow columns before any text is put
    together, so that each text is assembled once; the text of pages passes one shuffle (by object), of records none.
    """
    candidates = deliverables(pages, records)
    refused = candidates.join(refusal(candidates, known), ["source", "home", "origin"])
    left_out = F.broadcast(refused.select("source", "home", "origin"))
    objects = pages.join(
        left_out.withColumnRenamed("origin", "object_id"), ["source", "home", "object_id"], "left_anti"
    )
    readable = _readable(records).join(
        left_out.select("source", F.col("origin").alias("record_id")), ["source", "record_id"], "left_anti"
    )
    made = _from_pages(objects, params).unionByName(readable.mapInArrow(_records, tables.DOCUMENTS.ddl))
    stubs = refused.select("doc_id", "source_id", "revision", "origin", "kind", "path", *PLACE, "refusal")
    return made.withColumn("refusal", F.lit(None).cast("string")).unionByName(stubs, allowMissingColumns=True)


def deliverables(pages: DataFrame, records: DataFrame) -> DataFrame:
    """What may become documents: objects and readable records, by narrow columns alone."""
    page = pages.where("kind = 'page' AND text IS NOT NULL")
    with_pages = page.select("source", "home", "object_id", F.lit(True).alias("readable")).distinct()
    objects = (
        pages.where("kind = 'object'")
        .join(with_pages, ["source", "home", "object_id"], "left")
        .withColumns({"source_id": F.col("object_id"), "origin": F.col("object_id"), "kind": F.col("object_kind")})
    )
    single = _readable(records).withColumns(
        {"origin": F.col("record_id"), "home": F.col("path"), "readable": F.lit(True)}
    )
    narrow = ("source_id", "revision", "origin", "kind", "path", "home", "readable", *PLACE)
    return objects.select(*narrow).unionByName(single.select(*narrow)).withColumn("doc_id", doc_id())


def doc_id() -> Column:
    """`kernels.ids.doc_id` in SQL."""
    provenance = F.concat_ws("\x1f", "source", "source_id", "revision")
    return F.substring(F.sha2(provenance.cast("binary"), 256), 1, 32)


def refusal(candidates: DataFrame, known: DataFrame) -> DataFrame:
    """(source, home, origin, refusal) of candidates that must not be written.

    `repeated`: the same bytes under the same source_id are a document already. `second source_id`: the batch has
    other bytes under it; `no readable page`. An object is known by any of its articles; all files of its object_id
    lie in one part.
    """
    seen = known.join(
        F.broadcast(candidates.select("source", "revision").distinct()), ["source", "revision"], "left_semi"
    )
    seen = seen.select(
        "source", "revision", owner("source_id").alias("source_id"), F.lit(True).alias("seen")
    ).distinct()
    taken = known.join(F.broadcast(candidates.select("source", "source_id", "batch")), ["source", "source_id", "batch"])
    taken = taken.select("source", "source_id", "batch", F.lit(True).alias("taken")).distinct()
    order = ("path", "home", "origin")
    nth = F.row_number().over(Window.partitionBy("source", "source_id").orderBy(*order))
    copy = F.row_number().over(Window.partitionBy("doc_id").orderBy(*order))
    judged = (
        candidates.select("doc_id", "source", "source_id", "revision", "batch", "readable", *order)
        .withColumns({"nth": nth, "copy": copy})
        .join(F.broadcast(seen), ["source", "revision", "source_id"], "left")
        .join(F.broadcast(taken), ["source", "source_id", "batch"], "left")
    )
    why = (
        F.when(F.col("readable").isNull(), UNREADABLE)
        .when(F.col("seen") | (F.col("copy") > 1), REPEATED)
        .when(F.col("taken") | (F.col("nth") > 1), SECOND)
    )
    return judged.select("source", "home", "origin", why.alias("refusal")).where("refusal IS NOT NULL")


def owner(name: str) -> Column:
    """The whole object of a source_id or origin: an article's is followed by # and its unit, others may hold a #."""
    return F.when(F.col("kind") == "article", F.regexp_replace(name, "#[^#]*$", "")).otherwise(F.col(name))


def _from_pages(pages: DataFrame, params: Documents) -> DataFrame:
    repeats = params.head_repeats
    # A plain lambda: Spark reads the type hints of a named function and stumbles over those of a partial one.
    objects = pages.groupBy(*PLACE, "object_id", "home")
    return objects.applyInArrow(lambda rows: assembly.from_pages(rows, repeats), tables.DOCUMENTS.ddl)


def _readable(records: DataFrame) -> DataFrame:
    return records.where("kind <> 'file' AND error IS NULL AND text IS NOT NULL")


def _records(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return assembly.from_records(batches)
