"""A build read back from its own files: its index, its ids, and a shard's documents, whole or a stretch of them."""

from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Stretch:
    """Documents of a shard that lie together: the first one's position, ids without end marks, text where there is."""

    first: int
    ids: pa.ListArray
    text: pa.Array | None


def index_of(build: Build, shard: int) -> pa.Table:
    """doc_id, start, count of each document in a shard, in order."""
    with storage.opened(build.root, file_name(INDEX, shard)) as file:
        return pq.read_table(file)


def counts_of(index: pa.Table) -> npt.NDArray[np.int64]:
    """Tokens of each document, end mark included."""
    return np.asarray(index["count"].to_numpy(), np.int64)


def ids_at(build: Build, shard: int, position: int, start: int, count: int) -> list[int]:
    """Ids of one document without its end mark, from .bin where there is one, else from Parquet."""
    if "megatron" in build.manifest["formats"]:
        return [int(each) for each in megatron_ids(build, shard, start, count)[:-1]]
    with storage.opened(build.root, file_name("parquet", shard)) as opened:
        file = pq.ParquetFile(opened)
        group, first = _group_of(file, position)
        return list(file.read_row_group(group, columns=["ids"])["ids"][position - first].as_py())


def megatron_ids(build: Build, shard: int, start: int, count: int) -> npt.NDArray[Any]:
    """`count` ids of a .bin from token `start` on."""
    dtype = np.dtype(megatron.CODES[megatron.token_code(build.form.vocabulary)])
    with storage.opened(build.root, file_name("megatron", shard, "bin")) as file:
        return np.frombuffer(file.read_at(count * dtype.itemsize, start * dtype.itemsize), dtype)


def stretch_of(build: Build, shard: int, index: pa.Table) -> Stretch:
    """One row group of Parquet, or of .bin as many documents as a batch takes; which one, the shard's number says."""
    if "parquet" in build.manifest["formats"]:
        with storage.opened(build.root, file_name("parquet", shard)) as opened:
            file = pq.ParquetFile(opened)
            group = shard % file.num_row_groups
            rows = file.read_row_group(group, columns=["ids", "text"]).combine_chunks()
            first = sum(file.metadata.row_group(each).num_rows for each in range(group))
        return Stretch(first, *(rows[name].combine_chunks() for name in ("ids", "text")))
    spans = _spans(counts_of(index))
    first, behind = spans[shard % len(spans)]
    return Stretch(first, _from_megatron(build, shard, index, first, behind)["ids"], None)


def documents(build: Build, shard: int) -> Iterator[pa.RecordBatch]:
    """All documents of a shard in order: doc_id and ids, with the text and its details where there is Parquet."""
    if "parquet" not in build.manifest["formats"]:
        index = index_of(build, shard)
        yield from (_from_megatron(build, shard, index, *span) for span in _spans(counts_of(index)))
        return
    with storage.opened(build.root, file_name("parquet", shard)) as opened:
        file = pq.ParquetFile(opened)
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).combine_chunks().to_batches()


def _group_of(file: pq.ParquetFile, position: int) -> tuple[int, int]:
    """The row group that holds a row, and its first row."""
    first = 0
    for group in range(file.num_row_groups):
        behind = first + file.metadata.row_group(group).num_rows
        if position < behind:
            return group, first
        first = behind
    raise IndexError(f"wanted row {position}, the file has {first} rows")


def _spans(counts: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """[first, behind) of documents that fit a batch together; at least one each."""
    starts, spans, first = np.cumsum(counts) - counts, [], 0
    while first < len(counts):
        behind = max(first + 1, int(np.searchsorted(starts, starts[first] + _BATCH_TOKENS)))
        spans.append((first, behind))
        first = behind
    return spans


def _from_megatron(build: Build, shard: int, index: pa.Table, first: int, behind: int) -> pa.RecordBatch:
    rows = index.slice(first, behind - first).combine_chunks()
    ends = np.cumsum(counts_of(rows))
    ids = megatron_ids(build, shard, rows["start"][0].as_py(), int(ends[-1]))
    offsets = np.concatenate([[0], ends - np.arange(1, len(ends) + 1)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.delete(ids, ends - 1).astype(np.int32)))
    return pa.RecordBatch.from_pydict({"doc_id": rows["doc_id"].combine_chunks(), "ids": lists})
