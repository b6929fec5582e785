"""A build read back from its own files: its index, its ids, and a shard's documents, whole or a stretch of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from kvern.kernels import dolma
from kvern.shards import packed, storage
from kvern.shards.form import INDEX, Form
from kvern.shards.manifest import Build
from kvern.shards.parquet import DETAILS_SCHEMA, SUMMED

_BATCH_TOKENS = 1_000_000


@dataclass(frozen=True)
class Stretch:
    """Documents of a shard that lie together: the first one's position, ids without end marks, text where there is."""

    first: int
    ids: pa.ListArray
    text: pa.Array | None


def index_of(build: Build, shard: int) -> pa.Table:
    """doc_id, start, count of each document in a shard, in order."""
    with storage.opened(build.root, build.form.file(INDEX, shard)) as file:
        return pq.read_table(file)


def counts_of(index: pa.Table) -> npt.NDArray[np.int64]:
    """Tokens of each document, end mark included."""
    return np.asarray(index["count"].to_numpy(), np.int64)


def ids_at(build: Build, shard: int, position: int, start: int, count: int) -> list[int]:
    """Ids of one document without its end mark, from the quickest format that the build has."""
    kind = next(each for each in _READERS if each in build.manifest["formats"])
    if kind != "parquet":
        return [int(each) for each in stream(build, shard, kind, start, count)[:-1]]
    with storage.opened(build.root, build.form.file("parquet", shard)) as opened:
        file = pq.ParquetFile(opened)
        group, first = _group_of(file, position)
        return list(file.read_row_group(group, columns=["ids"])["ids"][position - first].as_py())


def stream(build: Build, shard: int, kind: str, start: int, count: int) -> npt.NDArray[Any]:
    """`count` ids of a shard in one format from token `start` on, end marks among them. Not of Parquet."""
    with storage.opened(build.root, build.form.file(kind, shard)) as file:
        return _READERS[kind](file, build.form, kind, start, count)


def _raw(file: Any, form: Form, kind: str, start: int, count: int) -> npt.NDArray[Any]:
    dtype = form.dtype(kind)
    return np.frombuffer(file.read_at(count * dtype.itemsize, start * dtype.itemsize), dtype)


def _mds(file: Any, form: Form, _: str, start: int, count: int) -> npt.NDArray[Any]:
    return packed.mds_ids(file, form, start, count)


def _tar(file: Any, form: Form, kind: str, start: int, count: int) -> npt.NDArray[Any]:
    """A tar has no index: its headers are read up to the last token that is wanted."""
    return packed.tar_ids(file, form.dtype(kind), start, count)


# The quickest first.
_READERS: dict[str, Any] = {
    "megatron": _raw, "datatrove": _raw, "dolma": _raw, "mds": _mds, "parquet": None, "webdataset": _tar,
}  # fmt: skip


def stretch_of(build: Build, shard: int, index: pa.Table) -> Stretch:
    """One row group of Parquet, or as many documents as a batch takes; which one, the shard's number says."""
    if "parquet" in build.manifest["formats"]:
        with storage.opened(build.root, build.form.file("parquet", shard)) as opened:
            file = pq.ParquetFile(opened)
            group = shard % file.num_row_groups
            rows = file.read_row_group(group, columns=["ids", "text"]).combine_chunks()
            first = sum(file.metadata.row_group(each).num_rows for each in range(group))
        return Stretch(first, *(rows[name].combine_chunks() for name in ("ids", "text")))
    spans = _spans(counts_of(index))
    first, behind = spans[shard % len(spans)]
    return Stretch(first, _from_stream(build, shard, index, first, behind)["ids"], None)


def documents(build: Build, shard: int) -> Iterator[pa.RecordBatch]:
    """All documents of a shard in order: doc_id and ids, and what else its formats can be written again with."""
    if "parquet" in build.manifest["formats"]:
        with storage.opened(build.root, build.form.file("parquet", shard)) as opened:
            file = pq.ParquetFile(opened)
            for group in range(file.num_row_groups):
                yield from file.read_row_group(group).combine_chunks().to_batches()
        return
    index = index_of(build, shard)
    details = _details(build, shard, index)
    for first, behind in _spans(counts_of(index)):
        rows = _from_stream(build, shard, index, first, behind)
        beside = details.slice(first, behind - first).combine_chunks()
        columns = {name: _one(beside[name]) for name in beside.column_names}
        yield pa.RecordBatch.from_pydict({"doc_id": rows["doc_id"], "ids": rows["ids"], **columns})


def _details(build: Build, shard: int, index: pa.Table) -> pa.Table:
    """What a build without Parquet knows of its documents: all of it from WebDataset, else what the index sums, and
    their own id from Dolma."""
    formats = build.manifest["formats"]
    if "webdataset" in formats:
        with storage.opened(build.root, build.form.file("webdataset", shard)) as file:
            known = [each for each, _ in packed.tar_rows(file)]
        return pa.Table.from_pylist(known, DETAILS_SCHEMA)
    summed = index.select([name for name in SUMMED.names if name in index.column_names])
    if "dolma" in formats:
        rows = dolma.read_table(storage.get(build.root, build.form.file("dolma", shard, "csv.gz")))
        return summed.append_column("source_id", rows["source_id"])
    return summed


def _one(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


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


def _from_stream(build: Build, shard: int, index: pa.Table, first: int, behind: int) -> pa.RecordBatch:
    kind = next(each for each in _READERS if each in build.manifest["formats"] and each != "parquet")
    rows = index.slice(first, behind - first).combine_chunks()
    ends = np.cumsum(counts_of(rows))
    ids = stream(build, shard, kind, rows["start"][0].as_py(), int(ends[-1]))
    offsets = np.concatenate([[0], ends - np.arange(1, len(ends) + 1)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.delete(ids, ends - 1).astype(np.int32)))
    return pa.RecordBatch.from_pydict({"doc_id": rows["doc_id"].combine_chunks(), "ids": lists})
