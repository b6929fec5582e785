"""One shelf: about a hundred documents in all formats, and one of each thing that is planted.

A library is a row of shelves, each with a generator of its own, so that it grows in a straight line and no more than
a shelf is ever in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from kvern.demo import sentences
from kvern.demo.documents import Doc

OLD, NEW = "2026-09", "2026-10"
TONGUES = ("nob", "nob", "nob", "nob", "nno", "nno", "sme", "dan", "eng", "eng")
# Source, its kind of document, its tier, documents a shelf in the first batch and in the second.
SOURCES: tuple[tuple[str, str, str, int, int], ...] = (
    ("texts", "text", "public-domain", 8, 2),
    ("records", "text", "open", 19, 4),
    ("articles", "text", "agreement", 10, 0),
    ("web", "web", "open-web", 20, 8),
    ("srt", "subtitle", "open", 3, 0),
    ("vtt", "subtitle", "open", 3, 0),
    ("deposit", "text", "deposit-only", 3, 0),
    ("weekly", "text", "agreement", 2, 0),
    ("later", "text", "agreement", 1, 0),
)
KIND = {name: kind for name, kind, _, _, _ in SOURCES} | {"books": "book", "withdrawn": "text"}
TIER = {name: tier for name, _, tier, _, _ in SOURCES} | {"books": "public-domain", "withdrawn": "open"}
TIER |= {"newspapers": "agreement"}


@dataclass
class Shelf:
    """What is gathered before it is written. `pairs` hold two documents; `rows` other entries of the truth, by list."""

    number: int
    rng: Random
    docs: list[Doc] = field(default_factory=list)
    pairs: list[tuple[Doc, Doc, str]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    benchmark: list[dict[str, str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def note(self, part: str, **row: Any) -> None:
        """An entry of the truth's list `part`."""
        self.rows.setdefault(part, []).append(row)

    def prose(self, words: int, language: str | None = None) -> tuple[str, list[str]]:
        """(language, paragraphs)."""
        language = language or self.rng.choice(TONGUES)
        return language, sentences.paragraphs(language, self.rng, words)

    def add(
        self,
        source: str,
        batch: str = OLD,
        paragraphs: Sequence[str] | None = None,
        language: str | None = None,
        words: int | None = None,
        **extra: Any,
    ) -> Doc:
        """A document of a source; without paragraphs a new one is composed."""
        if paragraphs is None:
            language, paragraphs = self.prose(words or self.rng.randint(170, 330), language)
        language = language or "nob"
        title = sentences.title(language, self.rng)
        doc = Doc(source, batch, KIND[source], language, TIER[source], list(paragraphs), title, extra=extra)
        doc.source_id = self._name(doc)
        self.docs.append(doc)
        if source == "web":
            doc.exact = False
        if source in ("deposit", "weekly", "later"):
            doc.refuse("rights")
        return doc

    def _name(self, doc: Doc) -> str:
        nth = sum(other.source == doc.source for other in self.docs) + 1
        name = f"s{self.number:05d}-{nth:03d}"
        if doc.kind == "web":
            host = doc.extra.setdefault("host", f"www.{('bygda', 'avisa', 'laget')[nth % 3]}.example")
            doc.extra["uri"] = f"https://{host}/{name}"
            month = doc.batch[-2:]
            doc.extra["date"] = f"2026-{month}-{1 + nth % 28:02d}T{nth % 24:02d}:{self.number % 60:02d}:00Z"
            return f"{doc.extra['uri']} {doc.extra['date']}"
        if doc.kind == "subtitle" or doc.source == "texts":
            return f"{self.folder(doc.source, doc.batch)}/{nth:03d}"
        return f"{doc.source}-{name}"

    def folder(self, source: str, batch: str) -> str:
        """Where this shelf's files of a source and batch lie; listed in a task of its own."""
        return f"{source}/{batch}/s{self.number:05d}"

    def count(self, source: str, batch: str) -> int:
        return sum(doc.source == source and doc.batch == batch for doc in self.docs)

    def of(self, source: str, batch: str) -> list[Doc]:
        return [doc for doc in self.docs if doc.source == source and doc.batch == batch]

    def pair(self, first: Doc, second: Doc, planted: str) -> None:
        """Two documents that share text, and why."""
        self.pairs.append((first, second, planted))

    def fill(self) -> None:
        """Plain documents until every source has its number."""
        for source, _, _, old, new in SOURCES:
            for batch, wanted in ((OLD, old), (NEW, new)):
                while self.count(source, batch) < wanted:
                    self.add(source, batch)
