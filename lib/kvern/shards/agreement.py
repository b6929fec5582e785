"""Whether the files of one shard say the same: the index and every format, and a stretch of it id by id and decoded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from kvern.kernels import megatron
from kvern.shards import packed, raw, reading, storage
from kvern.shards.form import INDEX
from kvern.shards.manifest import Build
from kvern.shards.reading import Stretch

# SentencePiece encodes a few MB a second: longer documents are only decoded.
_ENCODED = 50_000


class Differs(ValueError):
    """A build is not what its manifest says; the message names the first difference (exit 1)."""


@dataclass(frozen=True)
class Sample:
    """Documents to decode of each shard, and the model's processors."""

    documents: int
    encoder: Any
    decoder: Any


def shard_agrees(build: Build, shard: int, sample: Sample) -> int:
    """Differs names the first difference; gives the number of documents decoded."""
    index = reading.index_of(build, shard)
    counts, starts = reading.counts_of(index), index["start"].to_numpy()
    _same(build.form.file(INDEX, shard), "starts", np.cumsum(counts) - counts, starts)
    for fact in build.shards[shard]:
        _same(fact["name"], "documents", len(counts), fact["documents"])
        _same(fact["name"], "tokens", int(counts.sum()), fact["tokens"])
    for name in build.manifest["formats"]:
        _beside(name, build, shard, index)
    if not len(counts):
        return 0
    stretch = reading.stretch_of(build, shard, index)
    _same_ids(build, shard, stretch, counts)
    chosen = _chosen(len(stretch.ids), sample.documents)
    for row in chosen:
        _decoded(build, shard, stretch, row, sample)
    return len(chosen)


def _chosen(documents: int, wanted: int) -> list[int]:
    """The first and the last of a stretch, and others at even distances."""
    return sorted({i * (documents - 1) // max(1, wanted - 1) for i in range(wanted)})


def _same(name: str, what: str, wanted: Any, got: Any) -> None:
    if isinstance(wanted, np.ndarray):
        if not np.array_equal(wanted, got):
            raise Differs(f"{name}: {what} differ from the index")
    elif wanted != got:
        raise Differs(f"{name}: {what}: wanted {wanted}, got {got}")


def _beside(kind: str, build: Build, shard: int, index: pa.Table) -> None:
    """The format's own account of its documents, and the size of its tokens."""
    name, form = build.form.file(kind, shard), build.form
    if kind in _RAW:
        counts, ids = reading.counts_of(index), index["doc_id"].to_pylist()
        found = raw.differs(kind, form, counts, ids, lambda end: storage.get(build.root, form.file(kind, shard, end)))
        if found:
            ending, _, problem = found.partition("|")
            raise Differs(f"{form.file(kind, shard, ending)}: {problem}")
        size = next(fact["bytes"] for fact in build.shards[shard] if fact["name"] == name)
        _same(name, "bytes", int(counts.sum()) * form.dtype(kind).itemsize, size)
        return
    with storage.opened(build.root, name) as file:
        if other := _records(kind, build, file, index):
            raise Differs(f"{name}: {other}")


def _records(kind: str, build: Build, file: Any, index: pa.Table) -> str | None:
    if kind == "mds":
        return packed.mds_differs(file, build.form, reading.counts_of(index))
    if kind == "webdataset":
        return packed.tar_differs(file, index, build.form.dtype(kind))
    same = index["doc_id"].equals(pq.read_table(file, columns=["doc_id"])["doc_id"])
    return None if same else "documents differ from the index"


_RAW = ("megatron", "datatrove", "dolma")


def _same_ids(build: Build, shard: int, stretch: Stretch, counts: npt.NDArray[np.int64]) -> None:
    """Lengths, ids and end marks of every document in a stretch, in every format; ids inside the vocabulary."""
    lengths = stretch.ids.value_lengths().to_numpy().astype(np.int64)
    name = build.form.file(build.manifest["formats"][-1], shard)
    _same(name, "lengths", counts[stretch.first : stretch.first + len(lengths)] - 1, lengths)
    values = stretch.ids.flatten().to_numpy().astype(np.int32, copy=False)
    try:
        wanted = megatron.with_end_marks(values, lengths, build.form.eod, build.form.vocabulary)
    except ValueError:
        raise Differs(f"{name}: it has a token outside the vocabulary") from None
    start = int(counts[: stretch.first].sum())
    for kind in build.manifest["formats"]:
        if kind != "parquet":
            _equal(
                build,
                shard,
                kind,
                stretch.first,
                lengths,
                wanted,
                reading.stream(build, shard, kind, start, len(wanted)),
            )


def _equal(
    build: Build, shard: int, kind: str, first: int, lengths: npt.NDArray[np.int64], wanted: Any, found: Any
) -> None:
    """Ids of a stretch in one format; the first other one is named with its document."""
    if len(wrong := np.flatnonzero(found != wanted)):
        row = int(np.searchsorted(np.cumsum(lengths + 1), wrong[0], side="right"))
        ends = int(np.sum(lengths[: row + 1] + 1)) - 1
        what = f"wanted the end mark {build.form.eod}" if wrong[0] == ends else f"wanted token {wanted[wrong[0]]}"
        raise Differs(f"{build.form.file(kind, shard)}, document {first + row}: {what}, got {found[wrong[0]]}")


def _decoded(build: Build, shard: int, stretch: Stretch, row: int, sample: Sample) -> None:
    """The ids decode to the text, where the model is lossless, and are what the text encodes to."""
    ids, lossless = stretch.ids[row].as_py(), build.manifest["tokenizer"]["lossless"]
    name = f"{build.form.file(build.manifest['formats'][0], shard)}, document {stretch.first + row}"
    decoded = sample.decoder.decode(ids)
    text = stretch.text[row].as_py() if stretch.text is not None else decoded if lossless else None
    if lossless and decoded != text:
        raise Differs(f"{name}: its ids do not decode to its text")
    if text is not None and len(ids) <= _ENCODED and sample.encoder.encode(text) != ids:
        raise Differs(f"{name}: its text does not encode to its ids")
