"""What the scan says of how well a scanned text was read; nothing is said of text that was born digital.

The letters are counted once, block by block; pages and documents are sums of their blocks.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kvern.kernels import nested, ocr, ocr_table
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.ocr import Counts
from kvern.kernels.ocr_blocks import Blocks, blocks_of, doubtful, taken
from kvern.kernels.ocr_pass import WORDS
from kvern.kernels.ocr_table import Model

BLOCK = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float64())])
PAGE = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("letters", pa.float64()), ("score", pa.float64())])
NOISE_BLOCKS, PAGES = "ocr_noise_blocks", "ocr_pages"
NAMES = (*ocr.MEASURES, NOISE_BLOCKS)
DOUBTFUL = "doubtful_block"  # kind of the spans in `cuts`

Columns = dict[str, pa.Array]
Masks = npt.NDArray[np.uint64]


class Counted(NamedTuple):
    """Sums int64[n, len(SUMS)] and letters int64[n, 64] of n spans, and the tables that they are held against."""

    sums: Counts
    letters: Counts
    asked: Masks

    def together(self, places: npt.NDArray[np.int64], asked: Masks) -> "Counted":
        """Added up by place, one for each of `asked`."""
        order = np.argsort(places, kind="stable")
        firsts = np.flatnonzero(np.diff(places[order], prepend=-1))
        added = []
        for counts in (self.sums, self.letters):
            whole = np.zeros((len(asked), counts.shape[1]), np.int64)
            if len(firsts):
                whole[places[order[firsts]]] = np.add.reduceat(counts[order], firsts, axis=0)
            added.append(whole)
        return Counted(added[0], added[1], asked)

    def first(self, n: int) -> "Counted":
        return Counted(self.sums[:n], self.letters[:n], self.asked[:n])

    def measures(self, model: Model) -> Columns:
        return ocr.measures(self.sums, self.letters, self.asked, model)


def columns(
    data: Bytes,
    offsets: Offsets,
    batch: pa.RecordBatch,
    labels: Sequence[str],
    spelling: Sequence[str | None],
    bounds: tuple[float, float],
) -> tuple[Columns, Blocks]:
    """(NAMES float64[n] and PAGES, null where a text is not scanned; the blocks that a trainer may mask).

    `batch`: scanned, pages and blocks (lists of BLOCK), declared_language and year of n documents. `labels` and
    `spelling`: as the scan found them; a declared language has its tables asked as well, since damaged text is taken
    for another's. `bounds`: least confidence of a block and its highest score, see `ocr_blocks.doubtful`.
    """
    scanned, n = batch["scanned"].fill_null(False).to_numpy(zero_copy_only=False), len(labels)
    blocks, pages = (_within(blocks_of(batch[name]), offsets, scanned) for name in ("blocks", "pages"))
    if not scanned.any():
        return {name: pa.nulls(n, pa.float64()) for name in NAMES} | {PAGES: pa.nulls(n, pa.list_(PAGE))}, blocks
    model, asked = ocr_table.load(), _asked(batch, labels, spelling)
    spans = _finest(blocks, offsets, scanned)
    counted = _counted(data, offsets, spans, asked, model)
    told = counted.together(spans.document, asked).measures(model)
    told = {name: pc.if_else(pa.array(scanned), values, None) for name, values in told.items()}
    mine = counted.first(len(blocks.document))
    scores = mine.measures(model)["ocr_score"].to_numpy(zero_copy_only=False)
    marked, lost = doubtful(blocks, scores, mine.sums[:, WORDS], n, bounds)
    of_pages = _pages(pages, mine, offsets[blocks.document] + blocks.start, offsets, asked, model)
    return told | {NOISE_BLOCKS: pa.array(lost, from_pandas=True), PAGES: of_pages}, marked


def _counted(data: Bytes, offsets: Offsets, spans: Blocks, asked: Masks, model: Model) -> Counted:
    at, mine = offsets[spans.document], asked[spans.document]
    return Counted(*ocr.counts(data, at + spans.start, at + spans.end, mine, model), mine)


def _asked(batch: pa.RecordBatch, labels: Sequence[str], spelling: Sequence[str | None]) -> Masks:
    """A bit for each table of the label's and the declared language."""
    eras = [told or year for told, year in zip(spelling, batch["year"].to_pylist(), strict=True)]
    declared = [code or "" for code in batch["declared_language"].to_pylist()]
    return ocr_table.masks(labels, eras) | ocr_table.masks(declared, eras)


def _within(blocks: Blocks, offsets: Offsets, scanned: npt.NDArray[np.bool_]) -> Blocks:
    """Blocks of scanned documents that lie within what is measured of them."""
    return taken(blocks, scanned[blocks.document] & (blocks.end <= np.diff(offsets)[blocks.document]))


def _finest(blocks: Blocks, offsets: Offsets, scanned: npt.NDArray[np.bool_]) -> Blocks:
    """All blocks, then a span for each scanned document without one."""
    alone = np.setdiff1d(np.flatnonzero(scanned), blocks.document)
    ends = np.diff(offsets)[alone].astype(np.int32)
    return Blocks(
        np.concatenate([blocks.document, alone]),
        np.concatenate([blocks.start, np.zeros(len(alone), np.int32)]),
        np.concatenate([blocks.end, ends]),
        np.concatenate([blocks.confidence, np.full(len(alone), np.nan)]),
    )


def _pages(pages: Blocks, blocks: Counted, starts: Offsets, offsets: Offsets, asked: Masks, model: Model) -> pa.Array:
    """Letters and score of each page, from the blocks that begin on it; null for a document without pages."""
    n = len(asked)
    if not len(pages.document):
        return pa.nulls(n, pa.list_(PAGE))
    first = offsets[pages.document] + pages.start
    places = np.maximum(np.searchsorted(first, starts, side="right") - 1, 0)
    told = blocks.together(places, asked[pages.document]).measures(model)
    fields = [pa.array(pages.start), pa.array(pages.end), told["ocr_letters"], told["ocr_score"]]
    listed = nested.spans(PAGE, pages.document, n, fields)
    has = np.bincount(pages.document, minlength=n) > 0
    return listed.take(pa.array(np.arange(n), mask=~has))
