"""Web captures, records, texts and subtitles, read: one file in one task."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import records as kernel


def records(deliveries: DataFrame, sources: DataFrame, root: str, partitions: int) -> DataFrame:
    """A row for each record and one for each file. `sources`: (source, batch, fields as JSON, …)."""
    listed = deliveries.where("state = 'listed' AND format NOT IN ('mets', 'alto', 'checksums')")
    named = listed.join(F.broadcast(sources.select("source", "batch", "fields")), ["source", "batch"], "left")
    files = named.select(
        "path", "format", "source", "batch", "part", F.col("promised.kind").alias("promised_kind"), "fields"
    )
    return files.repartition(partitions, "path").mapInArrow(partial(_read, root=root), tables.RECORDS.ddl)


def _read(batches: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    return kernel.record_batches(batches, root)
