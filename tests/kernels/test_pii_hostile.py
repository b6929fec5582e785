"""Any bytes at all: spans stay in order and inside, documents apart, and time in proportion to length."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile
from pii_reference import arrays, rows

from kvern.kernels.pii import KINDS

PIECES = [
    *(
        b"22 33 44 55",
        b"+47 ",
        b"ola@nb.no",
        b"1234.56.78903",
        b"127.0.0.1",
        b"::1",
        b"fe80::",
        b"Storgata 5",
        b"NO93 8601 1117 947",
    ),
    *(
        b"01010112345",
        b"010101 12345",
        b"(at)",
        b"@",
        b":",
        b".",
        b"-",
        b" ",
        b"\n",
        b"\xc2\xa0",
        b"\xe2\x80\xaf",
        b"\xe2\x80\xa8",
        b"0",
    ),
    *(
        b"tlf ",
        b"konto ",
        b"fnr ",
        b"a",
        b"\xc3\xa5",
        b"e\xcc\x81",
        b"\x00",
        b"\xff",
        b"\xc3",
        b"\xe2\x80",
        b"x123",
        b"4111",
        b"AB 12345",
    ),
]
mixed = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join) | hostile


@given(mixed)
def test_spans_are_in_order_apart_inside_and_of_a_kind(data):
    (spans,) = rows(data)
    edges = [edge for start, end, _, _ in spans for edge in (start, end)]
    assert edges == sorted(edges)
    for start, end, kind, sure in spans:
        assert 0 <= start < end <= len(data)
        assert kind in KINDS
        assert 0 < sure < 1


@given(st.lists(mixed, max_size=5))
def test_documents_do_not_see_their_neighbours(documents):
    assert rows(*documents) == [rows(document)[0] for document in documents]


@given(mixed)
def test_a_span_begins_and_ends_on_a_character(data):
    (spans,) = rows(data.decode(errors="replace").encode())
    whole = data.decode(errors="replace").encode()
    for start, end, _, _ in spans:
        assert whole[start:end].decode()  # raises inside a character


@pytest.mark.parametrize(
    "document", [b"", b"1", b"@", b":", b"(", b"+", b"\xe2", b"\xc2", b"a", b"0" * 40, b"\x00" * 9]
)
def test_the_shortest_documents_hold_nothing(document):
    assert rows(document, b"", document) == [[], [], []]


@pytest.mark.parametrize(
    "unit",
    [
        b"1",
        b"1 ",
        b"12 ",
        b"1.",
        b"+1",
        b"@",
        b"a@",
        b":",
        b"1:",
        b"a:",
        b"::1 ",
        b"(",
        b"(a)",
        b"a",
        b"NO12",
        b"\xff",
        b"00",
        b"-1",
    ],
)
def test_a_long_line_takes_time_in_proportion(unit):
    def seconds(size: int) -> float:
        document = unit * (size // len(unit))
        started = time.process_time()
        arrays([document])
        return time.process_time() - started

    seconds(1000)
    short, long = min(seconds(100_000) for _ in range(3)), seconds(1_000_000)
    assert long < 25 * short + 0.1


def test_ten_megabytes_of_digits_in_one_line_are_read_in_a_second():
    started = time.process_time()
    assert rows(b"1" * 10_000_000) == [[]]
    assert time.process_time() - started < 1


def test_many_spans_fit():
    spans = rows(b"::1 " * 100_000, b"a@b.no " * 10_000)
    assert [len(each) for each in spans] == [100_000, 10_000]


def test_the_types_are_those_that_the_scan_expects():
    types = [column.dtype for column in arrays([b"ola@nb.no"])]
    assert types == [np.int64, np.int32, np.int32, np.int32, np.float64]
