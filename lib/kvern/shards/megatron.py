"""One shard as Megatron's .bin and .idx, written as its documents pass."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import megatron
from kvern.shards.storage import Sink, writing

Add = Callable[[pa.RecordBatch], None]


@contextmanager
def shard_files(root: str, shard: int, eod: int, vocabulary: int, facts: list[dict[str, Any]]) -> Iterator[Add]:
    """`add(batch)` appends documents (column `ids`). When the block ends both files are there and told in `facts`.

    ValueError for an id outside the vocabulary: nothing is written then.
    """
    name, code = f"megatron/shard-{shard:05d}", megatron.token_code(vocabulary)
    lengths: list[np.ndarray[Any, Any]] = []
    with writing(root, f"{name}.bin") as sink:

        def add(batch: pa.RecordBatch) -> None:
            ids = batch["ids"]
            values, counts = _checked(ids.flatten().to_numpy(), vocabulary), ids.value_lengths().to_numpy()
            sink.write(megatron.with_end_marks(values, counts, eod, code))
            lengths.append(counts.astype(np.int64) + 1)

        yield add
    n = np.concatenate(lengths) if lengths else np.zeros(0, np.int64)
    with writing(root, f"{name}.idx") as index:
        index.write(megatron.index_bytes(n, code))
    facts += [told(f"{name}.{end}", each, shard, n) for end, each in (("bin", sink), ("idx", index))]


def told(name: str, sink: Sink, shard: int, lengths: Any) -> dict[str, Any]:
    """What a manifest says of one file; `lengths` are tokens a document, the end mark included."""
    size = sink.size[0]
    tokens, documents = int(lengths.sum()), len(lengths)
    return {
        "name": name, "shard": shard, "bytes": size, "sha256": sink.digest.hexdigest(),
        "documents": documents, "tokens": tokens,
    }  # fmt: skip


def _checked(values: Any, vocabulary: int) -> Any:
    if len(values) and (values.min() < 0 or values.max() >= vocabulary):
        raise ValueError(f"wanted token ids from 0 to {vocabulary - 1}, got another: run tokens again with this model")
    return values
