"""The truth file: what was delivered and what must be found of it; its form stands in the package's docstring."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from kvern.demo.documents import Doc, bare_words, jaccard, sha256_hex
from kvern.demo.shelf import Shelf

Row = dict[str, Any]
LISTS = ("files", "documents", "pairs", "contamination", "superseded", "repeated", "refused")


def empty(seed: int, scale: float) -> dict[str, Any]:
    """A truth without rows."""
    return {"version": 1, "seed": seed, "scale": scale, "shelves": 0, **{name: [] for name in LISTS}}


def add(truth: dict[str, Any], shelf: Shelf, files: list[Row]) -> None:
    """The rows of one shelf, its documents being written and named."""
    truth["shelves"] += 1
    truth["files"].extend(files)
    truth["documents"].extend(document(doc) for doc in shelf.docs)
    truth["pairs"].extend(_pair(*pair) for pair in shelf.pairs)
    for part in ("contamination", "superseded", "repeated", "refused"):
        truth[part].extend(_named(row) for row in shelf.rows.get(part, ()))


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


def write(truth: dict[str, Any], path: Path) -> None:
    """Counts last, when all is known; a row a line, so that it can be read by people and compared."""
    truth["counts"] = counts(truth)
    head = {name: value for name, value in truth.items() if name not in LISTS}
    parts = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    for name in LISTS:
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in truth[name])
        parts.append(f"{json.dumps(name)}: [\n{rows}\n]")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def counts(truth: dict[str, Any]) -> dict[str, Any]:
    """How many of everything."""
    docs = truth["documents"]
    pii: Counter[str] = Counter()
    for doc in docs:
        pii.update(doc.get("pii", {}))
    return {
        **{name: len(truth[name]) for name in LISTS},
        "by_source": _tally(docs, "source"),
        "by_kind": _tally(docs, "kind"),
        "by_language": _tally(docs, "language"),
        "by_state": _tally(truth["files"], "state"),
        "by_fixity": _tally([row for row in truth["files"] if row["fixity"]], "fixity"),
        "by_planted_pair": _tally(truth["pairs"], "planted"),
        "by_mark": dict(sorted(Counter(mark for doc in docs for mark in doc.get("marks", ())).items())),
        "kept": sum(doc["keep"] is True for doc in docs),
        "not_kept": sum(doc["keep"] is False for doc in docs),
        "pii": dict(sorted(pii.items())),
    }


def _tally(rows: list[Row], name: str) -> dict[str, int]:
    return dict(sorted(Counter(row[name] for row in rows).items()))
