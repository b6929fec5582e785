"""The demo library as kvern's kernels read it, without Spark: what the recipe lists, parsed and assembled."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from kvern.kernels import assembly, listing, pages, records

RECIPE = Path(__file__).parents[2] / "conf" / "recipes" / "demo.toml"
FIELDS = {"text": "text", "id": "id", "title": "title", "published": "published", "language": "language"}
Row = dict[str, Any]


def sources() -> list[Row]:
    return list(tomllib.loads(RECIPE.read_text(encoding="utf-8"))["sources"])


def listed(root: Path, source: Row) -> list[Row]:
    """A row a file, as `transforms.deliveries` folds them: with its promise and its state."""
    spoken: dict[str, list[Row]] = {}
    for work in listing.places(str(root), source["name"], source["batch"], source["format"], source["path"]):
        for row in listing.list_place(str(root), listing.Place(**work)):
            spoken.setdefault(row["path"], []).append(row)
    return [folded for rows in spoken.values() if (folded := _folded(rows))]


def _folded(rows: list[Row]) -> Row | None:
    rows = sorted(rows, key=lambda row: (row.get("sequence") is None, not row["found"], row["format"]))
    found = any(row["found"] for row in rows)
    if not found and not any(row["named"] for row in rows):
        return None
    promise = next(((r["promised_kind"], r["promised_value"]) for r in rows if r.get("promised_kind")), (None, None))
    size = max(row["bytes"] for row in rows)
    state = "missing" if not found else "empty" if size == 0 else "listed"
    state = "unsupported" if state == "listed" and rows[0]["format"] == "unknown" else state
    return {**rows[0], "bytes": size, "state": state, "promised_kind": promise[0], "promised_value": promise[1]}


def read(root: Path) -> tuple[list[Row], list[Row], list[Row]]:
    """(files with state and fixity, documents, refused records) of the whole library."""
    files: list[Row] = []
    documents: list[Row] = []
    refused: list[Row] = []
    for source in sources():
        rows = listed(root, source)
        parsed = list(_objects(root, rows) if source["format"] == "mets-alto" else _records(root, rows, source))
        made = [row for row in parsed if "text_hash" in row]
        documents += made
        seen = {row["path"]: row for row in parsed if row.get("kind") in ("file", "page", "object")}
        refused += [row for row in parsed if row.get("error") and row["kind"] in ("web", "text", "subtitle")]
        files += [{**row, "fixity": _fixity(row, seen.get(row["path"]))} for row in rows]
    return files, documents, refused


def _fixity(row: Row, seen: Row | None) -> str | None:
    if row["state"] != "listed" or row["format"] == "checksums" or seen is None:
        return None
    if row["promised_value"] and row["promised_value"] != seen["promised_hash"]:
        return "changed"
    return "corrupt" if seen["error"] else "ok"


def _objects(root: Path, rows: list[Row]) -> Iterator[Row]:
    objects: dict[str, list[Row]] = {}
    for row in rows:
        if row["state"] == "listed":
            objects.setdefault(row["object_id"], []).append({**row, "page_id": None, "sequence": row["sequence"] or 0})
    for name, files in sorted(objects.items()):
        item = {
            "object_id": name,
            "home": files[0]["home"],
            "source": files[0]["source"],
            "batch": files[0]["batch"],
            "part": 0,
            "files": files,
        }
        parsed = list(pages.object_rows(item, str(root), 0.5))
        yield from parsed
        yield from assembly.from_pages(pa.Table.from_pylist(parsed, schema=pages.PAGES)).to_pylist()


def _records(root: Path, rows: list[Row], source: Row) -> Iterator[Row]:
    names = {ours: source[ours] for ours in FIELDS if ours in source} | {"text": source.get("text", "text")}
    fields = json.dumps(names | ({"licence": source["licence_field"]} if "licence_field" in source else {}))
    for row in rows:
        if row["state"] == "listed" and row["format"] != "checksums":
            item = {**row, "part": 0, "fields": fields}
            parsed = list(records.file_rows(item, str(root)))
            yield from parsed
            whole = [r for r in parsed if r["kind"] != "file" and not r.get("error") and r.get("text") is not None]
            batch = pa.RecordBatch.from_pylist(whole, schema=records.RECORDS)
            yield from pa.Table.from_batches(assembly.from_records(iter([batch])), assembly.DOCUMENTS).to_pylist()
