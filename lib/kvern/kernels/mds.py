"""A shard of MosaicML Streaming, MDS version 2, with samples of one length cut from a shard's stream of tokens.

File: samples n (uint32), n + 1 offsets (uint32), the columns as JSON, samples; all little-endian. A sample holds, in
order of name: `ends` (bytes: for each document that ends in it a uint32, the token behind its last), `start` (int64:
its first token's number in the shard) and `tokens` (an array of fixed length). The last sample of a shard is filled up
with end marks; they stand behind the shard's last token and are in no count.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

LIMIT = (1 << 32) - 1


def columns(dtype: np.dtype[Any], length: int) -> dict[str, Any]:
    """What index.json and the file itself say of the columns."""
    return {
        "column_encodings": ["bytes", "int", f"ndarray:{dtype.name}:{length}"],
        "column_names": ["ends", "start", "tokens"],
        "column_sizes": [None, 8, length * dtype.itemsize],
        "compression": None,
        "format": "mds",
        "hashes": [],
        "size_limit": LIMIT,
        "version": 2,
    }


def samples_of(tokens: int, length: int) -> int:
    return -(-tokens // length)


def head_bytes(counts: npt.NDArray[Any], dtype: np.dtype[Any], length: int) -> bytes:
    """All that stands before the samples; `counts`: tokens of each document. ValueError above what offsets reach."""
    n, known = samples_of(int(counts.sum()), length), json.dumps(columns(dtype, length), sort_keys=True).encode()
    inside = np.bincount((np.cumsum(counts) - 1) // length, minlength=n)
    sizes = np.concatenate([[8 + 4 * n + len(known)], 12 + 4 * inside + length * dtype.itemsize]).astype(np.int64)
    offsets = np.cumsum(sizes)
    if offsets[-1] > LIMIT:
        raise ValueError(f"an MDS shard holds up to {LIMIT} bytes, this one has {offsets[-1]}: lower shard_tokens")
    return struct.pack("<I", n) + offsets.astype("<u4").tobytes() + known


def samples(stream: npt.NDArray[Any], counts: npt.NDArray[Any], start: int, length: int) -> Iterator[bytes]:
    """Samples from token `start` on of a shard; `stream` is a multiple of `length`, `counts` are of the whole shard."""
    ends = np.cumsum(np.asarray(counts, np.int64))
    for at in range(0, len(stream), length):
        first, behind = np.searchsorted(ends, [start + at, start + at + length], side="right")
        inside = (ends[first:behind] - start - at).astype("<u4").tobytes()
        head = struct.pack("<I", len(inside)) + inside + struct.pack("<q", start + at)
        yield head + stream[at : at + length].tobytes()


def read_offsets(head: bytes) -> npt.NDArray[np.int64]:
    """Where each sample starts, and the last one's end; from the first bytes of a file."""
    (n,) = struct.unpack_from("<I", head)
    return np.frombuffer(head, "<u4", n + 1, 4).astype(np.int64)


def sample_tokens(sample: bytes, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    (ends,) = struct.unpack_from("<I", sample)
    return np.frombuffer(sample, dtype, -1, 12 + ends)
