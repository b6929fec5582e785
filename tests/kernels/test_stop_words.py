"""Stop words of several languages, counted before the language is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed, words

from kvern.kernels import quality
from kvern.kernels.stop_words import stop_words

LISTS = {"nob": ("og", "ikke", "på", "det"), "nno": ("og", "ikkje", "på", "det"), "sme": ("ja", "lea", "ŋu")}
TABLE = stop_words(LISTS)
SCRATCH = quality.scratch(64)
pieces = st.lists(
    st.sampled_from(
        ["og ", "Og ", "OG ", "oG ", "ikke, ", "ikkje\n", "På-", "PÅ ", "lea. ", "ŊU ", "ja/", "det_", "ost "]
    ),
    max_size=30,
)


def found(*documents: bytes) -> list[list[int]]:
    return quality.measure(*packed(documents), TABLE, SCRATCH).stops.tolist()


def wanted(data: bytes) -> list[int]:
    met = set(words(data))
    return [len(met & set(LISTS[code])) for code in LISTS]


@given(pieces.map(lambda parts: "".join(parts).encode()) | hostile)
def test_different_stop_words_are_counted_for_each_list(data):
    assert found(b"og det ja", data, b"") == [[2, 2, 1], wanted(data), [0, 0, 0]]


def test_no_list_at_all_counts_nothing():
    counts = quality.measure(*packed([b"og"]), stop_words({}), SCRATCH).stops
    assert counts.shape == (1, 0)


def test_many_words_all_have_a_place_and_no_other_word_is_met():
    many = [f"{first}{second}{third}" for first in "abcdefghij" for second in "klmnopqrst" for third in "uvwxyzæøå"]
    table = stop_words({"x": many[::2], "y": many[1::2]})
    counts = quality.measure(*packed([" ".join(many).encode(), b"ab cd ef"]), table, SCRATCH).stops
    assert counts.tolist() == [[450, 450], [0, 0]]


def test_an_entry_that_is_no_word_is_refused_by_name():
    with pytest.raises(ValueError, match="'for å'"):
        stop_words({"nob": ("og", "for å")})
