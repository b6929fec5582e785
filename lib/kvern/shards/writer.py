"""Documents to the files of a shard: all formats and the index in one pass, and a receipt of what was written.

Whatever attempt writes a file writes the same bytes, so a retry or a second copy of a task replaces it by itself.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kvern.kernels.decoding import PieceBytes, decoded
from kvern.kernels.encoding import text_hashes
from kvern.kernels.final_text import edited
from kvern.shards import packed, parquet, raw
from kvern.shards.form import INDEX, RECEIPTS, Facts, Form, piece_of, without_marks
from kvern.shards.storage import opened, put

_FILES = {
    **{kind: raw.shard_files(kind) for kind in ("megatron", "datatrove", "dolma")},
    "mds": packed.mds_files,
    "webdataset": packed.tar_files,
    "parquet": parquet.shard_files,
    INDEX: parquet.index_files,
}


def receipt_name(shard: int) -> str:
    return f"{RECEIPTS}/shard-{shard:05d}.json"


def write_shard(shard: int, batches: Iterable[pa.RecordBatch], form: Form) -> Facts:
    """Write one shard's files. Batches hold doc_id, ids, a document's details, and final text for Parquet."""
    facts: Facts = []
    with ExitStack() as files:
        adds = [files.enter_context(_FILES[each](form, shard, facts)) for each in (*form.formats, INDEX)]
        for batch in batches:
            piece = piece_of(batch, form)
            for add in adds:
                add(piece)
    return sorted(facts, key=lambda each: str(each["name"]))


def written(
    batches: Iterable[pa.RecordBatch], form: Form, pieces: PieceBytes | None = None
) -> Iterator[pa.RecordBatch]:
    """Documents sorted by `shard` and their order in it, to files with a receipt, and to rows of tables.SHARD_INDEX.

    Parquet's text is what the ids say, by the `pieces` of a lossless model; without them batches hold text and edits.
    ValueError where a document's ids hold the end mark.
    """
    for shard, group in groupby(_by_shard(batches), key=lambda each: each[0]):
        facts = write_shard(shard, _with_text((without_marks(rows, form) for _, rows in group), form, pieces), form)
        put(form.root, receipt_name(shard), json.dumps(facts, sort_keys=True, indent=1).encode())
        yield index_rows(form.root, form.build, shard)


def _with_text(batches: Iterable[pa.RecordBatch], form: Form, pieces: PieceBytes | None) -> Iterable[pa.RecordBatch]:
    """Final text beside the ids where a format holds it."""
    if "parquet" not in form.formats:
        return batches
    return edited(batches) if pieces is None else (_decoded(batch, pieces) for batch in batches)


def _decoded(batch: pa.RecordBatch, pieces: PieceBytes) -> pa.RecordBatch:
    text = decoded(batch["ids"], pieces)
    differs = pc.not_equal(text_hashes(text), batch["text_hash"])
    if pc.any(differs).as_py():
        doc_id = batch["doc_id"].filter(differs)[0].as_py()
        raise ValueError(f"{doc_id}: wanted ids of the text that they were made from, got others: run tokens again")
    return batch.append_column("text", text)


def index_rows(root: str, build: str, shard: int) -> pa.RecordBatch:
    """Rows of tables.SHARD_INDEX out of one index file of a build."""
    with opened(root, f"{INDEX}/shard-{shard:05d}.parquet") as file:
        rows = pq.read_table(file).combine_chunks()
    n = len(rows)
    columns: dict[str, Any] = {
        "build": pa.array([build] * n, pa.string()),
        "shard": pa.array(np.full(n, shard, np.int32)),
        "position": pa.array(np.arange(n, dtype=np.int32)),
        **{name: _whole(rows[name]) for name in ("doc_id", "start", "count")},
    }
    return pa.RecordBatch.from_pydict(columns)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays([*column.chunks, pa.array([], column.type)])


def _by_shard(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    for batch in batches:
        numbers = batch["shard"].to_numpy()
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
        for first, behind in pairwise(edges):
            if behind > first:
                yield int(numbers[first]), batch.slice(first, behind - first)
