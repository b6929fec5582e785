"""The only door to raw bytes: a path under a root, on disk or in object storage, or a member of a tar there.

Whatever passes is hashed on the way, so that raw bytes are read once.
"""

import hashlib
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from pyarrow import fs

PIECE = 1 << 20
MEMBER = "!/"
BROKEN = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError)


class TooLarge(ValueError):
    """More bytes than a reader is willing to hold."""


@dataclass(frozen=True)
class Digest:
    """What was read: bytes, their SHA-256, and the promised kind of checksum where one was asked for (hex)."""

    bytes: int
    sha256: str
    promised: str | None


class HashingReader(io.RawIOBase):
    """A binary stream that hashes all that is read through it; not seekable."""

    def __init__(self, raw: BinaryIO, promised_kind: str | None = None) -> None:
        super().__init__()
        self._raw = raw
        self._hashes = [hashlib.sha256()]
        if promised_kind in hashlib.algorithms_available:
            self._hashes.append(hashlib.new(str(promised_kind)))
        self._bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._raw.read(len(buffer))
        buffer[: len(piece)] = piece
        for each in self._hashes:
            each.update(piece)
        self._bytes += len(piece)
        return len(piece)

    def digest(self) -> Digest:
        """Read what is left, a piece at a time, and close the account."""
        while self.read(PIECE):
            pass
        promised = self._hashes[1].hexdigest() if len(self._hashes) > 1 else None
        return Digest(self._bytes, self._hashes[0].hexdigest(), promised)


def system(root: str) -> tuple[fs.FileSystem, str]:
    """The file system of a root and the root's path in it; `root` is a folder or a URL (s3://…, file://…)."""
    if "://" in root:
        found, base = fs.FileSystem.from_uri(root.rstrip("/"))
        return found, str(base)
    return fs.LocalFileSystem(), str(Path(root).resolve())


@contextmanager
def reading(root: str, path: str, promised_kind: str | None = None) -> Iterator[HashingReader]:
    """Open `path` under `root`; `archive.tar!/member` opens a member.

    Raises FileNotFoundError where nothing is there, OSError where it cannot be read.
    """
    storage, base = system(root)
    archive, _, member = path.partition(MEMBER)
    whole = f"{base}/{archive}"
    try:
        with storage.open_input_file(whole) if member else storage.open_input_stream(whole, compression=None) as stream:
            yield HashingReader(_member(stream, root, archive, member) if member else stream, promised_kind)
    except BROKEN as error:
        raise OSError(f"want a readable tar, have one that breaks off: {type(error).__name__}") from error


def read(root: str, path: str, promised_kind: str | None = None, limit: int | None = None) -> tuple[bytes, Digest]:
    """All bytes of a file and their digest; TooLarge above `limit` bytes."""
    with reading(root, path, promised_kind) as stream:
        pieces: list[bytes] = []
        size = 0
        while piece := stream.read(PIECE):
            pieces.append(piece)
            size += len(piece)
            if limit is not None and size > limit:
                raise TooLarge(f"want at most {limit} bytes, have more; raise the limit or leave the file out")
        return b"".join(pieces), stream.digest()


def _member(stream: pa.NativeFile, root: str, archive: str, member: str) -> BinaryIO:
    if archive.endswith(".tar"):
        start, size = _members(root, archive, *_state(root, archive)).get(member, (0, -1))
        if size < 0:
            raise FileNotFoundError(f"{archive} has no member of that name")
        if start + size > stream.size():
            raise OSError(f"want {size} bytes of a member, have an archive that ends before")
        return stream.get_stream(start, size)
    return _compressed(stream, archive, member)


def _compressed(stream: pa.NativeFile, archive: str, member: str) -> BinaryIO:
    """A member of a compressed tar, which has no index: all before it is read each time."""
    with tarfile.open(fileobj=stream, mode="r|*") as opened:
        for found in opened:
            if found.name.removeprefix("./") == member and (content := opened.extractfile(found)):
                return io.BytesIO(content.read())
    raise FileNotFoundError(f"{archive} has no member of that name")


def _state(root: str, archive: str) -> tuple[int, int]:
    """Size and time of change: an archive that was delivered anew is indexed anew."""
    storage, base = system(root)
    found = storage.get_file_info(f"{base}/{archive}")
    return found.size or 0, found.mtime_ns or 0


@lru_cache(maxsize=4)
def _members(root: str, archive: str, _size: int, _changed: int) -> dict[str, tuple[int, int]]:
    """Where each member's bytes lie, so that reading all members costs one scan of the headers.

    An archive that breaks off keeps the members before the break.
    """
    storage, base = system(root)
    found: dict[str, tuple[int, int]] = {}
    with storage.open_input_file(f"{base}/{archive}") as stream, tarfile.open(fileobj=stream, mode="r:") as opened:
        try:
            for entry in opened:
                if entry.isfile():
                    found[entry.name.removeprefix("./")] = (entry.offset_data, entry.size)
        except tarfile.TarError:
            return found
    return found
