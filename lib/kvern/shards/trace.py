"""From a token of a build back to document, page, block and file; and from a document to its places in every build.

Nothing is stored for it but the index: the final text is encoded again with offsets, and its edits lead from there
into `documents.text`. Equal ids are the proof that this is the text that the token came from.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from kvern.kernels import final_text, sentencepieces
from kvern.kernels.final_text import Edit
from kvern.shards import manifest, reading, storage
from kvern.shards.form import INDEX
from kvern.shards.manifest import Build

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

GONE = "gone"
FOUND = "found"
END = "end mark"
_COLUMNS = ("source_id", "source", "title", "path", "text", "pages", "blocks")


def trace(
    root: str, shard: str, token: int, documents: "DataFrame", tokens: "DataFrame", pages: "DataFrame | None" = None
) -> dict[str, Any]:
    """Where token number `token` (from 0, end marks counted, the same in every format) of a shard file came from.

    `shard` is a file name inside the build, such as megatron/BUCKET/shard-00000.bin. `state` in the answer is found,
    end mark, or gone: the document was deleted, or is encoded to other ids now, so that this build's text is gone.
    Spans are bytes of documents.text; a token on the border of two pages belongs to the page of its first byte.
    `path` is the document's file (of an object its METS), `file` the one that this text was read from, by `pages`.
    NoBuild, or ValueError for a shard or a token that the build does not have.
    """
    build = manifest.open_build(root)
    place = _place(build, _number(build, shard), token)
    ids = reading.ids_at(build, place["shard"], place["position"], place["start"], place["count"])
    within = token - place["start"]
    answer = {**place, "token": token, "within": within, "id": build.form.eod if within == len(ids) else ids[within]}
    row = _row(documents, tokens, place["doc_id"])
    known = {name: row[name] for name in ("source_id", "source", "title", "path")} if row else {}
    origin = _origin(build, row, ids, within)
    return {**answer, **known, "file": _file(pages, row, origin.get("page")), **origin}


def positions(output: str, doc_id: str) -> Iterator[dict[str, Any]]:
    """Every place of a document in the builds under `output`; start and count are tokens, end marks counted."""
    for build in manifest.standing(output):
        for shard, facts in build.shards.items():
            index = reading.index_of(build, shard)
            for position in np.flatnonzero(pc.equal(index["doc_id"], doc_id).to_numpy()).tolist():
                yield {
                    "build": build.name,
                    "generation": build.manifest["generation"],
                    "shard": shard,
                    "position": position,
                    "start": index["start"][position].as_py(),
                    "count": index["count"][position].as_py(),
                    "files": [fact["name"] for fact in facts],
                }


def _number(build: Build, shard: str) -> int:
    for number, facts in build.shards.items():
        if any(fact["name"] == shard for fact in facts):
            return number
    known = [fact["name"] for fact in build.manifest["files"]]
    raise ValueError(f"wanted a shard of {build.name}, got {shard!r}; it has {len(known)} files, {known[:1]} and on")


def _place(build: Build, shard: int, token: int) -> dict[str, Any]:
    index = reading.index_of(build, shard)
    starts, total = index["start"].to_numpy(), int(reading.counts_of(index).sum())
    if not 0 <= token < total:
        raise ValueError(f"{build.form.file(INDEX, shard)}: wanted a token from 0 to {total - 1}, got {token}")
    position = int(np.searchsorted(starts, token, side="right")) - 1
    found = {name: index[name][position].as_py() for name in ("doc_id", "start", "count")}
    return {"build": build.name, "shard": shard, "position": position, **found}


def _row(documents: "DataFrame", tokens: "DataFrame", doc_id: str) -> dict[str, Any] | None:
    held = documents.where(documents["doc_id"] == doc_id).select("doc_id", *_COLUMNS)
    encoded = tokens.where(tokens["doc_id"] == doc_id).select("doc_id", "edits")
    rows = held.join(encoded, "doc_id", "left").collect()
    return rows[0].asDict(recursive=True) if rows else None


def _file(pages: "DataFrame | None", row: dict[str, Any] | None, page: str | None) -> str | None:
    """The file that a page was read from; a document that has none in `pages` is one file itself."""
    if pages is None or row is None or page is None:
        return row["path"] if row else None
    mine = (pages["source"] == row["source"]) & (pages["page_id"] == page) & (pages["kind"] == "page")
    found = sorted({each["path"] for each in pages.where(mine).select("path").collect()})
    return found[0] if len(found) == 1 else row["path"]


def _origin(build: Build, row: dict[str, Any] | None, ids: list[int], within: int) -> dict[str, Any]:
    if row is None:
        return {"state": GONE, "why": "no document of this id is in the warehouse: this build's text is gone"}
    text, edits = row["text"].encode(), final_text.edits_from(row["edits"])
    final = final_text.apply(text, edits)
    encoder = sentencepieces.encoder(storage.get(build.root, manifest.MODEL))
    pieces = encoder.encode(final.decode(), return_type="proto").pieces
    if [each.id for each in pieces] != ids:
        return {"state": GONE, "why": "the document's text gives other tokens now: this build's text is gone"}
    if within == len(ids):
        return {
            "state": END,
            "piece": "",
            "text": "",
            "start": len(text),
            "end": len(text),
            "page": None,
            "block": None,
        }
    first, last = pieces[within].begin, max(pieces[within].begin, _end(pieces, within) - 1)
    start, end = origin(edits, first, last)
    return {
        "state": FOUND,
        "piece": pieces[within].piece,
        "text": final[first : last + 1].decode("utf-8", "replace"),
        "start": start,
        "end": end,
        "page": _holding(row["pages"], start, "page_id"),
        "block": _holding(row["blocks"], start, "block_id"),
    }


def _end(pieces: Any, within: int) -> int:
    """Behind the token's last byte; of the byte pieces of one character only the last tells, and all stand for it."""
    return next((int(each.end) for each in pieces[within:] if each.end > each.begin), int(pieces[within].end))


def origin(edits: tuple[Edit, ...], first: int, last: int) -> tuple[int, int]:
    """Bytes [start, end) of the document's text that bytes first to last of the final text came from, whole masks."""
    start, end = final_text.origin_of(edits, first), final_text.origin_of(edits, last)
    return start, next((edit.end for edit in edits if edit.start == end and edit.replacement), end + 1)


def _holding(spans: list[dict[str, Any]] | None, at: int, name: str) -> str | None:
    """The span that byte `at` lies in, or the last before it where it lies between two."""
    before = [span for span in spans or [] if span["start"] <= at]
    return max(before, key=lambda span: span["start"])[name] if before else None
