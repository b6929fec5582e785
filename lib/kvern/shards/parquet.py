"""One shard as Parquet for Hugging Face readers: ids and text side by side, with what is known of each document.

The bytes depend on the rows alone: one thread, zstd of a fixed level, row groups cut by the size of their rows,
one chunk a column, no time and no name of a machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kvern.shards.megatron import Add, told
from kvern.shards.storage import writing

GROUP_BYTES = 64_000_000
_ZSTD = 3


def schema(vocabulary: int) -> pa.Schema:
    """Columns of a shard. `ids` are without end mark, uint16 where the vocabulary allows."""
    token = pa.uint16() if vocabulary <= 1 << 16 else pa.int32()
    text = ("source_id", "source", "tier", "language", "title", "licence")
    fields = [("doc_id", pa.string()), *((name, pa.string()) for name in text), ("year", pa.int32())]
    return pa.schema([*fields, ("text", pa.string()), ("ids", pa.list_(token))])


@contextmanager
def shard_files(root: str, shard: int, vocabulary: int, facts: list[dict[str, Any]]) -> Iterator[Add]:
    """`add(batch)` appends documents with the columns of `schema`, `text` final. At the end the file is in `facts`."""
    name, columns = f"parquet/shard-{shard:05d}.parquet", schema(vocabulary)
    held: list[pa.RecordBatch] = []
    lengths: list[Any] = []
    room = [GROUP_BYTES]
    with writing(root, name) as sink:
        # pyarrow closes what it is given; the sink's file is closed by its own block.
        stream = pa.PythonFile(_Unclosed(sink.write), mode="w")
        options = {"compression": "zstd", "compression_level": _ZSTD, "use_dictionary": False, "store_schema": True}
        with pq.ParquetWriter(stream, columns, **options) as writer:

            def add(batch: pa.RecordBatch) -> None:
                rows = batch.select(columns.names).cast(columns)
                lengths.append(rows["ids"].value_lengths().to_numpy().astype(np.int64) + 1)
                for piece, closes in _pieces(rows, room):
                    held.append(piece)
                    if closes:
                        _write(writer, held, columns)

            yield add
            _write(writer, held, columns)
    facts.append(told(name, sink, shard, np.concatenate(lengths) if lengths else np.zeros(0, np.int64)))


def _pieces(rows: pa.RecordBatch, room: list[int]) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Rows cut where a row group is full, whatever batches they come in: (piece, it closes its group)."""
    sizes = pc.binary_length(rows["text"]).to_numpy() + 4 * rows["ids"].value_lengths().to_numpy()
    first = 0
    for row, size in enumerate(sizes.tolist()):
        room[0] -= size
        if room[0] <= 0:
            yield rows.slice(first, row + 1 - first), True
            first, room[0] = row + 1, GROUP_BYTES
    if first < rows.num_rows:
        yield rows.slice(first), False


def _write(writer: pq.ParquetWriter, held: list[pa.RecordBatch], columns: pa.Schema) -> None:
    if held:
        writer.write_table(pa.Table.from_batches(held, columns).combine_chunks(), row_group_size=1 << 30)
        held.clear()
