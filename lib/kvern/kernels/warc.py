"""WARC, ARC and WET records. FastWARC reads WARC; warcio reads ARC, and goes on where FastWARC breaks off."""

import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as AnyIterator

from kvern.kernels.compression import DICTIONARY, GZIP, opened, seekable
from kvern.kernels.html import with_sign
from kvern.kernels.payload import PAYLOAD, Undecodable, decoded

KEPT = ("response", "resource", "conversion", "revisit")
NAMES = {int(getattr(WarcRecordType, name)): name for name in KEPT}
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
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Capture:
    """One document record. `headers` are those that bear on rights, language and date, names in lower case."""

    kind: str
    uri: str
    date: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    payload: bytes = b""
    error: str | None = None
    cut: bool = False


@dataclass(frozen=True)
class _Raw:
    """A record as either library gives it; `number` counts records of every type, from 1."""

    number: int
    kind: str
    uri: str
    date: str
    content_type: str
    http: Pairs
    status: int | None
    body: bytes
    cut: bool = False


def read(stream: Any) -> Iterator[Capture]:
    """The document records of one file, in order; a last Capture of kind `broken` says what was not read.

    FastWARC 2.0.1 panics on a stream that cannot seek, so the file is copied first; that also lets warcio go over
    it again where FastWARC breaks off.
    """
    with seekable(stream) as local:
        arc = _is_arc(local.read(4096))
        local.seek(0)
        yield from _from_warcio(local, after=0, broken="") if arc else _from_both(local)


def _from_both(local: BinaryIO) -> Iterator[Capture]:
    number = cut = 0
    try:
        for raw in _fastwarc(local):
            number, cut = raw.number, raw.number if raw.cut else cut
            if raw.kind in KEPT:
                yield _capture(raw)
    except BaseException as error:  # FastWARC's panics are no Exception (pyo3)
        if type(error).__name__ != "PanicException" and not isinstance(error, Exception):
            raise
        broken = f"breaks off after record {number}: {type(error).__name__}"
        local.seek(0)
        yield from _from_warcio(local, number, broken) if number else [Capture("broken", "", "", error=broken)]
        return
    if cut:
        yield Capture("broken", "", "", error=f"record {cut} is cut short")


def _from_warcio(source: BinaryIO, after: int, broken: str) -> Iterator[Capture]:
    """What warcio finds after record `after`; `broken` is what is wrong with the file already."""
    number = after
    try:
        for raw in _warcio(source):
            if raw.number > after and raw.kind in KEPT:
                yield _capture(raw)
            number = max(number, raw.number)
    except Exception as error:  # warcio raises AttributeError and TypeError too, on 1 of the 56 files of the collection
        broken = broken or f"breaks off after record {number}: {type(error).__name__}"
    if broken:
        more = f"; {number - after} more could be read" if number > after > 0 else ""
        yield Capture("broken", "", "", error=broken + more)


def _is_arc(head: bytes) -> bool:
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, 200)
        except zlib.error:
            return False
    return head.startswith(b"filedesc:")


def _fastwarc(local: BinaryIO) -> Iterator[_Raw]:
    magic = local.read(4)
    local.seek(0)
    stream = _expanded(local) if magic == DICTIONARY else local
    for number, record in enumerate(ArchiveIterator(stream, parse_http=False), 1):
        kind = NAMES.get(int(record.record_type), "other")
        if kind == "other":
            yield _Raw(number, kind, "", "", "", [], None, b"")
            continue
        headers = {name.lower(): value for name, value in record.headers.items()}
        if record.is_http:
            record.parse_http()
        promised = record.content_length
        body = record.reader.read(PAYLOAD + 1)
        http = record.http_headers
        yield _Raw(
            number,
            kind,
            headers.get("warc-target-uri", ""),
            headers.get("warc-date", ""),
            headers.get("content-type", ""),
            list(http.items()) if http else [],
            http.status_code if http else None,
            body,
            cut=len(body) < min(promised, PAYLOAD + 1),
        )


def _expanded(local: BinaryIO) -> BinaryIO:
    """A .warc.zst with a dictionary as plain WARC, on disk: FastWARC must seek in it."""
    plain = tempfile.TemporaryFile()  # noqa: SIM115 (closed with its last reader)
    shutil.copyfileobj(opened(local), plain, 1 << 20)
    plain.seek(0)
    return plain


def _warcio(source: BinaryIO) -> Iterator[_Raw]:
    records = iter(AnyIterator(source, arc2warc=True))
    number = 0
    while (record := _quietly(records)) is not None:
        number += 1
        http = record.http_headers
        status = http.get_statuscode() if http else None
        yield _Raw(
            number,
            record.rec_type if record.rec_type in KEPT else "other",
            record.rec_headers.get_header("WARC-Target-URI") or "",
            record.rec_headers.get_header("WARC-Date") or "",
            record.rec_headers.get_header("Content-Type") or "",
            http.headers if http else [],
            int(status) if status and status.isdigit() else None,
            record.raw_stream.read(PAYLOAD + 1),
        )


def _quietly(records: Iterator[Any]) -> Any:
    """The next record; warcio writes a damaged record's content to standard error, which is kept from the logs."""
    with redirect_stderr(io.StringIO()):
        return next(records, None)


def _capture(raw: _Raw) -> Capture:
    uri = raw.uri.strip().strip("<>")
    http: dict[str, str] = {}
    for name, value in raw.http or [("content-type", raw.content_type)]:
        http = with_sign(http, name.lower().strip(), value.strip())
    kept = {name: http[name] for name in HEADERS if name in http}
    if raw.kind == "revisit":
        return Capture(raw.kind, uri, raw.date, kept, raw.status, b"", "revisit: the payload is elsewhere")
    if raw.status is not None and raw.status >= 300:
        return Capture(raw.kind, uri, raw.date, kept, raw.status, raw.body, f"status {raw.status}")
    try:
        return Capture(raw.kind, uri, raw.date, kept, raw.status, decoded(raw.body, http), cut=raw.cut)
    except Undecodable as error:
        return Capture(raw.kind, uri, raw.date, kept, raw.status, raw.body, str(error))
