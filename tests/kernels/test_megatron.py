"""The .bin/.idx pair against plain Python, for both widths, and every way an index can be wrong."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import megatron

DOCUMENTS = st.lists(st.lists(st.integers(0, 65_499), max_size=9), max_size=9)


@given(DOCUMENTS, st.sampled_from([65_499, 65_500, 70_000]), st.integers(0, 9))
def test_documents_lie_back_to_back_with_their_end_marks(documents: list[list[int]], vocabulary: int, eod: int) -> None:
    documents = [[min(token, vocabulary - 1) for token in each] for each in documents]
    flat = np.array([token for each in documents for token in each], np.int32)
    found = megatron.with_end_marks(flat, np.array([len(each) for each in documents], np.int64), eod, vocabulary)
    wanted = [token for each in documents for token in (*each, eod)]
    kind = "H" if vocabulary < 65_500 else "i"
    assert found.tobytes() == struct.pack(f"<{len(wanted)}{kind}", *wanted)


@given(DOCUMENTS, st.sampled_from([100, 70_000]))
def test_an_index_is_the_described_bytes_and_reads_back(documents: list[list[int]], vocabulary: int) -> None:
    lengths = [len(each) + 1 for each in documents]
    width, code = (2, 8) if vocabulary < 65_500 else (4, 4)
    starts = [width * sum(lengths[:i]) for i in range(len(lengths))]
    n = len(lengths)
    data = megatron.index_bytes(np.array(lengths, np.int64), vocabulary)
    head = b"MMIDIDX\x00\x00" + struct.pack("<QBQQ", 1, code, n, n + 1)
    assert data == head + struct.pack(f"<{n}i", *lengths) + struct.pack(f"<{n}q", *starts) + struct.pack(
        f"<{n + 1}q", *range(n + 1)
    )
    found = megatron.read_index(data)
    assert (found.dtype, found.lengths.tolist(), found.pointers.tolist()) == (
        f"<{'u2' if width == 2 else 'i4'}",
        lengths,
        starts,
    )


@pytest.mark.parametrize("token", [-1, 100])
def test_a_token_outside_the_vocabulary_is_refused(token: int) -> None:
    with pytest.raises(ValueError, match="wanted token ids from 0 to 99, got another"):
        megatron.with_end_marks(np.array([5, token, 7], np.int32), np.array([3]), 2, 100)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data[:20], "a Megatron index, got other bytes"),
        (lambda data: b"\x00" + data[1:], "a Megatron index, got other bytes"),
        (lambda data: data[:9] + b"\x02" + data[10:], "version 1"),
        (lambda data: data[:17] + b"\x06" + data[18:], "version 1"),
        (lambda data: data[:-1], "version 1"),
        (lambda data: data + b"\x00", "version 1"),
        (lambda data: data[:-8] + b"\x05" + data[-7:], "one sequence a document, got other bounds"),
    ],
)
def test_what_is_wrong_with_an_index_is_said(change: object, told: str) -> None:
    data = megatron.index_bytes(np.array([3, 1]), 100)
    with pytest.raises(ValueError, match=told):
        megatron.read_index(change(data))
