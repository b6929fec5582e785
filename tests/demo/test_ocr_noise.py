"""Corruption by measured confusions: the rate that was asked for, the same bytes each time."""

import pytest

from kvern.demo.ocr_noise import confusions, corrupt
from kvern.kernels.alignment import rate

TEXT = "Da han kom hjem, var det allerede blevet mørkt, og ingen havde lagt Mærke til ham. " * 20


@pytest.mark.parametrize("wanted", [0.01, 0.05, 0.1, 0.2, 0.3])
def test_the_rate_is_about_what_was_asked_for(wanted: float) -> None:
    found = [rate(TEXT, corrupt(TEXT, wanted, seed)) for seed in range(5)]
    assert sum(found) / 5 == pytest.approx(wanted, rel=0.2)


def test_the_same_seed_gives_the_same_text() -> None:
    assert corrupt(TEXT, 0.1, 1) == corrupt(TEXT, 0.1, 1)
    assert corrupt(TEXT, 0.1, 1) != corrupt(TEXT, 0.1, 2)
    assert corrupt(TEXT, 0, 1) == TEXT
    assert corrupt("", 0.1, 1) == ""


def test_the_confusions_are_those_that_engines_make() -> None:
    reads = confusions().reads
    assert {"o", "e"} <= {read for read, _ in reads["ø"]}
    assert "f" in {read for read, _ in reads["k"]}
    assert all(len(truth) <= 3 and len(read) <= 3 for truth, told in reads.items() for read, _ in told)


def test_a_rate_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="a character from 0 to"):
        corrupt(TEXT, 0.6, 1)
