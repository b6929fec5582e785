"""Verification of chains by alignment, streamed pair by pair: only what lies around a chain is sent of a document."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels.arrow import Bytes, utf8_view
from kvern.kernels.arrow import batches as gathered
from kvern.kernels.passage_chains import GAP
from kvern.kernels.passage_spans import Span, spans

_PLACE = (("doc_id", pa.string()), ("start", pa.int32()), ("end", pa.int32()))
SLICES = pa.schema(
    [
        *(("a", pa.int64()), ("b", pa.int64()), ("chain", pa.int32()), ("own", pa.bool_()), ("doc_id", pa.string())),
        *(("base", pa.int32()), ("places", pa.list_(pa.int32())), ("piece", pa.binary())),
    ]
)
PAIRS = pa.schema(
    [
        *_PLACE,
        *(("other", pa.string()), ("other_start", pa.int32()), ("other_end", pa.int32()), ("similarity", pa.float64())),
    ]
)


def slice_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """(doc_id, chains list<struct<a, b, chain, own, places>>, text) in; SLICES out, a row for each chain of a document.

    A slice reaches GAP bytes beyond the chain's places; `base` is its first byte in the text.
    """
    return gathered(_slice_rows(batches), SLICES, weigh="piece")


def _slice_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        for row, (doc_id, chains) in enumerate(
            zip(batch["doc_id"].to_pylist(), batch["chains"].to_pylist(), strict=True)
        ):
            text = data[int(offsets[row]) : int(offsets[row + 1])]
            for chain in chains:
                first, last = min(chain["places"]), max(chain["places"])
                base = _border(text, max(0, first - GAP))
                piece = text[base : _border(text, min(len(text), last + GAP))].tobytes()
                yield {**chain, "doc_id": doc_id, "base": base, "piece": piece}


def _border(text: Bytes, at: int) -> int:
    """The character border at or before a byte."""
    while 0 < at < len(text) and text[at] & 0xC0 == 0x80:
        at -= 1
    return at


def pair_batches(batches: Iterable[pa.RecordBatch], least: int, similarity: float) -> Iterator[pa.RecordBatch]:
    """SLICES in; PAIRS out: passages of at least `least` letters and `similarity`, the smaller doc_id first.

    Sorted by a, b, chain, own first; a chain's slices may span batches. Documents that share a number are each compared
    with the chain's other side, not with one another.
    """
    return gathered(_pair_rows(batches, least, similarity), PAIRS, weigh="doc_id")


def _pair_rows(batches: Iterable[pa.RecordBatch], least: int, similarity: float) -> Iterator[dict[str, Any]]:
    current: tuple[int, ...] = ()
    owners: list[dict[str, Any]] = []
    for batch in batches:
        for row in batch.to_pylist():
            if (row["a"], row["b"], row["chain"]) != current:
                current, owners = (row["a"], row["b"], row["chain"]), []
            if row["own"]:
                owners.append(row)
                continue
            for owner in owners:
                for span in _spans(owner, row, least, similarity):
                    yield _pair(owner, row, span)


def _spans(one: dict[str, Any], other: dict[str, Any], least: int, similarity: float) -> list[Span]:
    a, b = (np.frombuffer(side["piece"], np.uint8) for side in (one, other))
    at_a, at_b = (np.array(side["places"], np.int64) - side["base"] for side in (one, other))
    return spans(a, b, at_a, at_b, least, similarity)


def _pair(one: dict[str, Any], other: dict[str, Any], span: Span) -> dict[str, Any]:
    first = {"doc_id": one["doc_id"], "start": one["base"] + span.start, "end": one["base"] + span.end}
    second = {
        "doc_id": other["doc_id"],
        "start": other["base"] + span.other_start,
        "end": other["base"] + span.other_end,
    }
    first, second = sorted((first, second), key=lambda side: side["doc_id"])
    to = {"other": second["doc_id"], "other_start": second["start"], "other_end": second["end"]}
    return {**first, **to, "similarity": span.similarity}
