"""All that is measured in a text, in one scan and one hop to Python."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame

from kvern import tables
from kvern.kernels import signals as kernel
from kvern.recipe import Signals


def signals(documents: DataFrame, params: Signals, stop_words: dict[str, tuple[str, ...]]) -> DataFrame:
    """One row a document: numbers and spans, never text."""
    measure = partial(_measure, stop_words=stop_words, **params.model_dump())
    columns = documents.select("doc_id", "text", "declared_language", "year", "source", "batch", "part")
    return columns.mapInArrow(measure, tables.SIGNALS.ddl)


def _measure(
    batches: Iterator[pa.RecordBatch],
    languages: tuple[str, ...],
    stop_words: dict[str, tuple[str, ...]],
    bands: int,
    rows: int,
    ngram: int,
    seed: int,
) -> Iterator[pa.RecordBatch]:
    return kernel.signal_batches(batches, languages=languages, stop_words=stop_words, bands=bands, rows=rows, ngram=ngram, seed=seed)  # fmt: skip
