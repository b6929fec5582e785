"""What every file of a build shares, the names of the files, and what the manifest says of one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import megatron
from kvern.shards.storage import TEMPORARY, Sink


@dataclass(frozen=True)
class Piece:
    """Some documents on their way: their rows, their ids back to back with end marks, and the tokens of each."""

    rows: pa.RecordBatch
    stream: npt.NDArray[Any]
    counts: npt.NDArray[np.int64]


Add = Callable[[Piece], None]
Facts = list[dict[str, Any]]
INDEX = "index"
RECEIPTS = "receipts"
# The first ending of a format is that of its tokens.
ENDINGS = {
    "megatron": ("bin", "idx"),
    "datatrove": ("ds", "ds.index", "ds.metadata"),
    "dolma": ("npy", "csv.gz"),
    "mds": ("mds",),
    "parquet": ("parquet",),
    "webdataset": ("tar",),
    INDEX: ("parquet",),
}
# The types that each reader expects: of a vocabulary of up to so many pieces, and of a larger one.
_U2 = 1 << 16
_TYPES = {"datatrove": "<u4", "dolma": "<u4", "mds": "<i4", "parquet": "<i4", "webdataset": "<i4"}


@dataclass(frozen=True)
class Form:
    """A build's folder, its formats, the id of the end mark, the pieces of the vocabulary, the bucket that each shard
    lies in, and the tokens of a sample where a format is packed."""

    build: str
    root: str
    formats: tuple[str, ...]
    eod: int
    vocabulary: int
    buckets: tuple[str, ...]
    sequence_length: int

    def file(self, kind: str, shard: int, ending: str | None = None) -> str:
        """`megatron/BUCKET/shard-00003.bin`: the same number in every format; by default the tokens' file."""
        folder = kind if kind == INDEX else f"{kind}/{self.buckets[shard]}"
        return f"{folder}/shard-{shard:05d}.{ending or ENDINGS[kind][0]}"

    def dtype(self, kind: str) -> np.dtype[Any]:
        """Of ids in a format, little-endian: 16 bits where its reader takes them for this vocabulary."""
        if kind == "megatron":
            return np.dtype(megatron.CODES[megatron.token_code(self.vocabulary)])
        return np.dtype("<u2" if self.vocabulary <= _U2 else _TYPES[kind])


def piece_of(rows: pa.RecordBatch, form: Form) -> Piece:
    """Rows with their ids as a stream; ValueError for an id outside the vocabulary."""
    values = rows["ids"].flatten().to_numpy().astype(np.int32, copy=False)
    counts = rows["ids"].value_lengths().to_numpy().astype(np.int64)
    return Piece(rows, megatron.with_end_marks(values, counts, form.eod, form.vocabulary), counts + 1)


def without_marks(rows: pa.RecordBatch, form: Form) -> pa.RecordBatch:
    """The rows themselves; ValueError names the first document that has the end mark among its ids.

    Asked where a build is made. Redaction does not ask: a takedown has to go through, whatever an old build holds.
    """
    values = rows["ids"].flatten().to_numpy()
    if len(found := np.flatnonzero(values == form.eod)):
        ends = np.cumsum(rows["ids"].value_lengths().to_numpy())
        doc_id = rows["doc_id"][int(np.searchsorted(ends, found[0], side="right"))].as_py()
        raise ValueError(
            f"{doc_id}: wanted ids without the end mark, got {form.eod} among them: remove the table tokens and run "
            "again: it is made anew"
        )
    return rows


def is_ours(name: str) -> bool:
    """Whether a name in a build's folder is one that shards, papers, receipts and temporary files have."""
    kind, _, rest = name.partition("/")
    file = rest.rpartition("/")[2]
    ours = kind in (*ENDINGS, RECEIPTS) and (file.startswith("shard-") or file == "index.json")
    return ours or kind == "blends" or name.endswith(TEMPORARY)


def told(name: str, sink: Sink, shard: int, documents: int, tokens: int) -> dict[str, Any]:
    """What a manifest says of one file; tokens count end marks, in every format."""
    return {
        "name": name, "format": name.partition("/")[0], "shard": shard, "bytes": sink.size, "sha256": sink.sha256,
        "documents": documents, "tokens": tokens,
    }  # fmt: skip
