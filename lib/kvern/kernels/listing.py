"""What was delivered: files under a folder, members of tars, and the checksums that METS and lists promise.

Opens METS files, checksum lists and the headers of tars; no content file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from kvern.kernels import checksums, files, folders, mets
from kvern.kernels.arrow import batches

WORK = pa.schema([(name, pa.string()) for name in ("source", "batch", "format", "pattern", "folder", "deep")])
LISTING = pa.schema(
    [
        ("path", pa.string()),
        ("source", pa.string()),
        ("batch", pa.string()),
        ("format", pa.string()),
        ("bytes", pa.int64()),
        ("modified", pa.timestamp("us", tz="UTC")),
        ("object_id", pa.string()),
        ("sequence", pa.int32()),
        ("promised_kind", pa.string()),
        ("promised_value", pa.string()),
        ("found", pa.bool_()),
        ("named", pa.bool_()),
        ("reason", pa.string()),
    ]
)
SUFFIXES = {
    "alto": (".xml",),
    "warc": (".warc", ".warc.gz", ".warc.zst", ".warc.lz4"),
    "arc": (".arc", ".arc.gz"),
    "wet": (".wet", ".wet.gz", ".warc.wet", ".warc.wet.gz", ".wet.zst"),
    "html": (".html", ".htm", ".xhtml", ".html.gz"),
    "jsonl": tuple(f"{stem}{tail}" for stem in (".jsonl", ".ndjson", ".json") for tail in ("", ".gz", ".zst")),
    "parquet": (".parquet",),
    "text": (".txt", ".text", ".md", ".txt.gz", ".txt.zst"),
    "srt": (".srt",),
    "vtt": (".vtt",),
}
WEB = ("wet", "arc", "warc")
METS_NAME = re.compile(r"[-_.]?mets$", re.I)
Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One folder of one source, to be listed in one task."""

    source: str
    batch: str
    format: str
    pattern: str
    folder: str
    deep: bool


def prefix(pattern: str) -> str:
    """The folders of a glob before its first wildcard: `books/**/*-METS.xml` begins at `books`."""
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts) - 1)
    return "/".join(parts[:fixed])


def glob_expression(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression over whole paths: `**/` any folders, `*` and `?` inside one name."""
    out, i = "", 0
    tokens = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    while i < len(pattern):
        token = next((t for t in ("**/", "**", "*", "?") if pattern.startswith(t, i)), "")
        out += tokens[token] if token else re.escape(pattern[i])
        i += len(token) or 1
    return re.compile(out + r"\Z")


def places(root: str, source: str, batch: str, format: str, pattern: str) -> Iterator[dict[str, str]]:
    """The folders of a source, one row each of WORK, so that tasks list them side by side."""
    base = prefix(pattern)
    row = {"source": source, "batch": batch, "format": format, "pattern": pattern}
    yield {**row, "folder": base, "deep": ""}
    if "/" in pattern[len(base) :].strip("/") or "**" in pattern:
        for entry in folders.plain(root, base, deep=False):
            if entry["folder"]:
                yield {**row, "folder": entry["path"], "deep": "yes"}


def listing_batches(work: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    """Rows of WORK in, rows of LISTING out: `found` files, and `named` ones that a METS or a list speaks of."""
    rows = (row for batch in work for item in batch.to_pylist() for row in list_place(root, _place(item)))
    yield from batches(rows, LISTING, weigh="reason")


def list_place(root: str, place: Place) -> Iterator[Row]:
    found = {
        entry["path"]: entry
        for entry in folders.entries(root, place.folder, place.deep, place.format in ("alto", "mets-alto"))
        if not entry["folder"]
    }
    matches = glob_expression(place.pattern)
    for path, entry in sorted(found.items()):
        if checksums.is_list(PurePosixPath(path).name):
            yield {**_file(place, entry), "format": "checksums", "object_id": path}
            yield from _promises(root, place, path, matches)
        elif matches.match(path.split("!/")[0]):
            yield from _matched(root, place, entry, found)


def _matched(root: str, place: Place, entry: Row, found: Row) -> Iterator[Row]:
    if place.format == "mets-alto":
        yield from _object(root, place, entry, found)
    elif place.format == "alto":
        yield from _loose_page(place, entry, found)
    else:
        yield _content(place, entry)


def _content(place: Place, entry: Row) -> Row:
    form = format_of(entry["path"], place.format)
    reason = None if form else f"a name that ends as none of {place.format} does: {', '.join(SUFFIXES[place.format])}"
    return {**_file(place, entry), "format": form or "unknown", "object_id": entry["path"], "reason": reason}


def format_of(path: str, wanted: str) -> str | None:
    """The format by the name's end; the three web formats may stand in for one another."""
    family = WEB if wanted in WEB else (wanted,)
    name = path.lower()
    return next((form for form in family if name.endswith(SUFFIXES[form])), None)


def _loose_page(place: Place, entry: Row, found: Row) -> Iterator[Row]:
    archive, _, member = entry["path"].partition("!/")
    if not member and archive.lower().endswith((".tar", ".tar.gz", ".tgz")):
        if not any(path.startswith(f"{archive}!/") for path in found):
            yield {
                **_file(place, entry),
                "format": "unknown",
                "object_id": archive,
                "reason": "a tar without members",
            }
        return
    folder = PurePosixPath(archive)
    owner = folder.name.split(".")[0] if member else (folder.parent.name or folder.stem)
    known = format_of(entry["path"], "alto")
    order = sorted(path for path in found if PurePosixPath(path).parent == PurePosixPath(entry["path"]).parent)
    reason = None if known else "a name that does not end in .xml"
    yield {
        **_file(place, entry),
        "format": known or "unknown",
        "object_id": owner,
        "sequence": order.index(entry["path"]) + 1,
        "reason": reason,
    }


def _object(root: str, place: Place, entry: Row, found: Row) -> Iterator[Row]:
    """A METS file, its own row first, then each ALTO file that it names, there or not."""
    folder = PurePosixPath(entry["path"]).parent
    head = _mets(root, entry["path"])
    owner = (head.object_id if head else None) or METS_NAME.sub("", PurePosixPath(entry["path"]).stem) or folder.name
    yield {**_file(place, entry), "format": "mets", "object_id": owner, "sequence": 0}
    for file in head.files if head else ():
        path = _resolve(str(folder), file.href, found)
        there = found.get(path) or folders.one(root, path)
        kind, value = file.promised if file.promised else (None, None)
        base = (
            _file(place, there) if there else {"path": path, "source": place.source, "batch": place.batch, "bytes": 0}
        )
        yield {
            **base,
            "format": "alto",
            "object_id": owner,
            "sequence": file.sequence,
            "promised_kind": kind,
            "promised_value": value,
            "found": there is not None,
            "named": True,
        }


def _mets(root: str, path: str) -> mets.Mets | None:
    try:
        return mets.read(files.read(root, path)[0])
    except (OSError, ValueError):
        return None


def _resolve(folder: str, href: str, found: Row) -> str:
    """Where a METS reference lies: beside the METS, else in a tar there under the same file name."""
    beside = str(PurePosixPath(folder) / href)
    if beside in found:
        return beside
    name = PurePosixPath(href).name
    near = (path for path in found if PurePosixPath(path).name == name and path.startswith(f"{folder}/"))
    return min(near, default=beside)


def _promises(root: str, place: Place, path: str, matches: re.Pattern[str]) -> Iterator[Row]:
    """What a checksum list promises; its names are relative to its folder, or to the input itself."""
    try:
        text = files.read(root, path)[0].decode("utf-8", "replace")
    except OSError:
        return
    folder = PurePosixPath(path).parent
    for kind, value, name in checksums.promises(text):
        beside = str(folder / name)
        for target in dict.fromkeys((beside, name)):
            yield {
                **{"path": target, "source": place.source, "batch": place.batch, "format": place.format, "bytes": 0},
                **{"object_id": target, "promised_kind": kind, "promised_value": value, "found": False},
                "named": target == beside and bool(matches.match(target)),
            }


def _file(place: Place, entry: Row) -> Row:
    return {
        "path": entry["path"],
        "source": place.source,
        "batch": place.batch,
        "bytes": entry["bytes"],
        "modified": entry["modified"],
        "found": True,
        "named": False,
    }


def _place(item: dict[str, str]) -> Place:
    return Place(item["source"], item["batch"], item["format"], item["pattern"], item["folder"], item["deep"] == "yes")


def rows_of(work: Iterable[dict[str, str]]) -> list[tuple[str, ...]]:
    """WORK rows as plain tuples, for `createDataFrame`."""
    return [tuple(row[name] for name in WORK.names) for row in work]
