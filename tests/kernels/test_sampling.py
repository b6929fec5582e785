"""Weights of languages: temperature, top-ups, floors."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.sampling import WEIGHT, language_weights, weighed

NAMES = ("nob", "nno", "sme", "sma", "fkv")
TOTALS = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**12), min_size=1)


def shares(totals, weights):
    sums = {name: totals[name] * weights[name] for name in weights}
    return {name: n / sum(sums.values()) for name, n in sums.items()}


def test_alpha_none_makes_languages_equal_and_one_leaves_them():
    assert language_weights({"nob": 300, "sme": 100}, 1) == {"nob": WEIGHT, "sme": WEIGHT}
    assert language_weights({"nob": 300, "sme": 100}, 0) == {"nob": 1_333_333, "sme": 4_000_000}
    half = language_weights({"nob": 300, "sme": 100}, 0.5, large=1)["sme"]
    assert half == int((Decimal(1) / 4) ** Decimal("-0.5") * WEIGHT)


def test_a_language_without_units_weighs_nothing():
    assert language_weights({"nob": 3, "sme": 0}, 0.5, {"sme": 0.5, "fkv": 0.1}, {"fkv": 9}) == {"nob": WEIGHT}
    assert language_weights({}, 0.5) == {}


@given(TOTALS, st.floats(0, 1))
def test_weights_are_those_of_the_formula(totals, alpha):
    whole = sum(totals.values())
    for name, weight in language_weights(totals, alpha, large=1).items():
        assert weight == pytest.approx((totals[name] / whole) ** (alpha - 1) * WEIGHT, rel=1e-6, abs=1)


@given(TOTALS, st.floats(0, 1), st.floats(0.001, 1))
def test_a_large_language_is_raised_less(totals, alpha, large):
    whole, most, full = sum(totals.values()), max(totals.values()), 1 - alpha
    for name, weight in language_weights(totals, alpha, large=large).items():
        share, half = totals[name] / most, 1 - full**1.75
        sampled = share**half if share >= large else max(share**half, min(share**alpha, large**half))
        assert weight == pytest.approx(sampled / share * (most / whole) ** -full * WEIGHT, rel=1e-6, abs=1)


def test_by_default_only_the_small_are_raised_in_full():
    totals = {"nob": 8000, "nno": 1600, "swe": 350, "sme": 50}
    held, full = language_weights(totals, 0.5), language_weights(totals, 0.5, large=1)
    assert (held["nob"], held["sme"]) == (full["nob"], full["sme"])
    assert held["nno"] == pytest.approx(held["nob"] * 0.2 ** -(0.5**1.75), abs=2)
    assert held["swe"] == pytest.approx(held["nob"] * 0.05 ** (1 - 0.5**1.75) / (350 / 8000), abs=2)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.floats(0, 1))
def test_a_larger_language_never_gets_less_in_all(n, more, alpha):
    held = language_weights({"nob": 10**7, "sme": n, "swe": n + more}, alpha)
    assert (n + more) * (held["swe"] + 1) >= n * (held["sme"] - 1)


@given(TOTALS, st.floats(0, 1), st.dictionaries(st.sampled_from(NAMES), st.floats(0, 0.19)))
def test_nobody_is_below_its_floor_and_whoever_was_above_keeps_its_weight(totals, alpha, floors):
    free, held = language_weights(totals, alpha), language_weights(totals, alpha, floors)
    for name, share in shares(totals, held).items():
        assert share >= floors.get(name, 0) * (1 - 1e-3)
        assert held[name] == free[name] or share == pytest.approx(floors[name], rel=1e-3)


def test_a_floor_is_met_exactly_and_a_top_up_is_a_factor():
    held = language_weights({"nob": 900, "sme": 90, "sma": 10}, 1, {"sma": 0.05, "sme": 0.2})
    assert held == {"nob": WEIGHT, "sme": 2_666_667, "sma": 6_000_000}
    assert language_weights({"nob": 900, "sme": 100}, 1, top_ups={"sme": 3}) == {"nob": WEIGHT, "sme": 3 * WEIGHT}


def test_floors_for_all_that_is_there_are_shared_out():
    held = language_weights({"nob": 900, "sme": 100}, 1, {"nob": 0.2, "sme": 0.6})
    assert shares({"nob": 900, "sme": 100}, held)["sme"] == pytest.approx(0.6, rel=1e-5)


def test_floors_that_leave_no_room_are_refused():
    with pytest.raises(ValueError, match="wanted floors that leave room for other languages"):
        language_weights({"nob": 1}, 1, {"nob": 0.5, "sme": 0.5})


def test_counts_are_weighed_in_thousandths_and_never_vanish():
    rows = pa.table({"language": ["nob", "sme", "nob"], "n": [3, 2, 1]})
    assert weighed(rows, {"nob": 100, "sme": 2_500_000}).to_pylist() == [1, 5000, 1]
    with pytest.raises(pa.ArrowInvalid, match="overflow"):
        weighed(pa.table({"language": ["nob"], "n": [10**13]}), {"nob": 10**7})
