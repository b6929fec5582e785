"""Formats whose samples are records: MDS, packed to the sequence length of its readers, and WebDataset's tar."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import mds, tars
from kvern.shards.form import Add, Facts, Form, Piece, told
from kvern.shards.storage import Sink, writing

# What WebDataset's .json says of a document, where it is known.
KNOWN = ("doc_id", "source_id", "source", "tier", "language", "title", "licence", "year")
_BATCH_SAMPLES = 1024


@contextmanager
def mds_files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
    """One MDS shard. The number of samples stands before them, so that tokens wait in a temporary file."""
    name, counts = form.file("mds", shard), [np.zeros(0, np.int64)]
    with tempfile.TemporaryFile() as waiting:

        def add(piece: Piece) -> None:
            waiting.write(piece.stream.astype(form.dtype("mds")).tobytes())
            counts.append(piece.counts)

        yield add
        n = np.concatenate(counts)
        waiting.seek(0)
        with writing(form.root, name) as sink:
            _packed(sink, waiting, n, form)
    facts.append(told(name, sink, shard, len(n), int(n.sum())))


def _packed(sink: Sink, waiting: Any, counts: npt.NDArray[np.int64], form: Form) -> None:
    length, dtype, start = form.sequence_length, form.dtype("mds"), 0
    sink.write(mds.head_bytes(counts, dtype, length))
    while data := waiting.read(_BATCH_SAMPLES * length * dtype.itemsize):
        stream = np.frombuffer(data, dtype)
        whole = np.pad(stream, (0, -len(stream) % length), constant_values=form.eod)
        for sample in mds.samples(whole, counts, start, length):
            sink.write(sample)
        start += len(stream)


@contextmanager
def tar_files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
    """One tar: of each document .npy with its ids, end mark included, and .json with what is known of it."""
    name, seen = form.file("webdataset", shard), np.zeros(2, np.int64)
    with writing(form.root, name) as sink:

        def add(piece: Piece) -> None:
            known = piece.rows.select([each for each in KNOWN if each in piece.rows.schema.names]).to_pylist()
            stream, ends = piece.stream.astype(form.dtype("webdataset"), copy=False), np.cumsum(piece.counts)
            for row, count, end in zip(known, piece.counts.tolist(), ends.tolist(), strict=True):
                told_of = {**row, "tokens": count}
                sink.write(tars.document(row["doc_id"], told_of, stream[end - count : end]))
            seen[:] += (len(known), int(piece.counts.sum()))

        yield add
        sink.write(tars.END)
    facts.append(told(name, sink, shard, int(seen[0]), int(seen[1])))


def tar_rows(file: Any) -> Iterator[tuple[dict[str, Any], npt.NDArray[Any]]]:
    """What is known of each document in an open tar, and its ids with the end mark; ValueError for another tar."""
    known: dict[str, Any] = {}
    for name, data in tars.members(file):
        if name.endswith(".json"):
            known = json.loads(data)
        elif name == f"{known.get('doc_id')}.npy":
            yield known, tars.read_array(data)
        else:
            raise ValueError(f"wanted KEY.json and then KEY.npy, got {name}: write the shard again")


def mds_ids(file: Any, form: Form, start: int, count: int) -> npt.NDArray[Any]:
    """`count` ids of an open MDS shard from token `start` on."""
    length, dtype = form.sequence_length, form.dtype("mds")
    (n,) = np.frombuffer(file.read_at(4, 0), "<u4").tolist()
    offsets = mds.read_offsets(bytes(file.read_at(4 * (n + 2), 0)))
    first, behind = start // length, mds.samples_of(start + count, length)
    data = bytes(file.read_at(int(offsets[behind] - offsets[first]), int(offsets[first])))
    edges = (offsets[first : behind + 1] - offsets[first]).tolist()
    pieces = [mds.sample_tokens(data[a:b], dtype) for a, b in pairwise(edges)]
    return np.concatenate([np.zeros(0, dtype), *pieces])[start - first * length :][:count]


def mds_differs(file: Any, form: Form, counts: npt.NDArray[np.int64]) -> str | None:
    """What in the head of an open MDS shard is not as the index has it."""
    wanted = mds.head_bytes(counts, form.dtype("mds"), form.sequence_length)
    return None if bytes(file.read_at(len(wanted), 0)) == wanted else "its samples differ from the index"


def tar_differs(file: Any, index: pa.Table, dtype: np.dtype[Any]) -> str | None:
    """What of an open tar's headers is not as the index has it: names, and the ids of each document."""
    ids, counts = index["doc_id"].to_pylist(), index["count"].to_numpy()
    wanted, at = np.array([f"{key}{end}".encode() for key in ids for end in (".json", ".npy")], f"S{tars.NAME}"), 0
    try:
        for names, _, sizes in tars.layout(file):
            arrays = np.arange(at, at + len(names)) % 2 == 1
            n = counts[(at + np.flatnonzero(arrays)) // 2] if at + len(names) <= len(wanted) else None
            if n is None or not np.array_equal(names, wanted[at : at + len(names)]):
                return "documents differ from the index"
            if not np.array_equal(sizes[arrays], tars.ARRAY_HEAD + n * dtype.itemsize):
                return "documents differ from the index"
            at += len(names)
    except ValueError as error:
        return str(error)
    return None if at == len(wanted) else "documents differ from the index"


def tar_ids(file: Any, dtype: np.dtype[Any], start: int, count: int) -> npt.NDArray[Any]:
    """`count` ids of an open tar from token `start` on; the members before are passed over by their headers."""
    found, seen, at = [np.zeros(0, dtype)], 0, 0
    for _, firsts, sizes in tars.layout(file):
        arrays = np.arange(at, at + len(sizes)) % 2 == 1
        at += len(sizes)
        lengths = (sizes[arrays] - tars.ARRAY_HEAD) // dtype.itemsize
        ends = seen + np.cumsum(lengths)
        touched = np.flatnonzero((ends > start) & (ends - lengths < start + count))
        for row in touched.tolist():
            data = file.read_at(int(sizes[arrays][row]), int(firsts[arrays][row]))
            found.append(tars.read_array(data)[max(0, start - int(ends[row] - lengths[row])) :])
        seen += int(lengths.sum())
        if seen >= start + count:
            break
    return np.concatenate(found)[:count]
