"""Shards out of their contents: one task a shard, all formats in one pass, and the index as the task's rows.

Whatever attempt writes a file writes the same bytes, so a retry or a second copy of a task replaces it by itself.
Beside the files a shard leaves a receipt (names, sizes, hashes); `manifest.finish` gathers them.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from kvern import tables
from kvern.kernels.final_text import edited
from kvern.shards import megatron, parquet
from kvern.shards.plan import Plan, placed
from kvern.shards.storage import put


def receipt_name(shard: int) -> str:
    return f"receipts/shard-{shard:05d}.json"


def shards(contents: DataFrame, plan: Plan, output: str, eod: int, vocabulary: int) -> DataFrame:
    """tables.SHARD_INDEX of a build; whoever stores it writes the shards under <output>/<build>. Store it once.

    An unstored frame would write the shards again with every action.
    """
    build, formats, root = plan.build, plan.formats, f"{output.rstrip('/')}/{plan.build}"

    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return written(batches, build, root, formats, eod, vocabulary)

    columns = ["shard", "doc_id", "ids"]
    if "parquet" in formats:
        columns += ["edits", *(name for name in parquet.schema(vocabulary).names if name not in columns)]
    return placed(contents, plan).select(*columns).mapInArrow(write, tables.SHARD_INDEX.ddl)


def written(
    batches: Iterable[pa.RecordBatch], build: str, root: str, formats: tuple[str, ...], eod: int, vocabulary: int
) -> Iterator[pa.RecordBatch]:
    """Documents sorted by `shard` and their order in it, to files under `root` and rows of tables.SHARD_INDEX."""
    for shard, pieces in groupby(_by_shard(batches), key=lambda each: each[0]):
        facts: list[dict[str, Any]] = []
        ids, counts = [], []
        with ExitStack() as open_files:
            adds = [open_files.enter_context(_files(name, root, shard, eod, vocabulary, facts)) for name in formats]
            for _, piece in pieces:
                final = next(edited([piece])) if "parquet" in formats else piece
                for add in adds:
                    add(final)
                ids.append(piece["doc_id"])
                counts.append(piece["ids"].value_lengths().to_numpy() + 1)
        facts.sort(key=lambda each: each["name"])
        put(root, receipt_name(shard), json.dumps(facts, sort_keys=True, indent=1).encode())
        yield _index(build, shard, pa.concat_arrays(ids), np.concatenate(counts).astype(np.int64))


def _files(name: str, root: str, shard: int, eod: int, vocabulary: int, facts: list[dict[str, Any]]) -> Any:
    if name == "megatron":
        return megatron.shard_files(root, shard, eod, vocabulary, facts)
    return parquet.shard_files(root, shard, vocabulary, facts)


def _by_shard(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    for batch in batches:
        numbers = batch["shard"].to_numpy()
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
        for first, behind in zip(edges, edges[1:], strict=False):
            if behind > first:
                yield int(numbers[first]), batch.slice(first, behind - first)


def _index(build: str, shard: int, ids: pa.Array, counts: Any) -> pa.RecordBatch:
    n = len(counts)
    columns = {
        "build": pa.array([build] * n, pa.string()),
        "shard": pa.array(np.full(n, shard, np.int32)),
        "position": pa.array(np.arange(n, dtype=np.int32)),
        "doc_id": ids,
        "start": pa.array(np.cumsum(counts) - counts),
        "count": pa.array(counts.astype(np.int32)),
    }
    return pa.RecordBatch.from_pydict(columns)
