"""Whole files or none: temporary name, fsync and rename on disk; one whole object put in object storage."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pyarrow import fs

from kvern.kernels.files import read, system


@dataclass(frozen=True)
class Sink:
    """Bytes on their way into a file; the hash and the size are taken while writing."""

    file: BinaryIO
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)


@contextmanager
def writing(root: str, name: str) -> Iterator[Sink]:
    """A file `name` under `root` (folder or URL) that appears whole when the block ends, and not at all if it raises.

    Any attempt that writes the same bytes may replace it. For object storage the file waits on the local disk and is
    put from one buffer, because a stream closed by an error would publish half of it.
    """
    storage, base = system(root)
    target = f"{base}/{name}"
    local = isinstance(storage, fs.LocalFileSystem)
    folder = str(Path(target).parent) if local else None
    storage.create_dir(target.rpartition("/")[0], recursive=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{Path(name).name}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Sink(file)
            file.flush()
            os.fsync(file.fileno())
        _publish(storage, local, temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def put(root: str, name: str, data: bytes) -> None:
    """`data` as the file `name` under `root`, whole or not at all."""
    with writing(root, name) as sink:
        sink.write(data)


def get(root: str, name: str) -> bytes:
    """All bytes of a file; FileNotFoundError where nothing is there."""
    return read(root, name)[0]


def _publish(storage: fs.FileSystem, local: bool, temporary: str, target: str) -> None:
    if local:
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
        return
    stream = storage.open_output_stream(target)
    stream.write(Path(temporary).read_bytes())
    stream.close()
