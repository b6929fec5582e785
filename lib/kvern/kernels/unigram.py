"""Unigram over UTF-8 bytes: the likeliest path of pieces, of each part for itself, and when that is safe.

`sentencepiece` adds scores as float32 over the whole document (Kudo 2018; its 0.2.3 takes the running score back to zero
beyond 1e5), so two paths that are nearly as good are decided by where the part stands: a dictionary of words is wrong
in one long text of four. Here a part's two best paths are found in float64. Its ids are used again only where rounding
at the present score cannot reach their distance; else the float32 search is done from that score.
"""
# mypy: allow-untyped-defs

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from kvern.kernels import parts
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.parts import Cache, Encoded
from kvern.kernels.pieces import Pieces
from kvern.kernels.trie import LEAF, child

LONGEST = 1 << 14  # bytes of a part: a document with a longer one is left to the library
_TURN = np.float32(1e5)  # where the library takes its running score back
_ULPS = 16_777_216.0  # 2 ** 24: a float32 sum is off by at most its size over this, for each addition
_SLACK = 64.0
_NEVER = -1e300
_NONE = np.int32(-1)
_32 = np.uint64(32)
_DONE, _FULL, _LEFT = parts.DONE, parts.FULL, parts.LEFT
_DOCUMENT, _AT, _TO, _BEHIND, _BEFORE, _MISSES = range(6)
_scan, _find, _copy, _keep = parts.scan, parts.find, parts.copy, parts.keep


class Scratch(NamedTuple):
    """Ends of paths at each byte of a part: where the last piece starts, its id or _NONE, and the sums."""

    starts: Any  # int32
    pieces: Any  # int32
    sums: Any  # float32, as the library adds
    best: Any  # float64
    second: Any
    score: Any  # float32[1]: of the document so far
    block: Any  # parts.Block
    state: Any  # int64[6], see `parts`


def scratch() -> Scratch:
    n = LONGEST + 1
    starts, pieces = np.zeros(n, np.int32), np.zeros(n, np.int32)
    sums, best, second = np.zeros(n, np.float32), np.zeros(n), np.zeros(n)
    return Scratch(starts, pieces, sums, best, second, np.zeros(1, np.float32), parts.block(), np.zeros(6, np.int64))


def encode(
    text: tuple[Bytes, Offsets], pieces: Pieces, cache: Cache, library: Callable[[bytes], Sequence[int]]
) -> Encoded:
    """As `parts.walk`; `text` as `arrow.utf8_view` gives it: valid UTF-8, of any number of documents."""

    def step(data: Any, offsets: Any, held: Any, out: Any, ends: Any) -> int:
        return int(_encode(data, offsets, pieces, cache, held, out, ends))

    return parts.walk(step, text, scratch(), library)


@compiled
def _character_end(data, at, end):
    first = data[at]
    size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    return min(at + size, end)


@compiled
def _offer(to, total, start, piece, scratch):
    """A path to byte `to`, in float32: the first of equals stays."""
    if scratch.starts[to] < 0 or total > scratch.sums[to]:
        scratch.sums[to], scratch.starts[to], scratch.pieces[to] = total, start, piece


@compiled
def _turn_back(p, front, scratch):
    """What the library does where the running score passes _TURN: sums from here on lose the score of here."""
    here = scratch.sums[p]
    if -_TURN <= here <= _TURN:
        return here
    for i in range(p, front + 1):
        if i == p or scratch.starts[i] >= 0:
            scratch.sums[i] = np.float32(scratch.sums[i] - here)
    return np.float32(0.0)


@compiled
def _exact(data, at, end, pieces, scratch):
    """The library's search over data[at:end] from scratch.score on, which becomes the score behind it."""
    scratch.starts[: end - at + 1] = _NONE
    scratch.sums[0] = scratch.score[0]
    p, front = 0, 0
    while p < end - at:
        here, node, q, alone = _turn_back(p, front, scratch), np.int64(0), p, False
        first = _character_end(data, at + p, end) - at
        while q < end - at:
            node = child(pieces.nodes, node, np.int64(data[at + q]))
            if node < 0:
                break
            q += 1
            if pieces.nodes[node] & LEAF:
                front = max(front, q)
                _offer(q, np.float32(pieces.node_scores[node] + here), p, pieces.node_ids[node], scratch)
                alone |= q == first
        if not alone:
            front = max(front, first)
            _offer(first, np.float32(pieces.unknown + here), p, _NONE, scratch)
        p = first
    scratch.score[0] = scratch.sums[end - at]


@compiled
def _offer_two(to, from_, weight, piece, scratch):
    """Paths to byte `to` over the two best to byte `from_`, in float64."""
    best, second = scratch.best, scratch.second
    one, two = best[from_] + weight, second[from_] + weight
    if one > best[to]:
        second[to] = max(best[to], two)
        best[to], scratch.starts[to], scratch.pieces[to] = one, from_, piece
    else:
        second[to] = max(second[to], one)


@compiled
def _two_best(data, at, end, pieces, scratch):
    """The two best paths over data[at:end]; returns the number of characters."""
    size, n, p = end - at, 0, 0
    scratch.best[: size + 1] = _NEVER
    scratch.second[: size + 1] = _NEVER
    scratch.best[0] = 0.0
    while p < size:
        node, q, alone, n = np.int64(0), p, False, n + 1
        first = _character_end(data, at + p, end) - at
        while q < size:
            node = child(pieces.nodes, node, np.int64(data[at + q]))
            if node < 0:
                break
            q += 1
            if pieces.nodes[node] & LEAF:
                _offer_two(q, p, np.float64(pieces.node_scores[node]), pieces.node_ids[node], scratch)
                alone |= q == first
        if not alone:
            _offer_two(first, p, np.float64(pieces.unknown), _NONE, scratch)
        p = first
    return n


@compiled
def _limit(size, characters, tokens, pieces, scratch):
    """Running scores below this cannot change the part's ids, nor come to where the library turns back; 0: all can."""
    best = scratch.best[size]
    distance = (best - scratch.second[size]) * _ULPS / (tokens + characters)
    room = np.float64(_TURN) - characters * (1.0 - np.float64(pieces.unknown))
    return max(0.0, min(distance - abs(best), room) - _SLACK)


@compiled
def _path(data, at, end, pieces, scratch, out, to):
    """Write the ids of the path that was found; returns where they end and the number of its pieces."""
    e, tokens, stop = end - at, 0, to
    while e > 0:  # backwards
        start, piece = scratch.starts[e], scratch.pieces[e]
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


@compiled
def _spell(data, at, end, pieces, scratch, out, to):
    """Ids of a part as the library finds them at the present score."""
    _exact(data, at, end, pieces, scratch)
    return _path(data, at, end, pieces, scratch, out, to)[0]


@compiled
def _passed(out, to, stop, pieces, scratch):
    """Add the scores of ids that were found without the library's search, one by one as it does."""
    score = scratch.score[0]
    for i in range(to, stop):
        score = np.float32(score + pieces.scores[out[i]])
    scratch.score[0] = score


@compiled
def _kept(data, at, i, pieces, cache, scratch, out, to):
    """Ids of part i of the block, out of the cache where they are safe, else found."""
    size, row, words, score = scratch.block.ends[i] - at, scratch.block.rows[i], scratch.block.words[i], scratch.score[0]
    line = _find(size, row, words, cache)
    if line >= 0:
        if np.float64(abs(score)) >= np.float64(cache.lines[line, 0] >> _32):
            return _spell(data, at, at + size, pieces, scratch, out, to)
        stop = _copy(line, cache, out, to)
    else:
        scratch.state[_MISSES] += 1
        characters = _two_best(data, at, at + size, pieces, scratch)
        stop, tokens = _path(data, at, at + size, pieces, scratch, out, to)
        limit = np.int64(_limit(size, characters, tokens, pieces, scratch))
        _keep(size, row, words, limit, cache, out, to, stop)
        if np.int64(abs(score)) >= limit:
            return _spell(data, at, at + size, pieces, scratch, out, to)
    _passed(out, to, stop, pieces, scratch)
    return stop


@compiled
def _block(data, at, n, pieces, cache, scratch, out, to):
    """Encode the n parts of the block; returns where text and ids stand: before a part over LONGEST, or behind all."""
    block = scratch.block
    for i in range(n):
        if block.rows[i] >= 0:
            to = _kept(data, at, i, pieces, cache, scratch, out, to)
        elif block.ends[i] - at <= LONGEST:
            to = _spell(data, at, block.ends[i], pieces, scratch, out, to)
        else:
            return at, to
        at = block.ends[i]
    return at, to


@compiled
def _encode(data, offsets, pieces, cache, scratch, out, ends):
    """A step of `parts.walk`: what is LEFT is a document with a part over LONGEST."""
    state = scratch.state
    document, at, to = state[_DOCUMENT], state[_AT], state[_TO]
    while document < offsets.shape[0] - 1:
        end, first = offsets[document + 1], to
        if to + end - at > out.shape[0]:
            state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
            return _FULL
        scratch.score[0] = 0.0
        while at < end:
            n = _scan(data, at, end, pieces.joins, cache, scratch.block)
            at, to = _block(data, at, n, pieces, cache, scratch, out, to)
            if at != scratch.block.ends[n - 1]:
                state[_DOCUMENT], state[_AT], state[_TO], state[_BEHIND] = document, offsets[document], first, end
                return _LEFT
        document += 1
        ends[document] = state[_BEFORE] + to
    state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
    return _DONE
