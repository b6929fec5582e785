"""The same text read with other errors: how many pairs are found, beside word 5-grams, and what it costs.

    python bench/noisy.py [ROUNDS]

Telegrams, pages, chapters and whole books (`noisy_texts`) with a second reading of each at 1, 5, 10 and 20 % errors a
character: one reading against the clean text, and two readings against one another. All lie in one set with the
others, those of the same book too. Found is what comes out end to end: signature, buckets, meetings, alignment at the
recipe's threshold. Beside it the recipe's word 5-grams, at the threshold that suits them best. Then clusters of one
to five readings, by the adjusted Rand index (Hubert & Arabie 1985).
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from math import comb

import numpy as np
import pyarrow as pa
from figures import Figure, of_rounds, shared, write
from noisy_texts import books, evenly, families, pieces

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import bands, minhash, noisy, overlap
from kvern.kernels.arrow import Bytes, utf8_view
from kvern.kernels.letters import letters_of
from kvern.params import DuplicatePairs, Signals

LEVELS = (0.01, 0.05, 0.1, 0.2)
Pairs = dict[tuple[int, int], float]


def met(blobs: pa.Array, hashes: pa.Array, version: int, least: int) -> list[tuple[int, int]]:
    """Pairs of rows that share `least` keys, by the kernels that the job runs; a row's number is its id."""
    ids = [(number << 80).to_bytes(16, "big") for number in range(len(blobs))]
    rows = pa.record_batch({"id": ids, "words_hash": hashes, "minhash": blobs})
    entries = pa.Table.from_batches(bands.entry_batches([rows], version)).sort_by("range").to_batches()
    counts: Counter[tuple[int, int]] = Counter()
    for batch in bands.candidate_batches(entries, DuplicatePairs().bucket):
        counts.update(zip(batch["doc"].to_pylist(), batch["other"].to_pylist(), strict=True))
    return sorted(pair for pair, count in counts.items() if count >= least)


def hashes_of(data: Bytes, offsets: np.ndarray, asked: Signals) -> tuple[minhash.Signatures, pa.Array]:
    shape = {"bands": asked.bands, "rows": asked.rows, "ngram": asked.ngram, "seed": asked.seed}
    found = minhash.signatures(data, offsets, **shape)
    return found, pa.array([int(order).to_bytes(8, "big") for order in found.orders])


def by_noise(texts: list[str]) -> tuple[Pairs, int]:
    """(aligned pairs of at least the recipe's threshold, candidates)."""
    (data, offsets), asked, ends = utf8_view(pa.array(texts)), Signals(), DuplicatePairs()
    found = noisy.noisy_signatures(data, offsets, keys=asked.noisy_keys, seed=asked.seed)
    blobs = minhash.blobs(found.keys, found.present, noisy.VERSION)
    candidates = met(blobs, hashes_of(data, offsets, asked)[1], noisy.VERSION, ends.noisy_meetings)
    letters = [letters_of(data, int(start), int(end)) for start, end in pairwise(offsets)]
    scratch = overlap.scratch()
    pairs = {(a, b): overlap.jaccard(letters[a], letters[b], scratch) for a, b in candidates}
    return {pair: jaccard for pair, jaccard in pairs.items() if jaccard >= ends.noisy_threshold}, len(candidates)


def by_words(texts: list[str]) -> Pairs:
    """Exact Jaccard of every candidate of word 5-grams."""
    (data, offsets), asked = utf8_view(pa.array(texts)), Signals()
    found, hashes = hashes_of(data, offsets, asked)
    candidates = met(minhash.blobs(found.keys, found.words > 0), hashes, minhash.VERSION, 1)
    sets = {
        row: minhash.shingles_of(data, int(offsets[row]), int(offsets[row + 1]), asked.ngram)
        for row in {row for pair in candidates for row in pair}
    }
    return {(a, b): minhash.jaccard(sets[a], sets[b]) for a, b in candidates}


def scores(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> tuple[float, float, float]:
    """(precision, recall, F1)."""
    right = len(found & true)
    precision, recall = right / len(found) if found else 1.0, right / len(true)
    return precision, recall, 2 * right / (len(found) + len(true))


def best(pairs: Pairs, true: set[tuple[int, int]]) -> float:
    """The F1 of the threshold that gives the highest."""
    steps = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
    return max(scores({pair for pair, jaccard in pairs.items() if jaccard >= step}, true)[2] for step in steps)


def figure(name: str, value: float, what: str, floor: float = 0.0) -> Figure:
    return of_rounds(name, [value], "share", floor, what)


Read = Callable[[str, float, int], str]


def level(
    kinds: dict[str, list[str]], rate: float, both: bool, read: Read = corrupt, name: str = ""
) -> Iterator[Figure]:
    """Precision, recall and F1 of one level, over all kinds, and each kind's recall."""
    texts = [text for kind in kinds.values() for text in kind]
    first = [read(text, rate, 2 * at) for at, text in enumerate(texts)] if both else texts
    second = [read(text, rate, 2 * at + 1) for at, text in enumerate(texts)]
    count, sides = len(texts), "both" if both else "one"
    found, candidates = by_noise(first + second)
    true = {(at, at + count) for at in range(count)}
    precision, recall, f1 = scores(set(found), true)
    end = f"{name}{rate * 100:g}_{sides}"
    what = f"{count} texts and a reading of each, {'both' if both else 'the second'} with errors of {rate:.0%}"
    yield figure(f"precision_{end}", precision, what)
    yield figure(f"recall_{end}", recall, what)
    yield figure(f"f1_{end}", f1, f"{what}; {candidates / (2 * count):.2f} alignments a document", 0.0 if name else 0.9)
    yield figure(f"f1_words_{end}", best(by_words(first + second), true), f"{what}; word 5-grams, best threshold")
    at = 0
    for kind, members in kinds.items():
        share = sum((row, row + count) in found for row in range(at, at + len(members))) / len(members)
        yield figure(f"recall_{kind}_{end}", share, f"{len(members)} of them")
        at += len(members)


def clusters(pairs: set[tuple[int, int]], count: int) -> list[int]:
    label = list(range(count))
    for a, b in sorted(pairs):
        low, high = sorted((label[a], label[b]))
        label = [low if one == high else one for one in label]
    return label


def rand(one: list[int], other: list[int]) -> float:
    """The adjusted Rand index of two partitions."""
    both, a, b = (
        sum(comb(n, 2) for n in Counter(part).values()) for part in (zip(one, other, strict=True), one, other)
    )
    chance = a * b / comb(len(one), 2)
    return (both - chance) / ((a + b) / 2 - chance)


def clustered(texts: list[str], rate: float, shorten: bool) -> Iterator[Figure]:
    read, of = families(texts, rate, shorten)
    true = {(a, b) for a, b in combinations(range(len(of)), 2) if of[a] == of[b]}
    found = set(by_noise(read)[0])
    words = by_words(read)
    steps = (0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
    rands = [rand(clusters({p for p, j in words.items() if j >= step}, len(of)), of) for step in steps]
    end = f"{'abridged_' if shorten else ''}{rate * 100:g}"
    what = f"{len(read)} readings of {len(texts)} telegrams and pages{', cut to 60-100 %' if shorten else ''}"
    yield figure(f"ari_{end}", rand(clusters(found, len(of)), of), f"{what}; F1 of pairs {scores(found, true)[2]:.3f}")
    yield figure(f"ari_words_{end}", max(rands), f"{what}; word 5-grams, best threshold")


def speeds(whole: list[str], rounds: int) -> Iterator[Figure]:
    """MB of text a CPU second: signatures, and an alignment of two readings of a book."""
    data, offsets = utf8_view(pa.array([text[at : at + 5_000] for text in whole for at in range(0, len(text), 5_000)]))
    size = 1e-6 * float(offsets[-1] - offsets[0])
    book = max(whole, key=len)
    sides = [corrupt(book, 0.1, seed).encode() for seed in (1, 2)]
    letters = [letters_of(np.frombuffer(side, np.uint8), 0, len(side)) for side in sides]
    scratch, asked = overlap.scratch(), Signals()

    def sign() -> object:
        return [noisy.noisy_signatures(data, offsets, keys=asked.noisy_keys, seed=asked.seed) for _ in range(8)]

    def align() -> object:
        return [overlap.jaccard(*letters, scratch) for _ in range(8)]

    works = ("noisy_signatures_mb_s", sign, size, 200.0), ("align_mb_s", align, 1e-6 * sum(map(len, sides)), 2.0)
    for name, work, megabytes, floor in works:
        work()
        spent = []
        for _ in range(rounds):
            started = time.process_time()
            work()
            spent.append(8 * megabytes / (time.process_time() - started))
        yield of_rounds(name, spent, "MB/s", floor, f"{megabytes:.1f} MB of books, one core")


def main(rounds: int = 5) -> None:
    whole = books(shared())
    kinds = pieces(whole)
    small = kinds["telegram"] + kinds["page"]
    found = [one for rate in LEVELS for both in (False, True) for one in level(kinds, rate, both)]
    few = {kind: kinds[kind] for kind in ("telegram", "page")}
    found += [one for rate in (0.05, 0.1) for both in (False, True) for one in level(few, rate, both, evenly, "even_")]
    for rate in (0.05, 0.1):
        found += [one for shorten in (False, True) for one in clustered(small, rate, shorten)]
    found += speeds(whole, rounds)
    print(write("noisy", found))
    for one in found:
        print(f"{one.name:28} {one.value:9.3f} {one.unit:6} (floor {one.floor})  {one.input}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
