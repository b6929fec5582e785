"""Texts and bad readings for bench/noisy.py: telegrams, pages, chapters and books, Norwegian print of 1840-1920."""

import json
import random
from pathlib import Path

from kvern.demo.ocr_noise import corrupt

SIZES = {"telegram": (1_200, 150), "page": (3_000, 100), "chapter": (20_000, 30)}  # characters of each, how many
BOOKS = 6
LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"


def books(folder: Path) -> list[str]:
    """ELTeC's novels and norn_fulltext's books, the shortest first."""
    lines = (folder / "bulk/eltec-nor.jsonl").read_text("utf-8").splitlines()
    files = sorted((folder / "bulk/norn_fulltext").glob("*.txt"))
    return sorted(
        [*(json.loads(line)["text"] for line in lines), *(file.read_text("utf-8") for file in files)], key=len
    )


def pieces(whole: list[str]) -> dict[str, list[str]]:
    """Whole books, and parts of all of them that do not overlap within a kind; every one also lies in a larger kind."""
    draw, kinds = random.Random(1), {"book": whole[:: max(1, len(whole) // BOOKS)][:BOOKS]}
    for kind, (size, count) in SIZES.items():
        every = [text[at : at + size] for text in whole for at in range(0, len(text) - size, size)]
        kinds[kind] = draw.sample(every, min(count, len(every)))
    return kinds


def evenly(text: str, rate: float, seed: int) -> str:
    """Errors that follow no measured confusion: any letter for any other, lost or added, alike at every place."""
    draw, out = random.Random(seed), []
    for character in text:
        error = draw.random() / rate if rate else 1.0
        if error < 0.6:
            out.append(draw.choice(LETTERS))
        elif error >= 0.8:
            out.append(character + draw.choice(LETTERS) * (error < 1))
    return "".join(out)


def abridged(text: str, rate: float, seed: int) -> str:
    """A bad reading of a beginning of 60 to 100 %, as an editor cuts a telegram to his column."""
    return corrupt(text[: round(len(text) * random.Random(seed).uniform(0.6, 1))], rate, seed)


def families(texts: list[str], rate: float, shorten: bool) -> tuple[list[str], list[int]]:
    """(readings, which text each is of): every text once or, for half of them, two to five times."""
    draw, found, of = random.Random(5), [], []
    for number, text in enumerate(texts):
        for copy in range(draw.choice((1, 1, 1, 1, 2, 3, 4, 5))):
            found.append((abridged if shorten else corrupt)(text, rate, 100 * number + copy))
            of.append(number)
    return found, of
