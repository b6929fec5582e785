"""Files of records in, rows of `records` out, each file ending in a row of kind `file`.

A file is streamed, or copied to disk where its reader must seek: memory holds one record and one batch.
"""

import json
from collections.abc import Callable, Generator, Iterator
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from kvern.kernels import compression, files, html, rows, subtitles, warc
from kvern.kernels.arrow import batches as record_batches_of
from kvern.kernels.charset import clean, to_text
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
FILES = pa.schema(
    [
        ("path", _S),
        ("format", _S),
        ("source", _S),
        ("batch", _S),
        ("part", pa.int32()),
        ("promised_kind", _S),
        ("fields", _S),
    ]
)
Row = dict[str, Any]
# A text, page or subtitle file is one record: it must fit beside Spark's own memory.
WHOLE = 256_000_000
BROKEN = (*compression.BROKEN, pa.ArrowException)
SUFFIXES = (".gz", ".zst")


def record_batches(batches: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    """Rows of FILES (`fields` as JSON) in; rows of `records` out."""
    found = (row for batch in batches for item in batch.to_pylist() for row in file_rows(item, root))
    yield from record_batches_of(found, RECORDS)


def file_rows(item: Row, root: str) -> Iterator[Row]:
    """The records of one file, then its own row. What cannot be read is a row with its error."""
    place = {name: item[name] for name in ("path", "source", "batch", "part")}
    own: Row = {**place, "record_id": item["path"], "kind": "file"}
    try:
        with files.reading(root, item["path"], item["promised_kind"]) as stream:
            own["error"] = yield from _numbered(item, stream, place)
            digest = stream.digest()
            own |= {"sha256": digest.sha256, "promised_hash": digest.promised, "bytes": digest.bytes}
    except BROKEN as error:
        own["error"] = f"not read: {type(error).__name__}"
    yield own


def _numbered(item: Row, stream: Any, place: Row) -> Generator[Row, None, str | None]:
    """Records with their ids; what is wrong with the file as a whole is returned."""
    reader = READERS.get(item["format"])
    if reader is None:
        return f"want a format of {', '.join(READERS)}, have {item['format']}"
    number = 0
    try:
        for row in reader(compression.buffered(stream), item["path"], json.loads(item["fields"] or "{}")):
            if row["kind"] == "broken":
                return row["error"]
            number += 1
            yield {**place, "record_id": f"{item['path']}#{number}", **row}
    except BROKEN as error:
        return f"breaks off after record {number}: {type(error).__name__}"
    return None


def _web(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    for capture in warc.read(stream):
        if capture.kind == "broken":
            yield {"kind": "broken", "error": capture.error}
        elif not capture.uri.startswith("dns:"):
            yield _captured(capture)


def _captured(capture: warc.Capture) -> Row:
    headers = {name: clean(value) for name, value in capture.headers.items()}
    uri = clean(capture.uri)
    row: Row = {
        "kind": "web",
        "source_id": f"{uri} {clean(capture.date)}".strip(),
        "revision": sha256_hex(capture.payload),
        "uri": uri,
        "http": headers,
        "published": headers.get("last-modified") or clean(capture.date),
        "bytes": len(capture.payload),
        "error": capture.error,
    }
    return row if capture.error else {**row, **_content(capture, headers)}


def _content(capture: warc.Capture, headers: dict[str, str]) -> Row:
    content = headers.get("content-type", "").lower()
    declared = content.partition("charset=")[2].split(";")[0].strip(" \"'") or None
    language = language_code(headers.get("content-language"))
    if "html" in content or b"<html" in capture.payload[:2000].lower():
        return _page(capture.payload, declared, language, headers)
    if capture.kind != "conversion" and "text/plain" not in content:
        return {"error": f"not text: {content.split(';')[0] or 'no content type'}"}
    text, charset = to_text(capture.payload, declared)
    text = text.strip()
    return {
        "text": text or None,
        "charset": charset,
        "declared_language": language,
        "error": None if text else "no text",
    }


def _page(payload: bytes, declared: str | None, language: str | None, headers: dict[str, str]) -> Row:
    text, charset = to_text(payload, declared, meta=True)
    page = html.main_text(text)
    http = headers
    for name, value in page.signs.items():
        http = html.with_sign(http, name, clean(value))
    return {
        "text": page.text and clean(page.text),
        "title": page.title and clean(page.title),
        "charset": charset,
        "declared_language": page.language or language,
        "http": http,
        "error": page.error or (None if page.text else "no text"),
    }


def _whole(stream: Any, path: str, kind: str) -> tuple[bytes, Row]:
    """A file that is one record, and what its row says whatever the content; its bytes count without compression."""
    data = compression.opened(stream).read(WHOLE + 1)
    if len(data) > WHOLE:
        raise files.TooLarge(f"want at most {WHOLE} bytes, have more")
    return data, {"kind": kind, "source_id": stem(path), "revision": sha256_hex(data), "bytes": len(data)}


def _html(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    data, row = _whole(stream, path, "web")
    yield {**row, **_page(data, None, None, {})}


def _text(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    data, row = _whole(stream, path, "text")
    text, charset = to_text(data)
    yield {**row, "text": text, "charset": charset, "error": None if text.strip() else "no text"}


def _subtitle(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    data, row = _whole(stream, path, "subtitle")
    text, charset = to_text(data)
    spoken = subtitles.read(text)
    yield {**row, "text": spoken, "charset": charset, "error": None if spoken else "no cue could be read"}


def _jsonl(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    yield from rows.jsonl(stream, fields)


def _parquet(stream: Any, path: str, fields: dict[str, str]) -> Iterator[Row]:
    yield from rows.parquet(stream, fields)


def stem(path: str) -> str:
    """A path without its compression and its format: `a/2020.01.txt.gz` is `a/2020.01`."""
    name = PurePosixPath(path)
    if name.suffix.lower() in SUFFIXES:
        name = name.with_suffix("")
    return str(name.with_suffix(""))


Reader = Callable[[Any, str, dict[str, str]], Iterator[Row]]
READERS: dict[str, Reader] = {
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
