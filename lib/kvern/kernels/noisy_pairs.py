"""Verification of noisy candidates by alignment, streamed group by group as `jaccard` does it.

A group is the smaller number of its pairs (`bands`). A document's letters are sent to every group that it is a
candidate of, a group's own first: a task holds one text and one batch.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import overlap
from kvern.kernels.arrow import batches as gathered
from kvern.kernels.arrow import utf8_view
from kvern.kernels.letters import letters_of

LETTERS = pa.schema(
    [
        *(("group", pa.int64()), ("own", pa.bool_()), ("member", pa.string())),
        *(("scanned", pa.bool_()), ("letters", pa.binary())),
    ]
)
PAIRS = pa.schema([("doc_id", pa.string()), ("other", pa.string()), ("jaccard", pa.float64())])


def letter_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """(doc_id, number, groups list<int64>, scanned, text) in; LETTERS out, a row for each group of a document."""
    return gathered(_letter_rows(batches), LETTERS, weigh="letters")


def _letter_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        names = zip(*(batch[name].to_pylist() for name in ("doc_id", "number", "groups", "scanned")), strict=True)
        for row, (member, number, groups, scanned) in enumerate(names):
            letters = letters_of(data, int(offsets[row]), int(offsets[row + 1])).tobytes()
            for group in sorted(set(groups)):
                place = {"group": group, "own": group == number, "member": member}
                yield {**place, "scanned": scanned, "letters": letters}


def overlap_batches(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    """LETTERS in; PAIRS of at least `threshold` out. Sorted by group, own first; groups may span batches.

    One of the two must have been scanned: what differs between two clean texts was meant. Documents that share a
    number are each compared with the group's members, not with one another.
    """
    return gathered(_pair_rows(batches, threshold), PAIRS, weigh="doc_id")


def _pair_rows(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[dict[str, Any]]:
    current, owners, scratch = -1, [("", False, np.zeros(0, np.uint8))], overlap.scratch()
    for batch in batches:
        data, offsets = utf8_view(batch["letters"])
        names = zip(*(batch[name].to_pylist() for name in ("group", "own", "member", "scanned")), strict=True)
        for row, (group, own, member, scanned) in enumerate(names):
            letters = data[int(offsets[row]) : int(offsets[row + 1])]
            if group != current:
                current, owners = group, []
            if own:
                owners.append((member, scanned, letters.copy()))
                continue
            for owner, read, its in owners:
                jaccard = overlap.jaccard(its, letters, scratch) if read or scanned else 0.0
                if jaccard >= threshold and jaccard > 0:
                    yield {"doc_id": min(owner, member), "other": max(owner, member), "jaccard": jaccard}
