"""Whole files or none: temporary name, fsync and rename on disk; one whole object put in object storage."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import fs

from kvern.kernels.files import system

TEMPORARY = ".tmp"
_PIECE = 1 << 23


class Sink:
    """Bytes on their way into a file, with their size and SHA-256. Arrow's writers take it for a file."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: Any) -> int:
        """Any contiguous buffer."""
        written = memoryview(data).nbytes
        self._digest.update(data)
        self._file.write(data)
        self.size += written
        return written

    def flush(self) -> None:
        """Nothing: the file is flushed when its block ends."""

    def close(self) -> None:
        """Nothing: the file is closed when its block ends."""

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def absolute(root: str) -> str:
    """A folder as workers in other folders find it, a URL as it is; without a last slash."""
    return root.rstrip("/") if "://" in root else str(Path(root).resolve())


@contextmanager
def writing(root: str, name: str) -> Iterator[Sink]:
    """A file `name` under `root` (folder or URL) that appears whole when the block ends, and not at all if it raises.

    Any attempt that writes the same bytes may replace it. For object storage the file waits on the local disk and is
    put from one buffer, because a stream closed by an error would publish half of it.
    """
    storage, base = system(root)
    target, local = f"{base}/{name}", isinstance(storage, fs.LocalFileSystem)
    storage.create_dir(target.rpartition("/")[0], recursive=True)
    folder = str(Path(target).parent) if local else None
    handle, temporary = tempfile.mkstemp(prefix=f"{Path(name).name}.", suffix=TEMPORARY, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Sink(file)
            file.flush()
            os.fsync(file.fileno())
        _publish(storage, local, temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _publish(storage: fs.FileSystem, local: bool, temporary: str, target: str) -> None:
    if local:
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
        _sync_folder(Path(target).parent)
        return
    data = pa.memory_map(temporary).read_buffer() if Path(temporary).stat().st_size else b""
    stream = storage.open_output_stream(target)
    stream.write(data)
    stream.close()


def _sync_folder(folder: Path) -> None:
    """A rename lasts only when its folder is on disk too; some network file systems refuse and need it not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def put(root: str, name: str, data: bytes) -> Sink:
    """`data` as the file `name` under `root`, whole or not at all; gives its account."""
    with writing(root, name) as sink:
        sink.write(data)
    return sink


def get(root: str, name: str) -> bytes:
    """All bytes of a file; FileNotFoundError where nothing is there."""
    with opened(root, name) as file:
        return bytes(file.read())


@contextmanager
def opened(root: str, name: str) -> Iterator[Any]:
    """A file for reading anywhere in it (pyarrow's NativeFile); FileNotFoundError where nothing is there."""
    storage, base = system(root)
    with storage.open_input_file(f"{base}/{name}") as file:
        yield file


def sha256(root: str, name: str) -> tuple[int, str]:
    """Bytes and SHA-256 of a file as it lies there."""
    digest, size = hashlib.sha256(), 0
    with opened(root, name) as file:
        while piece := file.read_buffer(_PIECE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def names(root: str) -> dict[str, int]:
    """Every file under `root` with its bytes, in order of name; nothing where there is no folder."""
    storage, base = system(root)
    found = storage.get_file_info(fs.FileSelector(base, allow_not_found=True, recursive=True))
    files = [(each.path, each.size) for each in found if each.type == fs.FileType.File]
    return {path[len(base) :].lstrip("/"): size for path, size in sorted(files)}


def folders(root: str) -> list[str]:
    """Names of the folders directly under `root`, in order; none where it is not there."""
    storage, base = system(root)
    found = storage.get_file_info(fs.FileSelector(base, allow_not_found=True))
    return sorted(each.base_name for each in found if each.type == fs.FileType.Directory)


def take(source: str, name: str, root: str) -> None:
    """The file `name` of `source` under `root` too: a hard link on one disk, else a copy. Files are never changed."""
    storage, base = system(source)
    target_storage, target_base = system(root)
    old, new = f"{base}/{name}", f"{target_base}/{name}"
    if isinstance(storage, fs.LocalFileSystem) and isinstance(target_storage, fs.LocalFileSystem):
        Path(new).parent.mkdir(parents=True, exist_ok=True)
        Path(new).unlink(missing_ok=True)
        with suppress(OSError):
            os.link(old, new)
            return
    with opened(source, name) as file, writing(root, name) as sink:
        while piece := file.read_buffer(_PIECE):
            sink.write(piece)


def remove(root: str, name: str = "") -> None:
    """A file, or the whole folder where no name is given; nothing where nothing is there."""
    storage, base = system(root)
    with suppress(FileNotFoundError):
        if name:
            storage.delete_file(f"{base}/{name}")
        else:
            storage.delete_dir(base)
