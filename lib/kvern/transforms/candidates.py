"""Which documents are worth comparing: those that share a key of a signature; and what an earlier run knows of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from kvern.kernels import bands, minhash


@dataclass(frozen=True)
class Known:
    """What an earlier run found with the same settings, where all that it compared is still there, unchanged.

    `pairs`: its rows; `parts`: (batch, part) of the documents that it compared. `seen` counts the pairs that were
    `known` and are written again.
    """

    pairs: DataFrame
    parts: DataFrame
    seen: Observation | None = None

    def new(self, signals: DataFrame) -> DataFrame:
        """The rows of `signals` that it has not seen."""
        return signals.join(F.broadcast(self.parts), ["batch", "part"], "left_anti")


def candidates(signals: DataFrame, bucket: int, column: str = "minhash", version: int = minhash.VERSION) -> DataFrame:
    """(doc, other, copies) of documents that share a key of `column` or all words, by number, as often as they do."""
    packed = signals.select(
        F.unhex("doc_id").alias("id"), F.unhex("words_hash").alias("words_hash"), F.col(column).alias("minhash")
    ).mapInArrow(partial(_entries, version=version), "range INT, entries BINARY")
    ranges = packed.repartition("range").sortWithinPartitions("range")
    return ranges.mapInArrow(partial(_candidates, k=bucket), "doc LONG, other LONG, copies BOOLEAN")


def number(column: str) -> Column:
    """The number of a document, as `bands` counts them, from its id."""
    return F.conv(F.substring(column, 1, bands.NUMBER_BITS // 4), 16, 10).cast("long")


def numbered(pairs: DataFrame) -> DataFrame:
    """Pairs with the numbers of their documents, `doc` and `other_doc`."""
    return pairs.withColumns({"doc": number("doc_id"), "other_doc": number("other")})


def marked(found: DataFrame, new: DataFrame) -> DataFrame:
    """`found` with `fresh`: true where either document is of `new`. 8 bytes of each of these are broadcast."""
    numbers = new.select(number("doc_id").alias("number"), F.lit(True).alias("is_new")).distinct()
    columns = found.columns
    for end in ("doc", "other"):
        named = numbers.select(F.col("number").alias(end), F.col("is_new").alias(f"new_{end}"))
        found = found.join(F.broadcast(named), end, "left")
    fresh = F.col("new_doc").isNotNull() | F.col("new_other").isNotNull()
    return found.select(*columns, fresh.alias("fresh"))


def still(pairs: DataFrame, old: DataFrame) -> DataFrame:
    """The known pairs that are candidates still."""
    met = old.select("doc", F.col("other").alias("other_doc"))
    return numbered(pairs).join(met, ["doc", "other_doc"], "left_semi").select(*pairs.columns)


def in_parts_with(numbers: DataFrame, documents: DataFrame) -> DataFrame:
    """`documents` of those parts alone that hold one of the `numbers`: Spark opens no file of the others."""
    place = ["source", "batch", "part"]
    narrow = documents.select(number("doc_id").alias("number"), *place)
    parts = narrow.join(F.broadcast(numbers.select("number")), "number", "left_semi").select(*place).distinct()
    return documents.join(F.broadcast(parts), place, "left_semi")


def _entries(batches: Iterator[pa.RecordBatch], version: int) -> Iterator[pa.RecordBatch]:
    return bands.entry_batches(batches, version)


def _candidates(batches: Iterator[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    return bands.candidate_batches(batches, k)
