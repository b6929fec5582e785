"""Tar as WebDataset reads it: a document is the members KEY.json and KEY.npy, side by side; no time, no owner."""

import json
import tarfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

BLOCK = 512
END = bytes(2 * BLOCK)
NAME = 100  # bytes of a name in a header
ARRAY_HEAD = 128  # bytes before the values of `array`, for any number of them
_WINDOW = 1 << 20  # larger ones cost page faults
_UNREADABLE = "wanted a tar header, got other bytes: write the shard again"


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
            raise ValueError(_UNREADABLE) from None
        data = bytes(file.read(size + -size % BLOCK))
        yield head[:100].rstrip(b"\0").decode(), data[:size]


def layout(file: Any) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Names (bytes of at most NAME), first bytes and sizes of the members, some at a time, in order: headers alone.

    `file` can be read anywhere (`read_at`). ValueError for what is no tar.
    """
    at, end = 0, file.size()
    while at < end:
        piece = file.read_at(min(_WINDOW, end - at), at)
        heads, sizes, behind = _heads(piece)
        if heads:
            rows = np.array(heads)[:, None] + np.arange(NAME)
            names = np.ascontiguousarray(np.frombuffer(piece, np.uint8)[rows]).view(f"S{NAME}").ravel()
            yield names, np.array(heads, np.int64) + (at + BLOCK), np.array(sizes, np.int64)
        if behind < 0:
            return
        at += behind


def _heads(piece: bytes) -> tuple[list[int], list[int], int]:
    """Where the headers in a piece stand, what sizes they tell, and where the next one is; -1: none, it is the end."""
    heads: list[int] = []
    sizes: list[int] = []
    at = 0
    while at + BLOCK <= len(piece):
        if not piece[at]:
            return heads, sizes, -1
        try:
            size = int(piece[at + 124 : at + 135], 8)
        except ValueError:
            raise ValueError(_UNREADABLE) from None
        heads.append(at)
        sizes.append(size)
        at += BLOCK + size + -size % BLOCK
    if not heads:
        raise ValueError(_UNREADABLE)
    return heads, sizes, at
