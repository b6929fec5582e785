"""Arrow lists of structs from the flat arrays that kernels return."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def spans(kind: pa.DataType, document: npt.NDArray[np.int64], n: int, fields: Sequence[pa.Array]) -> pa.Array:
    """A list of structs for each of n documents; `document` names each struct's, in ascending order."""
    return lists(kind, np.bincount(document, minlength=n), fields)


def lists(kind: pa.DataType, lengths: npt.NDArray[np.int64], fields: Sequence[pa.Array]) -> pa.Array:
    """A list of `lengths[d]` structs for each document d: `fields` are the struct's members, end to end."""
    ends = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    cast = [values.cast(field.type) for values, field in zip(fields, kind, strict=True)]
    return pa.ListArray.from_arrays(pa.array(ends), pa.StructArray.from_arrays(cast, fields=list(kind)))


def named(names: Sequence[str], places: npt.NDArray[np.integer]) -> pa.Array:
    """A string for each place in `names`."""
    return pa.array(names, pa.string()).take(pa.array(places))


def blobs(data: npt.NDArray[np.uint8], sizes: npt.NDArray[np.int64]) -> pa.Array:
    """Binary array of consecutive pieces of `data`; null for a piece of no byte."""
    ends = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    valid = pa.array(sizes > 0).buffers()[1]
    return pa.Array.from_buffers(pa.binary(), len(sizes), [valid, pa.py_buffer(ends), pa.py_buffer(data.tobytes())])
