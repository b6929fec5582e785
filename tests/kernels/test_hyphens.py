import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import hyphens
from kvern.kernels.alto import Block, Word


def block(*lines: str, kind: str = "text", flow: str = "", marked: set[int] | None = None) -> Block:
    found = [[Word(word, None) for word in line.split()] for line in lines]
    return Block("B", kind, found, hyphen_ends=marked or set(), flow=flow)


def halves(first: str, second: str, whole: str | None) -> tuple[Word, Word]:
    return Word(first, None, 1, whole), Word(second, None, 2, whole)


def text(*blocks: Block) -> list[str]:
    return [" ".join(word.text for word in line if word.text) for each in blocks for line in each.lines]


@pytest.mark.parametrize(
    ("first", "second", "told", "joined"),
    [
        ("kom", "mune", "kommune", "kommune"),
        ("kom-", "mune", "kommune", "kommune"),
        ("Nord", "Europa", "Nord-Europa", "Nord-Europa"),
        ("kom-", "mune", None, "kommune"),
        ("kom", "mune,", "kommune", "kommune,"),
        (".ant4ru", ".", ".ant4ru.", ".ant4ru."),
    ],
)
def test_two_halves_are_one_word_where_the_first_stood(first: str, second: str, told: str | None, joined: str) -> None:
    one, two = halves(first, second, told)
    page = [Block("1", "text", [[one]]), Block("2", "text", [[two, Word("rest", None)]])]
    hyphens.join(page)
    assert text(*page) == [joined, "rest"]


def test_halves_pair_across_columns_by_their_whole() -> None:
    (a1, a2), (b1, b2) = halves("kom", "mune", "kommune"), halves("fyl", "ket", "fylket")
    page = [Block("1", "text", [[a1], [b1]]), Block("2", "text", [[a2], [b2]])]
    hyphens.join(page)
    assert text(*page) == ["kommune", "fylket", "", ""]


def test_a_first_half_alone_gives_the_whole_however_many_wait() -> None:
    page = [Block("1", "text", [[Word("kom-", None, 1, f"kommune{n}")] for n in range(hyphens.PENDING + 5)])]
    hyphens.join(page)
    assert text(*page) == [f"kommune{n}" for n in range(hyphens.PENDING + 5)]


def test_a_second_half_does_not_take_a_stranger() -> None:
    page = [Block("1", "text", [[Word("hus-", None, 1, None)], [Word("mune", None, 2, "kommune")]])]
    hyphens.join(page)
    assert text(*page) == ["hus-", "mune"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["en bok-", "handel her"], ["en bokhandel", "her"]),
        (["søn-", "og helgedager"], ["søn-", "og helgedager"]),
        (["15-", "åring"], ["15-åring", ""]),
        (["NRK-", "medarbeider"], ["NRK-medarbeider", ""]),
        (["ikke-", "røyker"], ["ikke-røyker", ""]),
        (["Nord-", "Europa"], ["Nord-", "Europa"]),
        (["1905-", "1910"], ["1905-", "1910"]),
        (["kommu-", "nesty-", "ret var"], ["kommunestyret", "", "var"]),
        (["vel<", "gjørende"], ["velgjørende", ""]),
        (["han kom--", "og gikk"], ["han kom--", "og gikk"]),
        (["slutt -", "ny"], ["slutt -", "ny"]),
    ],
)
def test_a_line_end_hyphen_is_joined_or_kept_by_the_rules(lines: list[str], expected: list[str]) -> None:
    page = block(*lines)
    hyphens.join([page])
    assert text(page) == expected


def test_a_hyp_mark_joins_a_word_without_a_hyphen() -> None:
    page = block("kom", "mune her", marked={0})
    hyphens.join([page])
    assert text(page) == ["kommune", "her"]


def test_a_page_number_between_the_halves_does_not_part_them() -> None:
    pages = [block("en kom-"), block("12", kind="margin_bottom"), block("Reisen", kind="margin_top"), block("mune her")]
    hyphens.join(pages)
    assert text(*pages) == ["en kommune", "12", "Reisen", "her"]


def test_words_are_not_joined_across_articles() -> None:
    pages = [block("en kom-", flow="A1"), block("til salgs", flow="A2"), block("mune her", flow="A1")]
    hyphens.join(pages)
    assert text(*pages) == ["en kommune", "til salgs", "her"]


@given(st.lists(st.tuples(st.text("abæ", min_size=2, max_size=5), st.text("abæ", min_size=2, max_size=5)), max_size=8))
def test_no_letter_is_lost_or_doubled(pairs: list[tuple[str, str]]) -> None:
    firsts = [halves(one, two, one + two) for one, two in pairs]
    page = [Block("1", "text", [[word] for pair in firsts for word in pair])]
    hyphens.join(page)
    assert "".join(text(*page)) == "".join(one + two for one, two in pairs)
