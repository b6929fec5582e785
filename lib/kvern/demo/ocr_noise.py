"""Clean text made as bad as OCR reads it, by confusions that were measured.

`ocr_confusions.json` holds how often each string of up to three characters was read as another: counted by aligning
what Tesseract 5 read with what had been printed (`bench/ocr_pairs.py` sets and reads the pages, `bench/ocr_tables.py`
counts). `made_of` in it names the texts. It has no text but those strings.
"""

import json
from bisect import bisect
from functools import cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import NamedTuple

from kvern.kernels.alignment import LONGEST
from kvern.kernels.edit_distance import distance

FILE = "ocr_confusions.json"
MOST = 0.9  # probability of a confusion at one place, however high the rate
ROUNDS = 40  # halvings in the search for the factor


class Confusions(NamedTuple):
    """`reads[truth]`: (what it was read as, how often it was, of 1), most frequent first; `""` for what was added
    before any character. `error[truth]`: mean edits that these cost; `chance[truth]`: their sum."""

    reads: dict[str, tuple[tuple[str, float], ...]]
    error: dict[str, float]
    chance: dict[str, float]


@cache
def confusions() -> Confusions:
    """The shipped table."""
    held = json.loads(resources.files("kvern.demo").joinpath(FILE).read_text(encoding="utf-8"))
    reads: dict[str, list[tuple[str, float]]] = {}
    for truth, read, count in held["pairs"]:
        reads.setdefault(truth, []).append((read, count / held["printed"][truth]))
    error = {truth: sum(distance(truth, read) * p for read, p in told) for truth, told in reads.items()}
    chance = {truth: sum(p for _, p in told) for truth, told in reads.items()}
    return Confusions({truth: tuple(told) for truth, told in reads.items()}, error, chance)


def corrupt(text: str, rate: float, seed: int) -> str:
    """The text with about `rate` edits a character, 0 to .5, in the proportions that were measured.

    The same text, rate and seed give the same result. ValueError for a rate outside.
    """
    if not 0 <= rate <= 0.5:
        raise ValueError(f"wanted a rate of edits a character from 0 to 0.5, got {rate}")
    table, draw = confusions(), Random(seed)
    factor = _factor(text, rate, table) if rate else 0.0
    out, at = [], 0
    while at < len(text):
        read, taken = _read(text, at, factor, table, draw)
        out.append(read)
        at += taken
    return "".join(out)


def _read(text: str, at: int, factor: float, table: Confusions, draw: Random) -> tuple[str, int]:
    """(what is read at a place, characters of the text that it stands for); the longest strings are asked first."""
    for size in range(min(LONGEST, len(text) - at), -1, -1):
        truth = text[at : at + size]
        if truth in table.reads and draw.random() < min(MOST, factor * table.chance[truth]):
            told = table.reads[truth]
            ends = list(accumulate(p for _, p in told))
            read = told[min(len(told) - 1, bisect(ends, draw.random() * ends[-1]))][0]
            return (read, size) if size else (read + text[at], 1)
    return text[at], 1


def _factor(text: str, rate: float, table: Confusions) -> float:
    """By what the measured chances are multiplied, so that the text's expected edits are `rate` a character."""
    places: dict[str, int] = {"": len(text)}
    for size in range(1, LONGEST + 1):
        for at in range(len(text) - size + 1):
            if (truth := text[at : at + size]) in table.reads:
                places[truth] = places.get(truth, 0) + 1
    met = [(n, table.error[truth], table.chance[truth]) for truth, n in places.items() if truth in table.reads]
    low, high = 1e-6, 1e6
    for _ in range(ROUNDS):
        middle = (low * high) ** 0.5
        edits = sum(n * error * min(middle, MOST / chance) for n, error, chance in met)
        low, high = (middle, high) if edits < rate * len(text) else (low, middle)
    return high
