import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.charset import clean, known, to_text

NORWEGIAN = "Blåbær og rømme på Ås. " * 3
SAMI = "Čállin lea dehálaš, đ ja ŋ maiddái. "


@pytest.mark.parametrize(
    ("data", "declared", "text", "charset"),
    [
        (NORWEGIAN.encode(), None, NORWEGIAN, "utf-8"),
        (NORWEGIAN.encode(), "iso-8859-1", NORWEGIAN, "utf-8"),
        (NORWEGIAN.encode("latin-1"), None, NORWEGIAN, "windows-1252"),
        (NORWEGIAN.encode("latin-1"), "utf-8", NORWEGIAN, "windows-1252"),
        (NORWEGIAN.encode("latin-1"), "latin1", NORWEGIAN, "windows-1252"),
        ("«Nå» – ja".encode("cp1252"), "iso-8859-1", "«Nå» – ja", "windows-1252"),
        (SAMI.encode("iso-8859-10"), "ISO-8859-10", SAMI, "iso-8859-10"),
        (SAMI.encode(), None, SAMI, "utf-8"),
        (b"\xef\xbb\xbf" + SAMI.encode(), "latin-1", SAMI, "utf-8"),
        (b"\xff\xfe" + SAMI.encode("utf-16-le"), None, SAMI, "utf-16-le"),
        (NORWEGIAN.encode("utf-16-le"), "utf-16", NORWEGIAN, "utf-16-le"),
    ],
)
def test_northern_letters_come_out_as_they_went_in(data: bytes, declared: str | None, text: str, charset: str) -> None:
    assert to_text(data, declared) == (text, charset)


def test_one_broken_byte_does_not_turn_a_page_into_latin_1() -> None:
    text, charset = to_text((NORWEGIAN * 10).encode() + b"\xc3")
    assert charset == "utf-8" and text == NORWEGIAN * 10 + "\ufffd"


def test_a_page_may_say_its_charset_itself() -> None:
    page = b'<html><head><meta charset="iso-8859-10"></head>' + SAMI.encode("iso-8859-10")
    assert to_text(page, None, meta=True)[1] == "iso-8859-10"
    assert to_text(page, None)[1] == "windows-1252"


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "utf-7", "hex", "a\x00b", "nothing", "", None])
def test_what_is_no_charset_of_a_document_is_not_believed(label: str | None) -> None:
    assert known(label) is None
    assert to_text(b"\xe5", label) == ("å", "windows-1252")


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "utf-16", "big5", "shift_jis", "koi8-r", "x"]))
def test_any_bytes_become_text_that_utf8_can_hold(data: bytes, declared: str | None) -> None:
    text, _ = to_text(data, declared, meta=True)
    assert "\x00" not in text
    assert text.encode().decode() == text


def test_nul_and_lone_surrogates_are_replaced() -> None:
    assert clean("a\x00b\ud800c") == "a\ufffdb\ufffdc"
