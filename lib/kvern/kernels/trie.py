"""A double-array trie over byte strings, for compiled look-ups (Aoe 1989; labels checked as in darts-clone).

Node s reads byte c at t = base(s) + c, and t is its child when t's label is c: bases are unique, so that no other node
can have put it there. NUL is no label: no key may hold one.
"""
# mypy: allow-untyped-defs

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from kvern.kernels.compiled import compiled

LEAF, LABEL = np.uint32(0x100), np.uint32(0xFF)
_9 = np.uint32(9)


class Trie(NamedTuple):
    """`nodes`: base << 9, LEAF where a key ends, and the label; `values` of the keys that end there. The root is 0."""

    nodes: Any  # uint32[n]
    values: Any  # int32[n]


class _Work(NamedTuple):
    """Nodes to be placed: keys [low, high) of the sorted list share their first `depth` bytes and lead to `slot`."""

    low: Any
    high: Any
    depth: Any
    slot: Any
    bytes: Any  # of one node's children, and where each one's keys start
    starts: Any
    used: Any  # bases


def trie(keys: Sequence[bytes]) -> Trie:
    """Of distinct, non-empty keys without NUL; a key's value is its place in `keys`. ValueError for any other key."""
    if len(set(keys)) < len(keys) or any(not key or 0 in key for key in keys):
        raise ValueError("wanted distinct keys without NUL, none empty: leave the others out")
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)
    offsets = np.cumsum([0, *(len(keys[each]) for each in order)], dtype=np.int64)
    data, room, top = np.frombuffer(b"".join(keys[each] for each in order), np.uint8), 2_048, -1
    while top < 0:
        room *= 2
        nodes, values = np.zeros(room, np.uint32), np.full(room, -1, np.int32)
        low, high, depth, slot = (np.zeros(len(data) + 1, np.int64) for _ in range(4))
        children = np.zeros((2, 257), np.int64)
        work = _Work(low, high, depth, slot, children[0], children[1], np.zeros(room, np.bool_))
        top = int(_build(data, offsets, order, nodes, values, work))
    return Trie(nodes[:top].copy(), values[:top].copy())


@compiled
def child(nodes, node, byte):
    """The node that `byte` leads to, or -1."""
    slot = np.int64(nodes[node] >> _9) + byte
    if np.int64(nodes[slot] & LABEL) == byte and byte != 0:
        return slot
    return np.int64(-1)


@compiled
def _children(data, offsets, low, high, depth, work):
    """Group keys [low, high) by their byte at `depth`; returns the number of groups."""
    n, last = 0, np.int64(-1)
    for i in range(low, high):
        byte = np.int64(data[offsets[i] + depth])
        if byte != last:
            work.bytes[n], work.starts[n], last = byte, i, byte
            n += 1
    work.starts[n] = high
    return n


@compiled
def _base(base, n, nodes, work):
    """The first free base from `base` on that no node has and whose slots for the children are free; -1: no room."""
    while base + 256 < nodes.shape[0]:
        fits = not work.used[base]
        for i in range(n):
            fits = fits and nodes[base + work.bytes[i]] == 0
        if fits:
            return base
        base += 1
    return -1


@compiled
def _build(data, offsets, order, nodes, values, work):
    """Place nodes level by level; returns the length that the arrays need, or -1 where they are too short."""
    head, tail, dense, top = 0, 1, 1, 0
    work.low[0], work.high[0], work.depth[0], work.slot[0] = 0, order.shape[0], 0, 0
    while head < tail:
        low, high, depth, slot = work.low[head], work.high[head], work.depth[head], work.slot[head]
        head += 1
        if low < high and offsets[low + 1] - offsets[low] == depth:
            values[slot] = order[low]
            nodes[slot] |= LEAF
            low += 1
        n = _children(data, offsets, low, high, depth, work)
        if n == 0:
            continue
        start = max(1, dense - work.bytes[0])
        base = _base(start, n, nodes, work)
        if base < 0:
            return -1
        if base > start + 64:  # it is crowded below: do not search there again
            dense = base + work.bytes[0] - 16
        work.used[base] = True
        nodes[slot] |= np.uint32(base) << _9
        top = max(top, base)
        for i in range(n):
            nodes[base + work.bytes[i]] = np.uint32(work.bytes[i])
            work.low[tail], work.high[tail] = work.starts[i], work.starts[i + 1]
            work.depth[tail], work.slot[tail] = depth + 1, base + work.bytes[i]
            tail += 1
    return top + 257
