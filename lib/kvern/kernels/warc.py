"""WARC, ARC and WET records. FastWARC reads WARC; it knows no ARC, which warcio reads."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import brotli
from fastwarc.stream_io import GzipReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as AnyIterator
from warcio.exceptions import ArchiveLoadFailed

PAYLOAD = 64_000_000
DOCUMENTS = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.revisit
KEPT = ("response", "resource", "conversion", "revisit")
NAMES = {int(getattr(WarcRecordType, name)): name for name in KEPT}
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
HEADERS = (
    "content-language",
    "content-type",
    "date",
    "last-modified",
    "link",
    "tdm-policy",
    "tdm-reservation",
    "x-robots-tag",
)


@dataclass(frozen=True)
class Capture:
    kind: str
    uri: str
    date: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    payload: bytes = b""
    error: str | None = None


def read(data: bytes) -> Iterator[Capture]:
    """The document records of one file; a last Capture of kind `broken` says where it broke off."""
    reader = _warcio if _is_arc(data) else _fastwarc
    try:
        yield from reader(data)
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, RuntimeError, zlib.error) as error:
        yield Capture("broken", "", "", error=f"breaks off: {type(error).__name__}")


def _is_arc(data: bytes) -> bool:
    head = data[:2000]
    if head.startswith(GZIP):
        head = zlib.decompressobj(31).decompress(data[:20_000], 200)
    return head.startswith(b"filedesc:")


def _fastwarc(data: bytes) -> Iterator[Capture]:
    raw = io.BytesIO(data)
    stream = GzipReader(raw) if data.startswith(GZIP) else ZstdReader(raw) if data.startswith(ZSTD) else raw
    for record in ArchiveIterator(stream, record_types=DOCUMENTS, parse_http=True):
        headers = {name.lower(): value for name, value in record.headers.items()}
        http = {name.lower(): value for name, value in record.http_headers.items()} if record.http_headers else {}
        status = record.http_headers.status_code if record.http_headers else None
        body = record.reader.read(PAYLOAD)
        yield _capture(
            NAMES[int(record.record_type)],
            headers.get("warc-target-uri", ""),
            headers.get("warc-date", ""),
            http or {"content-type": headers.get("content-type", "")},
            status,
            body,
        )


def _warcio(data: bytes) -> Iterator[Capture]:
    for record in AnyIterator(io.BytesIO(data), arc2warc=True):
        if record.rec_type not in KEPT:
            continue
        http = {name.lower(): value for name, value in record.http_headers.headers} if record.http_headers else {}
        status = record.http_headers.get_statuscode() if record.http_headers else None
        yield _capture(
            record.rec_type,
            record.rec_headers.get_header("WARC-Target-URI") or "",
            record.rec_headers.get_header("WARC-Date") or "",
            http,
            int(status) if status and status.isdigit() else None,
            record.raw_stream.read(PAYLOAD),
        )


def _capture(kind: str, uri: str, date: str, http: dict[str, str], status: int | None, body: bytes) -> Capture:
    uri = uri.strip().strip("<>")
    kept = {name: http[name] for name in HEADERS if name in http}
    if kind == "revisit":
        return Capture(kind, uri, date, kept, status, b"", "revisit: the payload is elsewhere")
    if status is not None and status >= 300:
        return Capture(kind, uri, date, kept, status, body, f"status {status}")
    try:
        return Capture(kind, uri, date, kept, status, _decoded(body, http))
    except (zlib.error, brotli.error, ValueError, EOFError) as error:
        return Capture(kind, uri, date, kept, status, body, f"payload cannot be decoded: {type(error).__name__}")


def _decoded(body: bytes, http: dict[str, str]) -> bytes:
    if "chunked" in http.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    coding = http.get("content-encoding", "").lower().strip()
    if coding in ("gzip", "x-gzip") and body.startswith(GZIP):
        return zlib.decompressobj(31).decompress(body, PAYLOAD)
    if coding == "deflate":
        return _inflated(body)
    return brotli.decompress(body)[:PAYLOAD] if coding == "br" else body


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, PAYLOAD)
    except zlib.error:
        return zlib.decompressobj(-15).decompress(body, PAYLOAD)


def _unchunked(body: bytes) -> bytes:
    """HTTP chunks put together; a body that only claims to be chunked stays as it is."""
    out: list[bytes] = []
    i = 0
    while i < len(body):
        end = body.find(b"\r\n", i)
        size: Any = body[i:end].split(b";")[0].strip()
        if end < 0 or not size or size.strip(b"0123456789abcdefABCDEF"):
            return b"".join(out) if out else body
        length = int(size, 16)
        if length == 0:
            break
        out.append(body[end + 2 : end + 2 + length])
        i = end + 2 + length + 2
    return b"".join(out)
