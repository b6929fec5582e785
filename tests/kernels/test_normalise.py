"""One normal form: what it repairs, and that a second pass changes nothing."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.normalise import normalise

AWKWARD = st.text(st.sampled_from("aÅåÃÂâ¸¥ \t\n\r\x85\xa0\xad\u200b\u2028\ufeff\u030a\x00€œ\ud800"), max_size=30)


@given(AWKWARD | st.text())
def test_a_second_pass_changes_nothing(text: str) -> None:
    once, _ = normalise(text)
    assert normalise(once) == (once, {})


@given(AWKWARD)
def test_what_comes_out_is_in_the_normal_form(text: str) -> None:
    once, _ = normalise(text)
    assert unicodedata.is_normalized("NFC", once)
    assert not re.search("[\r\t\x85\xa0\xad\x00\u200b\ufeff\u2028\ud800]|  |\n\n\n|^ | $|^\n|\n$", once)


@pytest.mark.parametrize(
    ("given_text", "wanted", "kinds"),
    [
        ("\u00c3\u0085rsmelding", "Årsmelding", {"mojibake"}),
        ("bl\u00c3\u00a5b\u00c3\u00a6r", "blåbær", {"mojibake"}),
        ("\u00c3\u200b\u00b8l", "øl", {"controls", "mojibake"}),
        ("a\u030a", "å", {"nfc"}),
        ("før\u00a0 etter", "før etter", {"spaces"}),
        ("a\x85b\r\nc", "a\nb\nc", {"newlines"}),
        ("sam\u00adtale", "samtale", {"soft_hyphens"}),
        ("a\ud800b", "a\ufffdb", set()),
        ("Âpne \u00c3ven", "Âpne \u00c3ven", set()),
    ],
)
def test_each_kind_of_repair_is_made_and_counted(given_text: str, wanted: str, kinds: set[str]) -> None:
    text, repairs = normalise(given_text)
    assert (text, set(repairs)) == (wanted, kinds)
