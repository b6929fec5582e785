"""The demo library: shelf after shelf, written as they are made."""

import json
from pathlib import Path
from random import Random
from typing import Any

from kvern.demo import holdings, planted, poor, printed, truth
from kvern.demo.shelf import Shelf

SHELVES = 10


def generate(folder: Path, scale: float = 1.0, seed: int = 1) -> dict[str, Any]:
    """Write the library below `folder`, which must be new or empty, and return its truth, as `truth.json` has it.

    Raises FileExistsError where files are there, ValueError for a scale of 0 or less.
    """
    write(folder, scale, seed)
    return dict(json.loads((Path(folder) / "truth.json").read_text(encoding="utf-8")))


def write(folder: Path, scale: float = 1.0, seed: int = 1) -> dict[str, Any]:
    """As `generate`, but returns the truth's counts alone: memory holds one shelf, however large the library."""
    folder = Path(folder)
    if scale <= 0:
        raise ValueError(f"scale: want a number above 0, have {scale}")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder}: want a new or empty folder, have files there; name another or empty it")
    for name in ("benchmarks", "requests"):
        (folder / name).mkdir(parents=True)
    with (
        truth.Spool(seed, scale) as spool,
        (folder / "benchmarks" / "reading.jsonl").open("w", encoding="utf-8") as items,
        (folder / "requests" / "suppressions.jsonl").open("w", encoding="utf-8") as asked,
    ):
        for number in range(1, max(1, round(SHELVES * scale)) + 1):
            shelf, files = _shelf(folder, number, seed)
            spool.add(shelf, files)
            items.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in shelf.benchmark)
            asked.writelines(json.dumps(request, ensure_ascii=False) + "\n" for request in shelf.requests)
        return spool.write(folder / "truth.json")


def _shelf(folder: Path, number: int, seed: int) -> tuple[Shelf, list[dict[str, Any]]]:
    shelf = Shelf(number, Random(f"kvern {seed} {number}"))
    planted.plant(shelf)
    poor.plant(shelf)
    shelf.fill()
    files = holdings.write(folder, shelf)
    return shelf, files + printed.write(folder, shelf)
