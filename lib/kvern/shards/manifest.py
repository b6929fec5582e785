"""The end of a build: what was written is compared with what was planned, and only then is the manifest written.

`lineage` (recipe, code, versions of the tables read) is what the caller gives: it may differ between two builds whose
shards are the same bytes. Nothing here names a clock, a batch or a host.
"""

import json
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import kvern
from kvern.kernels import sentencepieces
from kvern.shards.build import receipt_name
from kvern.shards.plan import Plan, as_json
from kvern.shards.storage import get, put

NAME = "manifest.json"
MODEL = "tokenizer.model"


class NotAsPlanned(ValueError):
    """What was written is not what was planned: there is no build (exit 1)."""


def finish(
    index: DataFrame, plan: Plan, output: str, tokenizer: sentencepieces.Model, lineage: dict[str, Any]
) -> dict[str, Any]:
    """Write tokenizer.model and manifest.json, and return the manifest. `index` is the stored shard_index.

    NotAsPlanned names the first difference; nothing is published then.
    """
    root = f"{output.rstrip('/')}/{plan.build}"
    per_shard = _per_shard(index.where(F.col("build") == plan.build))
    files = [fact for shard in range(len(plan.cuts)) for fact in _receipt(root, shard)]
    _check(plan, per_shard, files)
    put(root, MODEL, tokenizer.data)
    manifest = {
        "version": 1,
        "generation": 1,
        **as_json(plan),
        "tokenizer": _tokenizer(tokenizer),
        "files": sorted(files, key=lambda each: each["name"]),
        "lineage": {"kvern": kvern.__version__, **lineage},
    }
    put(root, NAME, (json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode())
    return manifest


def _tokenizer(model: sentencepieces.Model) -> dict[str, Any]:
    return {
        "file": MODEL,
        "bytes": len(model.data),
        "sha256": model.sha256,
        "vocabulary": model.vocabulary,
        "eod": sentencepieces.eod_id(model.data),
        "lossless": model.lossless,
        "library": model.library,
    }


def _per_shard(index: DataFrame) -> dict[int, tuple[int, int]]:
    sums = index.groupBy("shard").agg(F.count("*").alias("documents"), F.sum("count").alias("tokens")).toArrow()
    return {row["shard"]: (row["documents"], row["tokens"]) for row in sums.to_pylist()}


def _receipt(root: str, shard: int) -> list[dict[str, Any]]:
    try:
        return list(json.loads(get(root, receipt_name(shard))))
    except FileNotFoundError:
        raise NotAsPlanned(f"shard {shard}: wanted its files, nothing is written: write the shards again") from None


def _check(plan: Plan, per_shard: dict[int, tuple[int, int]], files: list[dict[str, Any]]) -> None:
    totals = tuple(sum(each[i] for each in per_shard.values()) for i in range(2))
    if totals != (plan.documents, plan.tokens):
        raise NotAsPlanned(
            f"planned {plan.documents} documents and {plan.tokens} tokens, the index has {totals[0]} and {totals[1]}: "
            "the tables changed between plan and write; run shards again"
        )
    for fact in files:
        if (fact["documents"], fact["tokens"]) != per_shard.get(fact["shard"]):
            raise NotAsPlanned(f"{fact['name']}: its counts differ from the index; run shards again")
