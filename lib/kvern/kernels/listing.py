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
from kvern.kernels.formats import SUFFIXES, format_of
from kvern.kernels.globs import glob_expression, prefix

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
        ("home", pa.string()),
        ("sequence", pa.int32()),
        ("promised_kind", pa.string()),
        ("promised_value", pa.string()),
        ("found", pa.bool_()),
        ("named", pa.bool_()),
        ("reason", pa.string()),
    ]
)
# Of this folder only the checksum lists count.
LISTS = "lists"
MEMBER = files.MEMBER
METS_NAME = re.compile(r"[-_.]?mets$", re.I)
Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One folder of one source, to be listed in one task; `deep`: yes, empty for this folder alone, or LISTS."""

    source: str
    batch: str
    format: str
    pattern: str
    folder: str
    deep: str


def places(root: str, source: str, batch: str, format: str, pattern: str) -> Iterator[dict[str, str]]:
    """The folders of a source, one row each of WORK, so that tasks list them side by side.

    Folders above the first wildcard are looked at for checksum lists alone: a bag's manifest lies above its data.
    """
    base = prefix(pattern)
    row = {"source": source, "batch": batch, "format": format, "pattern": pattern}
    yield {**row, "folder": base, "deep": ""}
    above = PurePosixPath(base).parents if base else ()
    yield from ({**row, "folder": "" if str(each) == "." else str(each), "deep": LISTS} for each in above)
    if "/" in pattern[len(base) :].strip("/") or "**" in pattern:
        for entry in folders.plain(root, base, deep=False):
            if entry["folder"]:
                yield {**row, "folder": entry["path"], "deep": "yes"}


def listing_batches(work: Iterator[pa.RecordBatch], root: str) -> Iterator[pa.RecordBatch]:
    """Rows of WORK in, rows of LISTING out: `found` files, and `named` ones that a METS or a list speaks of."""
    rows = (row for batch in work for item in batch.to_pylist() for row in list_place(root, Place(**item)))
    yield from batches(rows, LISTING, weigh="reason")


@dataclass(frozen=True)
class _Holdings:
    """What one place holds: files and members of tars by path, paths by file name, and places within a folder."""

    entries: dict[str, Row]
    by_name: dict[str, list[str]]
    order: dict[str, int]
    folders: dict[str, set[str]]


def _holdings(root: str, place: Place) -> _Holdings:
    every = folders.plain(root, place.folder, False) if place.deep == LISTS else None
    entries = every or folders.entries(root, place.folder, place.deep == "yes")
    found = {entry["path"]: entry for entry in entries if not entry["folder"]}
    held = _Holdings({path: found[path] for path in sorted(found, key=_natural)}, {}, {}, {})
    seen: dict[str, int] = {}
    for path in held.entries:
        folder, name = str(PurePosixPath(path).parent), PurePosixPath(path).name
        held.by_name.setdefault(name, []).append(path)
        held.order[path] = seen[folder] = seen.get(folder, 0) + 1
        archive, _, member = path.partition(MEMBER)
        if member:
            held.folders.setdefault(archive, set()).add(folder)
    return held


def _natural(path: str) -> tuple[list[int | str], str]:
    """Page 10 after page 9, whether or not the numbers are filled up with zeros."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", path)], path


def list_place(root: str, place: Place) -> Iterator[Row]:
    """Rows of LISTING for one place; a glob is matched inside tars too, or takes a whole tar."""
    held = _holdings(root, place)
    matches = glob_expression(place.pattern)
    for path, entry in held.entries.items():
        if checksums.is_list(PurePosixPath(path).name):
            yield {**_file(place, entry), "format": "checksums", "object_id": path, "home": path}
            yield from _promises(root, place, path, matches)
        elif place.deep != LISTS and _is_wanted(place, path, matches):
            yield from _matched(root, place, entry, held)


def _is_wanted(place: Place, path: str, matches: re.Pattern[str]) -> bool:
    archive, _, member = path.partition(MEMBER)
    if matches.match(path.replace(MEMBER, "/")):
        return True
    inside = member and matches.match(archive)
    return bool(inside and (place.format != "mets-alto" or METS_NAME.search(PurePosixPath(member).stem)))


def _matched(root: str, place: Place, entry: Row, held: _Holdings) -> Iterator[Row]:
    if folders.is_tar(entry["path"]) and MEMBER not in entry["path"]:
        yield from _tar(place, entry, held)
    elif place.format == "mets-alto":
        yield from _object(root, place, entry, held)
    elif place.format == "alto":
        yield _loose_page(place, entry, held)
    else:
        yield _content(place, entry)


def _tar(place: Place, entry: Row, held: _Holdings) -> Iterator[Row]:
    """No row for a tar whose members are listed; one that is empty or breaks off has one of its own."""
    path = entry["path"]
    reason = entry.get("reason") or (None if path in held.folders else "a tar without members")
    if reason:
        yield {**_file(place, entry), "format": "unknown", "object_id": path, "home": path, "reason": reason}


def _content(place: Place, entry: Row) -> Row:
    form = format_of(entry["path"], place.format)
    reason = None if form else f"a name that ends as none of {place.format} does: {', '.join(SUFFIXES[place.format])}"
    own = {"format": form or "unknown", "object_id": entry["path"], "home": entry["path"], "reason": reason}
    return {**_file(place, entry), **own}


def _loose_page(place: Place, entry: Row, held: _Holdings) -> Row:
    """A page without METS belongs to its tar, or to the folder in a tar of several, or else to its folder."""
    archive, _, member = entry["path"].partition(MEMBER)
    folder = PurePosixPath(entry["path"]).parent
    owner = PurePosixPath(archive).name.split(".")[0] if member else (folder.name or folder.stem)
    if len(held.folders.get(archive, ())) > 1:
        owner = f"{owner}/{PurePosixPath(member).parent}"
    known = format_of(entry["path"], "alto")
    return {
        **_file(place, entry),
        "format": known or "unknown",
        "object_id": owner,
        "home": str(folder),
        "sequence": held.order[entry["path"]],
        "reason": None if known else "a name that does not end in .xml",
    }


def _object(root: str, place: Place, entry: Row, held: _Holdings) -> Iterator[Row]:
    """A METS file, its own row first, then each ALTO file that it names, there or not."""
    folder = PurePosixPath(entry["path"]).parent
    head = _mets(root, entry["path"])
    owner = (head.object_id if head else None) or METS_NAME.sub("", PurePosixPath(entry["path"]).stem) or folder.name
    whole = {"object_id": owner, "home": entry["path"]}
    yield {**_file(place, entry), **whole, "format": "mets", "sequence": 0}
    for file in head.files if head else ():
        path = _resolve(str(folder), file.href, held)
        there = held.entries.get(path) or folders.one(root, path)
        kind, value = file.promised if file.promised else (None, None)
        absent = {"path": path, "source": place.source, "batch": place.batch, "bytes": 0}
        yield {
            **(_file(place, there) if there else absent),
            **whole,
            "format": "alto",
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


def _resolve(folder: str, href: str, held: _Holdings) -> str:
    """Where a METS reference lies: beside the METS, else in a tar there under the same file name."""
    beside = str(PurePosixPath(folder) / href)
    if beside in held.entries:
        return beside
    near = held.by_name.get(PurePosixPath(href).name, ())
    return min((path for path in near if path.startswith(f"{folder}/")), default=beside)


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
            due = target == beside and _is_due(place, target, matches)
            yield {**_promised(place, target), "promised_kind": kind, "promised_value": value, "named": due}


def _promised(place: Place, path: str) -> Row:
    form = "alto" if place.format == "mets-alto" else format_of(path, place.format) or place.format
    whose = {"source": place.source, "batch": place.batch, "object_id": path, "home": path}
    return {**whose, "path": path, "format": form, "bytes": 0, "found": False}


def _is_due(place: Place, target: str, matches: re.Pattern[str]) -> bool:
    """Whether a promised file is this source's: of its glob, or a page below its METS."""
    page = place.format == "mets-alto" and place.deep != LISTS and target.lower().endswith(".xml")
    return bool(matches.match(target)) or page


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


def rows_of(work: Iterable[dict[str, str]]) -> list[tuple[str, ...]]:
    """WORK rows as plain tuples, for `createDataFrame`."""
    return [tuple(row[name] for name in WORK.names) for row in work]
