"""The one decision: keep or not, with every reason. Reads no text."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def selection(eligibility: DataFrame, near_duplicates: DataFrame) -> DataFrame:
    """A row for every document of `eligibility`; reasons of the document and of its cluster together, sorted."""
    own = eligibility.select("doc_id", F.col("reasons").alias("own"))
    of_cluster = near_duplicates.select("doc_id", F.col("reasons").alias("of_cluster"))
    none = F.array().cast("array<string>")
    reasons = F.array_sort(F.array_union("own", F.coalesce("of_cluster", none)))
    both = own.join(of_cluster, "doc_id", "left").withColumn("reasons", reasons)
    keep = F.size("reasons") == 0
    return both.select("doc_id", keep.alias("keep"), "reasons", F.lit(1.0).alias("weight"))
