"""All that is measured in a text, in one scan and one hop to Python."""

from collections.abc import Iterator, Mapping
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import signals as kernel
from kvern.params import Signals
from kvern.transforms.documents import OF_PAGES


def signals(documents: DataFrame, params: Signals, stop_words: Mapping[str, tuple[str, ...]]) -> DataFrame:
    """One row a document: numbers and spans, never text. `stop_words`: each language's list."""
    settings = kernel.Settings(stop_words=dict(stop_words), **params.model_dump(exclude={"ocr_sources"}))
    spans = {"pages": _spans("pages", "ocr_confidence"), "blocks": _spans("blocks", "confidence")}
    columns = documents.withColumns({"scanned": scanned(params), **spans}).select(*kernel.INPUT.names)
    return columns.mapInArrow(partial(_measure, settings=settings), tables.SIGNALS.ddl)


def scanned(params: Signals) -> Column:
    """Whether a document was read by OCR: it has pages, or its source is named."""
    return F.col("kind").isin(*OF_PAGES) | F.col("source").isin(*params.ocr_sources)


def _spans(name: str, confidence: str) -> Column:
    return F.transform(name, lambda span: F.struct(span["start"], span["end"], span[confidence].alias("confidence")))


def _measure(batches: Iterator[pa.RecordBatch], settings: kernel.Settings) -> Iterator[pa.RecordBatch]:
    return kernel.signal_batches(batches, settings)
