"""Recall and precision of the default signatures on real near duplicates, beside what the S-curve says.

    python bench/duplicates_recall.py [SEEDS]

Law versions (dedup/law_versions) and articles with planted copies (dedup/mccormick). The exact Jaccard of every two
documents decides; a pair is found where two signatures share a band key, for SEEDS draws of the permutations. Theory is
the mean of 1 - (1 - J^8)^14 over the pairs of a level. Precision is that of pairs that LSH alone would take for
duplicates at .8; beside it stands how many documents LSH alone removes for each that verified pairs remove.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from figures import Figure, of_rounds, shared, write

from kvern.kernels import minhash
from kvern.kernels.arrow import utf8_view
from kvern.kernels.components import component_batches

BANDS, ROWS, NGRAM, THRESHOLD = 14, 8, 5, 0.8
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Pairs = dict[tuple[int, int], float]


def law_versions(folder: Path) -> list[str]:
    rows = (json.loads(line) for line in (folder / "law_versions/docs.jsonl").read_text("utf-8").splitlines())
    return sorted({re.sub(r"\A---\n.*?\n---\n", "", row["text"], flags=re.S) for row in rows})


def mccormick(folder: Path) -> list[str]:
    lines = (folder / "mccormick/articles_1000.train").read_text("utf-8").splitlines()
    return sorted({line.partition(" ")[2] for line in lines})


def exact(texts: list[str]) -> Pairs:
    """The exact Jaccard of every two texts that share a shingle."""
    data, offsets = utf8_view(pa.array(texts))
    places = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    sets = [minhash.shingles_of(data, start, end, NGRAM) for start, end in places]
    found = ((pair, minhash.jaccard(sets[pair[0]], sets[pair[1]])) for pair in combinations(range(len(sets)), 2))
    return {pair: jaccard for pair, jaccard in found if jaccard > 0}


def met(texts: list[str], seed: int) -> set[tuple[int, int]]:
    """Pairs that share a band key."""
    data, offsets = utf8_view(pa.array(texts))
    keys = minhash.signatures(data, offsets, bands=BANDS, rows=ROWS, ngram=NGRAM, seed=seed).keys
    buckets: dict[int, list[int]] = {}
    for number, row in enumerate(keys.tolist()):
        for key in row:
            buckets.setdefault(key, []).append(number)
    return {pair for members in buckets.values() for pair in combinations(members, 2)}


def removed(pairs: set[tuple[int, int]]) -> int:
    """Documents that go where one of each component stays."""
    ends = [pa.array([number.to_bytes(16, "big") for number in side], pa.binary()) for side in zip(*pairs, strict=True)]
    if not ends:
        return 0
    edges = pa.record_batch(ends, names=["doc_id", "other"])
    clusters = Counter(name for batch in component_batches([edges]) for name in batch["cluster"].to_pylist())
    return sum(clusters.values()) - len(clusters)


def chance(jaccard: float) -> float:
    return 1 - (1 - jaccard**ROWS) ** BANDS


def level_figures(name: str, pairs: Pairs, found: list[set[tuple[int, int]]]) -> Iterator[Figure]:
    for low, high in pairwise(LEVELS):
        level = {pair: jaccard for pair, jaccard in pairs.items() if low <= jaccard < high}
        if not level:
            continue
        theory = float(np.mean([chance(jaccard) for jaccard in level.values()]))
        recalls = [sum(pair in each for pair in level) / len(level) for each in found]
        error = float(np.std(recalls, ddof=1)) / len(recalls) ** 0.5
        what = (
            f"{name}: {len(level)} pairs of Jaccard {low} to {high}, mean of {len(found)} seeds, standard error "
            f"{error:.3f}; the S-curve says {theory:.3f}, the floor is two standard errors below"
        )
        figure = of_rounds(f"recall_{name}_{low}_to_{high}", recalls, "share", round(theory - 2 * error, 3), what)
        yield replace(figure, value=round(float(np.mean(recalls)), 3))


def figures(name: str, texts: list[str], seeds: int) -> Iterator[Figure]:
    pairs = exact(texts)
    found = [met(texts, seed) for seed in range(1, seeds + 1)]
    yield from level_figures(name, pairs, found)
    near = {pair for pair, jaccard in pairs.items() if jaccard >= THRESHOLD}
    what = f"{name}: {len(texts)} different texts, threshold {THRESHOLD}, {seeds} seeds"
    precision = [len(each & near) / len(each) for each in found if each]
    yield of_rounds(f"precision_unverified_{name}", precision, "share", 0, what)
    over = [removed(each) / removed(each & near) - 1 for each in found if each & near]
    yield of_rounds(f"removed_too_many_unverified_{name}", over, "share", 0, what)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    folder = shared() / "dedup"
    print(
        write(
            "duplicates_recall",
            [*figures("law_versions", law_versions(folder), count), *figures("mccormick", mccormick(folder), count)],
        )
    )
