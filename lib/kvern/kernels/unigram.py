"""Unigram over UTF-8 bytes: the likeliest path of pieces, of each part for itself, and when that is safe.

`sentencepiece` adds scores as float32 over the whole document (and its 0.2.3 takes the running score back to zero
beyond 1e5), so two paths that are nearly as good are decided by where the part stands: a dictionary of words is wrong
in one long text of four. Here a part's two best paths are found in float64. Its ids are used again only where rounding
at the present score cannot reach their distance; else the float32 search is done from that score.
"""
# mypy: allow-untyped-defs

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from kvern.kernels import parts, viterbi
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.parts import Cache, Encoded
from kvern.kernels.pieces import Pieces

LONGEST = 1 << 14  # bytes of a part: a document with a longer one is left to the library
_ULPS = 16_777_216.0  # 2 ** 24: a float32 sum is off by at most its size over this, for each addition
_SLACK = 64.0
_32 = np.uint64(32)
_DONE, _FULL, _LEFT = parts.DONE, parts.FULL, parts.LEFT
_DOCUMENT, _AT, _TO, _BEHIND, _BEFORE, _MISSES = range(6)
_exact, _two_best, _path, _TURN = viterbi.exact, viterbi.two_best, viterbi.path, float(viterbi.TURN)
_scan, _find, _copy, _keep = parts.scan, parts.find, parts.copy, parts.keep


class Scratch(NamedTuple):
    paths: Any  # viterbi.Paths
    score: Any  # float32[1]: of the document so far
    block: Any  # parts.Block
    state: Any  # int64[6], see `parts`


def scratch() -> Scratch:
    return Scratch(viterbi.paths(LONGEST), np.zeros(1, np.float32), parts.block(), np.zeros(6, np.int64))


def encode(
    text: tuple[Bytes, Offsets], pieces: Pieces, cache: Cache, library: Callable[[bytes], Sequence[int]]
) -> Encoded:
    """As `parts.walk`; `text` as `arrow.utf8_view` gives it: valid UTF-8, of any number of documents."""

    def step(data: Any, offsets: Any, held: Any, out: Any, ends: Any) -> int:
        return int(_encode(data, offsets, pieces, cache, held, out, ends))

    return parts.walk(step, text, scratch(), library)


@compiled
def _limit(size, characters, tokens, pieces, paths):
    """Running scores below this cannot change the part's ids, nor come to where the library turns back; 0: all can."""
    best = paths.best[size]
    distance = (best - paths.second[size]) * _ULPS / (tokens + characters)
    room = _TURN - characters * (1.0 - np.float64(pieces.unknown))
    return max(0.0, min(distance - abs(best), room) - _SLACK)


@compiled
def _spell(data, at, end, pieces, scratch, out, to):
    """Ids of a part as the library finds them at the present score."""
    scratch.score[0] = _exact(data, at, end, scratch.score[0], pieces, scratch.paths)
    return _path(data, at, end, pieces, scratch.paths, out, to)[0]


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
    size, row, words, score = (
        scratch.block.ends[i] - at,
        scratch.block.rows[i],
        scratch.block.words[i],
        scratch.score[0],
    )
    line = _find(size, row, words, cache)
    if line >= 0:
        if np.float64(abs(score)) >= np.float64(cache.lines[line, 0] >> _32):
            return _spell(data, at, at + size, pieces, scratch, out, to)
        stop = _copy(line, cache, out, to)
    else:
        scratch.state[_MISSES] += 1
        characters = _two_best(data, at, at + size, pieces, scratch.paths)
        stop, tokens = _path(data, at, at + size, pieces, scratch.paths, out, to)
        limit = np.int64(_limit(size, characters, tokens, pieces, scratch.paths))
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
