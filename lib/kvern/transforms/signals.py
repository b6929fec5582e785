"""All that is measured in a text, in one scan and one hop to Python."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from kvern import tables
from kvern.kernels import signals as kernel
from kvern.params import Signals


def signals(documents: DataFrame, params: Signals, stop_words: Mapping[str, tuple[str, ...]]) -> DataFrame:
    """One row a document: numbers and spans, never text. `stop_words`: each language's list."""
    settings = {"stop_words": dict(stop_words), **params.model_dump()}
    columns = documents.select("doc_id", "text", "year", "source", "batch", "part")
    return columns.mapInArrow(partial(_measure, settings=settings), tables.SIGNALS.ddl)


def _measure(batches: Iterator[pa.RecordBatch], settings: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    return kernel.signal_batches(batches, **settings)
