"""Evaluation sets are read whole or not at all."""

import gzip

import pytest
import zstandard

from kvern.kernels.benchmarks import benchmark_items

LINES = b'{"text": "Hvor ligger A\xcc\x8as?", "answers": {"text": ["i Telemark", "i \xc3\x85s"]}}\n\n{"text": "", "answers": {"text": "her"}}\n'


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_items_come_out_in_nfc_whatever_the_packing(pack):
    assert benchmark_items("quiz", pack(LINES), "text") == [("quiz", "Hvor ligger Ås?"), ("quiz", "")]


def test_a_field_may_lead_into_objects_and_lists():
    assert benchmark_items("quiz", LINES, "answers.text") == [("quiz", "i Telemark i Ås"), ("quiz", "her")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"text": "a"}\n{"tekst": "b"}', "benchmark quiz, line 2: want text in field 'text', have none"),
        (b'{"text": null}', "line 1: want text in field"),
        (b"[1]", "line 1: want text in field"),
        (b"tekst", "line 1: want a JSON object"),
    ],
)
def test_a_line_without_its_text_is_named(data, said):
    with pytest.raises(ValueError, match=said):
        benchmark_items("quiz", data, "text")
