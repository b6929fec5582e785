import pytest

from kvern.kernels.iso639 import BIBLIOGRAPHIC, KNOWN, SHORT, language_code


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        *[("no", "nor"), ("nb", "nob"), ("nn-NO", "nno"), ("nb_NO.UTF-8", "nob"), ("da", "dan"), ("se", "sme")],
        *[("sma", "sma"), ("ger", "deu"), ("fre", "fra"), (" SME ", "sme"), ("zxx", "zxx")],
        *[("utf-8", None), ("utf", None), ("iso-8859-1", None), ("Unknown", None), ("und", None), ("mul", None)],
        *[("xyz", None), ("", None), (None, None), ("norsk", None), ("no, en", None)],
    ],
)
def test_only_languages_that_exist_are_taken(declared: str | None, expected: str | None) -> None:
    assert language_code(declared) == expected


def test_codes_are_three_letters_and_a_code_means_itself() -> None:
    assert all(len(code) == 3 and code.isalpha() and language_code(code) == code for code in KNOWN)
    assert all(len(code) == 2 for code in SHORT) and not set(BIBLIOGRAPHIC) & KNOWN
    assert len(SHORT) == 183
