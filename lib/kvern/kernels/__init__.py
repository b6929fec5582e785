"""Floor 0: bytes and Arrow in, Arrow out. Nothing here knows Spark, a session or a recipe.

numba's on-disk cache does not see an edit in an *imported* compiled function, so the cache folder carries a hash
of every kernel's source: a changed package never meets stale machine code. `KVERN_CACHE` moves the folder (on a
cluster: a node's own disk); an outer `NUMBA_CACHE_DIR` wins.
"""

import hashlib
import os
from importlib import resources
from pathlib import Path


def _source_hash() -> str:
    digest = hashlib.sha256()
    for source in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if source.name.endswith(".py"):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


if "NUMBA_CACHE_DIR" not in os.environ:
    _root = Path(os.environ.get("KVERN_CACHE", Path.home() / ".cache" / "kvern"))
    os.environ["NUMBA_CACHE_DIR"] = str(_root / f"numba-{_source_hash()}")
