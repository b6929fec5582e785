"""Units are those of the definition, and their counts add up whatever the scratch table holds."""

import re
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, tidy

from kvern.kernels import units

UNIT = re.compile(rb" +[^ \t]*|[^ \t]+|\t")


def batch(texts: list[bytes], languages: list[str]) -> pa.RecordBatch:
    columns = {"language": pa.array(languages, pa.string()), "text": pa.array(texts, pa.binary()).view(pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def totals(batches: list[pa.RecordBatch]) -> Counter[tuple[str, bytes]]:
    found: Counter[tuple[str, bytes]] = Counter()
    for rows in units.counted(batches, ("language",)):
        words = rows["word"].cast(pa.binary()).to_pylist()
        for language, word, n in zip(rows["language"].to_pylist(), words, rows["n"].to_pylist(), strict=True):
            found[language, word] += n
    return found


def wanted(texts: list[bytes], languages: list[str]) -> Counter[tuple[str, bytes]]:
    return Counter((each, unit) for text, each in zip(texts, languages, strict=True) for unit in UNIT.findall(text))


@given(st.lists(st.tuples(hostile | tidy, st.sampled_from(["nob", "sme"])), max_size=6))
def test_units_are_those_of_the_regular_expression(rows):
    texts, languages = [text for text, _ in rows], [language for _, language in rows]
    assert totals([batch(texts, languages)] if rows else []) == wanted(texts, languages)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("to ord", ["to", " ord"]),
        ("  a   b ", ["  a", "   b", " "]),
        ("a.\n\nb c\n", ["a.\n\nb", " c\n"]),
        ("a\tb\t\t c", ["a", "\t", "b", "\t", "\t", " c"]),
        ("a\u00a0b\u2028c", ["a\u00a0b\u2028c"]),
    ],
)
def test_a_unit_is_a_run_of_blanks_and_all_up_to_the_next_blank_or_a_tab(text, parts):
    assert totals([batch([text.encode()], ["nob"])]) == Counter(("nob", part.encode()) for part in parts)


def test_a_full_table_hands_its_counts_on_and_a_unit_longer_than_it_is_counted_whole(monkeypatch):
    monkeypatch.setattr(units, "_ENTRIES", 8)
    monkeypatch.setattr(units, "_ARENA", 64)
    texts = [b" ".join(b"ord%d" % (number % 30) for number in range(400)), b"x" * 5_000 + b" a", b"", b"ord1 ord2"]
    batches = [batch(texts, ["nob", "sme", "nob", "nob"]), batch(texts[2:], ["sme", "nob"])]
    assert totals(batches) == wanted(texts + texts[2:], ["nob", "sme", "nob", "nob", "sme", "nob"])
    assert all(len(rows) <= 8 for rows in units.counted(batches, ("language",)))


def test_keys_keep_their_types_and_slices_their_rows():
    whole = batch([b"nei", b"ja ja", b"nei"], ["nob", "sme", "nob"]).append_column(
        "part", pa.array([1, 2, 3], pa.int32())
    )
    rows = pa.Table.from_batches(units.counted([whole.slice(1, 1)], ("language", "part")))
    assert rows.schema.types == [pa.string(), pa.int32(), pa.string(), pa.int64()]
    assert rows.to_pylist() == [
        {"language": "sme", "part": 2, "word": "ja", "n": 1},
        {"language": "sme", "part": 2, "word": " ja", "n": 1},
    ]
