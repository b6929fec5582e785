"""The .bin/.idx pair of Megatron: token ids back to back, and an index of lengths and pointers.

Index, little-endian: magic, version 1 (u8), type code (u1: 8 = uint16, 4 = int32), sequences (u8), documents + 1 (u8),
lengths (i4), pointers in bytes (i8), document bounds (i8). One sequence is one document, its end mark included.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled

MAGIC = b"MMIDIDX\x00\x00"
CODES = {8: "<u2", 4: "<i4"}
_HEAD = struct.Struct("<QBQQ")
# Megatron itself chooses uint16 below this vocabulary; there is no uint32.
_NARROW = 65_500


@dataclass(frozen=True)
class Index:
    """Type of the tokens, and for each document its tokens and the byte where it starts."""

    dtype: str
    lengths: npt.NDArray[np.int64]
    pointers: npt.NDArray[np.int64]


def token_code(vocabulary: int) -> int:
    """Type code of the smallest type that Megatron uses for a vocabulary."""
    return 8 if vocabulary < _NARROW else 4


def with_end_marks(
    values: npt.NDArray[np.int32], lengths: npt.NDArray[Any], eod: int, vocabulary: int
) -> npt.NDArray[Any]:
    """Documents back to back as .bin holds them, `eod` after each; `lengths` sum to len(values).

    ValueError for an id outside 0 to vocabulary - 1.
    """
    out = np.empty(len(values) + len(lengths), CODES[token_code(vocabulary)])
    if _placed(values, lengths.astype(np.int64), eod, vocabulary, out):
        return out
    raise ValueError(f"wanted token ids from 0 to {vocabulary - 1}, got another: run tokens again with this model")


@compiled
def _placed(values: Any, lengths: Any, eod: int, vocabulary: int, out: Any) -> bool:
    read, write, right = 0, 0, True
    for document in range(len(lengths)):
        for _ in range(lengths[document]):
            value = values[read]
            right &= (value >= 0) & (value < vocabulary)
            out[write] = value
            read += 1
            write += 1
        out[write] = eod
        write += 1
    return right


def index_bytes(lengths: npt.NDArray[Any], vocabulary: int) -> bytes:
    """The .idx file for documents of these lengths (end mark included)."""
    n, code = np.asarray(lengths, np.int64), token_code(vocabulary)
    pointers = (np.cumsum(n) - n) * np.dtype(CODES[code]).itemsize
    head = MAGIC + _HEAD.pack(1, code, len(n), len(n) + 1)
    bounds = np.arange(len(n) + 1, dtype="<i8")
    return bytes(head + n.astype("<i4").tobytes() + pointers.astype("<i8").tobytes() + bounds.tobytes())


def read_index(data: bytes) -> Index:
    """Read an .idx file; ValueError says what is wrong with it."""
    start = len(MAGIC) + _HEAD.size
    if len(data) < start or data[: len(MAGIC)] != MAGIC:
        raise ValueError("wanted a Megatron index, got other bytes at its head: write the shard again")
    version, code, sequences, bounds = _HEAD.unpack_from(data, len(MAGIC))
    if version != 1 or code not in CODES or bounds != sequences + 1 or len(data) != start + 12 * sequences + 8 * bounds:
        raise ValueError("wanted an index of version 1, one sequence a document, got another: write the shard again")
    lengths = np.frombuffer(data, "<i4", sequences, start).astype(np.int64)
    pointers = np.frombuffer(data, "<i8", sequences, start + 4 * sequences).astype(np.int64)
    if not np.array_equal(np.frombuffer(data, "<i8", bounds, start + 12 * sequences), np.arange(bounds)):
        raise ValueError("wanted one sequence a document, got other bounds: write the shard again")
    return Index(CODES[code], lengths, pointers)
