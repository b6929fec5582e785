"""Pairs of documents that are one text read with different errors, each verified by alignment."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern.kernels import noisy
from kvern.kernels import noisy_pairs as kernel
from kvern.transforms.candidates import candidates, number


def noisy_candidates(signals: DataFrame, bucket: int, meetings: int) -> DataFrame:
    """(doc, other) of documents that share at least `meetings` keys of `signals.noisy`, by number, once each.

    As with all candidates, more documents can only push a pair out, never bring one in. Documents with the same words
    in the same order are left to `duplicate_pairs`.
    """
    met = candidates(signals, bucket, "noisy", noisy.VERSION)
    counted = met.groupBy("doc", "other").agg(F.count("doc").alias("meetings"), F.bool_or("copies").alias("copies"))
    return counted.where(~F.col("copies") & (F.col("meetings") >= meetings)).select("doc", "other")


def noisy_pairs(pairs: DataFrame, documents: DataFrame, threshold: float) -> DataFrame:
    """(doc_id, other, jaccard, kind) of the candidates whose Jaccard under alignment is at least `threshold`.

    `pairs`: (doc, other) numbers, the smaller first; `documents`: (doc_id, text, scanned), of which one of a pair must
    have been scanned: what differs between two clean texts was meant. Text is read once, and leaves its task for
    candidates alone, a byte a letter, once for each smaller document that it is compared with.
    """
    letters = _candidate_texts(_groups(pairs), documents).mapInArrow(
        _letters, "group LONG, own BOOLEAN, member STRING, scanned BOOLEAN, letters BINARY"
    )
    ordered = letters.repartition("group").sortWithinPartitions("group", F.desc("own"), "member")
    found = ordered.mapInArrow(partial(_overlaps, threshold=threshold), "doc_id STRING, other STRING, jaccard DOUBLE")
    return found.withColumn("kind", F.lit("noisy"))


def _groups(pairs: DataFrame) -> DataFrame:
    """(number, groups): the smaller numbers that a document is compared with, and its own where it is the smaller."""
    each = pairs.select(F.col("doc").alias("group"), F.explode(F.array("doc", "other")).alias("number"))
    return each.groupBy("number").agg(F.collect_set("group").alias("groups"))


def _candidate_texts(groups: DataFrame, documents: DataFrame) -> DataFrame:
    """(doc_id, number, groups, scanned, text) of candidates; groups are broadcast, so that no text is shuffled."""
    texts = documents.select("doc_id", number("doc_id").alias("number"), "scanned", "text")
    return texts.join(F.broadcast(groups), "number").select("doc_id", "number", "groups", "scanned", "text")


def _letters(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return kernel.letter_batches(batches)


def _overlaps(batches: Iterator[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    return kernel.overlap_batches(batches, threshold)
