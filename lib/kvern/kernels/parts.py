"""Parts of a text that a tokenizer encodes each for itself, and the bounded cache of what they encode to.

A text may be cut between two characters when no piece holds them side by side. Characters are told apart by their first
byte, which can only join more than the pieces do, never less. The cache has two ways; a line of 64 bytes holds a part
of up to KEY bytes and its ids.
"""
# mypy: allow-untyped-defs

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, load64, mix, prefetch

CACHE_BYTES = 1 << 25
KEY = 32  # bytes of a part that a cache line holds
BLOCK = 32  # parts that are cut before the first of them is looked up
PADDING = 8  # bytes that must follow the text: a part is loaded by words
_OUT = 1 << 20  # ids held before they are copied out
_8, _FF = np.uint64(8), np.uint64(0xFF)
DONE, FULL, LEFT = 0, 1, 2
# What `state` holds: where the work stands, the end of what is left to the library, ids copied out, cache misses.
DOCUMENT, AT, TO, BEHIND, BEFORE, MISSES = range(6)
Ints = npt.NDArray[np.int32]
Encoded = tuple[Ints, Offsets, npt.NDArray[np.int64]]


class Cache(NamedTuple):
    """`lines`: uint64[2n, 8], size, number of ids and a limit, the part's four words, then ids: `ids` sees the same."""

    lines: Any
    ids: Any  # uint16[2n, 32] or int32[2n, 16]
    masks: Any  # uint64[9]: the lowest 0 to 8 bytes


class Block(NamedTuple):
    """The next parts of a text: where each ends, its first line in the cache or -1, and its words."""

    ends: Any  # int64[BLOCK]
    rows: Any  # int64[BLOCK]
    words: Any  # uint64[BLOCK, 4]


def block() -> Block:
    return Block(np.zeros(BLOCK, np.int64), np.zeros(BLOCK, np.int64), np.zeros((BLOCK, 4), np.uint64))


def cache(vocabulary: int, size: int = CACHE_BYTES) -> Cache:
    """An empty cache of at most `size` bytes, and at least 16 lines."""
    lines = np.zeros((1 << max(4, (size // 64).bit_length() - 1), 8), np.uint64)
    masks = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
    return Cache(lines, lines.view(np.uint16 if vocabulary <= 1 << 16 else np.int32), masks)


def joins_of(pieces: Iterable[str]) -> npt.NDArray[np.uint8]:
    """uint8[first byte << 8 | first byte]: 1 where a piece holds both, and before every continuation byte."""
    joins = np.zeros((256, 256), np.uint8)
    joins[:, 0x80:0xC0] = 1
    for piece in pieces:
        firsts = [character.encode()[0] for character in piece]
        for one, other in pairwise(firsts):
            joins[one, other] = 1
    return joins.reshape(-1)


@compiled
def part_end(data, at, end, joins):
    """The next byte before which the text may be cut (at < end)."""
    last = np.int64(data[at])
    at += 1
    while at < end:
        byte = np.int64(data[at])
        if joins[last << 8 | byte] == 0:
            return at
        if byte & 0xC0 != 0x80:
            last = byte
        at += 1
    return end


@compiled
def _word(data, at, size, masks):
    """The part's bytes [at, at + 8) as one word, zero beyond its size."""
    if size <= 0:
        return np.uint64(0)
    return load64(data, at) & masks[min(size, 8)]


@compiled
def scan(data, at, end, joins, cache, block):
    """Cut the next parts, at most BLOCK: where each ends, its words, and its first line, or -1 where it is too long.

    Their lines are asked for here and read later, so that memory works while the text is cut.
    """
    n, masks, last_line = 0, cache.masks, np.uint64(cache.lines.shape[0] - 1)
    while at < end and n < BLOCK:
        behind = part_end(data, at, end, joins)
        size = behind - at
        block.ends[n], block.rows[n] = behind, -1
        if size <= KEY:
            words = block.words[n]
            words[0], words[1] = _word(data, at, size, masks), _word(data, at + 8, size - 8, masks)
            h = (words[0] ^ np.uint64(size)) * GOLDEN ^ words[1] * MULTIPLIER
            if size > 16:
                words[2], words[3] = _word(data, at + 16, size - 16, masks), _word(data, at + 24, size - 24, masks)
                h = mix(h) * GOLDEN ^ words[2] * MULTIPLIER ^ mix(words[3])
            row = np.int64(mix(h) & last_line) & ~1
            prefetch(cache.lines, row * 64)
            prefetch(cache.lines, row * 64 + 64)
            block.rows[n] = row
        n += 1
        at = behind
    return n


@compiled
def find(size, row, words, cache):
    """The line that holds a part, or -1."""
    for line in range(row, row + 2):
        held = cache.lines[line]
        same = held[0] & _FF == np.uint64(size) and held[1] == words[0] and held[2] == words[1]
        if same and (size <= 16 or (held[3] == words[2] and held[4] == words[3])):
            return line
    return -1


@compiled
def copy(line, cache, out, to):
    """Write a line's ids; returns where they end."""
    first = cache.ids.shape[1] * 5 // 8
    count = np.int64(cache.lines[line, 0] >> _8 & _FF)
    for i in range(count):
        out[to + i] = cache.ids[line, first + i]
    return to + count


@compiled
def keep(size, row, words, limit, cache, out, to, stop):
    """Put a part's ids out[to:stop] and its limit (below 2^32) into its first line; what was there takes the second."""
    first = cache.ids.shape[1] * 5 // 8
    if stop - to > cache.ids.shape[1] - first:
        return
    for i in range(8):
        cache.lines[row + 1, i] = cache.lines[row, i]
    held = cache.lines[row]
    held[0] = np.uint64(size) | np.uint64(stop - to) << _8 | np.uint64(limit) << np.uint64(32)
    held[1], held[2] = words[0], words[1]
    if size > 16:
        held[3], held[4] = words[2], words[3]
    for i in range(stop - to):
        cache.ids[row, first + i] = out[to + i]


def walk(
    step: Callable[..., int], text: tuple[Bytes, Offsets], scratch: Any, library: Callable[[bytes], Sequence[int]]
) -> Encoded:
    """Ids, the n + 1 offsets into them, and for each document the bytes that `library` encoded.

    `step(data, offsets, scratch, out, ends)` encodes from scratch.state on until it is DONE, `out` is FULL or bytes
    [AT, BEHIND) are LEFT to the library. Memory: the ids, and 4 bytes for each byte of the longest document, or 4 MB.
    """
    data, offsets = _padded(*text)
    ends, slow = np.zeros(len(offsets), np.int64), np.zeros(len(offsets) - 1, np.int64)
    out, chunks = np.empty(max(_OUT, int(np.diff(offsets).max(initial=0))), np.int32), []
    state = scratch.state
    state[:] = 0
    state[AT] = offsets[0]
    while (status := step(data, offsets, scratch, out, ends)) != DONE:
        document, at, to, behind = state[:4].tolist()
        if status == FULL:
            chunks.append(out[:to].copy())
            state[BEFORE] += to
            state[TO] = 0
        else:
            ids = library(data[at:behind].tobytes())
            out[to : to + len(ids)] = ids
            slow[document] += behind - at
            state[AT], state[TO] = behind, to + len(ids)
    return np.concatenate([*chunks, out[: state[TO]]]), ends, slow


def _padded(data: Bytes, offsets: Offsets) -> tuple[Bytes, Offsets]:
    first, last = int(offsets[0]), int(offsets[-1])
    if len(data) >= last + PADDING:
        return readonly(data), offsets
    return readonly(np.concatenate([data[first:last], np.zeros(PADDING, np.uint8)])), offsets - first
