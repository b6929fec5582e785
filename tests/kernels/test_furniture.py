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


def test_heads_that_ocr_read_differently_go_from_near_pages() -> None:
    heads = ("Reisen til fjells", "Reiscn til fjells", "Reisen tii fjclls", "Beisen til fjells")
    pages = [_page(head, f"tekst {w}", f"slutt {w}") for head, w in zip(heads, "abcd", strict=True)]
    assert furniture(pages) == {(n, 0) for n in range(4)}
    far = [page for each in pages for page in (each, *[_page(f"x{n}", f"y{n}") for n in range(9)])]
    assert furniture(far) == set()


def test_a_head_with_a_misread_page_number_goes_with_the_others() -> None:
    tops = ("FJELLET 7", "FJELLET 8", "FJELLET 9", "FJELLET l0", "FJELLET 71")
    pages = [_page(top, f"tekst {w}", f"slutt {w}") for top, w in zip(tops, "abcde", strict=True)]
    assert furniture(pages) == {(n, 0) for n in range(5)}


def test_chapters_that_differ_in_their_number_alone_stay() -> None:
    lines = ("Skogen sto stille", "Elva gikk stor", "Ingen kom hjem", "Det var vinter")
    for numbers in (("1", "2", "3", "4"), ("I", "II", "III", "IV"), ("A", "B", "C", "D")):
        pages = [
            page
            for number, line in zip(numbers, lines, strict=True)
            for page in (_page(f"Kapittel {number}", line, line[::-1]), _page(line.upper(), f"og {line}"))
        ]
        assert furniture(pages) == set()


def test_short_lines_that_merely_resemble_one_another_stay() -> None:
    lines = ("Skogen sto stille", "Elva gikk stor", "Ingen kom hjem", "Det var vinter")
    words = ("Ole", "Ola", "Olga", "Oda")
    assert furniture([_page(w, line, line[::-1]) for w, line in zip(words, lines, strict=True)]) == set()
