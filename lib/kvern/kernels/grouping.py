"""What belongs together in a stream: rows of one key range, entries until they are many, equal values side by side."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Values = npt.NDArray[np.uint64]
Entries = tuple[Values, Values, Values]  # the range of each entry, and its two halves


def flushed(
    found: Iterable[Entries], most: int, blobs: Callable[[list[Entries]], pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """`blobs` of what was found, whenever `most` entries or more are held: fewer and larger rows."""
    held: list[Entries] = []
    size = 0
    for entries in found:
        held.append(entries)
        size += len(entries[0])
        if size >= most:
            yield blobs(held)
            held, size = [], 0
    if size:
        yield blobs(held)


def by_range(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, list[bytes]]]:
    """(range, its blobs) from rows of `range` and `entries` that are sorted by range; ranges may span batches.

    The list is the reader's own: cleared, its memory is free.
    """
    held: list[bytes] = []
    current: int | None = None
    for batch in batches:
        for key_range, blob in zip(batch["range"].to_pylist(), batch["entries"].to_pylist(), strict=True):
            if current is not None and current != key_range:
                yield current, held
                held = []
            current = key_range
            held.append(blob)
    if current is not None:
        yield current, held


def begins(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Whether each value differs from the one before; the first does."""
    return np.concatenate((np.ones(min(1, len(values)), np.bool_), values[1:] != values[:-1]))
