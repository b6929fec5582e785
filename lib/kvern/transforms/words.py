"""Counting units of the final text of kept documents: all that a tokenizer is trained on."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern.kernels import final_text as kernel
from kvern.kernels import units
from kvern.params import FinalText
from kvern.transforms.final_text import decided, kept

_KEYS = ("language", "source", "batch", "part")


def words(
    documents: DataFrame,
    signals: DataFrame,
    selection: DataFrame,
    eligibility: DataFrame,
    repeats: DataFrame,
    params: FinalText,
) -> DataFrame:
    """tables.WORDS for the documents given (one part). Units hold blanks and line feeds; their counts are exact."""
    texts = decided(documents, signals, kept(eligibility, selection), repeats, params).select(*_KEYS, "text", "spans")
    schema = "language string, source string, batch string, part int, word string, n long"
    counted = texts.mapInArrow(_counted, schema)
    totals = counted.groupBy("word", *_KEYS).agg(F.sum("n").alias("n"))
    return totals.select("language", "word", "n", "source", "batch", "part")


def _counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return units.counted(kernel.finished(batches), _KEYS)
