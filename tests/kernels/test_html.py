import re
import time

import pytest

from kvern.kernels.html import main_text, with_sign
from kvern.kernels.tags import DEPTH, lists_as_blocks, too_deep

BODY = "<p>Båten gikk ut fra kaien tidlig om morgenen, og ingen visste når den kom hjem.</p>" * 6


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000,
        "<div><b><i>" * 60_000,
        "<" * 2_000_000,
        "<a " * 600_000,
        "<!--" * 500_000,
        "<script>" * 200_000,
    ],
)
def test_a_page_made_to_stall_a_parser_takes_no_time(page: str) -> None:
    start = time.process_time()
    main_text(page)
    assert time.process_time() - start < 5


def test_pages_inside_a_script_do_not_make_a_page_deep() -> None:
    script = "<script>var pages = ['" + "<div>" * (DEPTH + 1) + "'];</SCRIPT>"
    assert not too_deep(f"<html><body>{script}{BODY}</body></html>")
    assert not too_deep("<p>et avsnitt<br>" * 2000)
    assert too_deep("<span>" * (DEPTH + 1))


def test_a_page_gives_title_text_language_and_signs() -> None:
    head = '<title>En side</title><meta name="robots" content="noai"><meta name="TDM-Reservation" content="1">'
    page = main_text(f'<html lang="nn-NO"><head>{head}</head><body><main>{BODY}</main></body></html>')
    assert (page.title, page.language, page.error) == ("En side", "nno", None)
    assert page.signs == {"x-robots-tag": "noai", "tdm-reservation": "1"}
    assert str(page.text).count("Båten gikk") == 6


def test_a_page_that_is_too_large_is_refused_with_both_sizes() -> None:
    assert main_text("x" * 8_000_001).error == "want at most 8000000 characters of HTML, have 8000001"


def test_a_reservation_is_never_taken_back_and_other_signs_add_up() -> None:
    assert with_sign({"tdm-reservation": "1"}, "tdm-reservation", "0") == {"tdm-reservation": "1"}
    assert with_sign({"x-robots-tag": "noai"}, "x-robots-tag", "all") == {"x-robots-tag": "noai, all"}


def test_lists_are_text_and_menus_are_not() -> None:
    items = "<li>meklar i <b>klagesaker</b> etter § 2</li><li>avgjer<ul><li>klager</li><li>krav</li></ul></li>"
    menu = "".join(f'<li><a href="/{n}">Meny {n}</a></li>' for n in range(5))
    body = f"<ul>{menu}</ul><p>{'Forbrukertilsynet er eit organ. ' * 9}</p><ul>{items}</ul><p>Slutt her.</p>"
    text = str(main_text(f"<html><body>{body}</body></html>").text)
    assert re.sub(r"\n+", "\n", text).endswith(
        "organ.\nmeklar i klagesaker etter § 2\navgjer\nklager\nkrav\nSlutt her."
    )
    assert "Meny" not in text


def test_lists_become_blocks_in_linear_time_and_broken_ones_stay() -> None:
    assert lists_as_blocks("<ul class=x><li>a<li>b</li></UL>c") == "<div><br>a<br>b</div>c"
    assert lists_as_blocks("<ul><li>a</ol></ul><ol><li>b</ol>") == "<ul><li>a</ol></ul><ol><li>b</ol>"
    started = time.process_time()
    assert lists_as_blocks("<ul><li>a</ul>" * 20_000).count("<div>") == 20_000
    lists_as_blocks("<ul><li>" * 500 + "<i>a</i>" * 20_000)
    assert time.process_time() - started < 5
