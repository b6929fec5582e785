"""The texts that the OCR tables are made from and measured on, and which of them are kept for measuring.

All stand in ../shared/data and stay there: sentences in fifteen languages (`lid`), Norwegian laws, and books and novels
of 1840 to 1909 in the spelling of their time. What is held out is never counted, fitted or tuned on: whole books by
name (HELD_BOOKS), and a third of all else by the hash of its group, as `language_training` has it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kvern.kernels.language_model import LANGUAGES
from kvern.kernels.language_training import documents, held_out, sentences
from kvern.kernels.ocr_table import OLD

HELD_BOOKS = ("NOR0001", "NOR0012", "100630557", "100633273", "100635852")
NYNORSK = ("NOR0004", "NOR0012", "NOR0053")
PAGE = 1500  # characters


class Text(NamedTuple):
    """`table`: a language's ISO 639-3 code, with `-old` for old spelling. `group`: the book or document."""

    table: str
    group: str
    text: str


def texts(folder: Path) -> list[Text]:
    """All texts under ../shared/data, in the order of the files' names."""
    told = [*sentences(folder / "lid"), *documents(folder / "lid")]
    short = [Text(text.language, text.group, text.text) for text in told if text.language in LANGUAGES]
    return [*short, *_laws(folder), *_books(folder)]


def _laws(folder: Path) -> Iterator[Text]:
    for file in sorted((folder / "bulk/norwegian-laws").glob("*.md")):
        text = re.sub(r"\A---\n.*?\n---\n", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        nynorsk = len(re.findall(r"\bikkje\b", text)) > len(re.findall(r"\bikke\b", text))
        yield Text("nno" if nynorsk else "nob", file.stem, text)


def _books(folder: Path) -> Iterator[Text]:
    for file in sorted((folder / "bulk/norn_fulltext").glob("*.txt")):
        yield Text(f"nob-{OLD}", file.stem, file.read_text(encoding="utf-8"))
    for line in (folder / "bulk/eltec-nor.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = re.search(r"NOR\d+", row["id"])
        book = name[0] if name else row["id"]
        yield Text(f"{'nno' if book in NYNORSK else 'nob'}-{OLD}", book, row["text"])


def is_held(text: Text) -> bool:
    """Whether a text is kept for measuring."""
    return text.group in HELD_BOOKS if text.table.endswith(OLD) else held_out(text.group)


def is_clean(text: Text) -> bool:
    """Whether a text has few reading errors: norn_fulltext's books are OCR as it came, ELTeC's are corrected."""
    return not text.table.endswith(OLD) or text.group.startswith("NOR")


def pages(told: Iterable[Text]) -> list[Text]:
    """Texts cut and joined to pages of about PAGE characters; a page has one table and, in books, one book."""
    by_source: dict[tuple[str, str], list[str]] = {}
    for text in told:
        source = text.group if text.table.endswith(OLD) else ""
        by_source.setdefault((text.table, source), []).append(text.text)
    return [
        Text(table, source or f"{table} {number}", page)
        for (table, source), parts in by_source.items()
        for number, page in enumerate(_cut("\n".join(parts)))
    ]


def _cut(text: str) -> Iterator[str]:
    """Pieces of about PAGE characters that end between words; the last one may be half as long."""
    at = 0
    while len(text) - at >= PAGE // 2:
        stop = text.find(" ", at + PAGE)
        stop = len(text) if stop < 0 else stop
        yield text[at:stop].strip()
        at = stop
