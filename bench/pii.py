"""The kernel of personal data against Python's `re`, CPU seconds of one core, same text, same round; and its floors.

    python bench/pii.py [rounds]

The text is mixed and real: laws, books of 1840-69, novels, and sentences in 21 languages. The peer has one alternation
of every kind's pattern and checks no digit. The floors are counted on ../shared/data/pii: what is found of the gold,
and how much of what is found is gold. One of its 497 valid numbers is
not counted: it is also among the invalid ones, since month 53 is no month, though its check digits hold.
"""

import json
import platform
import random
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from figures import Figure, of_rounds, seconds, shared, write

from kvern.kernels import pii
from kvern.kernels.arrow import utf8_view

PATTERN = re.compile(
    r"""[\w.%+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}
    |\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b
    |\b(?:\d{1,3}\.){3}\d{1,3}\b
    |\b(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4})+\b
    |\b\d{6}[ -]?\d{5}\b
    |\b\d{4}[. ]\d{2}[. ]\d{5}\b
    |\b(?:\d{4}[ -]?){3}\d{4}\b
    |(?:\+|\b00)\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}\b
    |\b(?:\d{2}[ ]\d{2}[ ]\d{2}[ ]\d{2}|\d{3}[ ]\d{2}[ ]\d{3}|[2-9]\d{7})\b
    |\b[89]\d{2}[ ]?\d{3}[ ]?\d{3}\b
    |\b[A-Z]{2}[ ]?\d{5}\b
    |\b[A-ZÆØÅ][^\W\d_]*(?:gata|gate|gaten|veien|vegen|vei|veg)[ ]\d{1,3}\b""",
    re.VERBOSE,
)
PEER = f"re of Python {platform.python_version()}"
GOLD = {
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "card",
    "IP_ADDRESS": "ipv4",
}
SERIES = {"dnr": "d_number", "hnr": "h_number", "tnr": "synthetic_tenor", "dnr-and-hnr": "d_h_number"}
SERIES |= {"dnr-and-tnr": "synthetic_tenor_d"}


def texts(folder: Path) -> pa.Array:
    files = sorted([*(folder / "bulk/norn_fulltext").glob("*.txt"), *(folder / "bulk/norwegian-laws").glob("*.md")])
    found = [file.read_text(encoding="utf-8") for file in files]
    for name in ("bulk/eltec-nor.jsonl", "lid/lid_dev.jsonl"):
        found += [json.loads(line)["text"] for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    return pa.array(found)


def speed(column: pa.Array, rounds: int) -> Iterator[tuple[float, float]]:
    """(MB of text a CPU second, times faster than the peer) of each round."""
    data, offsets = utf8_view(column)
    given = column.to_pylist()
    pii.scan(data, offsets)
    for _ in range(rounds):
        peer = seconds(lambda: [list(PATTERN.finditer(text)) for text in given])
        own = min(seconds(lambda: pii.scan(data, offsets)) for _ in range(3))
        yield int(offsets[-1] - offsets[0]) / own / 1e6, peer / own


def spans(documents: list[str]) -> list[list[tuple[str, str]]]:
    """(text, kind) of what is found in each."""
    data, offsets = utf8_view(pa.array(documents))
    whole = [bytes(data[start:end]) for start, end in pairwise(offsets.tolist())]
    found: list[list[tuple[str, str]]] = [[] for _ in documents]
    for document, start, end, kind, _ in zip(*map(np.ndarray.tolist, pii.scan(data, offsets)), strict=True):
        found[document].append((whole[document][start:end].decode(), pii.KINDS[kind]))
    return found


def identity_numbers(folder: Path) -> tuple[int, int, int]:
    """(valid ones found with their kind, valid ones, others found), each in a sentence that names it."""
    rows = [json.loads(line) for line in (folder / "pii/norwegian_id_numbers.jsonl").read_text().splitlines()]
    persons = set(pii.KINDS[:21])
    given = spans([f"Fødselsnummer {row['number']} står her." for row in rows])
    invalid = {row["number"] for row in rows if not row["valid"]}
    right = wrong = 0
    for row, found in zip(rows, given, strict=True):
        kinds = [kind for text, kind in found if text == row["number"] and kind in persons]
        right += bool(kinds) and row["valid"] and _same(row.get("type"), kinds[0])
        wrong += bool(kinds) and not row["valid"]
    return right, sum(row["valid"] and row["number"] not in invalid for row in rows), wrong


def _same(series: str | None, kind: str) -> bool:
    """The gold calls a number fnr where its library does not ask for the series."""
    return series in {None, "fnr"} or kind.removesuffix("_2032") == SERIES[series]


def contacts(folder: Path) -> tuple[int, int, int]:
    """(gold spans found, gold spans, found of those kinds)."""
    rows = json.loads((folder / "pii/presidio-research/generated_small.json").read_text())
    hits = gold = claimed = 0
    for row, found in zip(rows, spans([row["full_text"] for row in rows]), strict=True):
        wanted = [(s["entity_value"], GOLD[s["entity_type"]]) for s in row["spans"] if s["entity_type"] in GOLD]
        gold += len(wanted)
        hits += sum(each in found for each in wanted)
        claimed += sum(kind in GOLD.values() for _, kind in found)
    return hits, gold, claimed


def random_runs(count: int) -> float:
    draw, persons = random.Random(4), set(pii.KINDS[:21])
    found = spans([f"Det var {draw.randrange(10**11):011d} av dem i fjor." for _ in range(count)])
    return sum(kind in persons for each in found for _, kind in each) / count


def counted(name: str, value: float, floor: float, input: str, better: str = "higher") -> Figure:
    figure = of_rounds(name, [value], "share", floor, input)
    return Figure(**{**vars(figure), "better": better, "value": round(value, 5), "low": value, "high": value})


def main(rounds: int) -> None:
    folder = shared()
    column = texts(folder)
    mb_s, over = zip(*speed(column, rounds), strict=True)
    found, valid, invalid = identity_numbers(folder)
    hits, gold, claimed = contacts(folder)
    mixed = f"{column.nbytes / 1e6:.1f} MB of laws, books and sentences"
    presidio = "presidio-research, generated_small.json"
    figures = [
        of_rounds("pii_kernel_mb_s", mb_s, "MB/s", 250, mixed),
        of_rounds("pii_kernel_over_re", over, "ratio", 30, mixed, PEER),
        counted("pii_identity_numbers_found", found / valid, 1, f"{found} of {valid} in norwegian_id_numbers.jsonl"),
        counted("pii_invalid_numbers_taken", float(invalid), 0, "norwegian_id_numbers.jsonl", "lower"),
        counted("pii_contacts_recall", hits / gold, 0.98, presidio),
        counted("pii_contacts_precision", hits / claimed, 0, presidio),
        counted(
            "pii_random_runs_taken", random_runs(200_000), 0.005, "200,000 runs of 11 digits in a sentence", "lower"
        ),
    ]
    print(write("pii", figures))
    for figure in figures:
        print(f"{figure.name:30} {figure.value:10.4f} {figure.unit}  (floor {figure.floor})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
