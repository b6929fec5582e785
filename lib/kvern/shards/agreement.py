"""Whether the files of one shard say the same: the index, every format, and a sample of documents decoded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kvern.kernels import megatron
from kvern.shards import reading, storage
from kvern.shards.form import INDEX, file_name
from kvern.shards.manifest import Build

_STEP = 2_654_435_761  # Knuth's multiplier: spreads the sample over a shard, the same on every run
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
    _same(file_name(INDEX, shard), "starts", (np.cumsum(counts) - counts).tolist(), starts.tolist())
    for fact in build.shards[shard]:
        _same(fact["name"], "documents", len(counts), fact["documents"])
        _same(fact["name"], "tokens", int(counts.sum()), fact["tokens"])
    for name in build.manifest["formats"]:
        _FORMATS[name](build, shard, index)
    chosen = _chosen(len(counts), shard, sample.documents)
    for position in chosen:
        _decoded(build, shard, position, (int(starts[position]), int(counts[position])), sample)
    return len(chosen)


def _chosen(documents: int, shard: int, wanted: int) -> list[int]:
    """The first, the last, and others that the shard's number picks."""
    if not documents:
        return []
    picked = [0, documents - 1, *((k * _STEP + shard) % documents for k in range(1, max(1, wanted - 1)))]
    return sorted({*picked[:wanted]})


def _same(name: str, what: str, wanted: Any, got: Any) -> None:
    if wanted != got:
        told = " differ from the index" if isinstance(wanted, list) else f": wanted {wanted}, got {got}"
        raise Differs(f"{name}: {what}{told}")


def _megatron(build: Build, shard: int, index: pa.Table) -> None:
    name, body = file_name("megatron", shard, "idx"), file_name("megatron", shard, "bin")
    try:
        found = megatron.read_index(storage.get(build.root, name))
    except ValueError as error:
        raise Differs(f"{name}: {error}") from None
    width = np.dtype(found.dtype).itemsize
    _same(name, "type", megatron.CODES[megatron.token_code(build.form.vocabulary)], found.dtype)
    _same(name, "lengths", reading.counts_of(index).tolist(), found.lengths.tolist())
    _same(name, "pointers", (index["start"].to_numpy() * width).tolist(), found.pointers.tolist())
    size = next(fact["bytes"] for fact in build.shards[shard] if fact["name"] == body)
    _same(body, "bytes", int(found.lengths.sum()) * width, size)


def _parquet(build: Build, shard: int, index: pa.Table) -> None:
    name = file_name("parquet", shard)
    with storage.opened(build.root, name) as file:
        found = pq.read_table(file, columns=["doc_id"])["doc_id"]
    _same(name, "documents", index["doc_id"].to_pylist(), found.to_pylist())


_FORMATS = {"megatron": _megatron, "parquet": _parquet}


def _decoded(build: Build, shard: int, position: int, span: tuple[int, int], sample: Sample) -> None:
    """One document: the same ids in every format, its end mark, and ids that are what its text encodes to."""
    found = [_ids(name, build, shard, position, span) for name in build.manifest["formats"]]
    ids, name = found[0], f"{file_name(build.manifest['formats'][0], shard)}, document {position}"
    if any(other != ids for other in found):
        raise Differs(f"{name}: its ids differ between the formats")
    if any(not 0 <= token < build.form.vocabulary for token in ids):
        raise Differs(f"{name}: it has a token outside the vocabulary")
    lossless, decoded = build.manifest["tokenizer"]["lossless"], sample.decoder.decode(ids)
    text = decoded if lossless else None
    if "parquet" in build.manifest["formats"]:
        text = reading.parquet_row(build, shard, position, ["text"])["text"].as_py()
    if lossless and decoded != text:
        raise Differs(f"{name}: its ids do not decode to its text")
    if text is not None and len(ids) <= _ENCODED and sample.encoder.encode(text) != ids:
        raise Differs(f"{name}: its text does not encode to its ids")


def _ids(name: str, build: Build, shard: int, position: int, span: tuple[int, int]) -> list[int]:
    if name == "parquet":
        return list(reading.parquet_row(build, shard, position, ["ids"])["ids"].as_py())
    *ids, mark = reading.megatron_ids(build, shard, *span).tolist()
    where = f"{file_name(name, shard)}, document {position}"
    _same(where, "end mark", build.form.eod, mark)
    return ids
