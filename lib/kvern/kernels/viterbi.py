"""The likeliest path of pieces over a part of a text, as the library finds it and with its distance to the next best.

`exact` is `sentencepiece`'s search (Kudo 2018), float32 sums and all; `two_best` is the same in float64, and keeps the
second best path as well.
"""
# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.trie import LEAF, child

TURN = np.float32(1e5)  # where the library takes its running score back to zero
_NEVER = -1e300
_NONE = np.int32(-1)


class Paths(NamedTuple):
    """Best paths to each byte of a part: where the last piece starts, its id or -1 for an unknown character, sums."""

    starts: Any  # int32
    pieces: Any  # int32
    sums: Any  # float32, as the library adds
    best: Any  # float64
    second: Any


def paths(size: int) -> Paths:
    """For parts of up to `size` bytes."""
    n = size + 1
    return Paths(np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.float32), np.zeros(n), np.zeros(n))


@compiled
def _character_end(data, at, end):
    first = data[at]
    size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    return min(at + size, end)


@compiled
def _offer(to, total, start, piece, paths):
    """A path to byte `to`, in float32: the first of equals stays."""
    if paths.starts[to] < 0 or total > paths.sums[to]:
        paths.sums[to], paths.starts[to], paths.pieces[to] = total, start, piece


@compiled
def _turn_back(p, front, paths):
    """What the library does where the running score passes TURN: sums from here on lose the score of here."""
    here = paths.sums[p]
    if -TURN <= here <= TURN:
        return here
    for i in range(p, front + 1):
        if i == p or paths.starts[i] >= 0:
            paths.sums[i] = np.float32(paths.sums[i] - here)
    return np.float32(0.0)


@compiled
def exact(data, at, end, score, pieces, paths):
    """The library's search over data[at:end] from `score` on; returns the score behind it."""
    paths.starts[: end - at + 1] = _NONE
    paths.sums[0] = score
    p, front = 0, 0
    while p < end - at:
        here, node, q, alone = _turn_back(p, front, paths), np.int64(0), p, False
        first = _character_end(data, at + p, end) - at
        while q < end - at:
            node = child(pieces.nodes, node, np.int64(data[at + q]))
            if node < 0:
                break
            q += 1
            if pieces.nodes[node] & LEAF:
                front = max(front, q)
                _offer(q, np.float32(pieces.node_scores[node] + here), p, pieces.node_ids[node], paths)
                alone |= q == first
        if not alone:
            front = max(front, first)
            _offer(first, np.float32(pieces.unknown + here), p, _NONE, paths)
        p = first
    return paths.sums[end - at]


@compiled
def _offer_two(to, from_, weight, piece, paths):
    """Paths to byte `to` over the two best to byte `from_`, in float64."""
    best, second = paths.best, paths.second
    one, two = best[from_] + weight, second[from_] + weight
    if one > best[to]:
        second[to] = max(best[to], two)
        best[to], paths.starts[to], paths.pieces[to] = one, from_, piece
    else:
        second[to] = max(second[to], one)


@compiled
def two_best(data, at, end, pieces, paths):
    """The two best paths over data[at:end]; returns the number of characters."""
    size, n, p = end - at, 0, 0
    paths.best[: size + 1] = _NEVER
    paths.second[: size + 1] = _NEVER
    paths.best[0] = 0.0
    while p < size:
        node, q, alone, n = np.int64(0), p, False, n + 1
        first = _character_end(data, at + p, end) - at
        while q < size:
            node = child(pieces.nodes, node, np.int64(data[at + q]))
            if node < 0:
                break
            q += 1
            if pieces.nodes[node] & LEAF:
                _offer_two(q, p, np.float64(pieces.node_scores[node]), pieces.node_ids[node], paths)
                alone |= q == first
        if not alone:
            _offer_two(first, p, np.float64(pieces.unknown), _NONE, paths)
        p = first
    return n


@compiled
def path(data, at, end, pieces, paths, out, to):
    """Write the ids of the path that was found; returns where they end and the number of its pieces."""
    e, tokens, stop = end - at, 0, to
    while e > 0:  # backwards
        start, piece = paths.starts[e], paths.pieces[e]
        if piece >= 0:
            out[stop] = piece
            stop += 1
        else:
            for byte in range(e - 1, start - 1, -1):
                out[stop] = pieces.byte_ids[data[at + byte]]
                stop += 1
        e, tokens = start, tokens + 1
    for i in range((stop - to) // 2):
        out[to + i], out[stop - 1 - i] = out[stop - 1 - i], out[to + i]
    return stop, tokens
