"""Verification of candidates by exact Jaccard over 64-bit shingle hashes, streamed group by group.

A group is the smaller number of its pairs (`bands`). A document's set of shingles is made once and sent to every group
that it is a candidate of; a group's own set comes first. So a task holds one set and one batch. Copies send no set: a
digest of all their words in order says that they are copies.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import Bytes, utf8_view
from kvern.kernels.arrow import batches as gathered

SHINGLES = pa.schema(
    [
        *(("group", pa.int64()), ("copies", pa.bool_()), ("own", pa.bool_())),
        *(("member", pa.string()), ("shingles", pa.binary())),
    ]
)
PAIRS = pa.schema([("doc_id", pa.string()), ("other", pa.string()), ("jaccard", pa.float64()), ("copies", pa.bool_())])


def shingle_batches(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    """(doc_id, number, groups list<struct<group, copies>>, text) in; SHINGLES out, a row for each group of a document.

    `shingles`: little-endian uint64, sorted; of copies, the digest of their words in order.
    """
    return gathered(_shingle_rows(batches, ngram), SHINGLES, weigh="shingles")


def _shingle_rows(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[dict[str, Any]]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        names = zip(*(batch[name].to_pylist() for name in ("doc_id", "number", "groups")), strict=True)
        for row, (member, number, groups) in enumerate(names):
            start, end = int(offsets[row]), int(offsets[row + 1])
            copied = {item["group"] for item in groups if item["copies"] and item["group"] != number}
            wanted = {(item["group"], item["copies"]) for item in groups}
            wanted -= {(group, False) for group in copied}
            packed = {kind: _packed(data, start, end, ngram, kind) for kind in {kind for _, kind in wanted}}
            for group, copies in sorted(wanted):
                place = {"group": group, "copies": copies, "own": group == number, "member": member}
                yield {**place, "shingles": packed[copies]}


def _packed(data: Bytes, start: int, end: int, ngram: int, copies: bool) -> bytes:
    if copies:
        return blake2b(minhash.ordered_shingles(data, start, end, 1).tobytes(), digest_size=16).digest()
    return minhash.shingles_of(data, start, end, ngram).astype("<u8").tobytes()


def jaccard_batches(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    """SHINGLES in; PAIRS of at least `threshold` out. Sorted by group, copies, own first; groups may span batches."""
    return gathered(_pair_rows(batches, threshold), PAIRS, weigh="doc_id")


def _pair_rows(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[dict[str, Any]]:
    current, owners = (-1, False), [("", b"")]
    for batch in batches:
        names = zip(*(batch[name].to_pylist() for name in SHINGLES.names), strict=True)
        for group, copies, own, member, packed in names:
            if (group, copies) != current:
                current, owners = (group, copies), []
            if own:
                owners.append((member, packed))
                continue
            for owner, its in owners:
                jaccard = float(its == packed) if copies else _jaccard(its, packed)
                if jaccard >= threshold and jaccard > 0:
                    pair = {"doc_id": min(owner, member), "other": max(owner, member)}
                    yield {**pair, "jaccard": jaccard, "copies": copies}


def _jaccard(a: bytes, b: bytes) -> float:
    return minhash.jaccard(np.frombuffer(a, np.uint64), np.frombuffer(b, np.uint64))
