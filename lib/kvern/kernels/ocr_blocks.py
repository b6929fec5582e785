"""Blocks of a page that are too badly read to be learnt from: by the engine's confidence, or by the OCR score."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.ocr import Counts
from kvern.kernels.ocr_table import Floats

SAYING = 10  # words from which a block's score says something


class Blocks(NamedTuple):
    """Spans of documents with the confidence that an engine gave.

    `document`: the row, in ascending order; `start` and `end`: bytes from its document's start; `confidence`: 0 to 1,
    NaN where the file tells none.
    """

    document: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    confidence: Floats


def blocks_of(column: pa.Array) -> Blocks:
    """The blocks of a column of lists of structs with `start`, `end` and `confidence`; a null list has none."""
    flat = column.flatten()
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    document = np.repeat(np.arange(len(column), dtype=np.int64), lengths)
    start, end, confidence = (
        flat.field(flat.type.get_field_index(name)).cast(kind).to_numpy(zero_copy_only=False)
        for name, kind in (("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float64()))
    )
    return Blocks(document, start, end, confidence)


def doubtful(
    blocks: Blocks, scores: Floats, words: Counts, n: int, bounds: tuple[float, float]
) -> tuple[Blocks, Floats]:
    """(blocks that a trainer may mask, share float64[n] of each document's block bytes that lie in them).

    A block is doubtful when its confidence is below bounds[0], or its own `ocr_score` above bounds[1] in at least
    SAYING words: confidence alone passes pages whose engine was sure of the wrong letters. `scores` (NaN: not judged)
    and `words` are by block. The share is NaN for a document without blocks.
    """
    bad = (scores > bounds[1]) & (words >= SAYING)
    bad |= np.nan_to_num(blocks.confidence, nan=1.0) < bounds[0]
    sizes = (blocks.end - blocks.start).astype(np.float64)
    whole, lost = np.bincount(blocks.document, sizes, n), np.bincount(blocks.document, sizes * bad, n)
    return taken(blocks, bad), np.where(whole > 0, lost / np.maximum(whole, 1), np.nan)


def taken(blocks: Blocks, which: npt.NDArray[np.bool_]) -> Blocks:
    document, start, end, confidence = blocks
    return Blocks(document[which], start[which], end[which], confidence[which])
