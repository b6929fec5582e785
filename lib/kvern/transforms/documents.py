"""Pages and records to documents: one row a book, article, issue, web page or record."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import assembly
from kvern.params import Documents


def documents(pages: DataFrame, records: DataFrame, known: DataFrame, params: Documents) -> DataFrame:
    """Documents of one (batch, part), each with a `refusal` where it must not be written.

    `known` holds the documents of all other parts. The text of pages passes one shuffle (by object), that of
    records none; the verdict is made over narrow columns and joined back by broadcast.
    """
    candidates = _from_pages(pages, params).unionByName(_from_records(records))
    verdict = _verdict(candidates.select("origin", "path", "doc_id", "source_id", "source", "batch"), known)
    return candidates.join(F.broadcast(verdict), ["source", "origin"], "left")


def _from_pages(pages: DataFrame, params: Documents) -> DataFrame:
    repeats = params.head_repeats
    # A plain lambda: Spark reads the type hints of a named function and stumbles over those of a partial one.
    objects = pages.groupBy("source", "batch", "part", "object_id")
    return objects.applyInArrow(lambda rows: assembly.from_pages(rows, repeats), tables.DOCUMENTS.ddl)


def _from_records(records: DataFrame) -> DataFrame:
    readable = records.where("kind <> 'file' AND error IS NULL AND text IS NOT NULL")
    return readable.mapInArrow(_records, tables.DOCUMENTS.ddl)


def _records(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return assembly.from_records(batches)


def _verdict(here: DataFrame, known: DataFrame) -> DataFrame:
    """(source, origin, refusal): the same bytes again, or another text under a source_id that its batch has."""
    elsewhere = known.select("doc_id", "source", "source_id", "batch")
    seen = elsewhere.select("doc_id", F.lit(True).alias("seen")).distinct()
    taken = elsewhere.select("source", "source_id", "batch", F.lit(True).alias("taken")).distinct()
    first = Window.partitionBy("source", "source_id").orderBy("path", "origin")
    same = Window.partitionBy("doc_id").orderBy("path", "origin")
    judged = (
        here.withColumns({"nth": F.row_number().over(first), "copy": F.row_number().over(same)})
        .join(seen, "doc_id", "left")
        .join(taken, ["source", "source_id", "batch"], "left")
    )
    refusal = F.when(F.col("seen") | (F.col("copy") > 1), "repeated").when(
        F.col("taken") | (F.col("nth") > 1), "second source_id"
    )
    return judged.select("source", "origin", refusal.alias("refusal"))
