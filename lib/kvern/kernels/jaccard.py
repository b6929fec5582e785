"""Verification of candidates by exact Jaccard over 64-bit shingle hashes, streamed group by group.

A document's set of shingles is made once and sent to every group it is a candidate of; a group is the smaller id of
its pairs and holds its own set first. So the larger part of the traffic, the representatives, travels once, and a
task holds one representative and one batch.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import batches as gathered
from kvern.kernels.arrow import utf8_view

SHINGLES = pa.schema(
    [("group", pa.string()), ("member", pa.string()), ("same_words", pa.bool_()), ("shingles", pa.binary())]
)
PAIRS = pa.schema(
    [("doc_id", pa.string()), ("other", pa.string()), ("jaccard", pa.float64()), ("same_words", pa.bool_())]
)


def shingle_batches(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    """(doc_id, groups list<struct<group, same_words>>, text) in; SHINGLES out, a row for each document and group."""
    return gathered(_shingle_rows(batches, ngram), SHINGLES, weigh="shingles")


def _shingle_rows(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[dict[str, Any]]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        for row, (member, groups) in enumerate(
            zip(batch["doc_id"].to_pylist(), batch["groups"].to_pylist(), strict=True)
        ):
            hashes = minhash.shingles_of(data, int(offsets[row]), int(offsets[row + 1]), ngram)
            packed = hashes.astype("<u8").tobytes()
            for group in groups:
                yield {**group, "member": member, "shingles": packed}


def jaccard_batches(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    """SHINGLES sorted by group and member in; PAIRS of at least `threshold` out. Groups may span batches."""
    return gathered(_pair_rows(batches, threshold), PAIRS, weigh="doc_id")


def _pair_rows(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[dict[str, Any]]:
    current, own = None, np.zeros(0, np.uint64)
    for batch in batches:
        data, offsets = utf8_view(batch["shingles"])
        names = zip(*(batch[name].to_pylist() for name in ("group", "member", "same_words")), strict=True)
        for row, (group, member, same_words) in enumerate(names):
            hashes = data[offsets[row] : offsets[row + 1]].copy().view(np.uint64)
            if group == member:
                current, own = group, hashes
            elif group == current and (jaccard := minhash.jaccard(own, hashes)) >= threshold:
                yield {"doc_id": group, "other": member, "jaccard": jaccard, "same_words": same_words}
