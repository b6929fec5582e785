"""Gopher's measures against plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from kernels_reference import count_characters, decoded, hostile, packed, tidy, words

from kvern.kernels import quality
from kvern.kernels.stop_words import stop_words

NO_STOPS = stop_words({})
SCRATCH = quality.scratch(1 << 12)


def measures(*documents: bytes) -> list[dict[str, float]]:
    columns = quality.columns(quality.measure(*packed(documents), NO_STOPS, SCRATCH).sums)
    return [{name: values[row] for name, values in columns.items()} for row in range(len(documents))]


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def wanted(data: bytes) -> dict[str, float]:
    found, text = words(data), decoded(data)
    lines = text.split("\n")[: -1 if text.endswith("\n") or not text else None]
    ellipses = text.count("...") + text.count("…")
    return {
        "bytes": len(data),
        "chars": count_characters(data),
        "words": len(found),
        "mean_word_length": share(sum(map(len, found)), len(found)),
        "symbol_to_word_ratio": share(max(text.count("#"), ellipses), len(found)),
        "bullet_line_ratio": share(sum(line.lstrip().startswith(("•", "-")) for line in lines), len(lines)),
        "ellipsis_line_ratio": share(sum(line.rstrip().endswith(("...", "…")) for line in lines), len(lines)),
        "alpha_word_ratio": share(sum(any(map(str.isalpha, word)) for word in found), len(found)),
    }


@given(hostile | tidy)
def test_quality_measures_are_those_of_plain_python(data):
    _, got = measures(b"# Noe f\xc3\xb8r...\n", data)
    for name, value in wanted(data).items():
        assert got[name] == pytest.approx(value, nan_ok=True), name


@given(hostile, hostile)
def test_a_document_is_measured_alike_alone_and_among_others(one, other):
    alone, among = measures(one)[0], measures(other, one, other)[1]
    assert {k: v for k, v in alone.items() if not np.isnan(v)} == {k: v for k, v in among.items() if not np.isnan(v)}


def test_a_document_without_a_word_has_counts_and_no_ratio_of_words():
    empty, blank, marks = measures(b"", b" \n", b"... !")
    assert empty["bytes"] == empty["chars"] == empty["words"] == 0
    assert math.isnan(empty["mean_word_length"])
    assert math.isnan(empty["bullet_line_ratio"])
    assert blank["bullet_line_ratio"] == 0
    assert math.isnan(marks["alpha_word_ratio"])


def test_one_very_long_line_and_one_very_long_word_are_measured():
    line, word = measures(b"ord " * 300_000, b"x" * 1_000_000)
    assert line["words"] == 300_000
    assert line["mean_word_length"] == 3
    assert (word["words"], word["mean_word_length"]) == (1, 1_000_000)
