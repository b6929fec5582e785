"""One shard as Megatron's .bin and .idx, written as its documents pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import megatron
from kvern.shards.form import Add, Facts, Form, file_name, told
from kvern.shards.storage import writing


@contextmanager
def shard_files(form: Form, shard: int, facts: Facts) -> Iterator[Add]:
    """`add(batch)` appends documents (column `ids`). When the block ends both files are there and told in `facts`.

    ValueError for an id outside the vocabulary: nothing is written then.
    """
    lengths: list[np.ndarray[Any, Any]] = [np.zeros(0, np.int64)]
    body, head = file_name("megatron", shard, "bin"), file_name("megatron", shard, "idx")
    with writing(form.root, body) as sink:

        def add(batch: pa.RecordBatch) -> None:
            ids = batch["ids"]
            values = ids.flatten().to_numpy().astype(np.int32, copy=False)
            counts = ids.value_lengths().to_numpy().astype(np.int64)
            sink.write(megatron.with_end_marks(values, counts, form.eod, form.vocabulary))
            lengths.append(counts + 1)

        yield add
    n = np.concatenate(lengths)
    with writing(form.root, head) as index:
        index.write(megatron.index_bytes(n, form.vocabulary))
    facts += [told(name, each, shard, len(n), int(n.sum())) for name, each in ((body, sink), (head, index))]
