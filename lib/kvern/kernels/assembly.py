"""Documents from pages and from records: text with byte spans of its pages and blocks."""

import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from kvern.kernels import normal_gate
from kvern.kernels.arrow import batches as record_batches
from kvern.kernels.arrow import utf8_view
from kvern.kernels.furniture import PageBlock, furniture
from kvern.kernels.ids import doc_id, sha256_hex
from kvern.kernels.normalise import normalise

_S = pa.string()
_I = pa.int32()
_BLOCK = pa.struct([("page_id", _S), ("block_id", _S), ("start", _I), ("end", _I), ("confidence", pa.float64())])
DOCUMENTS = pa.schema(
    [
        ("doc_id", _S),
        ("source_id", _S),
        ("revision", _S),
        ("origin", _S),
        ("kind", _S),
        ("title", _S),
        ("published", _S),
        ("year", _I),
        ("declared_language", _S),
        ("uri", _S),
        ("licence", _S),
        ("reserved", pa.bool_()),
        ("text", _S),
        ("text_hash", _S),
        ("pages", pa.list_(pa.struct([("page_id", _S), ("start", _I), ("end", _I), ("ocr_confidence", pa.float64())]))),
        ("blocks", pa.list_(_BLOCK)),
        ("ocr_confidence", pa.float64()),
        ("repairs", pa.map_(_S, _I)),
        ("path", _S),
        ("source", _S),
        ("batch", _S),
        ("part", _I),
    ]
)
Row = dict[str, Any]
YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d{1,3}(?!\d))")
NO_TRAINING = ("noai", "noimageai", "notrain")
LEFT_OUT = ("noise",)
# Verse and lists: at least so many lines, all shorter than this, and so large a share of them beginning anew.
SET = ((3, 45, 0.8), (6, 70, 0.9))
ENDS = re.compile(r"[.!?:;»\"'”)]\W*$")


def year(published: str | None) -> int | None:
    """The first plausible year, 1400 to 2099: of ISO dates, 14-digit stamps, dd.mm.yyyy, HTTP dates."""
    found = YEAR.search(published or "")
    return int(found[1]) if found else None


def from_records(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Readable rows of `records` in, documents out."""
    rows = (_record(item, mark) for batch in batches for item, mark in _marked(batch))
    yield from record_batches(rows, DOCUMENTS)


def _marked(batch: pa.RecordBatch) -> Iterator[tuple[Row, int]]:
    """Each row, and what the gate says of its text."""
    return zip(batch.to_pylist(), normal_gate.flags(*utf8_view(batch["text"])).tolist(), strict=True)


def _record(item: Row, flags: int) -> Row:
    text, repairs = normalise(item["text"], item["declared_language"], flags)
    http = dict(item["http"] or ())
    return {
        **{
            name: item[name]
            for name in ("source_id", "revision", "kind", "title", "published", "uri", "licence", "path")
        },
        **{name: item[name] for name in ("declared_language", "source", "batch", "part")},
        "doc_id": doc_id(item["source"], item["source_id"], item["revision"]),
        "origin": item["record_id"],
        "year": year(item["published"]),
        "reserved": (http.get("tdm-reservation") or "").strip() == "1"
        or any(sign in (http.get("x-robots-tag") or "").lower() for sign in NO_TRAINING),
        "text": text,
        "text_hash": sha256_hex(text.encode()),
        "repairs": list(repairs.items()),
    }


def from_pages(rows: pa.Table, head_repeats: int = 3) -> pa.Table:
    """All rows of `pages` of one object, in any order, to its documents: a book, or an issue's articles and rest."""
    items = sorted(rows.to_pylist(), key=lambda row: (row["sequence"] or 0, row["page_id"], row["path"]))
    head = next((row for row in items if row["kind"] == "object"), items[0])
    pages = [row for row in items if row["kind"] == "page" and row["text"] is not None and row["blocks"] is not None]
    blocks = [_blocks(page) for page in pages]
    dropped = furniture([[PageBlock(kind, text) for _, kind, text, _ in page] for page in blocks], head_repeats)
    kept = {
        (p, i): b
        for p, page in enumerate(blocks)
        for i, b in enumerate(page)
        if (p, i) not in dropped and b[1] not in LEFT_OUT
    }
    documents = (
        [_document(head, pages, unit, places, kept) for unit, places in _units(head, pages, kept)] if pages else []
    )
    return pa.Table.from_pylist(documents, schema=DOCUMENTS)


Place = tuple[int, int]
Unit = tuple[str, str | None, str]


def _blocks(page: Row) -> list[tuple[str, str, str, float | None]]:
    """(id, kind, text, confidence) of each."""
    data = page["text"].encode()
    texts = (data[block["start"] : block["end"]].decode() for block in page["blocks"])
    return [
        (block["id"], block["kind"], text, block["confidence"])
        for block, text in zip(page["blocks"], texts, strict=True)
    ]


def _units(head: Row, pages: list[Row], kept: dict[Place, Any]) -> Iterator[tuple[Unit, list[Place]]]:
    """Articles by the logical map, then what is left, in page order, as the issue; a book is all of it."""
    kind = "issue" if head["object_kind"] == "issue" else "book"
    if kind == "book":
        yield ("", head["title"], kind), list(kept)
        return
    members: dict[str, list[tuple[int, int, str]]] = {}
    for number, page in enumerate(pages):
        for item in page["units"] or ():
            members.setdefault(item["unit"], []).append((item["position"], number, item["block"]))
    place_of = {(page, block[0]): (page, i) for (page, i), block in kept.items() if block[0]}
    taken: set[Place] = set()
    for unit in head["logical"] or ():
        named = [place_of.get((page, block)) for _, page, block in sorted(members.get(unit["unit"], ()))]
        places = [place for place in named if place is not None and place not in taken]
        taken.update(places)
        if places:
            yield (unit["unit"], unit["title"], "article"), places
    rest = [place for place in kept if place not in taken]
    if rest or not taken:
        yield ("", head["title"], kind), rest


def _document(head: Row, pages: list[Row], unit: Unit, places: list[Place], kept: dict[Place, Any]) -> Row:
    name, title, kind = unit
    declared = head["declared_language"] or next(
        (page["declared_language"] for page in pages if page["declared_language"]), None
    )
    text, page_spans, block_spans, repairs = _text(pages, places, kept, declared)
    source_id = f"{head['object_id']}#{name}" if name else head["object_id"]
    return {
        **{field: head[field] for field in ("revision", "published", "path", "source", "batch", "part")},
        "doc_id": doc_id(head["source"], source_id, head["revision"]),
        "source_id": source_id,
        "origin": source_id,
        "kind": kind,
        "title": title,
        "year": year(head["published"]),
        "declared_language": declared,
        "reserved": False,
        "text": text,
        "text_hash": sha256_hex(text.encode()),
        "pages": page_spans,
        "blocks": block_spans,
        "ocr_confidence": _confidence(pages, places),
        "repairs": list(repairs.items()),
    }


def _text(
    pages: list[Row], places: list[Place], kept: dict[Place, Any], language: str | None
) -> tuple[str, list[Row], list[Row], dict[str, int]]:
    """Blocks normalised one by one and joined, so that every span slices back to its block."""
    out = ""
    position, repairs = 0, dict[str, int]()
    block_spans: list[Row] = []
    page_spans: list[Row] = []
    for page, block in places:
        name, kind, raw, confidence = kept[page, block]
        text, changed = normalise(raw if kind == "table" else paragraph(raw), language)
        if not text:
            continue
        for repair, count in changed.items():
            repairs[repair] = repairs.get(repair, 0) + count
        joint = _joint(out, text, page_spans, pages[page]["page_id"])
        out += joint + text
        start = position + len(joint)
        position = start + len(text.encode())
        span = {"page_id": pages[page]["page_id"], "block_id": name, "start": start, "end": position}
        block_spans.append(span | {"confidence": confidence})
        _grow(page_spans, pages[page], start, position)
    return out, page_spans, block_spans, repairs


def paragraph(block: str) -> str:
    """A block's lines as one paragraph; verse and lists, short lines that all begin anew, keep theirs."""
    lines = block.split("\n")
    anew = sum(line[:1].isupper() or line[:1].isdigit() for line in lines) / len(lines)
    longest = max(map(len, lines))
    return (
        block
        if any(len(lines) >= n and longest < size and anew >= share for n, size, share in SET)
        else " ".join(lines)
    )


def _joint(before: str, text: str, spans: list[Row], page_id: str) -> str:
    """A paragraph that goes on over a page's end is one paragraph."""
    if not before:
        return ""
    goes_on = spans and spans[-1]["page_id"] != page_id and not ENDS.search(before[-8:]) and text[:1].islower()
    return " " if goes_on else "\n\n"


def _grow(spans: list[Row], page: Row, start: int, end: int) -> None:
    if spans and spans[-1]["page_id"] == page["page_id"]:
        spans[-1]["end"] = end
    else:
        spans.append({"page_id": page["page_id"], "start": start, "end": end, "ocr_confidence": page["ocr_confidence"]})


def _confidence(pages: list[Row], places: list[Place]) -> float | None:
    used = [
        pages[number] for number in sorted({page for page, _ in places}) if pages[number]["ocr_confidence"] is not None
    ]
    words = sum(page["word_count"] for page in used)
    return sum(page["ocr_confidence"] * page["word_count"] for page in used) / words if words else None
