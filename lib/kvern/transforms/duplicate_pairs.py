"""Pairs of documents with the same or nearly the same words, each verified by its exact Jaccard."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern.kernels import bands, jaccard
from kvern.params import DuplicatePairs


def duplicate_pairs(signals: DataFrame, documents: DataFrame, params: DuplicatePairs, ngram: int) -> DataFrame:
    """Every verified pair of at least `params.threshold`; `ngram` is that of the signatures.

    Documents with the same words in the same order form a star around their smallest id, their representative; only
    representatives meet in LSH buckets. Text is read for candidates alone, and each one's shingles are made once.
    """
    worded = signals.where("words > 0 AND words_hash IS NOT NULL AND minhash IS NOT NULL")
    copies = _copies(worded)
    similar = _similar(worded.join(copies, worded["doc_id"] == copies["other"], "left_anti"), params)
    return _verified(_groups(copies.unionByName(similar)), documents, params.threshold, ngram)


def _copies(worded: DataFrame) -> DataFrame:
    """(doc_id, other, same_words): each group's smallest id with each other member."""
    group = worded.groupBy("words_hash").agg(F.min("doc_id").alias("representative"), F.count("*").alias("n"))
    members = worded.select("words_hash", F.col("doc_id").alias("other"))
    pairs = members.join(group.where("n > 1"), "words_hash").where("other <> representative")
    return pairs.select(F.col("representative").alias("doc_id"), "other", F.lit(True).alias("same_words"))


def _similar(representatives: DataFrame, params: DuplicatePairs) -> DataFrame:
    """(doc_id, other, same_words): candidates that share a band key, as often as they do."""
    packed = representatives.select(F.unhex("doc_id").alias("id"), "minhash").mapInArrow(
        _entries, "range INT, entries BINARY"
    )
    ranges = packed.repartition("range").sortWithinPartitions("range")
    pairs = ranges.mapInArrow(partial(_candidates, k=params.bucket), "doc_id BINARY, other BINARY")
    return pairs.select(
        F.lower(F.hex("doc_id")).alias("doc_id"),
        F.lower(F.hex("other")).alias("other"),
        F.lit(False).alias("same_words"),
    )


def _groups(pairs: DataFrame) -> DataFrame:
    """(doc_id, groups): the smaller ids that a document is compared with, and itself where it is the smaller one.

    Short lists by construction: k for each band, one representative and itself.
    """
    itself = F.struct("doc_id", F.col("doc_id").alias("group"), F.lit(False).alias("same_words"))
    beside = F.struct(F.col("other").alias("doc_id"), F.col("doc_id").alias("group"), "same_words")
    ends = pairs.select(F.inline(F.array(itself, beside)))
    return ends.groupBy("doc_id").agg(F.collect_set(F.struct("group", "same_words")).alias("groups"))


def _verified(groups: DataFrame, documents: DataFrame, threshold: float, ngram: int) -> DataFrame:
    texts = documents.select("doc_id", "text").join(groups, "doc_id").select("doc_id", "groups", "text")
    shingles = texts.mapInArrow(
        partial(_shingles, ngram=ngram), "group STRING, member STRING, same_words BOOLEAN, shingles BINARY"
    )
    sorted_ = shingles.repartition("group").sortWithinPartitions("group", "member")
    pairs = sorted_.mapInArrow(
        partial(_jaccards, threshold=threshold),
        "doc_id STRING, other STRING, jaccard DOUBLE, same_words BOOLEAN",
    )
    kind = F.when(F.col("same_words") & (F.col("jaccard") == 1.0), "exact").otherwise("words")
    return pairs.select("doc_id", "other", "jaccard", kind.alias("kind"))


def _entries(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return bands.entry_batches(batches)


def _candidates(batches: Iterator[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    return bands.candidate_batches(batches, k)


def _shingles(batches: Iterator[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    return jaccard.shingle_batches(batches, ngram)


def _jaccards(batches: Iterator[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    return jaccard.jaccard_batches(batches, threshold)
