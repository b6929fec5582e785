"""Who of a cluster stays, when a document goes only if it is itself near to one that stays.

Members of a cluster come in the order of the survivor rule, each with its set of shingles. The first stays; each other
one is compared with those that stay and goes with the first that it is near to, or stays as well. A chain of small
changes so loses no text that differs from what is kept. A task holds the sets of one cluster's survivors.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import minhash
from kvern.kernels.arrow import batches as gathered
from kvern.kernels.arrow import utf8_view

_S = pa.string()
SETS = pa.schema([("group", _S), ("shingles", pa.binary())])
SURVIVORS = pa.schema([("group", _S), ("of", _S), ("of_group", _S), ("jaccard", pa.float64())])


def set_batches(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[pa.RecordBatch]:
    """(doc_id, text) in; SETS out: sorted distinct shingle hashes, little-endian uint64."""
    return gathered(_set_rows(batches, ngram), SETS, weigh="shingles")


def _set_rows(batches: Iterable[pa.RecordBatch], ngram: int) -> Iterator[dict[str, Any]]:
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        for row, group in enumerate(batch["doc_id"].to_pylist()):
            hashes = minhash.shingles_of(data, int(offsets[row]), int(offsets[row + 1]), ngram)
            yield {"group": group, "shingles": hashes.astype("<u8").tobytes()}


def survivor_batches(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[pa.RecordBatch]:
    """(cluster, group, doc_id, shingles, aligned) in, in the order of cluster and rule; SURVIVORS out, where one is.

    `doc_id` is the best member of a group of documents with the same words, null where none of them may stay; `aligned`
    list<struct<of_group, jaccard>>: the groups that it is near to whatever their words, or null.
    """
    return gathered(_survivor_rows(batches, threshold), SURVIVORS, weigh="group")


def _survivor_rows(batches: Iterable[pa.RecordBatch], threshold: float) -> Iterator[dict[str, Any]]:
    current, kept = None, list[tuple[str, str, Any]]()
    for batch in batches:
        names = ("cluster", "group", "doc_id", "shingles", "aligned")
        for cluster, group, doc_id, packed, aligned in zip(*(batch[name].to_pylist() for name in names), strict=True):
            if cluster != current:
                current, kept = cluster, []
            hashes = np.frombuffer(packed, np.uint64)
            known = {each["of_group"]: each["jaccard"] for each in aligned or ()}
            found = _nearest(hashes, kept, known, threshold)
            if found is None and doc_id is not None:
                kept.append((doc_id, group, hashes))
                found = {"of": doc_id, "of_group": group, "jaccard": 1.0}
            if found is not None:
                yield {"group": group, **found}


def _nearest(
    hashes: Any, kept: list[tuple[str, str, Any]], known: dict[str, float], threshold: float
) -> dict[str, Any] | None:
    """The first survivor that a set is near to, or that is known to be near."""
    for doc_id, group, own in kept:
        jaccard = known[group] if group in known else _jaccard(own, hashes, threshold)
        if group in known or jaccard >= threshold:
            return {"of": doc_id, "of_group": group, "jaccard": jaccard}
    return None


def _jaccard(own: Any, hashes: Any, threshold: float) -> float:
    """0 where the sizes alone say that it is below the threshold: it is at most their ratio."""
    shorter, longer = sorted((len(hashes), len(own)))
    return 0.0 if shorter < threshold * longer else minhash.jaccard(own, hashes)
