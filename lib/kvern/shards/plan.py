"""Which document goes where: a shuffle by hash, cut into shards of near-equal tokens, named by what decides the bytes.

The key is xxhash64(seed, doc_id), ties by doc_id: a global shuffle that depends on nothing else. Cuts are quantiles on
a histogram of 2**20 hash buckets (within .1 % of exact cumulative sums, measured to 2 M documents).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.params import Shards
from kvern.shards.parquet import DETAILS

# Raised when the same documents, parameters and model give other bytes.
VERSION = 1
_BITS = 20


@dataclass(frozen=True)
class Inputs:
    """The tables that shards are made from, as their contracts have them."""

    documents: DataFrame
    tokens: DataFrame
    selection: DataFrame
    eligibility: DataFrame


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

    def as_json(self) -> dict[str, object]:
        """The plan for a manifest."""
        return {**asdict(self), "cuts": list(self.cuts), "formats": list(self.formats)}


def contents(inputs: Inputs, formats: Iterable[str]) -> DataFrame:
    """All that shards hold: a row for each kept document: doc_id, ids, text_hash, tokenizer.

    For Parquet also its details, edits and text, which is still the document's own. Without it no text is read.
    """
    keep = inputs.selection.where("keep").select("doc_id")
    encoded = inputs.tokens.select("doc_id", "ids", "text_hash", "tokenizer", "edits").join(keep, "doc_id", "left_semi")
    if "parquet" not in formats:
        return encoded.drop("edits")
    held = inputs.documents.select("doc_id", "text", "source_id", "source", "title", "year", "licence")
    judged = inputs.eligibility.select("doc_id", "language", "tier")
    return encoded.join(held, "doc_id").join(judged, "doc_id")


def plan(
    rows: DataFrame, kept: DataFrame, params: Shards, name: str, tokenizer: str, given: tuple[int, ...] | None = None
) -> Plan:
    """The plan of one build, from one aggregation; text is not read, ids only for their lengths.

    `rows` are `contents`, `kept` the selection; `tokenizer` is the model's SHA-256; `given` are the cuts of an older
    build, so that a new document changes its own shard alone. ValueError where a kept document has no row, or was
    encoded by another model.
    """
    found = _histogram(rows, params, tokenizer).to_pylist()
    documents, others = (sum(each[column] for each in found) for column in ("documents", "foreign"))
    if (wanted := kept.where("keep").count()) != documents:
        raise ValueError(f"wanted tokens of {wanted} kept documents, got {documents}: run tokens again")
    if others:
        raise ValueError(f"wanted tokens of one model, {others} of {documents} have another: run tokens again")
    sums = [str(sum(each[column] for each in found)) for column in ("sum1", "sum2")]
    sizes = sorted((each["bucket"], each["n"]) for each in found)
    return Plan(
        build=f"{name}-{_fingerprint([documents, *sums, tokenizer, given], params)}",
        seed=params.seed,
        shard_tokens=params.shard_tokens,
        formats=tuple(sorted(set(params.formats))),
        cuts=cuts(sizes, params.shard_tokens) if given is None else given,
        documents=documents,
        tokens=sum(n for _, n in sizes),
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


def placed(rows: DataFrame, plan: Plan) -> DataFrame:
    """The contents with `shard`, one task a shard, in the order that the files have."""
    bounds = F.array(*(F.lit(cut) for cut in plan.cuts)) if plan.cuts else F.array().cast("array<int>")
    shard = (F.size(F.filter(bounds, lambda cut: cut <= F.col("bucket"))) - 1).cast("int")
    keyed = rows.withColumns({"key": _key(plan.seed), "bucket": _bucket(plan.seed)}).withColumn("shard", shard)
    spread = keyed.repartitionById(max(1, len(plan.cuts)), "shard")
    return spread.sortWithinPartitions("shard", "key", "doc_id").drop("key", "bucket")


def _key(seed: int) -> Column:
    return F.xxhash64(F.lit(seed).cast("long"), F.col("doc_id"))


def _bucket(seed: int) -> Column:
    """The upper bits of the key, from 0 on, in the same order as the (signed) key."""
    return (F.shiftright(_key(seed), 64 - _BITS) + (1 << (_BITS - 1))).cast("int")


def _histogram(rows: DataFrame, params: Shards, tokenizer: str) -> pa.Table:
    """For each hash bucket: tokens, documents, those of another model, and sums of row hashes."""
    columns = ["doc_id", "text_hash", *(DETAILS if "parquet" in params.formats else ())]
    return (
        rows.groupBy(_bucket(params.seed).alias("bucket"))
        .agg(
            F.sum((F.size("ids") + 1).cast("long")).alias("n"),
            F.count(F.lit(1)).alias("documents"),
            F.count_if(F.col("tokenizer") != tokenizer).alias("foreign"),
            *(_sum_of_hashes(columns, salt).alias(f"sum{salt}") for salt in (1, 2)),
        )
        .toArrow()
    )


def _sum_of_hashes(columns: list[str], salt: int) -> Column:
    """An order-free sum of row hashes; decimals, because 64-bit sums overflow. Nulls count."""
    row = F.xxhash64(F.lit(salt), *columns, *(F.isnull(column) for column in columns))
    return F.sum(row.cast("decimal(38,0)"))


def _fingerprint(content: list[object], params: Shards) -> str:
    """12 hex digits over the documents, the parameters and the model: not batches, not the recipe's wording."""
    # pyarrow writes its version into a Parquet file.
    versions = [VERSION, pa.__version__ if "parquet" in params.formats else ""]
    settings = [params.seed, params.shard_tokens, sorted(set(params.formats))]
    return hashlib.sha256(json.dumps([content, settings, versions]).encode()).hexdigest()[:12]
