"""Running heads go, text stays."""

from kvern.kernels.furniture import PageBlock, furniture


def _page(*texts: str, kind: str = "text") -> list[PageBlock]:
    return [PageBlock(kind, text) for text in texts]


def test_a_first_paragraph_that_does_not_recur_stays() -> None:
    assert furniture([_page(f"Avsnitt {name} begynner her", "mer") for name in ("en", "to", "tre", "fire")]) >= set()
    assert not {b for _, b in furniture([_page(f"Avsnitt {n} her", f"slutt {n}") for n in ("en", "to", "tre")])}


def test_a_head_with_a_growing_number_goes() -> None:
    pages = [
        _page(f"FJELLET {n}", f"Tekst på side {word}.", f"Slutt {word}.") for n, word in enumerate(("a", "b", "c"), 7)
    ]
    assert furniture(pages) == {(0, 0), (1, 0), (2, 0)}


def test_twice_on_one_page_is_not_on_three_pages() -> None:
    assert furniture([_page("Refreng", "x", "Refreng"), _page("Refreng", "y", "Refreng")]) == set()


def test_noise_above_a_head_does_not_hide_it() -> None:
    pages = [[PageBlock("noise", f"^{n}"), *_page("Hode", f"tekst {w}", f"slutt {w}")] for n, w in enumerate("abc")]
    assert furniture(pages) == {(0, 1), (1, 1), (2, 1)}


def test_a_title_page_that_is_the_head_alone_keeps_it() -> None:
    pages = [_page("Fjellet"), *[_page("FJELLET", f"tekst {w}", f"slutt {w}") for w in "abc"]]
    assert furniture(pages) == {(1, 0), (2, 0), (3, 0)}


def test_page_numbers_go_by_their_series_and_years_stay() -> None:
    pages = [_page(f"tekst {w}", f"- {n} -") for n, w in enumerate("abc", 12)]
    assert furniture(pages) == {(0, 1), (1, 1), (2, 1)}
    assert furniture([_page("tekst", "1849"), _page("annet", "1914"), _page("mer", "1940")]) == set()
