"""Which tier each document is in and until when, from its source's ceiling and what it says of itself."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.rules import Rights


def rights(documents: DataFrame, sources: DataFrame, params: Rights) -> DataFrame:
    """One row a document. `sources`: (source, batch, ceiling, source_licence, valid_from, valid_until)."""
    known = documents.select("doc_id", "licence", "reserved", "source", "batch", "part")
    judged = known.join(F.broadcast(sources), ["source", "batch"], "left").withColumn("tier", _tier(params))
    basis = _lookup({name: tier.basis for name, tier in params.tiers.items()}, F.col("tier"))
    licence = F.coalesce("licence", "source_licence")
    return judged.select(
        "doc_id",
        "tier",
        licence.alias("licence"),
        basis.alias("basis"),
        "valid_from",
        "valid_until",
        "source",
        "batch",
        "part",
    )


def _tier(params: Rights) -> Column:
    """The most closed of the source's ceiling, the licence's tier and a reservation; unknown is closed."""
    rank = {name: tier.rank for name, tier in params.tiers.items()}
    of_licence = F.coalesce(_lookup(params.licences, F.col("licence")), F.lit(params.unknown))
    candidates = F.array_compact(
        F.array(
            F.coalesce("ceiling", F.lit(params.unknown)),
            F.when(F.col("licence").isNotNull(), of_licence),
            F.when(F.col("reserved"), F.lit(params.reserved)),
        )
    )
    ranked = F.transform(candidates, lambda name: F.struct(_lookup(rank, name).alias("rank"), name.alias("name")))
    return F.array_max(ranked)["name"]


def _lookup(values: Mapping[str, object], key: Column) -> Column:
    pairs = [F.lit(item) for pair in sorted(values.items()) for item in pair]
    return F.create_map(*pairs)[key] if pairs else F.lit(None).cast("string")
