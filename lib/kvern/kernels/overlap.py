"""How much of two texts is the same when each was read with its own errors: alignment at anchors.

Anchors are runs of `RUN` folded letters (`folding`) that occur once in either text. A longest chain of them that runs
forward in both (Schensted 1961) cuts the texts into pieces that belong together, and each pair of pieces is compared by
edit distance over letters and digits. Pieces count where at most `WORST` of the longer one is edited, and where they
are no longer than `PIECE`: text that the other one lacks counts as missing, not as misread. So it does where the other
one has it in another order, and up to `CUT` letters where shared text ends.

Jaccard is that of the letters under the alignment: m / (a + b - m), for m letters that are the same. With independent
errors in a share e of both it is about (1 - e)^2 / (2 - (1 - e)^2): .68 at 10 %. Of long texts a sample of runs is
looked at, chosen by content alone: memory grows by the letters themselves, 1 byte each.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes
from kvern.kernels.compiled import compiled
from kvern.kernels.edit_distance import Column, column, span_distance
from kvern.kernels.hashing import GOLDEN, mix, power
from kvern.kernels.letters import folded_bytes

RUN = 10  # folded letters
SAMPLE = 1 << 18  # runs of a text that are looked at, about
PIECE = 2048  # letters
CUT = 48  # letters between two cuts at least: a piece of clean text fits one word of 64 bits
WORST = 0.6
Places = npt.NDArray[np.int64]


class Runs(NamedTuple):
    """Runs that occur once, by hash: `hashes` uint64[n] sorted, `starts` int64[n], where each begins."""

    hashes: npt.NDArray[np.uint64]
    starts: Places


@compiled
def _runs(letters, table, stride, ring, hashes, starts):
    """Write hash and start of each run whose hash is a multiple of `stride`, until `hashes` is full; how many."""
    worth = power(ring.shape[0])
    ring[:] = 0
    rolling, seen, count = np.uint64(0), 0, 0
    for at in range(letters.shape[0]):
        letter = table[letters[at]]
        if letter == 0:
            continue
        slot = seen % ring.shape[0]  # holds the place of the letter that leaves the run
        gone = table[letters[ring[slot]]] if seen >= ring.shape[0] else np.uint8(0)
        ring[slot] = at
        seen += 1
        rolling = rolling * GOLDEN + np.uint64(letter) - np.uint64(gone) * worth
        h = mix(rolling)
        if seen >= ring.shape[0] and h % stride == 0 and count < hashes.shape[0]:
            hashes[count], starts[count] = h, ring[seen % ring.shape[0]]
            count += 1
    return count


def runs(letters: Bytes, stride: int) -> Runs:
    """The runs of a text (`letters.letters_of`) that occur once in it; one in `stride`, chosen by content."""
    room = min(len(letters), 2 * len(letters) // stride + 1000)
    hashes, starts = np.empty(room, np.uint64), np.empty(room, np.int64)
    count = _runs(letters, folded_bytes(), np.uint64(stride), np.zeros(RUN, np.int64), hashes, starts)
    order = np.argsort(hashes[:count], kind="stable")
    hashes, starts = hashes[:count][order], starts[:count][order]
    differs = np.diff(hashes) != 0
    once = np.append(differs, True) & np.insert(differs, 0, True) if count else np.zeros(0, np.bool_)
    return Runs(hashes[once], starts[once])


def anchors(a: Runs, b: Runs) -> tuple[Places, Places]:
    """Starts in a and in b of the runs that both have, in a longest chain that runs forward in both."""
    _, mine, yours = np.intersect1d(a.hashes, b.hashes, assume_unique=True, return_indices=True)
    order = np.argsort(a.starts[mine])
    first, second = a.starts[mine][order], b.starts[yours][order]
    chosen = np.empty(len(first), np.int64)
    length = _chain(second, np.empty(len(first), np.int64), np.empty(len(first), np.int64), chosen)
    return first[chosen[:length]], second[chosen[:length]]


@compiled
def _chain(values, ends, before, chosen):
    """Indices of a longest rising subsequence of distinct values, in order; its length."""
    length = 0
    for at in range(values.shape[0]):
        low, high = 0, length
        while low < high:
            middle = (low + high) // 2
            if values[ends[middle]] < values[at]:
                low = middle + 1
            else:
                high = middle
        before[at] = ends[low - 1] if low else -1
        ends[low] = at
        length = max(length, low + 1)
    at = ends[length - 1] if length else -1
    for place in range(length - 1, -1, -1):
        chosen[place] = at
        at = before[at]
    return length


@compiled
def _same(a, start, end, b, first, last, scratch):
    """Letters of two pieces that belong together and are the same; none where they are too long or too different."""
    longer, shorter = max(end - start, last - first), min(end - start, last - first)
    if longer > PIECE or shorter < (1 - WORST) * longer:
        return 0
    edits = span_distance(a, start, end, b, first, last, scratch)
    return longer - edits if edits <= WORST * longer else 0


@compiled
def _matched(a, b, first, second, scratch):
    """Letters that are the same, over all pieces between cuts."""
    matched = at = to = 0
    for k in range(first.shape[0]):
        if first[k] - at >= CUT and second[k] - to >= CUT:
            matched += _same(a, at, first[k], b, to, second[k], scratch)
            at, to = first[k], second[k]
    return matched + _same(a, at, a.shape[0], b, to, b.shape[0], scratch)


def scratch() -> Column:
    return column(PIECE)


def jaccard(a: Bytes, b: Bytes, scratch: Column) -> float:
    """Share of the letters of both (`letters.letters_of`) that are the same under the alignment; 0 where one is empty.

    jaccard(a, b) == jaccard(b, a), whatever they hold.
    """
    if np.array_equal(a, b):
        return float(len(a) > 0)
    if len(a) > len(b) or (len(a) == len(b) and a.tobytes() > b.tobytes()):
        a, b = b, a
    stride = max(1, len(b) // SAMPLE)
    first, second = anchors(runs(a, stride), runs(b, stride))
    matched = int(_matched(a, b, first, second, scratch))
    return matched / (len(a) + len(b) - matched)
