"""Packed fingerprints of lines and paragraphs."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import decoded, hostile, packed

from kvern.kernels import fingerprints, lines, quality
from kvern.kernels.stop_words import stop_words

NO_STOPS = stop_words({})
SCRATCH = quality.scratch(64)
texts = st.lists(
    st.sampled_from([b"ei linje", b" ei linje ", b"meny", b"", b" ", "blåbær \u00a0".encode()]) | hostile, max_size=12
).map(b"\n".join)


def blobs(*documents: bytes) -> pa.Array:
    found = quality.measure(*packed(documents), NO_STOPS, SCRATCH)
    out = fingerprints.pack(found.prints, found.ends[:, 0].copy())
    out.validate(full=True)
    return out


def pieces(blob: pa.Array, *, paragraphs: bool = False) -> list[tuple[int, int, int, int]]:
    return list(zip(*(values.tolist() for values in fingerprints.unpack(blob, paragraphs=paragraphs)), strict=True))


def solid(data: bytes) -> list[tuple[int, int]]:
    """Start and end of each line that is not blank; white space around it may belong to it."""
    return [m.span() for m in re.finditer(rb"[^\n]+", data) if decoded(m.group()).strip()]


@given(st.lists(texts, max_size=4))
def test_every_line_that_is_not_blank_comes_back_with_its_place(documents):
    found = pieces(blobs(*documents))
    wanted = [(row, *span) for row, data in enumerate(documents) for span in solid(data)]
    assert [row for row, *_ in found] == [row for row, *_ in wanted]
    for (row, _, start, end), (_, first, last) in zip(found, wanted, strict=True):
        assert first <= start < end <= last
        around = decoded(documents[row][first:start]) + decoded(documents[row][end:last])
        assert not around.strip()


@given(texts, texts)
def test_lines_are_equal_where_their_bytes_are(one, other):
    found = pieces(blobs(one, other))
    by_hash = {(one, other)[row][start:end]: key for row, key, start, end in found}
    assert len(set(by_hash.values())) == len(by_hash)
    assert all(by_hash[(one, other)[row][start:end]] == key for row, key, start, end in found)


@given(texts)
def test_a_paragraph_is_a_run_of_lines_and_has_the_hash_of_its_only_line(data):
    by_line, by_paragraph = pieces(blobs(data)), pieces(blobs(data), paragraphs=True)
    places = {start: (key, end) for _, key, start, end in by_line}
    ends = [end for *_, end in by_line]
    assert [end for *_, end in by_paragraph] == sorted(end for *_, end in by_paragraph)
    for _, key, start, end in by_paragraph:
        only, last = places[start]
        assert end in ends
        assert not re.search(rb"\n[ \t]*\n", data[start:end])
        assert (key == only) == (last == end)
    assert sum(sum(start <= s < end for _, _, s, _ in by_line) for _, _, start, end in by_paragraph) == len(by_line)


def test_the_same_paragraph_in_two_documents_has_one_hash_and_other_lines_another():
    (_, first, _, _), (_, second, _, _), (_, third, _, _) = pieces(
        blobs(b"ei line\nog ei til\n\n", b"\n ei line\nog ei til", b"og ei til\nei line"), paragraphs=True
    )
    assert first == second != third


def test_no_line_is_no_blob_and_a_line_costs_ten_bytes():
    none, blank, one = blobs(b"", b" \n\n", b"meny\n" * 100).to_pylist()
    assert none is blank is None
    assert len(one) == 2 + 100 * 10


def test_only_so_many_lines_of_a_document_have_a_fingerprint(monkeypatch):
    many = b"x\n" * (lines.MOST + 5)
    assert len(pieces(blobs(many, b"y"))) == lines.MOST + 1


def test_another_version_is_refused_with_what_to_do():
    blob = (99).to_bytes(2, "little") + bytes(10)
    with pytest.raises(ValueError, match=r"version 1, found \[99\]: run `kvern run --from signals`"):
        fingerprints.unpack(pa.array([blob, None], pa.binary()))
