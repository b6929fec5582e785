"""One normal form: what it repairs, and that a second pass changes nothing."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kvern.kernels import legacy
from kvern.kernels import normalise as normalising
from kvern.kernels.normal_gate import LEGACY, LOST, NFC, flags_of
from kvern.kernels.normalise import normalise

AWKWARD = st.text(st.sampled_from("aÅåÃÂâ¸¥ \t\n\r\x85\xa0\xad\u200b\u2028\ufeff\u030a\x00€œ\ud800"), max_size=30)


@given(AWKWARD | st.text())
@example("a\xa0Â¥")
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


def ungated(text: str) -> str:
    """Every step on every text, until nothing changes; blanks last, and then again what they had kept from being seen."""
    text = normalising.SURROGATES.sub("\ufffd", text)
    for _ in range(3):
        for _ in range(9):
            text = normalising._once(text, 2**32 - 1, None, {})
        text = normalising._blanks(text, {})
    return text


@given(AWKWARD | st.text() | st.text(st.sampled_from("ab{|}\ufffd‘› \u0141\u1e9b\u0323\u212b\u2126\uf900")))
@example("Â\tâ\x85")
def test_the_gate_changes_no_outcome(text: str) -> None:
    assert normalise(text)[0] == ungated(text)


def test_the_gate_misses_no_code_point() -> None:
    """Each alone, between letters, and behind letters that it may join with."""
    for code in (*range(0xD800), *range(0xE000, 0x30000), *range(0xE0000, 0xE0200)):
        for text in (chr(code), f"a{chr(code)}b", f"o{chr(code)}"):
            if not flags_of(text):
                assert ungated_quickly(text) == text, hex(code)


def ungated_quickly(text: str) -> str:
    """The steps that are no look-up in a lexicon."""
    return normalising._blanks(normalising._once(text, ~(LEGACY | LOST), None, {}), {})


@pytest.mark.parametrize("second", [0x1161, 0x11A8, 0x0301, 0x0323, 0x3099, 0x09BE, 0x0B56, 0x110BA, 0x0653])
def test_what_joins_with_the_letter_before_it_is_flagged(second: int) -> None:
    assert flags_of("a" + chr(second)) & NFC


def test_clean_text_has_no_flag() -> None:
    clean = "«Blåbær og rømme», sa han – og så: «č, đ, ŋ, š, ŧ, ž» … 5 °C, l’or, “quoted”, § 3, ñ, ß, a/b, [1], {x} || y.\n\nÅ ja."
    assert flags_of(clean) == 0
    assert normalise(clean) == (clean, {})


NORWEGIAN = (
    "Jeg har vært på en øy og sett på den grønne båten. Først måtte vi gå langs sjøen, så over fjellet, "
    "før vi så at den lå der. Det var fint å være så nær, også for små barn."
)
SAMI = "Mii galgat čállit ášši birra dušše dalle go eará áššit leat čielgasat. Muhto dát lea čađa dehálaš ášši buohkaide. Máŋga čálli leat juo čállán ahte boađus čájeha buori."


@pytest.mark.parametrize("charset", ["windows-1252", "latin-1"])
def test_dos_text_is_decoded(charset: str) -> None:
    seen = NORWEGIAN.replace("Å", "A").replace("Ø", "O").encode("cp865").decode(charset)
    text, repairs = normalise(seen)
    assert text == NORWEGIAN.replace("Å", "A")
    assert set(repairs) == {"legacy"}


def test_seven_bit_text_is_decoded() -> None:
    seven = NORWEGIAN.translate(str.maketrans("ÆØÅæøå", "[\\]{|}"))
    assert normalise(seven)[0] == NORWEGIAN


def test_a_letter_that_stands_alone_is_decoded_with_its_text() -> None:
    text, repairs = normalise("Det er fint } se at b}ten g}r over fjorden n}r en er p} |ya og har v{rt der f|r.")
    assert text == "Det er fint å se at båten går over fjorden når en er på øya og har vært der før."
    assert repairs == {"legacy": 8}


@pytest.mark.parametrize("name", ["winsami-2", "iso-8859-10", "iso-8859-4", "iso-ir-197"])
def test_sami_sets_are_decoded(name: str) -> None:
    each = next(each for each in legacy.sets() if each.name == name)
    signs = {letter: chr(sign) for sign, letter in each.letters.items()}
    damaged = SAMI.translate(str.maketrans(signs))
    assert damaged != SAMI
    assert legacy.decode(damaged)[0] == SAMI
    assert normalise(damaged, "sme") == (SAMI, {"legacy": legacy.decode(damaged)[1]})


@pytest.mark.parametrize(
    "text",
    [
        "Koden er if (a|b) { return x|y; } og f{x}, g{y}, {{mal|navn|år}} i wikien.",
        "Han sa ‘ja’, og hun sa ‘nei’; ‘kanskje’ ble ikke sagt.",
        "[Kapittel] [Første] [Andre] se note[1] og [2] hos [Olsen].",
        "Det kostet ¼ av prisen, 2¹ og 3², ©2020 Forlaget®, nº 5 og 1ª utgave.",
        "Crème brûlée, père, très, déjà-vu et élève à Genève; ils sont très fiers.",
    ],
)
def test_ordinary_signs_are_no_legacy(text: str) -> None:
    assert legacy.decode(text) == (text, 0)


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("gj\ufffdre det", "gjøre det"),
        ("\ufffdverst i listen", "Øverst i listen"),
        ("EN M\ufffdNED", "EN MÅNED"),
        ("mellom v\ufffdre venner", "mellom v\ufffdre venner"),  # våre, være
        ("xq\ufffdzt", "xq\ufffdzt"),
        ("\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd"),
        ("p\ufffd", "p\ufffd"),
    ],
)
def test_a_lost_letter_comes_back_where_one_word_fits(damaged: str, wanted: str) -> None:
    text, repairs = normalise(damaged, "nob")
    assert text == wanted
    assert repairs.get("lost_letters", 0) == (damaged != wanted)
