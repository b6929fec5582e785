"""Ids of a lossless SentencePiece model back to text: the bytes of its pieces, one after the other.

A lossless model neither adds nor removes anything at decoding (`sentencepieces.why_not_lossless`), so this gives what
the library gives, without a Python string for each document.
"""

# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import sentencepieces
from kvern.kernels.compiled import compiled

_NORMAL, _USER, _BYTE = 1, 4, 6


class PieceBytes(NamedTuple):
    """What each id stands for: data[starts[id] : starts[id + 1]] (uint8, int64)."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]


def piece_bytes(model: bytes) -> PieceBytes:
    """The text of each piece; control pieces have none. ValueError for a model that is not lossless."""
    if reasons := sentencepieces.why_not_lossless(model):
        raise ValueError(f"wanted a lossless model, this one {', '.join(reasons)}")
    found = [_bytes_of(each) for each in sentencepieces.proto_of(model).pieces]
    starts = np.cumsum([0, *(len(each) for each in found)], dtype=np.int64)
    return PieceBytes(np.frombuffer(b"".join(found), np.uint8), starts)


def _bytes_of(piece: Any) -> bytes:
    if piece.type == _BYTE:
        return bytes([int(piece.piece[3:5], 16)])  # <0xA5>
    if piece.type in (_NORMAL, _USER):
        return str(piece.piece).replace("\u2581", " ").encode()
    return b""


def decoded(ids: pa.ListArray, pieces: PieceBytes) -> pa.Array:
    """The text of each document (string), from its ids (list<int32>, none of them null)."""
    values = ids.flatten().to_numpy().astype(np.int32, copy=False)
    tokens = np.concatenate(([0], np.cumsum(ids.value_lengths().to_numpy(), dtype=np.int64)))
    offsets = np.zeros(len(tokens), np.int64)
    _measure(values, tokens, pieces.starts, offsets)
    if offsets[-1] >= 1 << 31:
        raise ValueError(f"wanted a batch of less than 2 GiB of text, got {offsets[-1]}: lower maxRecordsPerBatch")
    data = np.empty(offsets[-1], np.uint8)
    _fill(values, pieces.data, pieces.starts, data)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data))


@compiled
def _measure(values, tokens, starts, offsets):
    """Where each document begins, and the last one ends, in bytes."""
    for document in range(tokens.shape[0] - 1):
        size = 0
        for at in range(tokens[document], tokens[document + 1]):
            size += starts[values[at] + 1] - starts[values[at]]
        offsets[document + 1] = offsets[document] + size


@compiled
def _fill(values, source, starts, out):
    end = 0
    for value in values:
        for at in range(starts[value], starts[value + 1]):
            out[end] = source[at]
            end += 1
