"""Seeds counted by the kernel against a plain count."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import seeds

UNITS = st.lists(
    st.tuples(st.text(alphabet="ab  ŋ漢1😀\n\t2\x1f", max_size=24), st.integers(1, 10**9)), min_size=1, max_size=12
)


def plain(units: list[tuple[str, int]], wanted: int) -> list[tuple[str, int]]:
    found: Counter[str] = Counter()
    for unit, n in units:
        for start in range(len(unit)):
            for end in range(start + 2, min(len(unit), start + seeds.LONGEST) + 1):
                part = unit[start:end]
                if not re.search(r"[\x00-\x1f]|[0-9].*[0-9]|[^ ] ", part):
                    found[part] += n
    return [(part, n) for _, part, n in sorted((-n * len(part), part, n) for part, n in found.items())[:wanted]]


def counted(units: list[tuple[str, int]], wanted: int) -> list[tuple[str, int]]:
    texts, counts = zip(*units, strict=True)
    return seeds.seeds(pa.array(texts, pa.string()), np.array(counts), wanted)


@given(UNITS, st.sampled_from([1, 3, 10, 10_000]))
def test_the_heaviest_parts_of_units_are_found(units, wanted):
    assert counted(units, wanted) == plain(units, wanted)


def test_the_table_grows_with_what_is_counted():
    units = [(f" ord{number:05d}bok".replace("0", "o").translate(str.maketrans("123456789", "abcdefghi")), number + 1)
             for number in range(20_000)]  # fmt: skip
    units += [(" " + "lang" * 20_000, 1)]
    assert counted(units, 5_000) == plain(units, 5_000)


def test_slices_and_none_are_taken():
    column = pa.array(["xx", " ja", "nei"])
    assert seeds.seeds(column[1:], [2, 1], 2) == [(" ja", 2), (" j", 2)]
    assert seeds.seeds(column[:0], [], 2) == []
