"""Books and issues, parsed: one object's METS and ALTO files in one task."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import pages as kernel
from kvern.params import Pages


def pages(deliveries: DataFrame, root: str, partitions: int, params: Pages) -> DataFrame:
    """A row for each page and one for each object; `root` is where the files lie, the paths are the table's."""
    file = F.struct(
        "path",
        "format",
        F.coalesce("sequence", F.lit(1)).cast("int").alias("sequence"),
        F.lit(None).cast("string").alias("page_id"),
        F.col("promised.kind").alias("promised_kind"),
    )
    listed = deliveries.where("state = 'listed' AND format IN ('mets', 'alto')")
    objects = listed.groupBy("object_id", "home", "source", "batch", "part").agg(
        F.sort_array(F.collect_list(file)).alias("files")
    )
    spread = objects.repartition(partitions, "object_id", "home")
    return spread.mapInArrow(partial(_parse, root=root, noise=params.noise_confidence), tables.PAGES.ddl)


def _parse(batches: Iterator[pa.RecordBatch], root: str, noise: float) -> Iterator[pa.RecordBatch]:
    return kernel.page_batches(batches, root, noise)
