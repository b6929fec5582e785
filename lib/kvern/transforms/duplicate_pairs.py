"""Pairs of documents with the same or nearly the same words, each verified by its exact Jaccard."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from kvern.kernels import bands, jaccard
from kvern.params import DuplicatePairs


@dataclass(frozen=True)
class Known:
    """What an earlier run found with the same settings, where all that it compared is still there, unchanged.

    `pairs`: its rows; `parts`: (batch, part) of the documents that it compared. `seen` counts the pairs that were
    `known` and are written again.
    """

    pairs: DataFrame
    parts: DataFrame
    seen: Observation | None = None


def duplicate_pairs(
    signals: DataFrame, documents: DataFrame, params: DuplicatePairs, ngram: int, known: Known | None = None
) -> DataFrame:
    """Every verified pair of at least `params.threshold`; `ngram` is that of the signatures.

    Documents with the same words in the same order form a star around their smallest id; only one of them stands for
    all in LSH buckets. Text is read once, and leaves its task for candidates alone, as shingles.

    With `known` the rows are the same, and text is read for candidates with a new document alone. More members can only
    push an old pair out of a bucket's candidates, never bring one in (`kernels.bands`): so an old pair that is still a
    candidate passed before or failed before, and is known.
    """
    found = candidates(signals, params.bucket)
    if known is None:
        return _verified(_groups(found), documents, params.threshold, ngram)
    found = found.distinct()  # a shuffle that both sides below share, where each would derive the buckets itself
    marked = _marked(found, signals.join(F.broadcast(known.parts), ["batch", "part"], "left_anti"))
    groups = _groups(marked.where("fresh"))
    fresh = _verified(groups, _in_parts_with(groups, documents), params.threshold, ngram)
    still = _still(known.pairs, marked.where("NOT fresh"))
    return fresh.unionByName(still.observe(known.seen, F.count("doc_id").alias("known")) if known.seen else still)


def _number(column: str) -> Column:
    return F.conv(F.substring(column, 1, bands.NUMBER_BITS // 4), 16, 10).cast("long")


def _marked(found: DataFrame, new: DataFrame) -> DataFrame:
    """`found` with `fresh`: true where either document is new. 8 bytes of every new document are broadcast."""
    numbers = new.where("minhash IS NOT NULL").select(_number("doc_id").alias("number"), F.lit(True).alias("is_new"))
    for end in ("doc", "other"):
        named = numbers.distinct().select(F.col("number").alias(end), F.col("is_new").alias(f"new_{end}"))
        found = found.join(F.broadcast(named), end, "left")
    fresh = F.col("new_doc").isNotNull() | F.col("new_other").isNotNull()
    return found.select("doc", "other", "copies", fresh.alias("fresh"))


def _still(pairs: DataFrame, old: DataFrame) -> DataFrame:
    """The known pairs that are candidates still."""
    numbered = pairs.withColumns({"doc": _number("doc_id"), "other_doc": _number("other")})
    met = old.select("doc", F.col("other").alias("other_doc"))
    return numbered.join(met, ["doc", "other_doc"], "left_semi").select(*pairs.columns)


def candidates(signals: DataFrame, bucket: int) -> DataFrame:
    """(doc, other, copies) of documents that share a band key or all words, by number, as often as they do."""
    packed = signals.select(
        F.unhex("doc_id").alias("id"), F.unhex("words_hash").alias("words_hash"), "minhash"
    ).mapInArrow(_entries, "range INT, entries BINARY")
    ranges = packed.repartition("range").sortWithinPartitions("range")
    return ranges.mapInArrow(partial(_candidates, k=bucket), "doc LONG, other LONG, copies BOOLEAN")


def _groups(pairs: DataFrame) -> DataFrame:
    """(number, groups): the smaller numbers that a document is compared with, and its own where it is the smaller.

    Short lists by construction: k for each band, one star and itself.
    """
    ends = F.array(F.struct(F.col("doc").alias("number")), F.struct(F.col("other").alias("number")))
    each = pairs.select(F.struct(F.col("doc").alias("group"), "copies").alias("group"), F.inline(ends))
    return each.groupBy("number").agg(F.collect_set("group").alias("groups"))


def _verified(groups: DataFrame, documents: DataFrame, threshold: float, ngram: int) -> DataFrame:
    shingles = _candidate_texts(groups, documents).mapInArrow(
        partial(_shingles, ngram=ngram), "group LONG, copies BOOLEAN, own BOOLEAN, member STRING, shingles BINARY"
    )
    ordered = shingles.repartition("group").sortWithinPartitions("group", "copies", F.desc("own"), "member")
    pairs = ordered.mapInArrow(
        partial(_jaccards, threshold=threshold), "doc_id STRING, other STRING, jaccard DOUBLE, copies BOOLEAN"
    )
    kind = F.when(F.col("copies"), "exact").otherwise("words")
    return pairs.select("doc_id", "other", "jaccard", kind.alias("kind"))


def _candidate_texts(groups: DataFrame, documents: DataFrame) -> DataFrame:
    """(doc_id, number, groups, text) of candidates.

    Groups are broadcast (about 100 bytes for each candidate), so that no text is shuffled: 10^7 candidates want 1 GB in
    every executor, and Spark's limit of 8 GB for one table comes near 10^8.
    """
    texts = documents.select("doc_id", _number("doc_id").alias("number"), "text")
    return texts.join(F.broadcast(groups), "number").select("doc_id", "number", "groups", "text")


def _in_parts_with(groups: DataFrame, documents: DataFrame) -> DataFrame:
    """`documents` of those parts alone that hold a candidate: Spark prunes the others before it opens a file."""
    place = ["source", "batch", "part"]
    narrow = documents.select(_number("doc_id").alias("number"), *place)
    parts = narrow.join(F.broadcast(groups.select("number")), "number", "left_semi").select(*place).distinct()
    return documents.join(F.broadcast(parts), place, "left_semi")


def _entries(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return bands.entry_batches(batches)


def _candidates(batches: Iterator[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    return bands.candidate_batches(batches, k)


def _shingles(batches: Iterator[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    return jaccard.shingle_batches(batches, ngram)


def _jaccards(batches: Iterator[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    return jaccard.jaccard_batches(batches, threshold)
