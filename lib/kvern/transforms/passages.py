"""Passages that several documents have, each with its own errors: places, and which belong together."""

from collections.abc import Iterator
from functools import partial

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from kvern.kernels import passage_chains, passage_pairs, passage_runs
from kvern.repeat_params import Passages
from kvern.transforms.candidates import number
from kvern.transforms.clusters import clusters

EDGE = 48  # bytes within which two ends in a document are one
_SIDE = "struct<a:bigint,b:bigint,chain:int,own:boolean,places:array<int>>"


def passages(documents: DataFrame, params: Passages) -> DataFrame:
    """(doc_id, start, end, passage, size, similarity): a row for each copy of a passage that two documents have.

    Of the recipe's sources alone; without any no text is read. Else it is read twice: for runs of letters, and of the
    documents that share some for the text around them.
    """
    texts = documents.where(F.col("source").isin(*params.sources)) if params.sources else documents.limit(0)
    # Dear, and used more than once: narrow rows that stay in memory or on disk until the session ends.
    pairs = passage_pairs_of(texts, params).persist()
    return copies(pairs, params.min_letters)


def passage_pairs_of(texts: DataFrame, params: Passages) -> DataFrame:
    """passage_pairs.PAIRS of every two documents that are compared, verified."""
    slices = _slices(_sides(_chains(_hits(texts, params), params)), texts)
    ordered = slices.repartition("a", "b").sortWithinPartitions("a", "b", "chain", F.desc("own"), "doc_id")
    verify = partial(_pairs, least=params.min_letters, similarity=params.similarity)
    return ordered.mapInArrow(
        verify,
        "doc_id STRING, start INT, end INT, other STRING, other_start INT, other_end INT, similarity DOUBLE",
    )


def _hits(texts: DataFrame, params: Passages) -> DataFrame:
    packed = texts.select(F.unhex("doc_id").alias("id"), "text").mapInArrow(
        partial(_entries, every=params.every), "range INT, entries BINARY"
    )
    ranges = packed.repartition("range").sortWithinPartitions("range")
    return ranges.mapInArrow(partial(_met, k=params.bucket), "a LONG, b LONG, at_a INT, at_b INT")


def _chains(hits: DataFrame, params: Passages) -> DataFrame:
    ordered = hits.repartition("a", "b").sortWithinPartitions("a", "b")
    schema = "a LONG, b LONG, chain INT, places_a ARRAY<INT>, places_b ARRAY<INT>"
    return ordered.mapInArrow(partial(_chained, meetings=params.meetings), schema)


def _sides(chains: DataFrame) -> DataFrame:
    """(number, chains): the chains that a document is a side of, by its number."""

    def side(name: str) -> Column:
        own = F.lit(name == "a").alias("own")
        chain = F.struct("a", "b", "chain", own, F.col(f"places_{name}").alias("places")).cast(_SIDE)
        return F.struct(F.col(name).alias("number"), chain.alias("of"))

    each = chains.select(F.inline(F.array(side("a"), side("b"))))
    return each.groupBy("number").agg(F.collect_list("of").alias("chains"))


def _slices(sides: DataFrame, texts: DataFrame) -> DataFrame:
    """passage_pairs.SLICES. The chains' sides are broadcast, so that no whole text is shuffled."""
    found = texts.select("doc_id", number("doc_id").alias("number"), "text").join(F.broadcast(sides), "number")
    schema = """a LONG, b LONG, chain INT, own BOOLEAN, doc_id STRING,
        base INT, places ARRAY<INT>, piece BINARY"""
    return found.select("doc_id", "chains", "text").mapInArrow(_sliced, schema)


def copies(pairs: DataFrame, least: int) -> DataFrame:
    """Clusters of what the pairs have in common: (doc_id, start, end, passage, size, similarity).

    Where one pair shares more of a document than another, the document is cut at all ends that were found in it, and
    each piece is a copy for itself: only pieces that cover one another are of one passage, so that a short copy never
    stands for a longer one. Ends within EDGE are one, their median; pieces below `least` bytes are dropped.
    """
    pieces = _pieces(_ends(pairs), _both(pairs), least)
    edges = _edges(pairs, pieces)
    nodes = edges.select(F.inline(F.array(*(F.struct(F.col(name).alias("node"), "similarity") for name in ("x", "y")))))
    nearest = nodes.groupBy("node").agg(F.max("similarity").alias("similarity"))
    labels = clusters(edges.select(F.col("x").alias("doc_id"), F.col("y").alias("other")).distinct())
    named = labels.select(F.col("doc_id").alias("node"), F.col("cluster").alias("passage")).join(nearest, "node")
    sized = named.withColumn("size", F.count("node").over(Window.partitionBy("passage")).cast("int"))
    return sized.join(pieces, "node").select("doc_id", "start", "end", "passage", "size", "similarity")


def _both(pairs: DataFrame) -> DataFrame:
    """(doc_id, start, end) of either side."""
    sides = (("doc_id", "start", "end"), ("other", "other_start", "other_end"))
    named = [F.struct(*(F.col(x).alias(y) for x, y in zip(side, sides[0], strict=True))) for side in sides]
    return pairs.select(F.inline(F.array(*named)))


def _ends(pairs: DataFrame) -> DataFrame:
    """(doc_id, mark): where spans begin and end in a document, those within EDGE of the next as one."""
    marks = _both(pairs).select("doc_id", F.explode(F.array("start", "end")).alias("mark"))
    order = Window.partitionBy("doc_id").orderBy("mark")
    apart = F.coalesce(F.col("mark") - F.lag("mark").over(order) > EDGE, F.lit(True)).cast("int")
    nth = F.sum("apart").over(order.rowsBetween(Window.unboundedPreceding, 0))
    grouped = marks.withColumn("apart", apart).withColumn("nth", nth).groupBy("doc_id", "nth")
    return grouped.agg(F.expr("cast(percentile(mark, 0.5) as int)").alias("mark")).drop("nth")


def _pieces(ends: DataFrame, spans: DataFrame, least: int) -> DataFrame:
    """(node, doc_id, start, end) of what lies between two ends and in a span."""
    after = F.lead("mark").over(Window.partitionBy("doc_id").orderBy("mark"))
    between = ends.select("doc_id", F.col("mark").alias("start"), after.alias("end"))
    long = between.where(F.col("end") - F.col("start") >= least)
    held = spans.select("doc_id", F.col("start").alias("from"), F.col("end").alias("to")).distinct()
    covered = long.join(held, "doc_id").where(f"from <= start + {EDGE} AND to >= end - {EDGE}")
    node = F.concat(F.substring("doc_id", 1, 24), F.lower(F.lpad(F.hex("start"), 8, "0")))
    return covered.select(node.alias("node"), "doc_id", "start", "end").distinct()


def _edges(pairs: DataFrame, pieces: DataFrame) -> DataFrame:
    """(x, y, similarity): pieces of two documents that lie at the same place of what the two share."""
    x = pieces.select("doc_id", F.col("node").alias("x"), F.col("start").alias("x_start"), F.col("end").alias("x_end"))
    y = pieces.select(
        F.col("doc_id").alias("other"),
        F.col("node").alias("y"),
        F.col("start").alias("y_start"),
        F.col("end").alias("y_end"),
    )
    inside = pairs.join(x, "doc_id").where(f"x_start >= start - {EDGE} AND x_end <= end + {EDGE}")
    both = inside.join(y, "other").where(f"y_start >= other_start - {EDGE} AND y_end <= other_end + {EDGE}")

    def apart(end: str) -> str:
        moved = f"other_start + (({end} - start) * cast(other_end - other_start as long)) div (end - start)"
        return f"abs({end.replace('x', 'y')} - ({moved})) <= greatest({EDGE}, (x_end - x_start) div 8)"

    return both.where(f"{apart('x_start')} AND {apart('x_end')}").select("x", "y", "similarity")


def _entries(batches: Iterator[pa.RecordBatch], every: int) -> Iterator[pa.RecordBatch]:
    return passage_runs.entry_batches(batches, every)


def _met(batches: Iterator[pa.RecordBatch], k: int) -> Iterator[pa.RecordBatch]:
    return passage_runs.hit_batches(batches, k)


def _chained(batches: Iterator[pa.RecordBatch], meetings: int) -> Iterator[pa.RecordBatch]:
    return passage_chains.chain_batches(batches, meetings)


def _sliced(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return passage_pairs.slice_batches(batches)


def _pairs(batches: Iterator[pa.RecordBatch], least: int, similarity: float) -> Iterator[pa.RecordBatch]:
    return passage_pairs.pair_batches(batches, least, similarity)
