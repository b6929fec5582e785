"""Which document goes where: buckets of source, language and tier; in each a shuffle by hash, cut into even shards.

The key is xxhash64(seed, doc_id), ties by doc_id: a global shuffle that depends on nothing else. Cuts are quantiles on
a histogram of 2**20 hash slots (within .1 % of exact cumulative sums, measured to 2 M documents). Clusters of near
copies go to training or to validation whole.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.build_params import Phase, Shards
from kvern.shards.held import UNKNOWN
from kvern.shards.parquet import DETAILS

# Raised when the same documents, parameters and model give other bytes.
VERSION = 4
_BITS = 20


@dataclass(frozen=True)
class Bucket:
    """Documents of one source, language, tier and split. cuts[i] is the first hash slot of its shard i."""

    name: str
    source: str
    language: str
    tier: str
    split: str
    cuts: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """A build before it is written; shards are numbered through the buckets. Tokens count end marks.

    `held`: tokens by source, language, tier, year and licence, and inside of `buckets` by year and licence.
    """

    build: str
    seed: int
    shard_tokens: int
    sequence_length: int
    validation: float
    formats: tuple[str, ...]
    buckets: tuple[Bucket, ...]
    documents: int
    tokens: int
    held: dict[str, dict[str, Any]]
    phases: tuple[dict[str, Any], ...]

    @property
    def shards(self) -> tuple[str, ...]:
        """The bucket's name of each shard."""
        return tuple(each.name for each in self.buckets for _ in each.cuts)

    def as_json(self) -> dict[str, Any]:
        """The plan for a manifest."""
        return dict(json.loads(json.dumps(asdict(self))))


def plan(
    rows: DataFrame, kept: DataFrame, params: Shards, name: str, tokenizer: str, given: Sequence[Bucket] = ()
) -> Plan:
    """The plan of one build, from one aggregation; neither text nor ids are read.

    `rows` are `contents`, `kept` the selection; `tokenizer` is the model's SHA-256; `given` are the buckets of an older
    build, whose cuts stay, so that a new document changes its own shard alone. ValueError where the rows are not those
    of the kept documents, or one was encoded by another model.
    """
    found = _histogram(rows, params, tokenizer)
    slots = found.filter(pc.equal(found["kind"], 0))
    documents, others, tokens = (pc.sum(slots[each]).as_py() or 0 for each in ("documents", "foreign", "n"))
    _check_kept(kept, documents, _mixed(slots["ids"]))
    if others:
        raise ValueError(f"wanted tokens of one model, {others} of {documents} have another: run tokens again")
    content = [_mixed(slots[column]) for column in ("rows1", "rows2")]
    kept_cuts = [[each.name, *each.cuts] for each in given]
    return Plan(
        build=f"{name}-{_fingerprint([documents, *content, tokenizer, kept_cuts], params)}",
        seed=params.seed,
        shard_tokens=params.shard_tokens,
        sequence_length=params.sequence_length,
        validation=params.validation,
        formats=tuple(sorted(set(params.formats))),
        buckets=_buckets(slots, params.shard_tokens, given),
        documents=documents,
        tokens=tokens,
        held=_held(found),
        phases=tuple(each.model_dump() for each in params.phases or (Phase(),)),
    )


def _check_kept(selection: DataFrame, documents: int, ids: int) -> None:
    """Tokens are those of the kept documents: as many, and hashes of ids mix to the same. No join is needed."""
    hashed = F.coalesce(F.bit_xor(_row_hash(["doc_id"], 0)), F.lit(0).cast("long"))
    row = selection.where("keep").agg(F.count(F.lit(1)).alias("n"), hashed.alias("ids")).collect()[0]
    if row["n"] != documents:
        raise ValueError(f"wanted tokens of {row['n']} kept documents, got {documents}: run tokens again")
    if row["ids"] != ids:
        raise ValueError(f"wanted tokens of the {documents} kept documents, got those of others: run tokens again")


def _mixed(hashes: pa.ChunkedArray) -> int:
    return int(np.bitwise_xor.reduce(hashes.to_numpy())) if len(hashes) else 0


_BY = ("bucket", "source", "language", "tier", "split")


def _buckets(slots: pa.Table, shard_tokens: int, given: Sequence[Bucket]) -> tuple[Bucket, ...]:
    """Those given, as they are, then the others in order of name."""
    known = {each.name for each in given}
    rows = slots.select([*_BY, "slot", "n"]).sort_by([("bucket", "ascending"), ("slot", "ascending")])
    found = []
    for each in rows.group_by(_BY, use_threads=False).aggregate([]).to_pylist():
        if each["bucket"] not in known:
            mine = rows.filter(pc.equal(rows["bucket"], each["bucket"]))
            sizes = zip(mine["slot"].to_pylist(), mine["n"].to_pylist(), strict=True)
            known_by = {name: each[name] for name in _BY[1:]}
            found.append(Bucket(each["bucket"], **known_by, cuts=cuts(sizes, shard_tokens)))
    return (*given, *sorted(found, key=lambda bucket: bucket.name))


def _held(found: pa.Table) -> dict[str, dict[str, Any]]:
    """Tokens by what is known of documents; `unknown` where it is not."""
    slots = found.filter(pc.equal(found["kind"], 0))
    held: dict[str, dict[str, Any]] = {key: _sums(slots, key) for key in ("source", "language", "tier")}
    inside: dict[str, dict[str, dict[str, int]]] = {}
    for kind, key in ((1, "year"), (2, "licence")):
        rows = found.filter(pc.equal(found["kind"], kind))
        held[key] = _sums(rows, key)
        for name in rows["bucket"].unique().to_pylist():
            inside.setdefault(name, {})[key] = _sums(rows.filter(pc.equal(rows["bucket"], name)), key)
    return {**held, "buckets": inside}


def _sums(rows: pa.Table, key: str) -> dict[str, int]:
    totals = rows.group_by(key).aggregate([("n", "sum")]).to_pylist()
    return dict(sorted((UNKNOWN if row[key] is None else str(row[key]), row["n_sum"]) for row in totals))


def cuts(histogram: Iterable[tuple[int, int]], shard_tokens: int) -> tuple[int, ...]:
    """First slot of each shard, from (slot, tokens) in order. Every shard holds something; the first is from 0.

    A cut stands before the slot whose middle passes the next boundary. Documents are never cut.
    """
    rows = list(histogram)
    total = sum(n for _, n in rows)
    shards = max(1, (2 * total + shard_tokens) // (2 * shard_tokens))
    found, before, boundary = [0][: len(rows)], 0, 1
    for slot, n in rows:
        passed = boundary
        while passed < shards and (2 * before + n) * shards >= 2 * total * passed:
            passed += 1
        if passed > boundary and before > 0:
            found.append(slot)
        boundary = passed
        before += n
    return tuple(found)


def placed(rows: DataFrame, plan: Plan) -> DataFrame:
    """The contents with `shard`, one task a shard, in the order that the files have."""
    keyed = rows.withColumns({"key": _key(plan.seed), "slot": _slot(plan.seed)}).withColumn("shard", _shard(plan))
    spread = keyed.repartitionById(max(1, len(plan.shards)), "shard")
    return spread.sortWithinPartitions("shard", "key", "doc_id").drop("key", "slot", "bucket", "split")


def _shard(plan: Plan) -> Column:
    """The number before the bucket's first shard, and the shards in it that start at the slot or before."""
    shard, first = F.lit(0), 0
    for each in plan.buckets:
        bounds = F.array(*(F.lit(cut) for cut in each.cuts)) if each.cuts else F.array().cast("array<int>")
        within = first - 1 + F.size(F.filter(bounds, lambda cut: cut <= F.col("slot")))
        shard = F.when(F.col("bucket") == each.name, within).otherwise(shard)
        first += len(each.cuts)
    return shard.cast("int")


def _key(seed: int) -> Column:
    return F.xxhash64(F.lit(seed).cast("long"), F.col("doc_id"))


def _slot(seed: int) -> Column:
    """The upper bits of the key, from 0 on, in the same order as the (signed) key."""
    return (F.shiftright(_key(seed), 64 - _BITS) + (1 << (_BITS - 1))).cast("int")


def _histogram(rows: DataFrame, params: Shards, tokenizer: str) -> pa.Table:
    """In one pass: tokens, documents, those of another model and mixed row hashes of each hash slot of a bucket
    (kind 0), and its tokens by year (1) and by licence (2)."""
    columns = ["doc_id", "text_hash", "bucket", *DETAILS]
    narrow = rows.select(
        *(*_BY, "year", "licence", _slot(params.seed).alias("slot")),
        (F.col("count") + 1).cast("long").alias("n"),
        (F.col("tokenizer") != tokenizer).alias("other"),
        _row_hash(["doc_id"], 0).alias("id_hash"),
        *(_row_hash(columns, salt).alias(f"hash{salt}") for salt in (1, 2)),
    )
    sets = [[*_BY, "slot"], ["bucket", "year"], ["bucket", "licence"]]
    kind = F.when(F.grouping("slot") == 0, 0).when(F.grouping("year") == 0, 1).otherwise(2)
    return (
        narrow.groupingSets(sets, *_BY, "slot", "year", "licence")
        .agg(
            kind.alias("kind"),
            F.sum("n").alias("n"),
            F.count(F.lit(1)).alias("documents"),
            F.count_if("other").alias("foreign"),
            F.bit_xor("id_hash").alias("ids"),
            *(F.bit_xor(f"hash{salt}").alias(f"rows{salt}") for salt in (1, 2)),
        )
        .toArrow()
    )


def _row_hash(columns: list[str], salt: int) -> Column:
    """Mixed by exclusive or, which knows no order and no overflow; a doc_id stands in one row. Nulls count."""
    return F.xxhash64(F.lit(salt), *columns, *(F.isnull(column) for column in columns))


def _fingerprint(content: list[object], params: Shards) -> str:
    """12 hex digits over the documents, the parameters and the model: not batches, phases or the recipe's wording."""
    # pyarrow writes its version into a Parquet file, the index too; gzip's bytes are zlib's.
    versions = [VERSION, pa.__version__, zlib.ZLIB_RUNTIME_VERSION if "dolma" in params.formats else ""]
    packed = params.sequence_length if "mds" in params.formats else 0
    settings = [params.seed, params.shard_tokens, sorted(set(params.formats)), params.validation, packed]
    return hashlib.sha256(json.dumps([content, settings, versions]).encode()).hexdigest()[:12]
