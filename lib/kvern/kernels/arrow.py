"""Views of Arrow buffers for compiled kernels, and rows back into record batches."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Spark's own limit for one Arrow message is 64 MB; text columns stay well below it.
BATCH_BYTES = 16_000_000
BATCH_ROWS = 10_000


def utf8_view(column: pa.Array) -> tuple[Bytes, Offsets]:
    """The bytes of a (large) string or binary array and the n + 1 offsets into them, without a copy of the bytes.

    Works on slices; a null is a span of length 0. Offsets are absolute positions in the returned bytes.
    """
    wide = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    _, starts, data = column.buffers()
    if len(column) == 0 or starts is None:
        return np.zeros(0, np.uint8), np.zeros(len(column) + 1, np.int64)
    offsets = np.frombuffer(starts, np.int64 if wide else np.int32)
    spans: Offsets = offsets[column.offset : column.offset + len(column) + 1].astype(np.int64)
    return (np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)), spans


def batches(rows: Iterable[dict[str, Any]], schema: pa.Schema, weigh: str = "text") -> Iterator[pa.RecordBatch]:
    """Rows gathered into record batches of at most about BATCH_BYTES of column `weigh`, or BATCH_ROWS rows.

    A generator: memory holds one batch. Missing keys become nulls; keys the schema does not have are dropped.
    """
    held: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row.get(weigh) or "")
        if size >= BATCH_BYTES or len(held) >= BATCH_ROWS:
            yield pa.RecordBatch.from_pylist(held, schema=schema)
            held, size = [], 0
    if held:
        yield pa.RecordBatch.from_pylist(held, schema=schema)
