"""A shelf's documents to files: records, texts, subtitles and pages of the web, with what goes wrong on the way."""

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from kvern.demo import files, web
from kvern.demo.documents import Doc
from kvern.demo.shelf import NEW, OLD, Shelf
from kvern.kernels.ids import doc_id

SUFFIXES = ("", ".gz", ".zst")
FileRow = dict[str, Any]


class Holdings:
    """Writes files below `folder` and keeps a row of each for the truth."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self.folder, self.shelf = folder, shelf
        self.rows: list[FileRow] = []

    def write(self, source: str, batch: str, name: str, data: bytes, docs: Sequence[Doc] = (), **said: Any) -> str:
        """One file; `said` corrects what is expected of it (state listed, fixity ok)."""
        path = f"{self.shelf.folder(source, batch)}/{name}"
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)
        for doc in docs:
            doc.path = path
        self.expect(source, batch, path, **said)
        return path

    def expect(self, source: str, batch: str, path: str, state: str = "listed", fixity: str | None = "ok") -> None:
        """A row of the truth's `files`; what is not read has no fixity."""
        row = {"source": source, "batch": batch, "path": path, "state": state}
        self.rows.append({**row, "fixity": fixity if state == "listed" else None})

    def refuse(self, source: str, batch: str, path: str, count: int, about: str) -> None:
        """A row of the truth's `refused`: so many records of a file that can be no documents."""
        self.shelf.note("refused", source=source, batch=batch, path=path, records=count, about=about)


def write(folder: Path, shelf: Shelf) -> list[FileRow]:
    """All of a shelf but its books and newspapers; the rows of its files."""
    out = Holdings(folder, shelf)
    for batch in (OLD, NEW):
        _texts(out, batch)
        _records(out, batch)
        _crawl(out, batch)
    for form in ("srt", "vtt"):
        _subtitles(out, form)
    for source in ("deposit", "weekly", "later", "withdrawn"):
        docs = shelf.of(source, OLD)
        out.write(source, OLD, "a.jsonl", files.lines(docs), docs)
    docs = shelf.of("articles", OLD)
    out.write("articles", OLD, "a.parquet", files.parquet(docs), docs)
    return out.rows


def _texts(out: Holdings, batch: str) -> None:
    """Plain text with a list of checksums, one of them wrong, one of a file that nobody has."""
    promised = []
    for number, doc in enumerate(out.shelf.of("texts", batch)):
        data = doc.text.encode(doc.extra.get("charset", "utf-8"))
        wrong = batch == OLD and number == 0
        name = f"{doc.source_id.rsplit('/', 1)[1]}.txt"
        out.write("texts", batch, name, data, [doc], fixity="changed" if wrong else "ok")
        promised.append((hashlib.sha256(b"other bytes" if wrong else data).hexdigest(), name))
        if "suppressed_doc_id" in doc.marks:
            key = doc_id("texts", doc.source_id, hashlib.sha256(data).hexdigest())
            request = {"kind": "doc_id", "key": key, "reason": "the author asked", "requested": "2026-10-15"}
            out.shelf.requests.append(request)
    if batch == OLD:
        promised.append(("0" * 64, "lost.txt"))
        out.expect("texts", batch, f"{out.shelf.folder('texts', batch)}/lost.txt", state="missing")
        out.write("texts", batch, "letter.docx", b"PK\x03\x04 not read by kvern", state="unsupported")
        _damaged(out)
    listed = "".join(f"{digest}  {name}\n" for digest, name in promised)
    out.write("texts", batch, "manifest-sha256.txt", listed.encode(), fixity=None)


def _damaged(out: Holdings) -> None:
    """A text with bytes that are no UTF-8: it comes out, with its letters repaired as far as can be."""
    doc = out.shelf.add("texts", language="nob")
    doc.exact, doc.keep, doc.extra["cut"] = False, None, True
    doc.marks.append("invalid_utf8")
    data = doc.text.encode()
    half = data.index(b" ", len(data) // 2)
    name = f"{doc.source_id.rsplit('/', 1)[1]}.txt"
    out.write("texts", OLD, name, data[:half] + b" \xff\xfe" + data[half:], [doc])


def _records(out: Holdings, batch: str) -> None:
    """JSONL plain, gz and zst, in turn; a broken line, an empty file, a gzip that was cut off."""
    docs = out.shelf.of("records", batch)
    sums = ""
    for nth, suffix in enumerate(SUFFIXES):
        mine = docs[nth :: len(SUFFIXES)]
        data = files.lines(mine)
        broken = batch == OLD and not suffix
        if broken:
            data += b'{"id": "broken", "body": "a line that is cut \n'
        if batch == NEW and not suffix:
            data += files.lines([doc for doc in out.shelf.of("records", OLD) if doc.extra.get("again")])
        name, data = f"{'abc'[nth]}.jsonl{suffix}", files.packed(data, suffix)
        path = out.write("records", batch, name, data, mine)
        sums += f"{hashlib.md5(data, usedforsecurity=False).hexdigest()} *{name}\n"
        if broken:
            out.refuse("records", batch, path, 1, "not JSON")
    out.write("records", batch, "MD5SUMS", sums.encode(), fixity=None)
    if batch == OLD:
        out.write("records", batch, "empty.jsonl", b"", state="empty")
        _cut_records(out)


def _cut_records(out: Holdings) -> None:
    """Two gzip members, the second cut off in its middle: what the first holds is found."""
    whole, lost = [out.shelf.add("records") for _ in range(2)], out.shelf.add("records", words=400)
    out.shelf.docs.remove(lost)
    for doc in whole:
        doc.marks.append("before_the_break")
    rest = gzip.compress(files.lines([lost]), mtime=0)
    data = gzip.compress(files.lines(whole), mtime=0) + rest[: len(rest) // 2]
    out.write("records", OLD, "cut.jsonl.gz", data, whole, fixity="corrupt")


def _subtitles(out: Holdings, form: str) -> None:
    for doc in out.shelf.of(form, OLD):
        name = f"{doc.source_id.rsplit('/', 1)[1]}.{form}"
        rng = Random(f"{doc.source_id}/{out.shelf.number}")
        out.write(form, OLD, name, files.subtitles(doc, form, rng), [doc])


def _crawl(out: Holdings, batch: str) -> None:
    """A crawl, with an error page, an image, a revisit; in the first batch a second file that breaks off."""
    docs = out.shelf.of("web", batch)
    captures = [web.page(doc) for doc in docs]
    host = f"https://www.s{out.shelf.number:05d}.example"
    captures += _not_pages(host, f"2026-{batch[-2:]}-20T12:00:00Z")
    path = out.write("web", batch, "crawl.warc.gz", web.warc(captures, f"{out.shelf.number}/{batch}"), docs)
    out.refuse("web", batch, path, 3, "not found, an image, a revisit")
    if batch == OLD:
        whole = [out.shelf.add("web") for _ in range(2)]
        cut = out.shelf.add("web")
        cut.keep, cut.extra["cut"] = None, True
        cut.marks.extend(("after_the_break", "optional"))
        for doc in whole:
            doc.marks.append("before_the_break")
        data = web.warc((web.page(doc) for doc in (*whole, cut)), f"{out.shelf.number}/cut")
        out.write("web", OLD, "cut.warc.gz", data[:-300], [*whole, cut], fixity="corrupt")


def _not_pages(host: str, date: str) -> Iterator[web.Capture]:
    yield web.Capture(f"{host}/borte", date, b"<html><body>404</body></html>", status="404 Not Found")
    yield web.Capture(f"{host}/bilde.png", date, b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    yield web.Capture(f"{host}/igjen", date, b"", kind="revisit")
