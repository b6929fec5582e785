"""BPE over UTF-8 bytes: a part that no piece crosses is merged once and kept in a bounded cache.

Exact: the ids are those of `sentencepiece` for the model that `merges` were read from. What a cache line does not hold
is merged each time; a part too long for the merging here is left to the library.
"""
# mypy: allow-untyped-defs

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from kvern.kernels import parts
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.merges import NONE, Merges, slot_of
from kvern.kernels.parts import Cache, Encoded

LONGEST = 512  # bytes of a part that is merged here: the search for the best pair is linear
_NEVER = np.int32(0x7FFFFFFF)
_32 = np.uint64(32)
_DONE, _FULL, _LEFT = parts.DONE, parts.FULL, parts.LEFT
_DOCUMENT, _AT, _TO, _BEHIND, _BEFORE, _MISSES = range(6)
_scan, _find, _copy, _keep = parts.scan, parts.find, parts.copy, parts.keep


class Scratch(NamedTuple):
    """Symbols of one part in order: number, first byte, what it makes with its neighbour and the rank of that."""

    symbols: Any
    starts: Any
    candidates: Any
    ranks: Any
    block: Any  # parts.Block
    state: Any  # int64[6], see `parts`


def scratch() -> Scratch:
    symbols, starts, candidates, ranks = (np.zeros(LONGEST + 1, np.int32) for _ in range(4))
    return Scratch(symbols, starts, candidates, ranks, parts.block(), np.zeros(6, np.int64))


def encode(
    text: tuple[Bytes, Offsets], merges: Merges, cache: Cache, library: Callable[[bytes], Sequence[int]]
) -> Encoded:
    """As `parts.walk`; `text` as `arrow.utf8_view` gives it: valid UTF-8, of any number of documents."""

    def step(data: Any, offsets: Any, held: Any, out: Any, ends: Any) -> int:
        return int(_encode(data, offsets, merges, cache, held, out, ends))

    return parts.walk(step, text, scratch(), library)


@compiled
def _pair(left, right, merges):
    """The symbol that two symbols make, or NONE."""
    if left < 0 or right < 0:
        return np.int32(NONE)
    return merges.merged[slot_of(np.uint64(left) << _32 | np.uint64(right), merges.pairs)]


@compiled
def _propose(i, merges, scratch):
    """What symbol i and the next one make."""
    made = _pair(scratch.symbols[i], scratch.symbols[i + 1], merges)
    scratch.candidates[i] = made
    scratch.ranks[i] = merges.ranks[made] if made >= 0 else _NEVER


@compiled
def _characters(data, at, end, merges, scratch):
    """Split a part into the symbols of its characters; returns their number."""
    n = 0
    while at < end:
        first = np.int64(data[at])
        size = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        point = first if size == 1 else first & (0x7F >> size)
        for i in range(at + 1, at + size):
            point = point << 6 | np.int64(data[i] & 0x3F)
        scratch.symbols[n] = merges.characters[point]
        scratch.starts[n] = at
        at += size
        n += 1
    scratch.starts[n] = end
    return n


@compiled
def _merge(n, merges, scratch):
    """Merge the best pair, the leftmost of the best, until none is left; returns the number of symbols."""
    symbols, starts, candidates, ranks = scratch.symbols, scratch.starts, scratch.candidates, scratch.ranks
    for i in range(n - 1):
        _propose(i, merges, scratch)
    while True:
        best, rank = -1, _NEVER
        for i in range(n - 1):
            if ranks[i] < rank:
                best, rank = i, ranks[i]
        if best < 0:
            return n
        symbols[best] = candidates[best]
        n -= 1
        for i in range(best + 1, n):
            symbols[i], starts[i] = symbols[i + 1], starts[i + 1]
            candidates[i], ranks[i] = candidates[i + 1], ranks[i + 1]
        starts[n] = starts[n + 1]
        if best > 0:
            _propose(best - 1, merges, scratch)
        if best < n - 1:
            _propose(best, merges, scratch)


@compiled
def _spell(data, at, end, merges, scratch, out, to):
    """Write the ids of a part; returns where they end."""
    n = _merge(_characters(data, at, end, merges, scratch), merges, scratch)
    for i in range(n):
        symbol = scratch.symbols[i]
        if symbol >= 0 and merges.ids[symbol] >= 0:
            out[to] = merges.ids[symbol]
            to += 1
        else:
            for byte in range(scratch.starts[i], scratch.starts[i + 1]):
                out[to] = merges.byte_ids[data[byte]]
                to += 1
    return to


@compiled
def _kept(data, at, i, merges, cache, scratch, out, to):
    """Ids of part i of the block, out of the cache or into it."""
    block = scratch.block
    size, row, words = block.ends[i] - at, block.rows[i], block.words[i]
    line = _find(size, row, words, cache)
    if line >= 0:
        return _copy(line, cache, out, to)
    scratch.state[_MISSES] += 1
    stop = _spell(data, at, block.ends[i], merges, scratch, out, to)
    _keep(size, row, words, 0, cache, out, to, stop)
    return stop


@compiled
def _block(data, at, n, merges, cache, scratch, out, to):
    """Encode the n parts of the block; returns where text and ids stand: before a part over LONGEST, or behind all."""
    block = scratch.block
    for i in range(n):
        if block.rows[i] >= 0:
            to = _kept(data, at, i, merges, cache, scratch, out, to)
        elif block.ends[i] - at <= LONGEST:
            to = _spell(data, at, block.ends[i], merges, scratch, out, to)
        else:
            scratch.state[_BEHIND] = block.ends[i]
            return at, to
        at = block.ends[i]
    return at, to


@compiled
def _encode(data, offsets, merges, cache, scratch, out, ends):
    """A step of `parts.walk`: what is LEFT is a part over LONGEST."""
    state = scratch.state
    document, at, to = state[_DOCUMENT], state[_AT], state[_TO]
    while document < offsets.shape[0] - 1:
        end = offsets[document + 1]
        if to + end - at > out.shape[0]:
            state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
            return _FULL
        while at < end:
            n = _scan(data, at, end, merges.joins, cache, scratch.block)
            at, to = _block(data, at, n, merges, cache, scratch, out, to)
            if at != scratch.block.ends[n - 1]:
                state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
                return _LEFT
        document += 1
        ends[document] = state[_BEFORE] + to
    state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
    return _DONE
