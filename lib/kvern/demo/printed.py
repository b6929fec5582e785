"""A shelf's books and newspapers: a good book, one delivered again with better OCR, a damaged one; two issues."""

from pathlib import Path
from random import Random
from typing import Any

from kvern.demo import objects, sentences
from kvern.demo.documents import Doc
from kvern.demo.ocr import damage
from kvern.demo.shelf import NEW, OLD, TIER, TONGUES, Shelf

PAPERS = ("Nordvik Tidende", "Sandøya Avis", "Kvitnes Blad")


def write(folder: Path, shelf: Shelf) -> list[dict[str, Any]]:
    """Writes them and adds their documents to the shelf; the rows of their files."""
    rows: list[dict[str, Any]] = []
    good = _book(shelf, 1, OLD, shelf.prose(900))
    rows += _rows(shelf, good, objects.book(_home(folder, shelf, good), good, shelf.rng))
    rows += _twice(folder, shelf)
    rows += _damaged(folder, shelf)
    for number in (1, 2):
        rows += _issue(folder, shelf, number)
    return rows


def _book(shelf: Shelf, number: int, batch: str, prose: tuple[str, list[str]]) -> Doc:
    language, paragraphs = prose
    # The title is drawn from the object, not from the delivery: both deliveries of a book have it.
    title = sentences.title(language, Random(f"{shelf.number}/{number}"))
    doc = Doc("books", batch, "book", language, TIER["books"], list(paragraphs), title)
    doc.source_id = f"digibok_2026{shelf.number:05d}{number:03d}"
    shelf.docs.append(doc)
    return doc


def _home(folder: Path, shelf: Shelf, doc: Doc) -> Path:
    doc.path = f"{shelf.folder(_source(doc), doc.batch)}/{doc.source_id}/{doc.source_id}-METS.xml"
    return (folder / doc.path).parent


def _source(doc: Doc) -> str:
    return "newspapers" if doc.source == "newspapers" else "books"


def _rows(shelf: Shelf, doc: Doc, names: list[str], **fixity: str) -> list[dict[str, Any]]:
    """A row a file; `fixity` by the last digits of a page's name, `missing` where nobody has it."""
    out = []
    for name in names:
        said = fixity.get(f"p{name[-8:-4]}", "ok")
        row = {"source": doc.source, "batch": doc.batch, "path": f"{doc.path.rsplit('/', 1)[0]}/{name}"}
        state = "missing" if said == "missing" else "listed"
        out.append({**row, "state": state, "fixity": None if said == "missing" else said})
    return out


def _twice(folder: Path, shelf: Shelf) -> list[dict[str, Any]]:
    """The same book read badly, and read again: the later one supersedes the earlier."""
    language, clean = shelf.prose(700)
    rows: list[dict[str, Any]] = []
    both = []
    for batch, rate, confidence in ((OLD, 0.06, 0.78), (NEW, 0.005, 0.95)):
        doc = _book(shelf, 2, batch, (language, [damage(paragraph, rate, shelf.rng) for paragraph in clean]))
        doc.marks.append("ocr_errors")
        rows += _rows(shelf, doc, objects.book(_home(folder, shelf, doc), doc, shelf.rng, confidence))
        both.append(doc)
    both[0].refuse("superseded", mark="superseded")
    shelf.note("superseded", doc=both[0], newer=both[1])
    shelf.pair(both[0], both[1], "superseded")
    return rows


def _damaged(folder: Path, shelf: Shelf) -> list[dict[str, Any]]:
    """A page that breaks off, a page with other bytes than METS promised, a page that METS names and nobody has."""
    doc = _book(shelf, 3, OLD, shelf.prose(800))
    doc.marks.append("damaged")
    harm = objects.Harm(truncated=(2,), other_checksum=(3,), missing=1)
    names = objects.book(_home(folder, shelf, doc), doc, shelf.rng, harm=harm)
    doc.keep, doc.exact = None, False
    doc.extra["cut"] = True
    last = names[-1][-8:-4]
    return _rows(shelf, doc, names, **{"p0002": "corrupt", "p0003": "changed", f"p{last}": "missing"})


def _issue(folder: Path, shelf: Shelf, number: int) -> list[dict[str, Any]]:
    """Five articles, and notices that no article names."""
    rng = shelf.rng
    language = rng.choice(TONGUES)
    date = f"{rng.randint(1890, 1940)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    paper = PAPERS[(shelf.number + number) % len(PAPERS)]
    rest = _printed(shelf, "issue", language, sentences.paragraphs(language, rng, 80), f"{paper} {date}")
    rest.source_id = f"digavis_{paper.split()[0].lower()}_2026{shelf.number:05d}{number:03d}"
    rest.extra["published"] = date
    articles = []
    for _ in range(5):
        heading = sentences.title(language, rng)
        body = sentences.paragraphs(language, rng, rng.randint(110, 190))
        articles.append(_printed(shelf, "article", language, [heading, *body], heading))
    names = objects.issue(_home(folder, shelf, rest), rest, articles, f"{paper} {date}", rng)
    for article in articles:
        article.path = rest.path
    return _rows(shelf, rest, names)


def _printed(shelf: Shelf, kind: str, language: str, paragraphs: list[str], title: str) -> Doc:
    doc = Doc("newspapers", OLD, kind, language, TIER["newspapers"], paragraphs, title)
    shelf.docs.append(doc)
    return doc
