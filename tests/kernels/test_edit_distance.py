from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.edit_distance import distance

SHORT = st.text("abæ ", max_size=12)


def table(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row = row, [i]
        for j, b in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]


@given(SHORT, SHORT)
def test_it_is_the_tables_last_cell(first: str, second: str) -> None:
    assert distance(first, second) == table(first, second)


def test_more_characters_than_a_machine_word_has_bits() -> None:
    assert distance("fjord" * 30, "fjell" * 30) == table("fjord" * 30, "fjell" * 30)
