"""Formats whose tokens are a stream without a header, with a file beside it: Megatron, datatrove (nanotron), Dolma."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from kvern.kernels import datatrove, dolma, megatron
from kvern.shards.form import Add, Facts, Form, Piece, told
from kvern.shards.storage import writing

# What .ds.metadata calls the tokenizer: the file at the build's root.
MODEL = "tokenizer.model"
Beside = Callable[[Form, npt.NDArray[np.int64], list[Piece]], dict[str, bytes]]


def _megatron(form: Form, counts: npt.NDArray[np.int64], _: list[Piece]) -> dict[str, bytes]:
    return {"idx": megatron.index_bytes(counts, form.vocabulary)}


def _datatrove(form: Form, counts: npt.NDArray[np.int64], _: list[Piece]) -> dict[str, bytes]:
    about = datatrove.metadata(MODEL, form.dtype("datatrove").itemsize, int(counts.sum()))
    return {"ds.index": datatrove.index_bytes(counts), "ds.metadata": about}


def _dolma(_: Form, counts: npt.NDArray[np.int64], names: list[Piece]) -> dict[str, bytes]:
    ids, sources = (
        [each for piece in names for each in piece.rows[name].to_pylist()] for name in ("doc_id", "source_id")
    )
    return {"csv.gz": dolma.table_bytes(ids, sources, counts)}


_BESIDE: dict[str, Beside] = {"megatron": _megatron, "datatrove": _datatrove, "dolma": _dolma}


def shard_files(kind: str) -> Callable[[Form, int, Facts], AbstractContextManager[Add]]:
    """The writer of a format: within its block `add(piece)` appends documents; then all files are told in facts."""

    @contextmanager
    def files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
        counts: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
        names: list[Piece] = []
        name = form.file(kind, shard)
        with writing(form.root, name) as sink:

            def add(piece: Piece) -> None:
                sink.write(piece.stream.astype(form.dtype(kind), copy=False))
                counts.append(piece.counts)
                if kind == "dolma":
                    names.append(_named(piece))

            yield add
        n = np.concatenate(counts)
        written = [(name, sink)]
        for ending, data in _BESIDE[kind](form, n, names).items():
            with writing(form.root, form.file(kind, shard, ending)) as beside:
                beside.write(data)
            written.append((form.file(kind, shard, ending), beside))
        facts += [told(each, sunk, shard, len(n), int(n.sum())) for each, sunk in written]

    return files


def _named(piece: Piece) -> Piece:
    """What the table beside .npy needs of a piece, so that ids are not held until the end."""
    return Piece(piece.rows.select(["doc_id", "source_id"]), piece.stream[:0], piece.counts)


def differs(kind: str, form: Form, counts: npt.NDArray[np.int64], ids: list[str], beside: Any) -> str | None:
    """The ending and the difference of the first file beside the tokens that is not as the index has it."""
    for ending in {"megatron": ("idx",), "datatrove": ("ds.index", "ds.metadata"), "dolma": ("csv.gz",)}[kind]:
        if problem := _PROBLEMS[ending](form, counts, ids, beside(ending)):
            return f"{ending}|{problem}"
    return None


def _idx(form: Form, counts: npt.NDArray[np.int64], _: list[str], data: bytes) -> str | None:
    try:
        found = megatron.read_index(data)
    except ValueError as error:
        return str(error)
    width = np.dtype(found.dtype).itemsize
    if np.dtype(found.dtype) != form.dtype("megatron"):
        return f"type: wanted {form.dtype('megatron')}, got {found.dtype}"
    if not np.array_equal(found.lengths, counts):
        return "lengths differ from the index"
    return None if np.array_equal(found.pointers, (np.cumsum(counts) - counts) * width) else "pointers differ from it"


def _same(what: str) -> Callable[..., str | None]:
    def check(form: Form, counts: npt.NDArray[np.int64], _: list[str], data: bytes) -> str | None:
        return None if _datatrove(form, counts, [])[what] == data else "documents differ from the index"

    return check


def _csv(_: Form, counts: npt.NDArray[np.int64], ids: list[str], data: bytes) -> str | None:
    with suppress(ValueError):
        rows, ends = dolma.read_table(data), np.cumsum(counts)
        same = [np.array_equal(rows[name], wanted) for name, wanted in (("start", ends - counts), ("end", ends))]
        if all(same) and rows["doc_id"].to_pylist() == ids:
            return None
    return "documents differ from the index"


_PROBLEMS = {"idx": _idx, "ds.index": _same("ds.index"), "ds.metadata": _same("ds.metadata"), "csv.gz": _csv}
