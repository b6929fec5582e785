"""What a BPE model may merge and where its text may be cut, read from the model's own pieces.

No merge can cross a cut between two characters that no piece holds side by side, and the order of merges (score, then
leftmost) only interleaves independent parts: so each part (`parts`) is encoded for itself.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.parts import joins_of
from kvern.kernels.pieces import NORMAL, USER, byte_ids_of

_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)
_SPREAD, _32 = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
NONE = -1
Ints = npt.NDArray[np.int32]


class Merges(NamedTuple):
    """Symbols are numbers: `characters[code point]` and `merged` (of `pairs`, left << 32 | right, open addressing) give
    one or NONE; `ids` its token or NONE, `ranks` its place by score, equal where scores are.
    """

    joins: Any  # uint8[65536], see `parts.joins_of`
    characters: Any  # int32[0x110000]
    pairs: Any  # uint64[2 ** n]
    merged: Any  # int32[2 ** n]
    ids: Any  # int32
    ranks: Any  # int32
    byte_ids: Any  # int32[256]


def merges(proto: Any) -> Merges:
    """Tables for a model that `pieces.why_not` has nothing against."""
    live = {each.piece: (number, each) for number, each in enumerate(proto.pieces) if each.type in (NORMAL, USER)}
    alone = sorted({character for piece in live for character in piece} - live.keys())
    symbols = {piece: number for number, piece in enumerate([*live, *alone])}
    ids = np.full(len(symbols), NONE, np.int32)
    ids[: len(live)] = [number for number, _ in live.values()]
    scores = np.array([each.score for _, each in live.values()] + [0.0] * len(alone), np.float32)
    ranks = np.unique(-scores, return_inverse=True)[1].astype(np.int32)
    frozen = {piece for piece, (_, each) in live.items() if each.type == USER}
    pairs, merged = _pairs(symbols, [piece for piece in live if piece not in frozen], frozen)
    characters = np.full(0x110000, NONE, np.int32)
    for piece, symbol in symbols.items():
        if len(piece) == 1:
            characters[ord(piece)] = symbol
    return Merges(joins_of(live), characters, pairs, merged, ids, ranks, byte_ids_of(proto))


def _splits(symbols: dict[str, int], pieces: Sequence[str], frozen: set[str]) -> Iterator[tuple[int, int, int]]:
    """left, right and what they make, for every way to make a piece of two symbols."""
    for piece in pieces:
        for at in range(1, len(piece)):
            left, right = piece[:at], piece[at:]
            if left in symbols and right in symbols and left not in frozen and right not in frozen:
                yield symbols[left], symbols[right], symbols[piece]


def _pairs(symbols: dict[str, int], pieces: Sequence[str], frozen: set[str]) -> tuple[npt.NDArray[np.uint64], Ints]:
    found = np.array([*_splits(symbols, pieces, frozen)], np.uint64).reshape(-1, 3)
    size = 1 << int(4 * max(len(found), 16)).bit_length()  # at most a quarter full: most look-ups find nothing
    pairs, merged = np.full(size, _FREE, np.uint64), np.full(size, NONE, np.int32)
    _fill(found[:, 0] << _32 | found[:, 1], found[:, 2].astype(np.int32), pairs, merged)
    return pairs, merged


@compiled
def slot_of(key, pairs):  # type: ignore[no-untyped-def]
    """Where `key` stands in `pairs`, or the free slot that says it is not there."""
    mask = pairs.shape[0] - 1
    slot = np.int64((key * _SPREAD) >> _32) & mask
    while pairs[slot] != key and pairs[slot] != _FREE:
        slot = (slot + 1) & mask
    return slot


@compiled
def _fill(keys, values, pairs, merged):  # type: ignore[no-untyped-def]
    for i in range(keys.shape[0]):
        slot = slot_of(keys[i], pairs)
        pairs[slot] = keys[i]
        merged[slot] = values[i]
