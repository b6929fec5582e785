"""Which code is running: one hash over the package's own files, the same in a checkout, a wheel and a zip."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_KINDS = (".py", ".npz", ".json")


@cache
def code_hash() -> str:
    """SHA-256 over names and bytes of sources and tables, in order of name, as hex."""
    found = hashlib.sha256()
    for name, file in _files(files("kvern"), ""):
        found.update(f"{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def _files(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{before}{each.name}"
        if each.is_dir():
            yield from _files(each, f"{name}/")
        elif name.endswith(_KINDS):
            yield name, each
