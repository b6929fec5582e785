"""A crawl: WARC files, one gzip member a record, of pages with menus and footers in several charsets."""

import gzip
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from kvern.demo.documents import Doc

NAV = {
    "nob": ("Hjem", "Nyheter", "Kultur", "Kontakt oss", "Om nettstedet", "Del på", "Personvern"),
    "nno": ("Heim", "Nyhende", "Kultur", "Kontakt oss", "Om nettstaden", "Del på", "Personvern"),
    "sme": ("Ruoktot", "Ođđasat", "Kultuvra", "Váldde oktavuođa", "Min birra", "Juoge", "Suodjalus"),
    "dan": ("Forside", "Nyheder", "Kultur", "Kontakt os", "Om siden", "Del på", "Privatliv"),
    "eng": ("Home", "News", "Culture", "Contact us", "About this site", "Share on", "Privacy"),
    "fin": ("Etusivu", "Uutiset", "Kulttuuri", "Ota yhteyttä", "Tietoa sivustosta", "Jaa", "Tietosuoja"),
}
SHORT = {"nob": "nb", "nno": "nn", "sme": "se", "dan": "da", "eng": "en", "fin": "fi"}


@dataclass(frozen=True)
class Capture:
    """One response: what WARC, HTTP and the page say, and the payload."""

    uri: str
    date: str
    payload: bytes
    content_type: str = "text/html"
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "response"


def page(doc: Doc) -> Capture:
    """A document as a page. `extra`: charset, declared (http, meta or nothing), headers, meta, body (ready HTML)."""
    charset = doc.extra.get("charset", "utf-8")
    declared = doc.extra.get("declared", "meta")
    uri, date = doc.extra["uri"], doc.extra["date"]
    meta = f'<meta charset="{charset}">' if declared == "meta" else ""
    meta += "".join(f'<meta name="{name}" content="{value}">' for name, value in doc.extra.get("meta", ()))
    payload = _html(doc, meta).encode(charset)
    kind = f"text/html; charset={charset}" if declared == "http" else "text/html"
    return Capture(uri, date, payload, kind, headers=tuple(doc.extra.get("headers", ())))


def _html(doc: Doc, meta: str) -> str:
    menu = NAV[doc.language]
    links = "".join(f'<li><a href="/{i}">{word}</a></li>' for i, word in enumerate(menu[:5]))
    body = doc.extra.get("body") or "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in doc.paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{SHORT[doc.language]}"><head>{meta}<title>{escape(doc.title)}</title>\n'
        f"<style>.menu {{ color: #222; }}</style></head>\n<body>\n"
        f'<header class="site-header"><nav class="menu"><ul>{links}</ul></nav></header>\n'
        f"<main><article>\n{body}\n</article></main>\n"
        f'<aside class="sidebar share"><a href="/del">{menu[5]}</a></aside>\n'
        f'<footer class="site-footer"><a href="/personvern">{menu[6]}</a> © 2026</footer>\n'
        "<script>var kvern = {demo: true};</script></body></html>\n"
    )


def warc(captures: Iterable[Capture], seed: str) -> bytes:
    """The file: a warcinfo record, then the captures."""
    info = b"software: kvern demo\r\nformat: WARC File Format 1.1\r\n"
    out = [_record("warcinfo", "", "2026-09-01T00:00:00Z", "application/warc-fields", info, f"{seed}/info")]
    for number, capture in enumerate(captures):
        out.append(_response(capture, f"{seed}/{number}"))
    return b"".join(out)


def _response(capture: Capture, seed: str) -> bytes:
    lines = [("Content-Type", capture.content_type), *capture.headers, ("Content-Length", str(len(capture.payload)))]
    http = f"HTTP/1.1 {capture.status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    block = http.encode() + (b"" if capture.kind == "revisit" else capture.payload)
    return _record(capture.kind, capture.uri, capture.date, "application/http; msgtype=response", block, seed)


def _record(kind: str, uri: str, date: str, content_type: str, block: bytes, seed: str) -> bytes:
    name = uuid.UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{name}>\r\nWARC-Date: {date}\r\n"
        + (f"WARC-Target-URI: {uri}\r\n" if uri else "")
        + f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)
