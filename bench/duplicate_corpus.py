"""Documents that are generated for the benchmarks of near duplicates: as many as wanted, some near others, some equal.

Words come from a vocabulary of made-up words by a Zipf law, lengths from a log-normal law (median 90 words, about 700
bytes). One document in twelve is a copy of the one before it with 1 to 8 % of its words changed, one in fifty
an exact one.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

VOCABULARY, MEDIAN, FILE = 60_000, 90, 50_000
_SYLLABLES = [a + b for a in "bdfghjklmnprstvkj" for b in ("a", "e", "i", "o", "u", "å", "ø", "æ", "er", "en", "ing")]

_LAW = np.cumsum(1 / (np.arange(VOCABULARY) + 2.7))
_LAW /= _LAW[-1]


def words(chance: np.random.Generator) -> np.ndarray:
    drawn = chance.integers(0, len(_SYLLABLES), (VOCABULARY, 4))
    sizes = chance.integers(1, 5, VOCABULARY)
    return np.array(["".join(_SYLLABLES[k] for k in row[:n]) for row, n in zip(drawn, sizes, strict=True)], object)


def texts(count: int, seed: int) -> list[str]:
    chance = np.random.default_rng(seed)
    vocabulary = words(np.random.default_rng(0))
    lengths = np.maximum(chance.lognormal(np.log(MEDIAN), 0.5, count).astype(int), 5)
    kinds = chance.random(count)
    found, before = [], np.zeros(5, int)
    for length, kind in zip(lengths.tolist(), kinds.tolist(), strict=True):
        drawn = np.searchsorted(_LAW, chance.random(length)) if kind > 0.1 else before.copy()
        if 0.02 < kind <= 0.1:
            changed = chance.random(len(drawn)) < chance.uniform(0.01, 0.08)
            drawn[changed] = chance.integers(0, VOCABULARY, int(changed.sum()))
        found.append(" ".join(vocabulary[drawn]))
        before = drawn
    return found


def written(folder: Path, count: int, seed: int = 1, batch: str = "b") -> None:
    """Parquet files of doc_id and text, in folders of source, batch and part as Delta lays them."""
    for part, first in enumerate(range(0, count, FILE)):
        place = folder / "source=s" / f"batch={batch}" / f"part={part}"
        place.mkdir(parents=True)
        rows = texts(min(FILE, count - first), seed * 1000 + part)
        ids = np.random.default_rng((seed, part)).integers(0, 256, (len(rows), 16), np.uint8)
        table = pa.table({"doc_id": [bytes(row).hex() for row in ids], "text": rows})
        pq.write_table(table, place / "0.parquet", compression="zstd", row_group_size=10_000)
