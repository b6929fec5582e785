"""What the scan says of how well a scanned text was read; nothing is said of text that was born digital."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import ocr, ocr_table
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.ocr_blocks import Blocks, blocks_of, doubtful

BLOCK = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float64())])
NOISE_BLOCKS = "ocr_noise_blocks"
NAMES = (*ocr.MEASURES, NOISE_BLOCKS)
DOUBTFUL = "doubtful_block"  # kind of the spans in `cuts`

Columns = dict[str, pa.Array]


def columns(
    data: Bytes,
    offsets: Offsets,
    batch: pa.RecordBatch,
    labels: Sequence[str],
    spelling: Sequence[str | None],
    bounds: tuple[float, float],
) -> tuple[Columns, Blocks]:
    """(NAMES float64[n], null where a text is not scanned; the blocks that a trainer may mask).

    `batch`: scanned, blocks (a list of BLOCK), declared_language and year of n documents. `labels` and `spelling`: as
    the scan found them; a declared language has its tables asked as well, since damaged text is taken for another's.
    `bounds`: least confidence of a block and its highest score, see `ocr_blocks.doubtful`.
    """
    scanned = batch["scanned"].fill_null(False).to_numpy(zero_copy_only=False)
    blocks = _clipped(blocks_of(batch["blocks"]), offsets, scanned)
    if not scanned.any():
        return {name: pa.nulls(len(labels), pa.float64()) for name in NAMES}, blocks
    model, asked, rows = ocr_table.load(), _asked(batch, labels, spelling), np.flatnonzero(scanned)
    found = ocr.of_spans(data, offsets[:-1][rows], offsets[1:][rows], asked[rows], model)
    marked, lost = doubtful(data, offsets, blocks, asked, model, bounds)
    places = pa.array(np.cumsum(scanned) - 1, mask=~scanned)
    told = {name: values.take(places) for name, values in found.items()}
    return told | {NOISE_BLOCKS: pa.array(lost, from_pandas=True)}, marked


def _asked(batch: pa.RecordBatch, labels: Sequence[str], spelling: Sequence[str | None]) -> npt.NDArray[np.uint64]:
    """A bit for each table of the label's and the declared language."""
    eras = [told or year for told, year in zip(spelling, batch["year"].to_pylist(), strict=True)]
    declared = [code or "" for code in batch["declared_language"].to_pylist()]
    return ocr_table.masks(labels, eras) | ocr_table.masks(declared, eras)


def _clipped(blocks: Blocks, offsets: Offsets, scanned: npt.NDArray[np.bool_]) -> Blocks:
    """Blocks of scanned documents that lie within what is measured of them."""
    lengths = np.diff(offsets)
    within = scanned[blocks.document] & (blocks.end <= lengths[blocks.document])
    document, start, end, confidence = blocks
    return Blocks(document[within], start[within], end[within], confidence[within])
