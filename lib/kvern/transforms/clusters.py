"""Connected components of pairs, labelled with their smallest id: union-find in one task, contraction before it."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern.kernels import components


def clusters(edges: DataFrame, contractions: int = 0) -> DataFrame:
    """(doc_id, cluster) of every document that has an edge, from (doc_id, other).

    Edges stream through one task, which holds the documents (`kernels.components` says what they cost). Where they are
    too many for it, each of `contractions` rounds first replaces every document by the least of itself and its
    neighbours (the star operations of Kiveris et al. 2014, both ends in one step) and leaves the edges between what
    remains: random ids shrink to a third or less a round. The labels are the same for any number of rounds.
    """
    steps = []
    for _ in range(contractions):
        step = _step(edges)
        steps.append(step)
        edges = _contracted(edges, step)
    labels = _labels(edges)
    for step in reversed(steps):
        labels = _composed(step, labels)
    return labels


def _step(edges: DataFrame) -> DataFrame:
    """(doc_id, least): each document with the least id of itself and its neighbours."""
    ends = F.array(
        F.struct("doc_id", F.col("other").alias("beside")),
        F.struct(F.col("other").alias("doc_id"), F.col("doc_id").alias("beside")),
    )
    both = edges.select(F.inline(ends))
    return both.groupBy("doc_id").agg(F.least("doc_id", F.min("beside")).alias("least"))


def _contracted(edges: DataFrame, step: DataFrame) -> DataFrame:
    one = step.select("doc_id", F.col("least").alias("a"))
    two = step.select(F.col("doc_id").alias("other"), F.col("least").alias("b"))
    moved = edges.join(one, "doc_id").join(two, "other").where("a <> b")
    return moved.select(F.least("a", "b").alias("doc_id"), F.greatest("a", "b").alias("other")).distinct()


def _composed(step: DataFrame, labels: DataFrame) -> DataFrame:
    """Labels of the documents before a step from those behind it; what has no edge left is its own label."""
    behind = labels.select(F.col("doc_id").alias("least"), "cluster")
    joined = step.join(behind, "least", "left")
    return joined.select("doc_id", F.coalesce("cluster", "least").alias("cluster"))


def _labels(edges: DataFrame) -> DataFrame:
    packed = edges.select(F.unhex("doc_id").alias("doc_id"), F.unhex("other").alias("other"))
    labels = packed.coalesce(1).mapInArrow(_components, "id BINARY, cluster BINARY")
    return labels.select(F.lower(F.hex("id")).alias("doc_id"), F.lower(F.hex("cluster")).alias("cluster"))


def _components(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return components.component_batches(batches)
