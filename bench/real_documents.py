"""Real documents of ../shared/data as the `documents` table would hold them: normalised, markup taken out.

Laws and their versions, OCR'd books and novels whole and in pages, main text of law pages and manuals, documents in
Sámi and Kven, and labelled paragraphs and sentences in 21 languages.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from figures import shared

from kvern.kernels.html import main_text
from kvern.kernels.normalise import normalise

PAGE = 3_000  # characters
LABELLED = "lid/lid_dev.jsonl"


def documents(*, labelled: bool = False) -> list[str]:
    """All of them, short labelled texts too where they are asked for; none is empty."""
    texts = (normalise(text)[0] for text in _texts(shared(), labelled))
    return [text for text in texts if text.strip()]


def _texts(folder: Path, labelled: bool) -> Iterator[str]:
    for file in sorted((folder / "bulk/norwegian-laws").glob("*.md")):
        yield file.read_text(encoding="utf-8")
    books = [file.read_text(encoding="utf-8") for file in sorted((folder / "bulk/norn_fulltext").glob("*.txt"))]
    for book in [*books, *_jsonl(folder / "bulk/eltec-nor.jsonl")]:
        yield book
        yield from pages(book)
    yield from _jsonl(folder / "dedup/law_versions/docs.jsonl")
    yield from _jsonl(folder / "html/norges-lover/gold_main_text.jsonl", "gold")
    for file in sorted((folder / "html").glob("*/*.html")):
        yield main_text(file.read_text(encoding="utf-8", errors="replace")).text or ""
    yield from _jsonl(folder / "lid/sami_kven_dev.jsonl")
    if labelled:
        yield from _jsonl(folder / LABELLED)


def _jsonl(file: Path, field: str = "text") -> list[str]:
    return [json.loads(line)[field] for line in file.read_text(encoding="utf-8").splitlines()]


def pages(text: str) -> Iterator[str]:
    """Pieces of about PAGE characters that end with a line."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + PAGE)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1
