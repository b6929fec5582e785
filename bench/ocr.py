"""The OCR kernel's speed, and its floors on real pages: what is flagged, what is refused, how true the score is.

    python bench/ocr.py [rounds]

A page is *refused* when under LETTERS of its language's own letters are there, or its score is above SCORE: what
`docs/ocr.md` proposes as thresholds. Clean pages are those that nothing was made from (`ocr_texts.is_held`). The score
is held against the true character error rate on those pages, corrupted at RATES by measured confusions, and on pages
that were set in type and read by Tesseract: `ocr_pairs.py` makes them into .build/ocr (KVERN_OCR_PAIRS names another
file); without them that figure is left out. The gate of the normalisation is timed on the same mixed text.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from figures import ROOT, Figure, of_rounds, seconds, shared, write
from pii import counted, texts

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import alto, normal_gate, ocr, ocr_table, ocr_texts, ocr_training
from kvern.kernels.alignment import rate
from kvern.kernels.arrow import utf8_view
from kvern.kernels.normalise import normalise
from kvern.kernels.ocr_table import OLD, Floats
from kvern.kernels.ocr_texts import Text

LETTERS, SCORE = 0.2, 0.1
RATES = (0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3)
PAGES = 12  # of each table, corrupted
MODERN = ("nob", "nno", "dan", "swe", "eng", "sme", "isl", "fao", "fin", "deu")

Columns = dict[str, Floats]


def measured(told: Sequence[str], languages: Sequence[str], eras: Sequence[ocr_table.Era]) -> Columns:
    found = ocr.measure(*ocr_training.packed(told), languages, eras, ocr_table.load())
    return {name: values.to_numpy(zero_copy_only=False) for name, values in found.items()}


def by_tables(told: Sequence[Text]) -> Columns:
    """Measures of texts whose language and era are known."""
    languages, eras = zip(*(ocr_training.ASKED[text.table] for text in told), strict=True)
    return measured([text.text for text in told], languages, eras)


def refused(found: Columns) -> Any:
    """NaN is no reason."""
    return (found["ocr_letters"] < LETTERS) | (found["ocr_score"] > SCORE)


def digibok(folder: Path) -> list[str]:
    """Pages of 1849 in Fraktur, read by a German model: all lost their æ and ø. Empty ones are left out."""
    told = []
    for file in sorted((folder / "ocr/nb-digibok-1849").glob("*_0*.xml")):
        lines = (line for block in alto.read(file.read_bytes()).blocks for line in block.lines)
        told.append("\n".join(" ".join(word.text for word in line if word.text) for line in lines))
    return [page for page in told if page.strip()]


def clean(folder: Path) -> list[Text]:
    """Held-out pages without reading errors."""
    held = [text for text in ocr_texts.texts(folder) if ocr_texts.is_held(text)]
    return [page for page in ocr_texts.pages(held) if ocr_texts.is_clean(page)]


def spoilt(pages: Sequence[Text]) -> tuple[list[Text], Floats]:
    """PAGES of each table at each of RATES, and their true error rates."""
    mine = [[page for page in pages if page.table == name] for name in ocr_table.TABLES]
    some = [page for told in mine for page in told[:: max(1, len(told) // PAGES)][:PAGES]]
    made = [(page, corrupt(page.text, each, seed)) for seed, page in enumerate(some) for each in RATES]
    return [page._replace(text=bad) for page, bad in made], np.array([rate(page.text, bad) for page, bad in made])


def pairs() -> tuple[list[Text], Floats]:
    """What Tesseract read of clean held-out pages, and the true error rates; empty without the file."""
    file = Path(os.environ.get("KVERN_OCR_PAIRS", ROOT / ".build/ocr/pairs.jsonl"))
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []
    told = [row for row in rows if row["held"] and ocr_texts.is_clean(Text(row["table"], row["group"], ""))]
    read = [Text(row["table"], row["group"], row["read"]) for row in told]
    return read, np.array([rate(row["truth"], row["read"]) for row in told])


def ranks(values: Floats) -> Floats:
    """Mean ranks."""
    _, inverse, n = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(n) - (n - 1) / 2)[inverse]


def correlation(told: Sequence[Text], rates: Floats) -> float:
    """Spearman's, of the score with the true error rate."""
    return float(np.corrcoef(ranks(by_tables(told)["ocr_score"]), ranks(rates))[0, 1])


def speed(column: pa.Array, rounds: int) -> Iterator[tuple[float, float]]:
    """MB of text a CPU second of the OCR kernel and of the normalisation's gate, in each round."""
    data, offsets = utf8_view(column)
    n, model = len(offsets) - 1, ocr_table.load()

    def measure() -> None:
        ocr.measure(data, offsets, ["nob"] * n, [None] * n, model)

    def gate() -> None:
        normal_gate.flags(data, offsets)

    measure(), gate()
    for _ in range(rounds):
        best = [min(seconds(work) for _ in range(3)) for work in (measure, gate)]
        yield tuple(int(offsets[-1] - offsets[0]) / each / 1e6 for each in best)


def share(name: str, marks: Any, floor: float, input: str, better: str = "higher") -> Figure:
    return counted(name, float(marks.mean()), floor, f"{int(marks.sum())} of {len(marks)} {input}", better)


def floors(folder: Path) -> list[Figure]:
    lost = digibok(folder)
    pages = clean(folder)
    modern = [page for page in pages if page.table in MODERN]
    old = [page for page in pages if page.table.endswith(OLD)]
    bad, rates = spoilt(pages)
    n = len(lost)
    figures = [
        share("ocr_lost_letters_flagged", refused(measured(lost, ["nob"] * n, [1849] * n)), 0.95, "digibok pages"),
        share("ocr_lost_flagged_no_year", refused(measured(lost, ["dan"] * n, [None] * n)), 0.95, "same, as Danish"),
        share("ocr_clean_modern_refused", refused(by_tables(modern)), 0.01, "pages in ten languages", "lower"),
        share("ocr_clean_old_refused", refused(by_tables(old)), 0.01, "pages of two novels", "lower"),
        counted("ocr_rank_corrupted", correlation(bad, rates), 0.85, f"{len(bad)} pages at 0 to 30 %"),
    ]
    read, true = pairs()
    if not read:
        print("no pages set and read here (bench/ocr_pairs.py): ocr_rank_pairs is left out", file=sys.stderr)
        return figures
    return [*figures, counted("ocr_rank_pairs", correlation(read, true), 0.85, f"{len(read)} pages read by Tesseract")]


def main(rounds: int) -> None:
    column = pa.array([normalise(text)[0] for text in texts(shared()).to_pylist()])
    mixed = f"{column.nbytes / 1e6:.1f} MB of laws, books and sentences in the normal form"
    kernel, gate = zip(*speed(column, rounds), strict=True)
    figures = [
        of_rounds("ocr_kernel_mb_s", kernel, "MB/s", 60, mixed),
        of_rounds("normalise_gate_mb_s", gate, "MB/s", 300, mixed),
        *floors(shared()),
    ]
    print(write("ocr", figures))
    for figure in figures:
        print(f"{figure.name:30} {figure.value:10.4f} {figure.unit}  (floor {figure.floor})  {figure.input}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
