"""The table beside the .npy of Dolma and OLMo: `start,end,id,src,loc` a line, gzip without a clock.

`start` and `end` number tokens of the file (which has no NumPy header, whatever its name says). `src` holds the
source's own id of the document, `loc` its position in the shard.
"""

import csv as writing
import gzip
import io
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

_LEVEL = 6
_CONVERTED = pa.schema(
    [
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("doc_id", pa.string()),
        ("source_id", pa.string()),
        ("position", pa.int64()),
    ]
)
_READ = csv.ReadOptions(column_names=_CONVERTED.names, use_threads=False)
_PARSE = csv.ParseOptions(newlines_in_values=True)
_CONVERT = csv.ConvertOptions(
    column_types=_CONVERTED, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=False
)


def table_bytes(ids: Sequence[str], sources: Sequence[str | None], counts: npt.NDArray[Any]) -> bytes:
    """The .csv.gz for documents of these ids, source ids and tokens (end mark included)."""
    ends = np.cumsum(np.asarray(counts, np.int64)).tolist()
    text = io.StringIO()
    rows = zip([0, *ends[:-1]], ends, ids, sources, range(len(ids)), strict=True) if ids else ()
    writing.writer(text, lineterminator="\n").writerows(rows)
    return gzip.compress(text.getvalue().encode(), _LEVEL, mtime=0)


def read_table(data: bytes) -> pa.Table:
    """Its rows: start, end, doc_id, source_id, position. ValueError says that they are none."""
    try:
        if not data:
            raise EOFError
        text = gzip.decompress(data)
        return csv.read_csv(pa.BufferReader(text), _READ, _PARSE, _CONVERT) if text else _CONVERTED.empty_table()
    except (OSError, EOFError, zlib.error, ValueError):
        raise ValueError("wanted gzip of start,end,id,src,loc, got other bytes: write the shard again") from None
