"""Blocks of a page that are too badly read to be learnt from: by the engine's confidence, or by the OCR score."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.ocr import counts, features, score
from kvern.kernels.ocr_pass import WORDS
from kvern.kernels.ocr_table import Floats, Model

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
    data: Bytes,
    offsets: Offsets,
    blocks: Blocks,
    asked: npt.NDArray[np.uint64],
    model: Model,
    bounds: tuple[float, float],
) -> tuple[Blocks, Floats]:
    """(blocks that a trainer may mask, share float64[n] of each document's block bytes that lie in them).

    A block is doubtful when its confidence is below bounds[0], or its own `ocr_score` above bounds[1] in at least
    SAYING words: confidence alone passes pages whose engine was sure of the wrong letters. NaN for a document without
    blocks. `asked` is by document, as `ocr_table.masks` gives it.
    """
    starts, ends = offsets[blocks.document] + blocks.start, offsets[blocks.document] + blocks.end
    mine = asked[blocks.document]
    sums, histograms = counts(data, starts, ends, mine, model)
    scores = score(features(sums, histograms, mine, model), model)
    bad = (scores > bounds[1]) & (sums[:, WORDS] >= SAYING) & (mine > 0)
    bad |= np.nan_to_num(blocks.confidence, nan=1.0) < bounds[0]
    sizes, n = (ends - starts).astype(np.float64), len(offsets) - 1
    whole, lost = np.bincount(blocks.document, sizes, n), np.bincount(blocks.document, sizes * bad, n)
    marked = Blocks(blocks.document[bad], blocks.start[bad], blocks.end[bad], blocks.confidence[bad])
    return marked, np.where(whole > 0, lost / np.maximum(whole, 1), np.nan)
