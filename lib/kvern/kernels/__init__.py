"""Floor 0: bytes and Arrow in, Arrow out. Nothing here knows Spark, a session or a recipe.

numba's on-disk cache does not see an edit in an *imported* compiled function, so the cache folder carries a hash
of every kernel's source: a changed package never meets stale machine code. `KVERN_CACHE` moves the folder (on a
cluster: a node's own disk); an outer `NUMBA_CACHE_DIR` wins.
"""

import hashlib
import os
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path


def _source_hash() -> str:
    digest = hashlib.sha256()
    for name, source in sorted(_sources(resources.files(__name__), "")):
        digest.update(name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.name.endswith(".py"):
            yield path + entry.name, entry
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry, f"{path}{entry.name}/")


if "NUMBA_CACHE_DIR" not in os.environ:
    _root = Path(os.environ.get("KVERN_CACHE", Path.home() / ".cache" / "kvern"))
    os.environ["NUMBA_CACHE_DIR"] = str(_root / f"numba-{_source_hash()}")
