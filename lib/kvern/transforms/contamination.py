"""Which documents hold text of the evaluation sets that the recipe names."""

from collections.abc import Iterable, Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels.contamination import contamination_batches
from kvern.kernels.grams import GramIndex, gram_index
from kvern.params import Contamination


def contamination(
    documents: DataFrame,
    items: Iterable[tuple[str, str]],
    params: Contamination,
    seen: Observation | None = None,
) -> DataFrame:
    """A row for each document and benchmark that share a word n-gram. `items`: (benchmark, text of one item).

    `seen` counts, for each benchmark, the documents that share a long n-gram with it.
    """
    index = gram_index(items, params.ngram, params.short_ngram)
    if not len(index.hashes):  # nothing to look for: the text is not read
        documents = documents.limit(0)
    found = documents.select("doc_id", "text", "source", "batch", "part")
    hits = found.mapInArrow(partial(_contaminated, index=index), tables.CONTAMINATION.ddl)
    names = [each.name for each in params.benchmarks]
    counts = [
        F.count(F.when((F.col("benchmark") == name) & (F.col("grams") > 0), 1)).alias(f"in {name}") for name in names
    ]
    return hits.observe(seen, *counts) if seen is not None and counts else hits


def _contaminated(batches: Iterator[pa.RecordBatch], index: GramIndex) -> Iterator[pa.RecordBatch]:
    return contamination_batches(batches, index)
