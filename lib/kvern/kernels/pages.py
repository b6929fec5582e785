"""Books and issues: one object's METS and ALTO files in, its rows of `pages` out."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from kvern.kernels import alto, files, hyphens, mets
from kvern.kernels.alto import Alto, Block
from kvern.kernels.arrow import batches as record_batches
from kvern.kernels.ids import sha256_hex
from kvern.kernels.xml import BYTES

_S = pa.string()
PAGES = pa.schema(
    [
        ("page_id", _S),
        ("object_id", _S),
        ("home", _S),
        ("revision", _S),
        ("kind", _S),
        ("path", _S),
        ("sequence", pa.int32()),
        ("text", _S),
        (
            "blocks",
            pa.list_(
                pa.struct(
                    [("id", _S), ("kind", _S), ("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float64())]
                )
            ),
        ),
        ("units", pa.list_(pa.struct([("unit", _S), ("position", pa.int32()), ("block", _S)]))),
        ("logical", pa.list_(pa.struct([("unit", _S), ("kind", _S), ("title", _S)]))),
        ("object_kind", _S),
        ("title", _S),
        ("published", _S),
        ("declared_language", _S),
        ("ocr_confidence", pa.float64()),
        ("word_count", pa.int32()),
        ("sha256", _S),
        ("promised_hash", _S),
        ("bytes", pa.int64()),
        ("error", _S),
        ("source", _S),
        ("batch", _S),
        ("part", pa.int32()),
    ]
)
Row = dict[str, Any]
REAL_WORD = re.compile(r"[^\W\d_]{3,}")


def page_batches(objects: Iterator[pa.RecordBatch], root: str, noise_confidence: float) -> Iterator[pa.RecordBatch]:
    """Rows of objects (object_id, home, source, batch, part, files) in, rows of `pages` out; memory holds one object.

    A block whose median word confidence is under `noise_confidence` and that has few real words is kind `noise`.
    """
    rows = (row for batch in objects for item in batch.to_pylist() for row in object_rows(item, root, noise_confidence))
    yield from record_batches(rows, PAGES)


def object_rows(item: Row, root: str, noise_confidence: float) -> Iterator[Row]:
    """One row of kind `object`, then one a page in sequence. What cannot be read is a row with its error."""
    place = {name: item[name] for name in ("object_id", "home", "source", "batch", "part")}
    head = mets.Mets()
    pages: list[tuple[Row, Alto]] = []
    files_of_item = sorted(item["files"] or [], key=lambda file: (file["sequence"] or 0, file["path"]))
    object_row: Row = {
        "path": str(PurePosixPath(files_of_item[0]["path"] if files_of_item else "").parent),
        "error": None,
    }
    for file in files_of_item:
        row, data = _opened(file, root)
        if file["format"] == "mets":
            head = mets.read(data) if data is not None else head
            object_row = {**row, "error": row["error"] or head.error}
        else:
            page = alto.read(data) if data is not None else Alto((), None, row["error"])
            pages.append(({**row, "error": row["error"] or page.error}, page))
    areas = _areas(head)
    units = [_units(page, areas.get(_name(row["path"]), {})) for row, page in pages]
    _assign_flows(pages, units)
    hyphens.join([block for _, page in pages for block in page.blocks])
    hashes = "".join(row.get("sha256") or "" for row in (object_row, *(row for row, _ in pages)))
    revision = sha256_hex(hashes.encode())
    yield {**place, **object_row, **_object_columns(place["object_id"], head), "revision": revision}
    kinds = _kinds(head)
    for (row, page), found in zip(pages, units, strict=True):
        columns = _page_columns(page, kinds.get(_name(row["path"]), {}), noise_confidence)
        yield {**place, **row, **columns, "units": found, "declared_language": page.language or head.language}


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _assign_flows(pages: list[tuple[Row, Alto]], units: list[list[Row]]) -> None:
    for (_, page), found in zip(pages, units, strict=True):
        unit_of = {member["block"]: member["unit"] for member in found}
        for block in page.blocks:
            block.flow = unit_of.get(block.id, "")


def _opened(file: Row, root: str) -> tuple[Row, bytes | None]:
    row: Row = {"path": file["path"], "sequence": file["sequence"], "error": None}
    row["page_id"] = file["page_id"] or PurePosixPath(file["path"]).stem
    try:
        data, digest = files.read(root, file["path"], file["promised_kind"], limit=BYTES)
    except (OSError, files.TooLarge) as error:
        return {**row, "error": f"not read: {type(error).__name__}"}, None
    return {**row, "sha256": digest.sha256, "promised_hash": digest.promised, "bytes": digest.bytes}, data


def _object_columns(object_id: str, head: mets.Mets) -> Row:
    kind = head.kind if head.files else ("issue" if "digavis" in object_id else "book")
    logical = [{"unit": unit.unit, "kind": unit.kind, "title": unit.title} for unit in head.units]
    return {
        "page_id": object_id,
        "kind": "object",
        "sequence": 0,
        "object_kind": kind,
        "logical": logical,
        "title": head.title,
        "published": head.published,
        "declared_language": head.language,
    }


def _page_columns(page: Alto, kinds: dict[str, str], noise_confidence: float) -> Row:
    text, spans = _text(page, kinds, noise_confidence)
    words = [word for block in page.blocks for word in block.words() if word.text]
    known = [word.confidence for word in words if word.confidence is not None]
    return {
        "kind": "page",
        "text": text,
        "blocks": spans,
        "ocr_confidence": sum(known) / len(known) if known else None,
        "word_count": len(words),
    }


def _text(page: Alto, kinds: dict[str, str], noise_confidence: float) -> tuple[str, list[Row]]:
    out: list[str] = []
    spans: list[Row] = []
    position = 0
    for block in page.blocks:
        lines = (" ".join(word.text for word in line if word.text) for line in block.lines)
        text = "\n".join(line for line in lines if line)
        if not text:
            continue
        if out:
            out.append("\n\n")
            position += 2
        size = len(text.encode())
        confidence = block.confidence()
        kind = "noise" if _is_noise(text, confidence, noise_confidence) else _kind(block, kinds)
        spans.append(
            {"id": block.id, "kind": kind, "start": position, "end": position + size, "confidence": confidence}
        )
        out.append(text)
        position += size
    return "".join(out), spans


def _is_noise(text: str, confidence: float | None, bound: float) -> bool:
    """Illustrations read as letters: low confidence, and under half of the tokens a run of three letters."""
    tokens = text.split()
    return confidence is not None and confidence < bound and 2 * len(REAL_WORD.findall(text)) < len(tokens)


def _kind(block: Block, kinds: dict[str, str]) -> str:
    named = next((kinds[name] for name in sorted(block.names & kinds.keys())), None)
    return named if named and block.kind == "text" else block.kind


def _kinds(head: mets.Mets) -> dict[str, dict[str, str]]:
    """Kinds of blocks by the name of their file."""
    names = {file.file_id: _name(file.href) for file in head.files}
    found: dict[str, dict[str, str]] = {}
    for (file, block), kind in head.block_kinds.items():
        found.setdefault(names.get(file, ""), {})[block] = kind
    return found


def _areas(head: mets.Mets) -> dict[str, dict[str, tuple[str, int]]]:
    """By the name of the file: the first (unit, position) that names a block, in the order of the logical map."""
    names = {file.file_id: _name(file.href) for file in head.files}
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for unit in head.units:
        for position, (file, name) in enumerate(unit.areas):
            found.setdefault(names.get(file, ""), {}).setdefault(name, (unit.unit, position))
    return found


def _units(page: Alto, areas: dict[str, tuple[str, int]]) -> list[Row]:
    """Which blocks of this page stand at which place of which unit; a block goes to the first unit that names it."""
    members: dict[str, list[str]] = {}
    for block in page.blocks if areas else ():
        for name in block.names:
            members.setdefault(name, []).append(block.id)
    found: dict[str, Row] = {}
    for name, (unit, position) in areas.items():
        for block_id in members.get(name, []):
            found.setdefault(block_id, {"unit": unit, "position": position, "block": block_id})
    return list(found.values())
