"""An index of the word n-grams of evaluation sets: what `contamination` looks for.

A gram is a run of bare words, hashed as `minhash` hashes shingles; an item has grams of two lengths, the long one that
decides and a short one that says how near a miss was. An item of fewer words than a gram, but at least SHORTEST, is one
gram of its whole length; a shorter one says nothing of where it came from and is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kvern.kernels import minhash

SHORTEST = 8
LONG, SHORT = range(2)
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class GramIndex:
    """Distinct grams of all items; small, it travels to every task.

    An entry is an item with its grams of one kind. `hashes` sorted uint64[grams]; the entries that hold gram g are
    `entries[starts[g]:starts[g + 1]]`. Of each entry, int64: `totals`, its distinct grams; `benchmark_of`, its place in
    `benchmarks`; `kind_of`, LONG or SHORT; `item_of`, the item's number. `lengths`: words that grams have.
    """

    benchmarks: tuple[str, ...]
    lengths: Longs
    hashes: Hashes
    starts: Longs
    entries: Longs
    totals: Longs
    benchmark_of: Longs
    kind_of: Longs
    item_of: Longs


def gram_index(items: Iterable[tuple[str, str]], ngram: int, short: int = 0) -> GramIndex:
    """Index of (benchmark, text of one item) rows; independent of their order up to the numbering of items.

    `short` words make a short gram; 0 for none.
    """
    sizes = [(LONG, ngram), *([(SHORT, short)] if short else [])]
    held = [
        (benchmark, kind, item, *_grams(text, size))
        for item, (benchmark, text) in enumerate(items)
        for kind, size in sizes
    ]
    used = [row for row in held if len(row[4])]
    benchmarks = tuple(sorted({row[0] for row in used}))
    grams = np.concatenate([np.zeros(0, np.uint64), *(row[4] for row in used)])
    totals = np.array([len(row[4]) for row in used], np.int64)
    owners = np.repeat(np.arange(len(used)), totals)
    order = np.lexsort((owners, grams))
    hashes, starts = np.unique(grams[order], return_index=True)
    return GramIndex(
        benchmarks,
        np.unique(np.array([row[3] for row in used], np.int64)),
        hashes,
        np.append(starts, len(grams)).astype(np.int64),
        owners[order],
        totals,
        np.array([benchmarks.index(row[0]) for row in used], np.int64),
        np.array([row[1] for row in used], np.int64),
        np.array([row[2] for row in used], np.int64),
    )


def _grams(text: str, ngram: int) -> tuple[int, Hashes]:
    """(words in each gram, distinct hashes) of an item; none where it is too short."""
    data = np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
    length = min(len(minhash.ordered_shingles(data, 0, len(data), 1)), ngram)
    if length < min(SHORTEST, ngram):
        return length, np.zeros(0, np.uint64)
    return length, minhash.shingles_of(data, 0, len(data), length)
