"""Records that stand in rows: JSON lines and Parquet, their fields mapped to our names."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kvern.kernels.charset import clean
from kvern.kernels.compression import opened, seekable
from kvern.kernels.ids import sha256_hex
from kvern.kernels.mets import language_code

LINE = 256_000_000
# Rows of whole books: a batch of 64 stays near one Arrow message.
PARQUET_ROWS = 64
Row = dict[str, Any]


def jsonl(stream: Any, fields: dict[str, str]) -> Iterator[Row]:
    """A row for each line that is not blank, plain or compressed; a bad line is a row with its error.

    `fields` maps our names (text id title published language licence uri) to theirs; a dot reaches into a nested
    record. Raises what `compression.BROKEN` names where the file breaks off.
    """
    source = opened(stream)
    while line := source.readline(LINE + 1):
        if len(line) > LINE:
            _skip_line(source, line)
            yield {"kind": "text", "error": f"want at most {LINE} bytes a line, have more"}
        elif line.strip():
            yield _json_row(line.rstrip(b"\r\n"), fields)


def parquet(stream: Any, fields: dict[str, str]) -> Iterator[Row]:
    """A row for each row, only mapped columns read. Parquet is read from its end: the file is copied first."""
    with seekable(stream) as local:
        source = pq.ParquetFile(local)
        roots = {theirs.split(".")[0] for theirs in fields.values()}
        wanted = [name for name in source.schema_arrow.names if name in roots]
        for batch in source.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
            for number in range(batch.num_rows):
                yield _parquet_row(batch, number, fields)


def _skip_line(source: Any, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = source.readline(1 << 20)


def _json_row(line: bytes, fields: dict[str, str]) -> Row:
    row: Row = {"kind": "text", "revision": sha256_hex(line), "bytes": len(line)}
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {**row, "error": f"not JSON: {type(error).__name__}"}
    return {**row, **mapped(item, fields, row["revision"])}


def _parquet_row(batch: pa.RecordBatch, number: int, fields: dict[str, str]) -> Row:
    try:
        item = {name: batch.column(name)[number].as_py() for name in batch.schema.names}
    except (ValueError, OverflowError) as error:
        return {"kind": "text", "error": f"a value cannot be read: {type(error).__name__}"}
    canonical = json.dumps(item, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "replace")
    row: Row = {"kind": "text", "revision": sha256_hex(canonical), "bytes": len(canonical)}
    return {**row, **mapped(item, fields, row["revision"])}


def mapped(item: Any, fields: dict[str, str], fallback: str) -> Row:
    """Our names for a record's fields. Without an id of its own the record is known by `fallback`."""
    found = {ours: _at(item, theirs) for ours, theirs in fields.items()}
    text, own = found.get("text"), found.get("id")
    told = {name: found.get(name) for name in ("title", "published", "licence", "uri")}
    return {
        **{name: clean(str(value)) for name, value in told.items() if value is not None},
        "source_id": fallback if own is None or own == "" else clean(str(own)),
        "declared_language": language_code(clean(str(found.get("language") or ""))),
        "text": clean(text) if isinstance(text, str) else None,
        "error": _fault(text, fields),
    }


def _fault(text: Any, fields: dict[str, str]) -> str | None:
    if not isinstance(text, str):
        return f"want text in field {fields.get('text')!r}, have {type(text).__name__}"
    return None if text.strip() else "no text"


def _at(item: Any, path: str) -> Any:
    for name in path.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item.isoformat() if isinstance(item, (date, datetime)) else item
