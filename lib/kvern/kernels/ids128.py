"""Document ids as two machine words: 16 bytes where 32 hex characters stood, in the same order."""

# mypy: allow-untyped-defs

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.arrow import utf8_view
from kvern.kernels.compiled import compiled

WIDTH = 16
Words = npt.NDArray[np.uint64]


def id_words(column: pa.Array) -> Words:
    """uint64[n, 2], the upper half first, from binary ids of 16 bytes; compares as the hex strings do.

    ValueError where an id has another length: `doc_id` is 128 bits by contract, and fixed width is what makes
    packed blobs possible.
    """
    data, offsets = utf8_view(column)
    lengths = np.diff(offsets)
    if (lengths != WIDTH).any():
        wrong = int(lengths[lengths != WIDTH][0])
        raise ValueError(f"wanted doc_id of 32 hex digits (16 bytes), got {wrong} bytes: make ids with `ids.doc_id`")
    packed = data[offsets[0] : offsets[-1]].view(">u8") if len(column) else np.zeros(0, ">u8")
    return packed.astype(np.uint64).reshape(-1, 2)


def id_column(words: Words) -> pa.Array:
    """Binary array of 16 bytes a row, the inverse of `id_words`."""
    ends = np.arange(0, WIDTH * (len(words) + 1), WIDTH, dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(words.astype(">u8").tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(words), buffers)


@compiled
def before(a_upper, a_lower, b_upper, b_lower):
    """Whether id a is smaller than id b."""
    return a_upper < b_upper or (a_upper == b_upper and a_lower < b_lower)
