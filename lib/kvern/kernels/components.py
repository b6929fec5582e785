"""Connected components of verified pairs: streaming union-find in one task, exact and independent of order.

Edges are read once and forgotten, so documents are the limit and not pairs. A document that has a pair costs 20
bytes (id and parent) and 8 to 16 bytes of hash slots, twice that for a moment while the tables grow: 10^8 documents
are 3 to 4 GB, and numbers of 31 bits end at 2.1 * 10^9. The root of a tree is its smallest id.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels.arrow import BATCH_ROWS
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, mix
from kvern.kernels.ids128 import Words, before, id_column, id_words

LABELS = pa.schema([("id", pa.binary()), ("cluster", pa.binary())])
_START = 1024


@dataclass(frozen=True)
class Forest:
    """`count` nodes in use: `ids` uint64[capacity, 2], `parents` int32[capacity], `slots` int32[2 * capacity] or -1."""

    ids: Words
    parents: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    count: int


def component_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """(doc_id binary, other binary) edges in, in any order, repeats allowed; LABELS out: every id that has an edge,
    with the smallest id of its component."""
    forest = _empty(_START)
    for batch in batches:
        forest = _with_edges(forest, id_words(batch["doc_id"]), id_words(batch["other"]))
    for first in range(0, forest.count, BATCH_ROWS):
        nodes = np.arange(first, min(first + BATCH_ROWS, forest.count))
        roots = np.empty(len(nodes), np.int64)
        _roots(forest.parents, first, roots)
        columns = [id_column(forest.ids[nodes]), id_column(forest.ids[roots])]
        yield pa.RecordBatch.from_arrays(columns, schema=LABELS)


def _empty(capacity: int) -> Forest:
    ids, parents = np.zeros((capacity, 2), np.uint64), np.zeros(capacity, np.int32)
    return Forest(ids, parents, np.full(2 * capacity, -1, np.int32), 0)


def _with_edges(forest: Forest, a: Words, b: Words) -> Forest:
    forest = _with_room(forest, forest.count + 2 * len(a))
    count = int(_link_edges(a, b, forest.ids, forest.parents, forest.slots, forest.count))
    return Forest(forest.ids, forest.parents, forest.slots, count)


def _with_room(forest: Forest, wanted: int) -> Forest:
    capacity = len(forest.parents)
    if wanted <= capacity:
        return forest
    while capacity < wanted:
        capacity *= 2
    grown = _empty(capacity)
    grown.ids[: forest.count] = forest.ids[: forest.count]
    grown.parents[: forest.count] = forest.parents[: forest.count]
    _fill_slots(grown.ids, forest.count, grown.slots)
    return Forest(grown.ids, grown.parents, grown.slots, forest.count)


@compiled
def _slot(upper, lower, ids, slots):
    """The slot that holds this id, or the free one where it belongs; linear probing."""
    mask = np.uint64(slots.shape[0] - 1)
    at = mix((upper ^ (lower * GOLDEN)) * GOLDEN) & mask
    while slots[at] >= 0 and (ids[slots[at], 0] != upper or ids[slots[at], 1] != lower):
        at = (at + np.uint64(1)) & mask
    return at


@compiled
def _fill_slots(ids, count, slots):
    for node in range(count):
        slots[_slot(ids[node, 0], ids[node, 1], ids, slots)] = node


@compiled
def _node(upper, lower, ids, parents, slots, count):
    """(node of this id, number of nodes): a new id becomes a tree of its own."""
    at = _slot(upper, lower, ids, slots)
    if slots[at] < 0:
        slots[at] = count
        ids[count, 0], ids[count, 1] = upper, lower
        parents[count] = count
        count += 1
    return np.int64(slots[at]), count


@compiled
def _root(parents, node):
    """Root of a node's tree; halves the path on the way."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = np.int64(parents[node])
    return node


@compiled
def _link_edges(a, b, ids, parents, slots, count):
    """Join the trees of each edge's ends under the smaller root; returns the number of nodes."""
    for edge in range(a.shape[0]):
        one, count = _node(a[edge, 0], a[edge, 1], ids, parents, slots, count)
        other, count = _node(b[edge, 0], b[edge, 1], ids, parents, slots, count)
        one, other = _root(parents, one), _root(parents, other)
        if before(ids[one, 0], ids[one, 1], ids[other, 0], ids[other, 1]):
            parents[other] = one
        else:
            parents[one] = other
    return count


@compiled
def _roots(parents, first, roots):
    for k in range(roots.shape[0]):
        roots[k] = _root(parents, first + k)
