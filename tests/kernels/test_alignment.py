"""Edit scripts: as short as the distance, and confusions as a reader would name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.alignment import confusions, rate, script
from kvern.kernels.edit_distance import distance

SHORT = st.text("abcø ", max_size=12)


@given(SHORT, SHORT)
def test_a_script_is_as_short_as_the_distance(truth: str, read: str) -> None:
    steps = script(truth, read)
    assert len(steps) - steps.count("0") == distance(truth, read)
    assert (len(steps) - steps.count("3"), len(steps) - steps.count("2")) == (len(truth), len(read))


@pytest.mark.parametrize(
    ("truth", "read", "wanted"),
    [
        ("været", "vceret", [("æ", "ce")]),
        ("sommer", "sornmer", [("m", "rn")]),
        ("gjøre ikke", "gjsre itke", [("ø", "s"), ("k", "t")]),
        ("noget", "noget", []),
        ("en linje", "", []),
    ],
)
def test_neighbouring_edits_are_one_confusion(truth: str, read: str, wanted: list[tuple[str, str]]) -> None:
    assert list(confusions(truth, read)) == wanted


def test_the_error_rate_takes_white_space_as_one_blank() -> None:
    assert rate("en\nto  tre", "en to tre") == 0
    assert rate("abcd", "abxd") == 0.25
    assert rate("", "") == 0
