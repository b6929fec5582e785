"""The truth file: what was delivered and what must be found of it; its form stands in the package's docstring."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any

from kvern.demo.documents import Doc, bare_words, jaccard, sha256_hex
from kvern.demo.shelf import Shelf

Row = dict[str, Any]
# Tally by list and name: what of a row is counted.
TALLIES: dict[str, Callable[[Row], dict[str, int] | list[str]]] = {
    "documents.by_source": lambda row: [row["source"]],
    "documents.by_kind": lambda row: [row["kind"]],
    "documents.by_language": lambda row: [row["language"]],
    "documents.by_mark": lambda row: row.get("marks", []),
    "documents.by_keep": lambda row: [json.dumps(row["keep"])],
    "documents.by_pii": lambda row: row.get("pii", {}),
    "files.by_state": lambda row: [row["state"]],
    "files.by_fixity": lambda row: [row["fixity"]] if row["fixity"] else [],
    "pairs.by_planted": lambda row: [row["planted"]],
}
LISTS = ("files", "documents", "pairs", "contamination", "superseded", "repeated", "refused")


class Spool:
    """The truth as it grows: rows go to temporary files, only tallies stay in memory."""

    def __init__(self, seed: int, scale: float) -> None:
        self.head = {"version": 1, "seed": seed, "scale": scale, "shelves": 0}
        self.tallies: dict[str, Counter[str]] = {name: Counter() for name in ("lists", *TALLIES)}
        self.rows: dict[str, IO[str]] = {}
        self.open = ExitStack()

    def __enter__(self) -> "Spool":
        for name in LISTS:
            self.rows[name] = self.open.enter_context(TemporaryFile("w+", encoding="utf-8", newline=""))
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()

    def add(self, shelf: Shelf, files: list[Row]) -> None:
        """The rows of one shelf, its documents being written and named."""
        self.head["shelves"] += 1
        self._put("files", files)
        self._put("documents", [document(doc) for doc in shelf.docs])
        self._put("pairs", [_pair(*pair) for pair in shelf.pairs])
        for name in ("contamination", "superseded", "repeated", "refused"):
            self._put(name, [_named(row) for row in shelf.rows.get(name, ())])

    def _put(self, name: str, rows: list[Row]) -> None:
        for row in rows:
            comma = ",\n" if self.tallies["lists"][name] else ""
            self.rows[name].write(comma + json.dumps(row, ensure_ascii=False))
            self.tallies["lists"][name] += 1
            for tally, count in TALLIES.items():
                if tally.startswith(name):
                    self.tallies[tally].update(count(row))

    def write(self, path: Path) -> dict[str, Any]:
        """The truth file, a row a line; returns its counts."""
        counts = {
            **self.tallies["lists"],
            **{name.split(".")[1]: dict(sorted(self.tallies[name].items())) for name in TALLIES},
        }
        with path.open("w", encoding="utf-8", newline="") as out:
            out.write("{\n")
            for name, value in {**self.head, "counts": counts}.items():
                out.write(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n")
            for name, rows in self.rows.items():
                out.write(f"{json.dumps(name)}: [\n")
                rows.seek(0)
                copyfileobj(rows, out)
                out.write("\n],\n" if name != LISTS[-1] else "\n]\n}\n")
        return counts


def document(doc: Doc) -> Row:
    """A document's row. Keys that say nothing are left out."""
    row: Row = {"source": doc.source, "source_id": doc.source_id, "batch": doc.batch, "path": doc.path}
    row |= {"kind": doc.kind, "language": doc.language, "tier": doc.tier, "keep": doc.keep}
    whole = not doc.extra.get("cut")
    told = {
        "reasons": sorted(doc.reasons),
        "any_of": list(doc.any_of),
        "marks": doc.marks,
        "pii": doc.pii,
        "words": len(bare_words(doc.text)) if whole else None,
        "words_sha256": words_sha256(doc.text) if whole else None,
        "text_sha256": sha256_hex(doc.text) if doc.exact else None,
    }
    return row | {name: value for name, value in told.items() if value not in (None, [], {})}


def words_sha256(text: str) -> str:
    """SHA-256 of the lower-cased bare words with one blank between: the same whatever became of lines and marks."""
    return sha256_hex(" ".join(bare_words(text)))


def _pair(first: Doc, second: Doc, planted: str) -> Row:
    return {"a": first.key, "b": second.key, "jaccard": jaccard(first.text, second.text), "planted": planted}


def _named(row: Row) -> Row:
    """Documents by their key."""
    return {name: value.key if isinstance(value, Doc) else value for name, value in row.items()}
