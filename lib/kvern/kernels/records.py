"""Files of records in, rows of `records` out, each file ending in a row of kind `file`."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from kvern.kernels import files, html, subtitles, warc
from kvern.kernels.arrow import batches as record_batches_of
from kvern.kernels.charset import to_text
from kvern.kernels.ids import sha256_hex
from kvern.kernels.mets import language_code

_S = pa.string()
RECORDS = pa.schema(
    [
        ("record_id", _S),
        ("path", _S),
        ("kind", _S),
        ("source_id", _S),
        ("revision", _S),
        ("uri", _S),
        ("http", pa.map_(_S, _S)),
        ("title", _S),
        ("published", _S),
        ("declared_language", _S),
        ("licence", _S),
        ("charset", _S),
        ("text", _S),
        ("sha256", _S),
        ("promised_hash", _S),
        ("bytes", pa.int64()),
        ("error", _S),
        ("source", _S),
        ("batch", _S),
        ("part", pa.int32()),
    ]
)
Row = dict[str, Any]
LIMIT = 4_000_000_000
BROKEN = (OSError, EOFError, ValueError, zstandard.ZstdError, pa.ArrowException)


def record_batches(batches: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    """Rows (path, format, source, batch, part, promised_kind, fields as JSON) in; rows of `records` out."""
    rows = (row for batch in batches for item in batch.to_pylist() for row in file_rows(item, root))
    yield from record_batches_of(rows, RECORDS)


def file_rows(item: Row, root: str) -> Iterator[Row]:
    """The records of one file, then its own row. What cannot be read is a row with its error."""
    place = {name: item[name] for name in ("path", "source", "batch", "part")}
    own: Row = {**place, "record_id": item["path"], "kind": "file"}
    try:
        data, digest = files.read(root, item["path"], item["promised_kind"], LIMIT)
    except (OSError, files.TooLarge) as error:
        yield {**own, "error": f"not read: {type(error).__name__}"}
        return
    own |= {"sha256": digest.sha256, "promised_hash": digest.promised, "bytes": digest.bytes}
    reader = READERS[item["format"]]
    error_text, number = None, 0
    try:
        for number, row in enumerate(reader(data, item["path"], json.loads(item["fields"] or "{}")), 1):
            if row.get("kind") == "broken":
                error_text = row["error"]
            else:
                yield {**place, "record_id": f"{item['path']}#{number}", **row}
    except BROKEN as error:
        error_text = f"breaks off after record {number}: {type(error).__name__}"
    yield {**own, "error": error_text}


def _web(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    for capture in warc.read(data):
        if capture.kind == "broken":
            yield {"kind": "broken", "error": capture.error}
        else:
            yield _captured(capture)


def _captured(capture: warc.Capture) -> Row:
    row: Row = {
        "kind": "web",
        "source_id": f"{capture.uri} {capture.date}".strip(),
        "revision": sha256_hex(capture.payload),
        "uri": capture.uri,
        "http": capture.headers,
        "published": capture.headers.get("last-modified") or capture.date,
        "bytes": len(capture.payload),
        "error": capture.error,
    }
    if capture.error:
        return row
    content = capture.headers.get("content-type", "").lower()
    declared = content.partition("charset=")[2].split(";")[0].strip(" \"'") or None
    language = language_code(capture.headers.get("content-language"))
    if capture.kind == "conversion" or "text/plain" in content:
        text, charset = to_text(capture.payload, declared)
        return {
            **row,
            "text": text.strip() or None,
            "charset": charset,
            "declared_language": language,
            "error": None if text.strip() else "no text",
        }
    if "html" not in content and b"<html" not in capture.payload[:2000].lower():
        return {**row, "error": f"not text: {content.split(';')[0] or 'no content type'}"}
    return {**row, **_page(capture.payload, declared, language, capture.headers)}


def _page(payload: bytes, declared: str | None, language: str | None, headers: dict[str, str]) -> Row:
    text, charset = to_text(payload, declared, meta=True)
    page = html.main_text(text)
    return {
        "text": page.text,
        "title": page.title,
        "charset": charset,
        "declared_language": page.language or language,
        "http": {**headers, **page.signs},
        "error": page.error or (None if page.text else "no text"),
    }


def _html(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    yield {
        "kind": "web",
        "source_id": _stem(path),
        "revision": sha256_hex(data),
        "bytes": len(data),
        "http": {},
        **_page(_plain(data), None, None, {}),
    }


def _text(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    text, charset = to_text(_plain(data))
    yield {
        "kind": "text",
        "source_id": _stem(path),
        "revision": sha256_hex(data),
        "bytes": len(data),
        "text": text,
        "charset": charset,
    }


def _subtitle(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    text, charset = to_text(_plain(data))
    spoken = subtitles.read(text)
    yield {
        "kind": "subtitle",
        "source_id": _stem(path),
        "revision": sha256_hex(data),
        "bytes": len(data),
        "text": spoken,
        "charset": charset,
        "error": None if spoken else "no cue could be read",
    }


def _jsonl(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    for line in _lines(data):
        if not line.strip():
            continue
        row: Row = {"kind": "text", "revision": sha256_hex(line), "bytes": len(line)}
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield {**row, "error": f"not JSON: {type(error).__name__}"}
            continue
        yield {**row, **_mapped(item, fields, row["revision"])}


def _parquet(data: bytes, path: str, fields: dict[str, str]) -> Iterator[Row]:
    source = pq.ParquetFile(io.BytesIO(data))
    wanted = [name for name in source.schema_arrow.names if name in {field.split(".")[0] for field in fields.values()}]
    for batch in source.iter_batches(batch_size=1000, columns=wanted):
        for item in batch.to_pylist():
            canonical = json.dumps(item, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "replace")
            yield {
                "kind": "text",
                "revision": sha256_hex(canonical),
                "bytes": len(canonical),
                **_mapped(item, fields, sha256_hex(canonical)),
            }


def _mapped(item: Any, fields: dict[str, str], fallback: str) -> Row:
    """Our names for a record's fields; dotted paths reach into nested ones."""
    found = {ours: _at(item, theirs) for ours, theirs in fields.items()}
    text = found.get("text")
    told = {name: str(found[name]) for name in ("title", "published", "licence", "uri") if found.get(name) is not None}
    error = None if isinstance(text, str) else f"want text in field {fields.get('text')!r}, have {type(text).__name__}"
    return {
        **told,
        "source_id": str(found.get("id") or fallback),
        "declared_language": language_code(str(found.get("language") or "")),
        "text": _utf8(text) if isinstance(text, str) else None,
        "error": error,
    }


def _at(item: Any, path: str) -> Any:
    for name in path.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item.isoformat() if isinstance(item, (date, datetime)) else item


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _lines(data: bytes) -> Iterator[bytes]:
    stream: Any = io.BytesIO(data)
    if data.startswith(warc.GZIP):
        stream = gzip.GzipFile(fileobj=stream)
    elif data.startswith(warc.ZSTD):
        stream = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True))
    yield from stream


def _plain(data: bytes) -> bytes:
    return b"".join(_lines(data)) if data.startswith((warc.GZIP, warc.ZSTD)) else data


def _stem(path: str) -> str:
    name = PurePosixPath(path)
    return str(name.parent / name.name.split(".")[0])


READERS: dict[str, Callable[[bytes, str, dict[str, str]], Iterator[Row]]] = {
    "warc": _web,
    "arc": _web,
    "wet": _web,
    "html": _html,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "text": _text,
    "srt": _subtitle,
    "vtt": _subtitle,
}
