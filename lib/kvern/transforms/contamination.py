"""Which documents hold text of the evaluation sets that the recipe names."""

from collections.abc import Iterable, Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame

from kvern import tables
from kvern.kernels.contamination import GramIndex, contamination_batches, gram_index
from kvern.params import Contamination


def contamination(documents: DataFrame, items: Iterable[tuple[str, str]], params: Contamination) -> DataFrame:
    """A row for each document and benchmark that share a word n-gram. `items`: (benchmark, text of one item)."""
    index = gram_index(items, params.ngram)
    if not len(index.hashes):  # nothing to look for: the text is not read
        documents = documents.limit(0)
    found = documents.select("doc_id", "text", "source", "batch", "part")
    return found.mapInArrow(partial(_contaminated, index=index), tables.CONTAMINATION.ddl)


def _contaminated(batches: Iterator[pa.RecordBatch], index: GramIndex) -> Iterator[pa.RecordBatch]:
    return contamination_batches(batches, index)
