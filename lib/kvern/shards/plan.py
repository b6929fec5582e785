"""Which document goes where: a shuffle by hash, cut into shards of near-equal tokens, named by what decides the bytes.

The key is xxhash64(seed, doc_id), ties by doc_id: a global shuffle that depends on nothing else. Cuts are quantiles on
a histogram of 2**20 hash buckets (sizes within .1 % of exact cumulative sums, measured to 2 M documents).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.recipe import Shards

_BITS = 20
_DETAILS = ("source_id", "language", "source", "tier", "title", "year", "licence")


@dataclass(frozen=True)
class Plan:
    """A build before it is written. cuts[i] is the first hash bucket of shard i; tokens count end marks."""

    build: str
    seed: int
    shard_tokens: int
    formats: tuple[str, ...]
    cuts: tuple[int, ...]
    documents: int
    tokens: int
    tokenizer: str


def contents(documents: DataFrame, tokens: DataFrame, selection: DataFrame, eligibility: DataFrame) -> DataFrame:
    """All that shards hold: a row for each kept document that has tokens; `text` is still the document's own.

    doc_id, ids, text_hash, tokenizer, edits, text, source_id, language, source, tier, title, year, licence.
    """
    keep = selection.where("keep").select("doc_id")
    held = documents.select("doc_id", "text", "source_id", "source", "title", "year", "licence")
    judged = eligibility.select("doc_id", "language", "tier")
    encoded = tokens.select("doc_id", "ids", "text_hash", "tokenizer", "edits").join(keep, "doc_id", "left_semi")
    return encoded.join(held, "doc_id").join(judged, "doc_id")


def plan(contents: DataFrame, params: Shards, tokenizer: str) -> Plan:
    """The plan of one build. Two narrow aggregations run; text and ids are not read, but for the ids' lengths.

    `tokenizer` is the model's sha256. ValueError where documents were encoded by another model.
    """
    counts = contents.select(_bucket(params.seed).alias("bucket"), _count().alias("n"))
    histogram = counts.groupBy("bucket").agg(F.sum("n").alias("n"), F.count("*").alias("documents")).toArrow()
    rows = sorted(zip(*(histogram[name].to_pylist() for name in ("bucket", "n", "documents")), strict=True))
    total = sum(n for _, n, _ in rows)
    return Plan(
        build=f"{params.build}-{_fingerprint(contents, params, tokenizer)}",
        seed=params.seed,
        shard_tokens=params.shard_tokens,
        formats=tuple(sorted(params.formats)),
        cuts=cuts([(bucket, n) for bucket, n, _ in rows], params.shard_tokens),
        documents=sum(documents for _, _, documents in rows),
        tokens=total,
        tokenizer=tokenizer,
    )


def cuts(histogram: Iterable[tuple[int, int]], shard_tokens: int) -> tuple[int, ...]:
    """First bucket of each shard, from (bucket, tokens) in order. Every shard holds something; the first is from 0.

    A cut stands before the bucket whose middle passes the next boundary. Documents are never cut.
    """
    rows = list(histogram)
    total = sum(n for _, n in rows)
    shards = max(1, (2 * total + shard_tokens) // (2 * shard_tokens))
    found, before, boundary = [0][: len(rows)], 0, 1
    for bucket, n in rows:
        passed = boundary
        while passed < shards and (2 * before + n) * shards >= 2 * total * passed:
            passed += 1
        if passed > boundary and before > 0:
            found.append(bucket)
        boundary = passed
        before += n
    return tuple(found)


def placed(contents: DataFrame, plan: Plan) -> DataFrame:
    """The contents with `shard`, one task a shard, in the order that the files have."""
    bounds = F.array(*(F.lit(cut) for cut in plan.cuts)) if plan.cuts else F.array().cast("array<int>")
    bucket = _bucket(plan.seed)
    shard = (F.size(F.filter(bounds, lambda cut: cut <= F.col("bucket"))) - 1).cast("int")
    keyed = contents.withColumns({"key": _key(plan.seed), "bucket": bucket}).withColumn("shard", shard)
    spread = keyed.repartitionById(max(1, len(plan.cuts)), "shard")
    return spread.sortWithinPartitions("shard", "key", "doc_id").drop("key", "bucket")


def _key(seed: int) -> Column:
    return F.xxhash64(F.lit(seed).cast("long"), F.col("doc_id"))


def _bucket(seed: int) -> Column:
    return F.shiftrightunsigned(_key(seed), 64 - _BITS).cast("int")


def _count() -> Column:
    return (F.size("ids") + 1).cast("long")


def _fingerprint(contents: DataFrame, params: Shards, tokenizer: str) -> str:
    """12 hex digits over the documents, the parameters and the model: not batches, not the recipe's wording."""
    columns = ["doc_id", "text_hash", "tokenizer", *(_DETAILS if "parquet" in params.formats else ())]
    row_hash = F.xxhash64(*columns, *(F.isnull(column) for column in columns)).cast("decimal(38,0)")
    foreign = F.count_if(F.col("tokenizer") != tokenizer)
    found = contents.agg(F.count("*"), F.sum(row_hash).cast("string"), foreign).toArrow().to_pylist()[0]
    count, total, others = found.values()
    if others:
        raise ValueError(f"wanted tokens of one model, {others} of {count} documents have another: run tokens again")
    decides = {"documents": count, "sum": total, "tokenizer": tokenizer, "params": params.model_dump(mode="json")}
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:12]


def as_json(plan: Plan) -> dict[str, object]:
    """The plan for a manifest."""
    return {**asdict(plan), "cuts": list(plan.cuts), "formats": list(plan.formats)}
