"""Clusters of near duplicates, and the one document of each that stays."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from kvern.kernels import components
from kvern.params import NearDuplicates


def near_duplicates(pairs: DataFrame, eligibility: DataFrame, closes: DataFrame, params: NearDuplicates) -> DataFrame:
    """One row for every document of `eligibility`.

    `closes`: (closed_tier, tier), ordered pairs of tiers: a closed copy in the one closes its twins in the other. A
    twin is a document of the same words or of a pair verified at the threshold, never one that a chain leads to. A
    closed or suppressed document's twin does not survive; the best of the other eligible ones does.
    """
    passed = pairs.where(F.col("jaccard") >= params.threshold)
    groups = _exact_groups(pairs)
    members = _with_group(eligibility, groups)
    twins = _with_twins(members, _neighbours(passed, groups), closes)
    clustered = _with_cluster(twins, passed)
    return _columns(_with_jaccard(_with_survivor(clustered), _between_groups(pairs, groups)))


def _exact_groups(pairs: DataFrame) -> DataFrame:
    """(member, group): documents with the same words as a smaller id, and that id."""
    return pairs.where("kind = 'exact'").groupBy(F.col("other").alias("member")).agg(F.min("doc_id").alias("group"))


def _group(frame: DataFrame, column: str, groups: DataFrame, name: str) -> DataFrame:
    """`frame` with the exact group of the document in `column`: the group's smallest id, or the document's own."""
    named = groups.select(F.col("member").alias(column), F.col("group").alias("_group"))
    return frame.join(named, column, "left").withColumn(name, F.coalesce("_group", column)).drop("_group")


def _with_group(eligibility: DataFrame, groups: DataFrame) -> DataFrame:
    return _group(eligibility, "doc_id", groups, "group")


def _between_groups(pairs: DataFrame, groups: DataFrame) -> DataFrame:
    """(group, beside, jaccard): compared groups, both ways. Equal words, so that one pair's Jaccard is the group's."""
    compared = _group(_group(pairs.where("kind <> 'exact'"), "doc_id", groups, "a"), "other", groups, "b")
    ways = F.array(_way("a", "b"), _way("b", "a"))
    both = compared.select(F.inline(ways))
    return both.groupBy("group", "beside").agg(F.max("jaccard").alias("jaccard"))


def _way(group: str, beside: str) -> Column:
    return F.struct(F.col(group).alias("group"), F.col(beside).alias("beside"), "jaccard")


def _neighbours(passed: DataFrame, groups: DataFrame) -> DataFrame:
    """(group, beside): groups next to each other by a pair that passed."""
    return _between_groups(passed, groups).select("group", "beside")


def _with_twins(members: DataFrame, neighbours: DataFrame, closes: DataFrame) -> DataFrame:
    """Adds `closed_twin` and `suppressed_twin`, true only for eligible documents."""
    closed = _reached(members.where("closed").select("group", F.col("tier").alias("closed_tier")), neighbours)
    shut = closed.join(F.broadcast(closes), "closed_tier").select("group", "tier").distinct()
    suppressed = _reached(members.where("suppressed_copies").select("group"), neighbours)
    joined = members.join(shut.withColumn("_closed", F.lit(True)), ["group", "tier"], "left").join(
        suppressed.withColumn("_suppressed", F.lit(True)), "group", "left"
    )
    eligible = F.size("reasons") == 0
    return joined.withColumns(
        {
            "closed_twin": eligible & F.col("_closed").isNotNull(),
            "suppressed_twin": eligible & F.col("_suppressed").isNotNull(),
        }
    )


def _reached(sources: DataFrame, neighbours: DataFrame) -> DataFrame:
    """The groups of `sources` and those next to them, with what else `sources` says of each."""
    rest = [name for name in sources.columns if name != "group"]
    spread = sources.distinct().join(neighbours, "group").select(F.col("beside").alias("group"), *rest)
    return sources.unionByName(spread).distinct()


def _with_cluster(members: DataFrame, passed: DataFrame) -> DataFrame:
    """Adds `cluster`. The edges go through one task and stay there; a document without one is its own cluster."""
    edges = passed.select(F.unhex("doc_id").alias("doc_id"), F.unhex("other").alias("other"))
    labels = edges.coalesce(1).mapInArrow(_components, "id BINARY, cluster BINARY")
    named = labels.select(F.lower(F.hex("id")).alias("doc_id"), F.lower(F.hex("cluster")).alias("cluster"))
    return members.join(named, "doc_id", "left").withColumn("cluster", F.coalesce("cluster", "doc_id"))


def _components(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return components.component_batches(batches)


def _with_survivor(members: DataFrame) -> DataFrame:
    """Adds `size`, `of` and `of_group`: best by priority, quality (nulls last), words, smallest doc_id."""
    fit = (F.size("reasons") == 0) & ~F.col("closed_twin") & ~F.col("suppressed_twin")
    rank = F.struct(
        "priority",
        F.col("quality").isNull().alias("unknown"),
        (-F.col("quality")).alias("quality"),
        (-F.col("words")).alias("words"),
        "doc_id",
        "group",
    )
    cluster = Window.partitionBy("cluster")
    best = F.min(F.when(fit, rank)).over(cluster)
    return members.withColumns({"size": F.count("*").over(cluster).cast("int"), "_best": best}).withColumns(
        {"of": F.col("_best.doc_id"), "of_group": F.col("_best.group")}
    )


def _with_jaccard(members: DataFrame, compared: DataFrame) -> DataFrame:
    """Adds `jaccard` to the survivor: 1 within its exact group, that of the two groups where they were compared."""
    pair = compared.select("group", F.col("beside").alias("of_group"), F.col("jaccard").alias("_jaccard"))
    same = F.col("group") == F.col("of_group")
    joined = members.join(pair, ["group", "of_group"], "left")
    return joined.withColumn("jaccard", F.when(same, 1.0).otherwise(F.col("_jaccard")))


def _columns(members: DataFrame) -> DataFrame:
    survivor = F.coalesce(F.col("doc_id") == F.col("of"), F.lit(False))
    reasons = F.array_compact(
        F.array(
            F.when(F.col("closed_twin"), "closed_twin"),
            F.when(F.col("of").isNotNull() & ~survivor, "duplicate"),
            F.when(F.col("suppressed_twin"), "suppressed_twin"),
        )
    )
    return members.select(
        "doc_id", "cluster", "size", survivor.alias("survivor"), "of", "jaccard", reasons.alias("reasons")
    )
