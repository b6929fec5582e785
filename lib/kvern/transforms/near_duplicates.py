"""Clusters of near duplicates, and the one document of each that stays."""

from pyspark.sql import Column, DataFrame, Observation, Window
from pyspark.sql import functions as F

from kvern.params import NearDuplicates
from kvern.transforms import survivors
from kvern.transforms.clusters import clusters


def near_duplicates(
    pairs: DataFrame,
    eligibility: DataFrame,
    closes: DataFrame,
    params: NearDuplicates,
    documents: DataFrame | None = None,
    ngram: int | None = None,
    contractions: int = 0,
    seen: Observation | None = None,
) -> DataFrame:
    """One row for every document of `eligibility`.

    `closes`: (closed_tier, tier), ordered pairs of tiers: a closed copy in the one closes its twins in the other. A
    twin is a document of the same words or of a pair verified at the threshold, never one that a chain leads to. A
    closed or suppressed document's twin does not survive; the best of the other eligible ones does. The policy
    `verified` reads text of `documents` in word n-grams of the signatures' length; `component` reads none.
    `contractions` changes no row (`clusters`). `seen` counts duplicates, and the twins that a closed or suppressed copy
    takes with it.
    """
    if params.policy == "verified" and (documents is None or ngram is None):
        raise ValueError("near_duplicates.policy = 'verified' wants the documents and the shingle length, has none")
    judged = _judged(pairs, params)
    passed = judged.where("passed")
    groups = _exact_groups(pairs)
    members = _with_group(eligibility, groups)
    twins = _with_twins(members, _neighbours(passed, groups), closes)
    clustered = _with_cluster(twins, passed, contractions)
    compared = _between_groups(judged, groups)
    if documents is None or ngram is None or params.policy == "component":
        return _counted(_columns(survivors.of_component(clustered, compared, params)), seen)
    return _counted(_columns(survivors.of_neighbours(clustered, compared, documents, params, ngram)), seen)


def _counted(rows: DataFrame, seen: Observation | None) -> DataFrame:
    if seen is None:
        return rows
    names = ("duplicate", "closed_twin", "suppressed_twin")
    return rows.observe(seen, *(F.count(F.when(F.array_contains("reasons", name), 1)).alias(name) for name in names))


def _judged(pairs: DataFrame, params: NearDuplicates) -> DataFrame:
    """Adds `passed`: near enough for the way in which the pair was compared."""
    limit = F.when(F.col("kind") == "noisy", params.noisy_threshold).otherwise(params.threshold)
    return pairs.withColumn("passed", F.col("jaccard") >= limit)


def _exact_groups(pairs: DataFrame) -> DataFrame:
    """(member, group): documents with the same words as a smaller id, and that id."""
    return pairs.where("kind = 'exact'").groupBy(F.col("other").alias("member")).agg(F.min("doc_id").alias("group"))


def _group(frame: DataFrame, column: str, groups: DataFrame, name: str) -> DataFrame:
    """`frame` with the exact group of the document in `column`: the group's smallest id, or the document's own."""
    named = groups.select(F.col("member").alias(column), F.col("group").alias("_group"))
    return frame.join(named, column, "left").withColumn(name, F.coalesce("_group", column)).drop("_group")


def _with_group(eligibility: DataFrame, groups: DataFrame) -> DataFrame:
    return _group(eligibility, "doc_id", groups, "group")


def _between_groups(judged: DataFrame, groups: DataFrame) -> DataFrame:
    """(group, beside, jaccard, passed, noisy): compared groups, both ways; `noisy`: passed under alignment.

    Equal words, so that one pair's Jaccard is the group's.
    """
    compared = _group(_group(judged.where("kind <> 'exact'"), "doc_id", groups, "a"), "other", groups, "b")
    named = compared.withColumn("noisy", F.col("passed") & (F.col("kind") == "noisy"))
    both = named.select(F.inline(F.array(_way("a", "b"), _way("b", "a"))))
    best = [F.max(name).alias(name) for name in ("jaccard", "passed", "noisy")]
    return both.groupBy("group", "beside").agg(*best)


def _way(group: str, beside: str) -> Column:
    return F.struct(F.col(group).alias("group"), F.col(beside).alias("beside"), "jaccard", "passed", "noisy")


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


def _with_cluster(members: DataFrame, passed: DataFrame, contractions: int) -> DataFrame:
    """Adds `cluster` and `size`; a document without a pair is a cluster of its own."""
    joined = members.join(clusters(passed.select("doc_id", "other"), contractions), "doc_id", "left")
    named = joined.withColumn("cluster", F.coalesce("cluster", "doc_id"))
    return named.withColumn("size", F.count("*").over(Window.partitionBy("cluster")).cast("int"))


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
