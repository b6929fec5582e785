"""What a folder holds: its files, on disk or in object storage, and the members of its tars."""

import tarfile
from collections.abc import Iterator
from typing import Any

from pyarrow import fs

from kvern.kernels import files

Row = dict[str, Any]


TARS = (".tar", ".tar.gz", ".tgz")


def is_tar(path: str) -> bool:
    return path.lower().endswith(TARS)


def entries(root: str, folder: str, deep: bool) -> Iterator[Row]:
    """The rows of `plain`, and a row for each member of a tar, by its path `archive.tar!/member`.

    The row of a tar that breaks off comes again after its members, with a `reason`.
    """
    for entry in plain(root, folder, deep):
        yield entry
        if is_tar(entry["path"]) and not entry["folder"] and entry["bytes"]:
            yield from _members(root, entry)


def _members(root: str, entry: Row) -> Iterator[Row]:
    count = 0
    try:
        with (
            files.reading(root, entry["path"]) as stream,
            tarfile.open(fileobj=stream, mode="r|*") as archive,
        ):
            for member in archive:
                if member.isfile():
                    count += 1
                    yield {
                        **entry,
                        "path": f"{entry['path']}!/{member.name.removeprefix('./')}",
                        "bytes": member.size,
                    }
    except (*files.BROKEN, OSError):
        yield {**entry, "reason": f"a tar that breaks off after {count} members"}


def plain(root: str, folder: str, deep: bool) -> Iterator[Row]:
    """Files and folders under `folder`; with `deep` those under its folders too. Nothing there: nothing."""
    system, base = files.system(root)
    start = f"{base}/{folder}".rstrip("/")
    for info in system.get_file_info(fs.FileSelector(start, recursive=deep, allow_not_found=True)):
        yield _row(info, base)


def one(root: str, path: str) -> Row | None:
    """A single file that a METS names outside the folder that was listed; None where nothing is there."""
    system, base = files.system(root)
    info = system.get_file_info(f"{base}/{path}")
    return _row(info, base) if info.type == fs.FileType.File else None


def _row(info: fs.FileInfo, base: str) -> Row:
    path = info.path[len(base) :].lstrip("/")
    return {"path": path, "bytes": info.size or 0, "modified": info.mtime, "folder": info.type == fs.FileType.Directory}
