"""One shard as Parquet: ids and final text side by side, with what is known of each document; and the index files.

The bytes depend on the rows and pyarrow's version alone: one thread, zstd of a fixed level, row groups cut by the size
of their rows, one chunk a column, no time and no name of a machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kvern.shards.form import INDEX, Add, Facts, Form, Piece, told
from kvern.shards.storage import Sink, writing

# A reader of one document reads one row group: 16 MB of text and ids cost .3 s, 64 MB 1.2 s.
GROUP_BYTES = 16_000_000
DETAILS = ("source_id", "source", "tier", "language", "title", "licence", "year")
DETAILS_SCHEMA = pa.schema([(name, pa.int32() if name == "year" else pa.string()) for name in DETAILS])
# Year and licence, so that a build can be summed by them whatever its formats are and however often it is redacted.
SUMMED = pa.schema([(name, DETAILS_SCHEMA.field(name).type) for name in ("year", "licence")])
INDEX_SCHEMA = pa.schema([("doc_id", pa.string()), ("start", pa.int64()), ("count", pa.int32()), *SUMMED])
_ZSTD = 3
_NONE = pa.schema([("doc_id", pa.string()), *SUMMED]).empty_table()


def schema(vocabulary: int) -> pa.Schema:
    """Columns of a shard. `ids` are without end mark, uint16 where the vocabulary allows."""
    token = pa.uint16() if vocabulary <= 1 << 16 else pa.int32()
    return pa.schema([("doc_id", pa.string()), *DETAILS_SCHEMA, ("text", pa.string()), ("ids", pa.list_(token))])


@contextmanager
def shard_files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
    """`add(batch)` appends documents with the columns of `schema`, `text` final. At the end the file is in `facts`."""
    name, columns = form.file("parquet", shard), schema(form.vocabulary)
    held: list[pa.RecordBatch] = []
    seen = [GROUP_BYTES, 0, 0]  # room in the row group, documents, tokens
    with writing(form.root, name) as sink, _writer(sink, columns) as writer:

        def add(piece: Piece) -> None:
            rows = piece.rows.select(columns.names).cast(columns)
            seen[1] += len(rows)
            seen[2] += int(piece.counts.sum())
            for part, closes in _pieces(rows, seen):
                held.append(part)
                if closes:
                    _write(writer, held, columns)

        yield add
        _write(writer, held, columns)
    facts.append(told(name, sink, shard, seen[1], seen[2]))


@contextmanager
def index_files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
    """The build's own index: INDEX_SCHEMA of each document in the shard; tokens count end marks."""
    name = form.file(INDEX, shard)
    known: list[pa.Table] = []
    counts: list[Any] = [np.zeros(0, np.int64)]

    def add(piece: Piece) -> None:
        known.append(_known(piece.rows))
        counts.append(piece.counts)

    yield add
    n = np.concatenate(counts)
    held = pa.concat_tables([_NONE, *known])
    rows = [held["doc_id"], pa.array(np.cumsum(n) - n), pa.array(n.astype(np.int32)), *held.columns[1:]]
    with writing(form.root, name) as sink, _writer(sink, INDEX_SCHEMA) as writer:
        writer.write_table(pa.Table.from_arrays(rows, schema=INDEX_SCHEMA).combine_chunks(), row_group_size=1 << 30)
    facts.append(told(name, sink, shard, len(n), int(n.sum())))


def _known(rows: pa.RecordBatch) -> pa.Table:
    """doc_id and what is SUMMED, null where the rows do not say."""
    told = {name: rows[name] if name in rows.schema.names else pa.nulls(len(rows)) for name in _NONE.schema.names}
    return pa.table(told).cast(_NONE.schema)


def _writer(sink: Sink, columns: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        pa.PythonFile(sink, mode="w"), columns, compression="zstd", compression_level=_ZSTD, use_dictionary=False
    )


def _pieces(rows: pa.RecordBatch, room: list[int]) -> Iterator[tuple[pa.RecordBatch, bool]]:
    """Rows cut where a row group is full, whatever batches they come in: (piece, it closes its group)."""
    sizes = pc.fill_null(pc.binary_length(rows["text"]), 0).to_numpy() + 4 * rows["ids"].value_lengths().to_numpy()
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
