"""A build read back from its own files: its index, its ids, and all of a shard's documents."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from kvern.kernels import megatron
from kvern.shards import storage
from kvern.shards.form import INDEX, file_name
from kvern.shards.manifest import Build

_BATCH_TOKENS = 4_000_000


def index_of(build: Build, shard: int) -> pa.Table:
    """doc_id, start, count of each document in a shard, in order."""
    with storage.opened(build.root, file_name(INDEX, shard)) as file:
        return pq.read_table(file)


def counts_of(index: pa.Table) -> npt.NDArray[np.int64]:
    """Tokens of each document, end mark included."""
    return np.asarray(index["count"].to_numpy(), np.int64)


def ids_at(build: Build, shard: int, position: int, start: int, count: int) -> npt.NDArray[Any]:
    """Ids of one document without its end mark, from .bin where there is one, else from Parquet."""
    if "megatron" in build.manifest["formats"]:
        return megatron_ids(build, shard, start, count)[:-1]
    return np.asarray(parquet_row(build, shard, position, ["ids"])["ids"].values.to_numpy())


def megatron_ids(build: Build, shard: int, start: int, count: int) -> npt.NDArray[Any]:
    """`count` ids of a .bin from token `start` on."""
    dtype = np.dtype(megatron.CODES[megatron.token_code(build.form.vocabulary)])
    with storage.opened(build.root, file_name("megatron", shard, "bin")) as file:
        return np.frombuffer(file.read_at(count * dtype.itemsize, start * dtype.itemsize), dtype)


def parquet_row(build: Build, shard: int, position: int, columns: list[str]) -> dict[str, Any]:
    """One row of a Parquet shard, Arrow scalars by column; only its row group is read."""
    with storage.opened(build.root, file_name("parquet", shard)) as opened:
        file = pq.ParquetFile(opened)
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).num_rows
            if position < size:
                rows = file.read_row_group(group, columns=columns)
                return {name: rows[name][position] for name in columns}
            position -= size
    raise IndexError(f"shard {shard}: wanted row {position} more than it has")


def documents(build: Build, shard: int) -> Iterator[pa.RecordBatch]:
    """All documents of a shard in order: doc_id and ids, with the text and its details where there is Parquet."""
    if "parquet" not in build.manifest["formats"]:
        yield from _from_megatron(build, shard)
        return
    with storage.opened(build.root, file_name("parquet", shard)) as opened:
        file = pq.ParquetFile(opened)
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).combine_chunks().to_batches()


def _from_megatron(build: Build, shard: int) -> Iterator[pa.RecordBatch]:
    index = index_of(build, shard)
    counts, names = counts_of(index), index["doc_id"].combine_chunks()
    starts = np.cumsum(counts) - counts
    first = 0
    while first < len(counts):
        behind = max(first + 1, int(np.searchsorted(starts, starts[first] + _BATCH_TOKENS)))
        yield _batch(build, shard, names.slice(first, behind - first), int(starts[first]), counts[first:behind])
        first = behind


def _batch(build: Build, shard: int, names: Any, start: int, counts: npt.NDArray[np.int64]) -> pa.RecordBatch:
    ids = megatron_ids(build, shard, start, int(counts.sum()))
    ends = np.cumsum(counts)
    values = np.delete(ids, ends - 1).astype(np.int32)
    offsets = np.concatenate([[0], ends - np.arange(1, len(ends) + 1)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
    doc_ids = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    return pa.RecordBatch.from_pydict({"doc_id": doc_ids, "ids": lists})
