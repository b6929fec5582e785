"""A short session that loads what later ones will: its JVM leaves an archive of classes, and they start sooner.

`scripts/setup` runs it once with -XX:ArchiveClassesAtExit; `kvern.session` uses the archive where it is there.
Measured on two cores: `kvern run` with nothing to do 22.5 s without, 16.6 s with it.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyspark import SparkContext
from pyspark.sql import Window
from pyspark.sql import functions as F

from kvern.session import open_session
from kvern.tables import RIGHTS, RUNS
from kvern.warehouse import Warehouse


def same(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches


spark = open_session(Path("conf/spark/local.conf"), "archive of classes")
with tempfile.TemporaryDirectory() as folder:
    warehouse = Warehouse(spark, folder)
    ids = spark.range(100).mapInArrow(same, "id LONG").persist()
    place = {"source": F.lit("s"), "batch": F.lit("b"), "part": F.lit(0)}
    named = ids.select(F.col("id").cast("string").alias("doc_id"), F.lit("open").alias("tier")).withColumns(place)
    blank = {name: F.lit(None).cast(kind) for name, kind in (("licence", "string"), ("basis", "string"))}
    days = {name: F.lit(None).cast("date") for name in ("valid_from", "valid_until")}
    for _ in range(2):
        counts = warehouse.write(named.withColumns(blank | days), RIGHTS, "b", 0, {})
    warehouse.log(RIGHTS, "b", 0, "f", counts)
    rights = warehouse.read(RIGHTS)
    ranked = rights.withColumn("n", F.row_number().over(Window.partitionBy("tier").orderBy("doc_id")))
    joined = ranked.join(F.broadcast(rights.select("doc_id")), "doc_id").join(
        rights.select("doc_id"), "doc_id", "left_anti"
    )
    joined.groupBy("tier").agg(F.max_by("doc_id", "n"), F.collect_list(F.struct("doc_id", "n"))).collect()
    spark.sql(f"DESCRIBE HISTORY delta.`{warehouse.path(RIGHTS)}` LIMIT 1").collect()
    warehouse.read(RUNS).groupBy("table").agg(F.max_by("fingerprint", "finished")).collect()
    assert warehouse.recorded()
gateway = SparkContext._gateway
spark.stop()
gateway.proc.stdin.close()
gateway.proc.wait()  # the archive is written as the JVM ends
