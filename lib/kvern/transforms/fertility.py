"""What the kept documents cost under one tokenizer or several: sums by language and spelling."""

from collections.abc import Iterator, Mapping

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from kvern.kernels import fertility as kernel
from kvern.kernels import final_text as finishing
from kvern.params import FinalText
from kvern.transforms.final_text import decided, kept


def fertility(
    documents: DataFrame,
    signals: DataFrame,
    selection: DataFrame,
    eligibility: DataFrame,
    repeats: DataFrame,
    params: FinalText,
    models: Mapping[str, bytes],
    each: int,
) -> DataFrame:
    """kernel.KEYS and kernel.COUNTS over the final text of at most `each` kept documents of a language.

    They are the first by a hash of their id, the same ones whenever the same documents are kept.
    """
    turn = Window.partitionBy("language").orderBy(F.xxhash64("doc_id"), "doc_id")
    drawn = kept(eligibility, selection).withColumn("turn", F.row_number().over(turn)).where(F.col("turn") <= each)
    texts = decided(documents, signals, drawn.drop("turn"), repeats, params)
    texts = texts.select("doc_id", "language", "text", "spans")
    years = documents.select("doc_id", "year")
    given, kinds = dict(models), ", ".join(f"{name} string" for name in kernel.KEYS)

    def counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return kernel.counted(finishing.finished(batches), given)

    schema = kinds + "".join(f", {name} long" for name in kernel.COUNTS)
    found = texts.join(F.broadcast(years), "doc_id").drop("doc_id").mapInArrow(counted, schema)
    return found.groupBy(*kernel.KEYS).agg(*(F.sum(name).alias(name) for name in kernel.COUNTS)).orderBy(*kernel.KEYS)
