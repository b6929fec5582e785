"""Pairs of documents with the same or nearly the same words, each verified by its exact Jaccard."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.kernels import jaccard
from kvern.params import DuplicatePairs
from kvern.transforms.candidates import Known, candidates, in_parts_with, marked, number, numbered, still
from kvern.transforms.noisy_pairs import noisy_candidates, noisy_pairs


def duplicate_pairs(
    signals: DataFrame,
    documents: DataFrame,
    params: DuplicatePairs,
    ngram: int,
    known: Known | None = None,
    scanned: Column | None = None,
) -> DataFrame:
    """Every verified pair of at least `params.threshold`; `ngram` is that of the signatures.

    Documents with the same words in the same order form a star around their smallest id; only one of them stands for
    all in LSH buckets. Text is read once, and leaves its task for candidates alone, as shingles. With `scanned`,
    over the columns of `documents`, what is no such pair, shares keys of `signals.noisy` and was scanned on one side is
    compared by alignment (`noisy_pairs`), of the kind noisy.

    With `known` the rows are the same, and text is read for candidates with a new document alone. More members can only
    push an old pair out of a bucket's candidates, never bring one in (`kernels.bands`): so an old pair that is still a
    candidate passed before or failed before, and is known.
    """
    words = _by_words(signals, documents, params, ngram, known)
    found = words
    if scanned is not None:
        read = documents.withColumn("scanned", scanned)
        found = words.unionByName(_by_alignment(words, signals, read, params, known))
    if known is None or known.seen is None:
        return found.drop("known")
    count = F.count(F.when(F.col("known"), 1)).alias("known")
    return found.observe(known.seen, count).drop("known")


def _by_words(
    signals: DataFrame, documents: DataFrame, params: DuplicatePairs, ngram: int, known: Known | None
) -> DataFrame:
    """Pairs of kind exact and words, and whether they were `known`."""
    found = candidates(signals, params.bucket)
    if known is None:
        return _verified(_groups(found), documents, params.threshold, ngram).withColumn("known", F.lit(False))
    found = found.distinct()  # a shuffle that both sides below share, where each would derive the buckets itself
    judged = marked(found, known.new(signals))
    groups = _groups(judged.where("fresh"))
    fresh = _verified(groups, in_parts_with(groups, documents), params.threshold, ngram)
    return _with_old(fresh, known.pairs.where("kind <> 'noisy'"), judged)


def _by_alignment(
    words: DataFrame, signals: DataFrame, documents: DataFrame, params: DuplicatePairs, known: Known | None
) -> DataFrame:
    """Pairs of kind noisy, and whether they were `known`: of documents that are no pair of `words`."""
    by_words = numbered(words).select("doc", F.col("other_doc").alias("other"))
    found = noisy_candidates(signals, params.bucket, params.noisy_meetings).join(
        by_words, ["doc", "other"], "left_anti"
    )
    if known is None:
        return noisy_pairs(found, documents, params.noisy_threshold).withColumn("known", F.lit(False))
    # Pairs by words that a bucket has no room for any more were never compared by alignment.
    before = numbered(known.pairs.where("kind <> 'noisy'")).select("doc", F.col("other_doc").alias("other"))
    lost = before.join(by_words, ["doc", "other"], "left_anti").distinct().withColumn("lost", F.lit(True))
    judged = marked(found, known.new(signals)).join(F.broadcast(lost), ["doc", "other"], "left")
    judged = judged.select("doc", "other", (F.col("fresh") | F.col("lost").isNotNull()).alias("fresh"))
    compared = judged.where("fresh").select("doc", "other")
    ends = compared.select(F.explode(F.array("doc", "other")).alias("number")).distinct()
    fresh = noisy_pairs(compared, in_parts_with(ends, documents), params.noisy_threshold)
    return _with_old(fresh, known.pairs.where("kind = 'noisy'"), judged)


def _with_old(fresh: DataFrame, old: DataFrame, judged: DataFrame) -> DataFrame:
    kept = still(old, judged.where("NOT fresh"))
    return fresh.withColumn("known", F.lit(False)).unionByName(kept.withColumn("known", F.lit(True)))


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
    texts = documents.select("doc_id", number("doc_id").alias("number"), "text")
    return texts.join(F.broadcast(groups), "number").select("doc_id", "number", "groups", "text")


def _shingles(batches: Iterator[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    return jaccard.shingle_batches(batches, ngram)


def _jaccards(batches: Iterator[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    return jaccard.jaccard_batches(batches, threshold)
