"""The Lempel-Ziv parse against plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed

from kvern.kernels import redundancy
from kvern.kernels.hashing import MULTIPLIER

pieces = st.lists(st.sampled_from([b"kverna mel ", b"maler godt", b"x", b"\n", "blåbær ".encode()]), max_size=60).map(
    b"".join
)


def ratios(*documents: bytes) -> list[float]:
    return redundancy.measure(*packed(documents)).tolist()


def cost(data: bytes) -> int:
    """The parse with a table of the same slots: where two places share one, the later is remembered."""
    bits = 4
    while 1 << bits < min(len(data), redundancy.SLOTS):
        bits += 1
    slots: dict[int, int] = {}
    total = at = missed = 0
    while at + redundancy.LEAST <= len(data):
        eight = data[at : at + 8]
        slot = (int.from_bytes(eight, "little") * int(MULTIPLIER)) % 2**64 >> (64 - bits)
        before, slots[slot] = slots.get(slot), at
        if before is None or data[before : before + 8] != eight:
            step = 1 + missed // redundancy.PATIENCE
            at, total, missed = at + step, total + step, missed + 1
            continue
        missed = 0
        while at < len(data) and data[before] == data[at]:
            before, at = before + 1, at + 1
        total += redundancy.REPEAT
    return total + len(data) - at


@given(pieces | hostile | st.binary(max_size=200))
def test_the_parse_is_that_of_plain_python_wherever_the_document_lies(data):
    _, alone, none = ratios(b"kverna mel kverna mel ", data, b"")
    assert math.isnan(none)
    assert alone == pytest.approx(cost(data) / len(data) if data else math.nan, nan_ok=True)
    assert ratios(data)[0] == pytest.approx(alone, nan_ok=True)


def test_what_was_said_before_costs_next_to_nothing_and_noise_costs_itself():
    line = b"Ei linje som kjem att gong paa gong i menyen.\n"
    noise = np.random.default_rng(1).bytes(100_000)
    few, many, one, random = ratios(line, line * 100, b"x" * 10_000_000, noise)
    assert (few, random) == (1.0, pytest.approx(1.0, abs=0.001))
    assert many < 0.02
    assert one < 0.0001


def test_a_long_text_is_parsed_in_windows():
    half = np.random.default_rng(2).bytes(redundancy.WINDOW)
    assert ratios(half + half)[0] == pytest.approx(1.0, abs=0.001)
