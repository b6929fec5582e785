"""The table beside the .npy of Dolma and OLMo: `start,end,id,src,loc` a line, gzip without a clock.

`start` and `end` number tokens of the file (which has no NumPy header, whatever its name says). `src` holds the
source's own id of the document, `loc` its position in the shard.
"""

import csv
import gzip
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_LEVEL = 6


def table_bytes(ids: Sequence[str], sources: Sequence[str | None], counts: npt.NDArray[Any]) -> bytes:
    """The .csv.gz for documents of these ids, source ids and tokens (end mark included)."""
    ends = np.cumsum(np.asarray(counts, np.int64)).tolist()
    text = io.StringIO()
    rows = zip([0, *ends[:-1]], ends, ids, sources, range(len(ids)), strict=True) if ids else ()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), _LEVEL, mtime=0)


def read_table(data: bytes) -> list[tuple[int, int, str, str, int]]:
    """Its rows; ValueError says that they are none."""
    try:
        rows = csv.reader(io.StringIO(gzip.decompress(data).decode(), newline=""))
        return [(int(start), int(end), each, source, int(at)) for start, end, each, source, at in rows]
    except (OSError, EOFError, ValueError):
        raise ValueError("wanted gzip of start,end,id,src,loc, got other bytes: write the shard again") from None
