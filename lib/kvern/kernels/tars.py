"""Tar as WebDataset reads it: a document is the members KEY.json and KEY.npy, side by side; no time, no owner."""

import json
import tarfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK = 512
END = bytes(2 * BLOCK)


def member(name: str, data: bytes) -> bytes:
    """Header, bytes, padding (POSIX ustar)."""
    found = tarfile.TarInfo(name)
    found.size, found.mode = len(data), 0o444
    return found.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % BLOCK)


def array(values: npt.NDArray[Any]) -> bytes:
    """A one-dimensional array as .npy, version 1.0."""
    head = f"{{'descr': '{values.dtype.str}', 'fortran_order': False, 'shape': ({len(values)},), }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + values.tobytes()


def read_array(data: bytes) -> npt.NDArray[Any]:
    """Ids of a member that `array` wrote."""
    behind = 10 + int.from_bytes(data[8:10], "little")
    return np.frombuffer(data, data[10:behind].split(b"'")[3].decode(), -1, behind)


def document(key: str, known: dict[str, Any], values: npt.NDArray[Any]) -> bytes:
    """Both members of one document."""
    told = json.dumps(known, sort_keys=True, ensure_ascii=False).encode()
    return member(f"{key}.json", told) + member(f"{key}.npy", array(values))


def members(file: Any) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every member, in order; `file` is open for reading. ValueError for what is no tar."""
    while (head := file.read(BLOCK)) and head.strip(b"\0"):
        try:
            size = int(head[124:136].strip(b"\0 "), 8)
        except ValueError:
            raise ValueError("wanted a tar header, got other bytes: write the shard again") from None
        data = bytes(file.read(size + -size % BLOCK))
        yield head[:100].rstrip(b"\0").decode(), data[:size]
