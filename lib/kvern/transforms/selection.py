"""The one decision: keep or not, with every reason. Reads no text."""

from collections.abc import Mapping
from itertools import chain

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.params import Selection


def selection(eligibility: DataFrame, near_duplicates: DataFrame, params: Selection) -> DataFrame:
    """A row for every document of `eligibility`; reasons of the document and of its cluster together, sorted."""
    own = eligibility.select("doc_id", "source", F.col("reasons").alias("own"))
    of_cluster = near_duplicates.select("doc_id", F.col("reasons").alias("of_cluster"))
    none = F.array().cast("array<string>")
    reasons = F.array_sort(F.array_union("own", F.coalesce("of_cluster", none)))
    both = own.join(of_cluster, "doc_id", "left").withColumn("reasons", reasons)
    return both.select("doc_id", (F.size("reasons") == 0).alias("keep"), "reasons", _weight(params.weights))


def _weight(weights: Mapping[str, float]) -> Column:
    pairs = [F.lit(item) for item in chain.from_iterable(sorted(weights.items()))]
    named = F.try_element_at(F.create_map(*pairs), F.col("source")) if pairs else F.lit(None)
    return F.coalesce(named.cast("double"), F.lit(1.0)).alias("weight")
