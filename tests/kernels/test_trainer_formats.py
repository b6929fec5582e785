"""The kernels of trainers' formats against plain Python: struct, csv, tarfile, NumPy's own .npy."""

import csv
import gzip
import io
import json
import struct
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import datatrove, dolma, mds, tars

COUNTS = st.lists(st.integers(1, 40), min_size=1, max_size=12)


@given(COUNTS)
def test_the_index_of_ds_holds_the_end_of_each_document(counts: list[int]) -> None:
    data = datatrove.index_bytes(np.array(counts))
    assert struct.unpack(f"<{len(counts)}Q", data) == tuple(sum(counts[: i + 1]) for i in range(len(counts)))


def test_metadata_of_ds() -> None:
    assert datatrove.metadata("t.model", 2, 11) == b"t.model|2\n11\n11.0"
    assert datatrove.metadata("t.model", 4, 1_250_000) == b"t.model|4\n1250000\n1.2M"


@given(st.lists(st.tuples(st.text("ab01", min_size=1), st.text(min_size=1), st.integers(1, 9)), max_size=9))
def test_the_table_of_dolma_is_csv_of_spans_and_names(rows: list[tuple[str, str, int]]) -> None:
    rows = [(each, source.replace("\r", "_").replace("\0", "_"), n) for each, source, n in rows]
    ids, sources, counts = zip(*rows, strict=True) if rows else ((), (), ())
    data = dolma.table_bytes(ids, sources, np.array(counts, np.int64))
    assert data[4:8] == bytes(4)  # no clock
    ends = [sum(counts[: i + 1]) for i in range(len(counts))]
    wanted = [
        (ends[i] - counts[i], ends[i], each, source, i)
        for i, (each, source) in enumerate(zip(ids, sources, strict=True))
    ]
    plain = csv.reader(io.StringIO(gzip.decompress(data).decode(), newline=""))
    assert [(int(a), int(b), *names, int(at)) for a, b, *names, at in plain] == wanted
    assert [tuple(each.values()) for each in dolma.read_table(data).to_pylist()] == wanted


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"1,2\n"), gzip.compress(b"a,b,c,d,e\n")])
def test_other_bytes_are_no_table_of_dolma(data: bytes) -> None:
    with pytest.raises(ValueError, match="wanted gzip of start,end,id,src,loc"):
        dolma.read_table(data)


@given(COUNTS, st.integers(1, 16), st.sampled_from(["<u2", "<i4"]))
def test_mds_is_what_its_description_says(counts: list[int], length: int, dtype: str) -> None:
    kind, n = np.dtype(dtype), sum(counts)
    stream = np.arange(n, dtype=kind)
    whole = np.pad(stream, (0, -n % length), constant_values=7)
    data = mds.head_bytes(np.array(counts), kind, length) + b"".join(mds.samples(whole, np.array(counts), 0, length))
    (samples,) = struct.unpack_from("<I", data)
    offsets = struct.unpack_from(f"<{samples + 1}I", data, 4)
    assert samples == -(-n // length)
    assert offsets[-1] == len(data)
    assert json.loads(data[8 + 4 * samples : offsets[0]]) == mds.columns(kind, length)
    tokens, ends = [], []
    for at, (start, end) in enumerate(pairwise(offsets)):
        (size,) = struct.unpack_from("<I", data, start)
        (first,) = struct.unpack_from("<q", data, start + 4 + size)
        assert first == at * length
        ends += [first + each for each in struct.unpack_from(f"<{size // 4}I", data, start + 4)]
        tokens += np.frombuffer(data[start + 12 + size : end], kind).tolist()
        assert mds.sample_tokens(data[start:end], kind).tolist() == tokens[at * length :]
    assert tokens == [*range(n), *[7] * (-n % length)]
    assert ends == np.cumsum(counts).tolist()


def test_an_mds_shard_above_what_its_offsets_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="lower shard_tokens"):
        mds.head_bytes(np.array([1 << 31]), np.dtype("<u2"), 2048)


@contextmanager
def monkeypatch_window(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tars, "_WINDOW", size)
        yield


@given(st.lists(st.lists(st.integers(0, 65_535), max_size=300), min_size=1, max_size=4))
def test_tars_are_read_by_tarfile_and_numpy(documents: list[list[int]]) -> None:
    parts = [tars.document(f"k{i}", {"å": i}, np.array(ids, "<u2")) for i, ids in enumerate(documents)]
    data = b"".join(parts) + tars.END
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        members = [(each, file.extractfile(each).read()) for each in file.getmembers()]
    assert [each.name for each, _ in members] == [
        f"k{i}.{end}" for i in range(len(documents)) for end in ("json", "npy")
    ]
    assert {(each.mtime, each.uid, each.uname, each.mode) for each, _ in members} == {(0, 0, "", 0o444)}
    assert [json.loads(body) for _, body in members[0::2]] == [{"å": i} for i in range(len(documents))]
    assert [np.load(io.BytesIO(body)).tolist() for _, body in members[1::2]] == documents
    assert [(name, body) for name, body in tars.members(io.BytesIO(data))] == [
        (each.name, body) for each, body in members
    ]
    assert [tars.read_array(body).tolist() for _, body in members[1::2]] == documents
    with monkeypatch_window(700):
        found = [row for names, *rest in tars.layout(pa.BufferReader(data)) for row in zip(names, *rest, strict=True)]
    assert [(name.decode(), data[first : first + size]) for name, first, size in found] == [
        (each.name, body) for each, body in members
    ]
    assert all(size == tars.ARRAY_HEAD + 2 * len(ids) for ids, (_, _, size) in zip(documents, found[1::2], strict=True))
    with pytest.raises(ValueError, match="wanted a tar header"):
        list(tars.layout(pa.BufferReader(b"x" * 512)))
    with pytest.raises(ValueError, match="wanted a tar header"):
        list(tars.layout(pa.BufferReader(data[:100])))
    with pytest.raises(ValueError, match="wanted a tar header"):
        list(tars.members(io.BytesIO(b"x" * 512)))
