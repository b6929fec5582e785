"""The document of each cluster that stays: by the order of the recipe, for the whole cluster or for what is near it."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from kvern.kernels import survivors as kernel
from kvern.params import NearDuplicates


def rank(params: NearDuplicates) -> Column:
    """What decides between two documents, smaller is better: the recipe's order, then the smallest doc_id."""
    terms = {
        "priority": [F.col("priority")],
        "ocr": [F.col("ocr").isNull().alias("unread"), (-F.col("ocr")).alias("ocr")],
        "quality": [F.col("quality").isNull().alias("unknown"), (-F.col("quality")).alias("quality")],
        "words": [(-F.col("words")).alias("words")],
    }
    return F.struct(*(term for name in params.order for term in terms[name]), "doc_id", "group")


def fit() -> Column:
    """Whether a document may survive."""
    return (F.size("reasons") == 0) & ~F.col("closed_twin") & ~F.col("suppressed_twin")


def of_component(members: DataFrame, compared: DataFrame, params: NearDuplicates) -> DataFrame:
    """Adds `of`, `of_group` and `jaccard`: one survivor for the cluster, and how near it is where that was compared."""
    best = F.min(F.when(fit(), rank(params))).over(Window.partitionBy("cluster"))
    chosen = members.withColumn("_best", best).withColumns(
        {"of": F.col("_best.doc_id"), "of_group": F.col("_best.group")}
    )
    joined = chosen.drop("_best").join(_beside(compared), ["group", "of_group"], "left")
    same = F.col("group") == F.col("of_group")
    return joined.withColumn("jaccard", F.when(same, 1.0).otherwise(F.col("jaccard")))


def of_neighbours(
    members: DataFrame, compared: DataFrame, documents: DataFrame, params: NearDuplicates, ngram: int
) -> DataFrame:
    """Adds `of`, `of_group` and `jaccard`: the first survivor that a document is itself near to, null for none.

    A cluster in which all are near its best member is settled by the pairs. Of the others the text is read, of one
    document for each group of equal words, and what was never compared is compared, by words; what is near under
    alignment is known from the pairs.
    """
    near = _beside(compared.where("passed"))
    groups = _with_first(members, near, params)
    settled = groups.where("NOT loose").select("group", "of", "of_group", "jaccard")
    sets = (
        documents.join(F.broadcast(groups.where("loose").select(F.col("group").alias("doc_id"))), "doc_id", "left_semi")
        .select("doc_id", "text")
        .mapInArrow(partial(_sets, ngram=ngram), "group STRING, shingles BINARY")
    )
    ordered = (
        groups.where("loose")
        .select("cluster", "group", "best", F.col("best.doc_id").alias("doc_id"))
        .join(sets, "group")
        .join(_near_under_alignment(compared), "group", "left")
        .repartition("cluster")
        .sortWithinPartitions("cluster", F.col("best").isNull(), "best", "group")
    )
    compared_now = ordered.select("cluster", "group", "doc_id", "shingles", "aligned").mapInArrow(
        partial(_survivors, threshold=params.threshold), "group STRING, of STRING, of_group STRING, jaccard DOUBLE"
    )
    return members.join(settled.unionByName(compared_now), "group", "left")


def _near_under_alignment(compared: DataFrame) -> DataFrame:
    """(group, aligned): what a group is near to by a noisy pair, with the Jaccard. Few: texts that were read twice."""
    each = F.struct(F.col("beside").alias("of_group"), "jaccard")
    return compared.where("noisy").groupBy("group").agg(F.sort_array(F.collect_list(each)).alias("aligned"))


def _with_first(members: DataFrame, near: DataFrame, params: NearDuplicates) -> DataFrame:
    """(cluster, group, best, of, of_group, jaccard, loose) of each group: its best member, its cluster's, and whether
    any group of the cluster is not known to be near that one."""
    groups = members.groupBy("cluster", "group").agg(F.min(F.when(fit(), rank(params))).alias("best"))
    cluster = Window.partitionBy("cluster")
    firsts = groups.withColumn("_first", F.min("best").over(cluster)).withColumns(
        {"of": F.col("_first.doc_id"), "of_group": F.col("_first.group")}
    )
    joined = firsts.drop("_first").join(near, ["group", "of_group"], "left")
    known = joined.withColumn("jaccard", F.when(F.col("group") == F.col("of_group"), 1.0).otherwise(F.col("jaccard")))
    open_ = F.col("of").isNotNull() & F.col("jaccard").isNull()
    return known.withColumn("loose", F.max(open_).over(cluster))


def _beside(compared: DataFrame) -> DataFrame:
    return compared.select("group", F.col("beside").alias("of_group"), "jaccard")


def _sets(batches: Iterator[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    return kernel.set_batches(batches, ngram)


def _survivors(batches: Iterator[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    return kernel.survivor_batches(batches, threshold)
