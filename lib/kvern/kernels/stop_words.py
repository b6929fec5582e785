"""Which of several languages' stop words occur in a document: counted before its language is known.

The label picks its own language's count afterwards, so that the text is read once.
"""
# mypy: allow-untyped-defs

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.words import word_hash

FREE = np.uint64(0)
_32 = np.uint64(32)


class StopWords(NamedTuple):
    """Cuckoo table of words (0: free), the row of `member` of each, and in whose list each stands.

    `member` int32[words + 1, lists], the last row for what is no stop word; `met` is scratch; `longest`: bytes of the
    longest word. A word stands in one of two places, so that a text's words are looked up without a branch: whether
    the next word is a stop word is what no processor can guess (2.2 ns a byte with one, 1.3 without).
    """

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int32]
    member: npt.NDArray[np.int32]
    met: npt.NDArray[np.uint8]
    longest: int


def stop_words(lists: Mapping[str, Sequence[str]]) -> StopWords:
    """One table over the lists of several languages, in the mapping's order.

    A word is found as it is written in the list, as in datatrove: `Og` is not `og`. Found in capitals too, 104 of
    20,562 real documents passed that it refuses.
    ValueError names what is no single word.
    """
    distinct = sorted(set().union(*lists.values()))
    keys, rows = _table({word_hash(word): row for row, word in enumerate(distinct)}, len(distinct))
    member = np.zeros((len(distinct) + 1, len(lists)), np.int32)
    member[:-1] = [[word in words for words in lists.values()] for word in distinct] or member[:-1]
    longest = max((len(word.encode()) for word in distinct), default=0)
    return StopWords(keys, rows, member, np.zeros(len(member), np.uint8), longest)


def _table(entries: Mapping[int, int], none: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Keys and rows, `none` where free; each key in the place of its lower or its upper half (Pagh & Rodler 2001)."""
    size = 1 << max(4, (3 * len(entries)).bit_length())
    while (placed := _placed(list(entries), size)) is None:
        size *= 2
    keys, rows = np.zeros(size, np.uint64), np.full(size, none, np.int32)
    for place, key in placed.items():
        keys[place], rows[place] = key, entries[key]
    return keys, rows


def _placed(keys: Sequence[int], size: int) -> dict[int, int] | None:
    """Place to key; None where some key drives others out without end."""
    held: dict[int, int] = {}
    for key in keys:
        place = key % size
        for _ in range(size):
            if place not in held:
                break
            key, held[place] = held[place], key
            place = (key >> 32) % size if place == key % size else key % size
        else:
            return None
        held[place] = key
    return held


@compiled
def meet(stops, key):
    """Mark a word as met in the document."""
    mask = np.uint64(stops.keys.shape[0] - 1)
    one, other = key & mask, (key >> _32) & mask
    none = stops.met.shape[0] - 1
    first, second = stops.rows[one], stops.rows[other]
    row = first if stops.keys[one] == key else (second if stops.keys[other] == key else none)
    stops.met[row] = 1


@compiled
def count_met(stops, found):
    """Count what was met in the document in each list that it stands in, and forget it."""
    stops.met[stops.met.shape[0] - 1] = 0
    for row in range(stops.met.shape[0]):
        if stops.met[row]:
            stops.met[row] = 0
            for k in range(found.shape[0]):
                found[k] += stops.member[row, k]
