"""Small holdings, written here: what a library's folders look like, in a few kilobytes."""

import gzip
import io
import json
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

Word = tuple[str, str]


def string(content: str, wc: float = 0.95, **more: str) -> str:
    extra = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<String CONTENT="{content}" WC="{wc}"{extra}/>'


def block(name: str, *lines: str) -> str:
    return f'<TextBlock ID="{name}">' + "".join(f"<TextLine>{line}</TextLine>" for line in lines) + "</TextBlock>"


def words(text: str, wc: float = 0.95) -> str:
    return "<SP/>".join(string(word, wc) for word in text.split())


def alto(body: str, top: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alto><Description/><Layout><Page ID="P1">'
        f"<TopMargin>{top}</TopMargin><PrintSpace>{body}</PrintSpace></Page></Layout></alto>"
    ).encode()


def mets(
    files: dict[str, str], logical: str = "", kind: str = "METAe_Monograph", promised: dict[str, str] | None = None
) -> bytes:
    listed = "".join(
        f'<file ID="{name}" MIMETYPE="text/xml" CHECKSUMTYPE="MD5" CHECKSUM="{(promised or {}).get(name, "")}">'
        f'<FLocat xlink:href="file://./{href}"/></file>'
        for name, href in files.items()
    )
    return (
        f'<mets xmlns:xlink="http://www.w3.org/1999/xlink" TYPE="{kind}" LABEL="Unknown"><fileSec><fileGrp ID="ALTOGRP">'
        f'{listed}</fileGrp></fileSec><structMap TYPE="LOGICAL"><div TYPE="{kind}">{logical}</div></structMap></mets>'
    ).encode()


def book(folder: Path, pages: int = 4) -> None:
    """A book with running heads, page numbers, a word over a page end, a missing page and a stale checksum."""
    folder.mkdir(parents=True)
    for number in range(1, pages + 1):
        top = block(f"P{number}_TB00001", words(f"{number + 10}"))
        head = block(f"P{number}_TB00002", words("Reisen til fjells"))
        first = string("mune", SUBS_TYPE="HypPart2", SUBS_CONTENT="kommune") if number == 2 else string("Det")
        last = string("kom-", SUBS_TYPE="HypPart1", SUBS_CONTENT="kommune") if number == 1 else string("slutt.")
        body = block(
            f"P{number}_TB00003",
            first + "<SP/>" + words(f"var en gang på side nummer {number} et hus"),
            words("og en") + last,
        )
        (folder / f"bok_{number:04d}.xml").write_bytes(alto(head + body, top))
    names = {f"ALTO{n:04d}": f"bok_{n:04d}.xml" for n in range(1, pages + 2)}
    (folder / "bok-METS.xml").write_bytes(mets(names, promised={"ALTO0003": "0" * 32}))


def web(path: Path, pages: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw:
        writer = WARCWriter(raw, gzip=True)
        for uri, html in pages.items():
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            dated = {"WARC-Date": "2026-09-01T10:00:00Z"}
            writer.write_record(
                writer.create_warc_record(uri, "response", io.BytesIO(html), http_headers=http, warc_headers_dict=dated)
            )


def page(text: str) -> str:
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n"))
    return f'<html lang="nb"><head><title>En side</title></head><body><main>{paragraphs}</main></body></html>'


def jsonl(path: Path, rows: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


LONG = "Båten gikk ut fra kaien tidlig om morgenen, og ingen visste når den kom hjem igjen.\n" * 4


def library(folder: Path) -> None:
    """Everything at once: a book, a crawl with Latin-1, JSONL with a bad line, an empty file, an unknown format."""
    book(folder / "books" / "bok")
    web(
        folder / "web" / "crawl.warc.gz",
        {"http://a.example/1": page(LONG).encode("latin-1"), "http://a.example/2": page(LONG).encode()},
    )
    jsonl(
        folder / "records" / "a.jsonl.gz",
        [
            {"id": "1", "body": "Første post"},
            "{broken",
            {"id": "2", "body": "Andre post"},
            {"id": "1", "body": "Ny tekst"},
        ],
    )
    (folder / "records" / "empty.jsonl").touch()
    (folder / "records" / "letter.docx").write_bytes(b"PK")


RECIPE = """
name = "small"
as_of = 2026-11-01
rights_file = "{conf}/rights.toml"
languages_folder = "{conf}/languages"

[[sources]]
name = "books"
format = "mets-alto"
path = "books/**/*-METS.xml"
batch = "2026-09"
tier = "public-domain"

[[sources]]
name = "web"
format = "warc"
path = "web/*"
batch = "2026-09"
tier = "open-web"

[[sources]]
name = "records"
format = "jsonl"
path = "records/*"
batch = "2026-09"
tier = "open"
text = "body"
id = "id"
"""
