"""Personal data in ../shared/data/pii: every valid identity number with its kind, and what people write to each other."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kvern.kernels import pii
from kvern.kernels.arrow import utf8_view

PERSONS = set(pii.KINDS[:21])
SERIES = {"dnr": "d_number", "hnr": "h_number", "tnr": "synthetic_tenor", "dnr-and-hnr": "d_h_number"}
SERIES |= {"dnr-and-tnr": "synthetic_tenor_d"}
CONTACTS = {"PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban", "CREDIT_CARD": "card"}
CONTACTS |= {"IP_ADDRESS": "ipv4"}


def found(documents: list[str]) -> list[set[tuple[str, str]]]:
    """(text, kind) of what is found in each."""
    data, offsets = utf8_view(pa.array(documents))
    whole = [bytes(data[start:end]) for start, end in pairwise(offsets.tolist())]
    spans: list[set[tuple[str, str]]] = [set() for _ in documents]
    for document, start, end, kind, _ in zip(*(each.tolist() for each in pii.scan(data, offsets)), strict=True):
        spans[document].add((whole[document][start:end].decode(), pii.KINDS[kind]))
    return spans


@pytest.fixture(scope="module")
def numbers(shared: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared / "pii/norwegian_id_numbers.jsonl").read_text().splitlines()]


def people(numbers: list[str]) -> list[set[str]]:
    """Kinds of persons' numbers that each is taken for, in a sentence that names it."""
    told = found([f"Fødselsnummer {number} står her." for number in numbers])
    return [
        {kind for text, kind in each if text == one and kind in PERSONS}
        for one, each in zip(numbers, told, strict=True)
    ]


def test_every_valid_number_has_its_kind_and_no_invalid_one_any(numbers: list[dict[str, Any]]) -> None:
    invalid = {row["number"] for row in numbers if not row["valid"]}
    valid = [row for row in numbers if row["number"] not in invalid]
    assert (
        len(valid) == 496
    )  # of 497: month 53 is called valid where only check digits are asked, and invalid elsewhere
    assert not any(people(sorted(invalid)))
    for row, kinds in zip(valid, people([row["number"] for row in valid]), strict=True):
        (kind,) = kinds
        assert row.get("type") in {None, "fnr"} or kind.removesuffix("_2032") == SERIES[row["type"]], row.get("type")


def test_contacts_of_presidio_are_found(shared: Path) -> None:
    rows = json.loads((shared / "pii/presidio-research/generated_small.json").read_text())
    spans = found([row["full_text"] for row in rows])
    gold = [
        (place, (span["entity_value"], CONTACTS[span["entity_type"]]))
        for place, row in enumerate(rows)
        for span in row["spans"]
        if span["entity_type"] in CONTACTS
    ]
    assert sum(each in spans[place] for place, each in gold) / len(gold) >= 0.98


def test_runs_of_eleven_digits_in_a_text_are_seldom_a_person() -> None:
    draw = random.Random(5)
    told = found([f"Det var {draw.randrange(10**11):011d} av dem i fjor." for _ in range(50_000)])
    assert sum(any(kind in PERSONS for _, kind in each) for each in told) / 50_000 <= 0.005
