"""What every file of a build shares, the names of the files, and what the manifest says of one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kvern.shards.storage import TEMPORARY, Sink

Add = Callable[[pa.RecordBatch], None]
Facts = list[dict[str, Any]]
INDEX = "index"
RECEIPTS = "receipts"
_ENDINGS = {"megatron": ("bin", "idx"), "parquet": ("parquet",), INDEX: ("parquet",)}


@dataclass(frozen=True)
class Form:
    """A build's folder, its formats, the id of the end mark and the pieces of the vocabulary."""

    build: str
    root: str
    formats: tuple[str, ...]
    eod: int
    vocabulary: int


def file_name(kind: str, shard: int, ending: str | None = None) -> str:
    """`megatron/shard-00003.bin`: the same number in every format; the first ending where none is given."""
    return f"{kind}/shard-{shard:05d}.{ending or _ENDINGS[kind][0]}"


def is_ours(name: str) -> bool:
    """Whether a name in a build's folder is one that shards, receipts and temporary files have."""
    folder, _, file = name.rpartition("/")
    return (folder in (*_ENDINGS, RECEIPTS) and file.startswith("shard-")) or name.endswith(TEMPORARY)


def told(name: str, sink: Sink, shard: int, documents: int, tokens: int) -> dict[str, Any]:
    """What a manifest says of one file; tokens count end marks, in every format."""
    return {
        "name": name, "format": name.partition("/")[0], "shard": shard, "bytes": sink.size, "sha256": sink.sha256,
        "documents": documents, "tokens": tokens,
    }  # fmt: skip
