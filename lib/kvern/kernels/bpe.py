"""BPE over UTF-8 bytes: text is cut into parts that no piece crosses, a part is merged once and kept in a bounded cache.

Exact: the ids are those of `sentencepiece` for the model that `merges` were read from. The cache has two ways; a line
of 64 bytes holds a part of up to 32 bytes and its ids. What does not fit is merged each time; a part too long for the
merging here is handed back to the caller.
"""
# mypy: allow-untyped-defs

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER, load64, mix
from kvern.kernels.merges import NONE, Merges, slot_of

PADDING = 8  # bytes that must follow the text: a part is loaded by words
LONGEST = 512  # bytes of a part that is merged here: the search for the best pair is linear
CACHE_BYTES = 1 << 25
_OUT = 1 << 20  # ids held before they are copied out
_NEVER = np.int32(0x7FFFFFFF)
_KEY = 32
_32, _8 = np.uint64(32), np.uint64(8)
DONE, FULL, TOO_LONG = 0, 1, 2
# What `Scratch.state` holds: where the work stands, the end of a part that is too long, ids copied out, cache misses.
_DOCUMENT, _AT, _TO, _BEHIND, _BEFORE, MISSES = range(6)


class Cache(NamedTuple):
    """`lines`: uint64[2n, 8], a part's length and number of ids, its four words, then ids; `ids` is the same memory."""

    lines: Any
    ids: Any  # uint16[2n, 32] or int32[2n, 16]
    masks: Any  # uint64[9]: the lowest 0 to 8 bytes


class Scratch(NamedTuple):
    """Symbols of one part in order: number, first byte, what it makes with its neighbour and the rank of that."""

    symbols: Any
    starts: Any
    candidates: Any
    ranks: Any
    state: Any  # int64[6], see above


def cache(merges: Merges, size: int = CACHE_BYTES) -> Cache:
    """An empty cache of at most `size` bytes, and at least 16 lines."""
    lines = np.zeros((1 << max(4, (size // 64).bit_length() - 1), 8), np.uint64)
    narrow = max(int(merges.ids.max(initial=0)), int(merges.byte_ids.max())) < 1 << 16
    masks = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
    return Cache(lines, lines.view(np.uint16 if narrow else np.int32), masks)


def scratch() -> Scratch:
    return Scratch(*(np.zeros(LONGEST + 1, np.int32) for _ in range(4)), np.zeros(6, np.int64))


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
def _kept(data, at, end, merges, cache, scratch, out, to):
    """Ids of a part of at most _KEY bytes, out of the cache or into it."""
    lines, size = cache.lines, end - at
    a, b = _word(data, at, size, cache.masks), _word(data, at + 8, size - 8, cache.masks)
    c, d = _word(data, at + 16, size - 16, cache.masks), _word(data, at + 24, size - 24, cache.masks)
    h = (a ^ np.uint64(size)) * GOLDEN ^ b * MULTIPLIER
    if size > 16:
        h = mix(h) * GOLDEN ^ c * MULTIPLIER ^ mix(d)
    h = mix(h)
    row = np.int64(h & np.uint64(lines.shape[0] - 1)) & ~1
    first_id = cache.ids.shape[1] * 5 // 8
    for way in range(2):
        line = row + way
        meta = lines[line, 0]
        if meta & np.uint64(0xFF) == np.uint64(size) and lines[line, 1] == a and lines[line, 2] == b:
            if size <= 16 or (lines[line, 3] == c and lines[line, 4] == d):
                count = np.int64(meta >> _8)
                for i in range(count):
                    out[to + i] = cache.ids[line, first_id + i]
                return to + count
    scratch.state[MISSES] += 1
    stop = _spell(data, at, end, merges, scratch, out, to)
    if stop - to <= cache.ids.shape[1] - first_id:
        for i in range(8):
            lines[row + 1, i] = lines[row, i]
        lines[row, 0] = np.uint64(size) | np.uint64(stop - to) << _8
        lines[row, 1], lines[row, 2], lines[row, 3], lines[row, 4] = a, b, c, d
        for i in range(stop - to):
            cache.ids[row, first_id + i] = out[to + i]
    return stop


@compiled
def _encode(data, offsets, merges, cache, scratch, out, ends):
    """Encode from scratch.state on; DONE, FULL (no room for the document's bytes in `out`) or TOO_LONG (a part)."""
    state = scratch.state
    document, at, to = state[_DOCUMENT], state[_AT], state[_TO]
    while document < offsets.shape[0] - 1:
        end = offsets[document + 1]
        if to + end - at > out.shape[0]:
            state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
            return FULL
        while at < end:
            behind = part_end(data, at, end, merges.joins)
            if behind - at <= _KEY:
                to = _kept(data, at, behind, merges, cache, scratch, out, to)
            elif behind - at <= LONGEST:
                to = _spell(data, at, behind, merges, scratch, out, to)
            else:
                state[_DOCUMENT], state[_AT], state[_TO], state[_BEHIND] = document, at, to, behind
                return TOO_LONG
            at = behind
        document, at = document + 1, end
        ends[document] = state[_BEFORE] + to
    state[_DOCUMENT], state[_AT], state[_TO] = document, at, to
    return DONE


def encode(
    text: tuple[Bytes, Offsets], merges: Merges, cache: Cache, library: Callable[[bytes], Sequence[int]]
) -> tuple[npt.NDArray[np.int32], Offsets, npt.NDArray[np.int64]]:
    """Ids, the n + 1 offsets into them, and for each document the bytes that `library` encoded: parts over LONGEST.

    `text` as `arrow.utf8_view` gives it: valid UTF-8, of any number of documents. Memory: the ids, and 4 bytes for each
    byte of the longest document, or 4 MB.
    """
    data, offsets = _padded(*text)
    ends, slow = np.zeros(len(offsets), np.int64), np.zeros(len(offsets) - 1, np.int64)
    out, chunks = np.empty(max(_OUT, int(np.diff(offsets).max(initial=0))), np.int32), []
    held = scratch()
    state = held.state
    state[_AT] = offsets[0]
    while (status := _encode(data, offsets, merges, cache, held, out, ends)) != DONE:
        document, at, to, behind = state[:4].tolist()
        if status == FULL:
            chunks.append(out[:to].copy())
            state[_BEFORE] += to
            state[_TO] = 0
        else:
            ids = library(data[at:behind].tobytes())
            out[to : to + len(ids)] = ids
            slow[document] += behind - at
            state[_AT], state[_TO] = behind, to + len(ids)
    return np.concatenate([*chunks, out[: state[_TO]]]), ends, slow


def _padded(data: Bytes, offsets: Offsets) -> tuple[Bytes, Offsets]:
    first, last = int(offsets[0]), int(offsets[-1])
    if len(data) >= last + PADDING:
        return readonly(data), offsets
    return readonly(np.concatenate([data[first:last], np.zeros(PADDING, np.uint8)])), offsets - first
