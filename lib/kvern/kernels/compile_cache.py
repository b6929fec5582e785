"""Where compiled kernels are kept on a machine, and what makes them out of date. numba asks it by name (`compiled`).

numba's own places look at a function's own file alone, so that a kernel kept the old code of what it calls in another
file; and they name a file in a zip by its path, which Spark makes anew for each application and executor, so that
every job on a cluster compiled for minutes. Here a kernel is kept under what it was made from: its file and all files
of this package that it imports. Any checkout, wheel or zip with the same files shares it.
"""

import hashlib
import os
import pkgutil
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba

PACKAGE = "kvern.kernels"
_IMPORT = re.compile(rf"^from {re.escape(PACKAGE)}([\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_NAME = re.compile(r"^\W*(\w+)", re.MULTILINE)


class Place:
    """The folder of one function's compiled versions; the methods are those that numba calls."""

    def __init__(self, module: str, line: int) -> None:
        self.stamp = stamp(module)
        self._line = line
        self._folder = root() / f"{module.removeprefix(PACKAGE + '.')}-{self.stamp[:16]}"
        self._py_file = str(self._folder)  # what numba's warnings name

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], _: str) -> "Place | None":
        """None for functions of other packages, which numba keeps where it is used to."""
        if not py_func.__module__.startswith(f"{PACKAGE}."):
            return None
        return cls(py_func.__module__, py_func.__code__.co_firstlineno)

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self.stamp

    def get_disambiguator(self) -> str:
        return str(self._line)


@cache
def root() -> Path:
    """KVERN_CACHE or NUMBA_CACHE_DIR where one is set, the user's cache, or a folder for temporary files in need."""
    named = os.environ.get("KVERN_CACHE") or numba.config.CACHE_DIR
    folder = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "kvern"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (OSError, RuntimeError):
        return Path(tempfile.gettempdir()) / f"kvern-{os.getuid()}"
    return folder / "kernels"


@cache
def stamp(module: str) -> str:
    """SHA-256 over the sources of a module and of all modules of this package that it imports, however far."""
    digest = hashlib.sha256()
    for name in sorted(_reached(module)):
        digest.update(name.encode() + b"\n" + _source(name))
    return digest.hexdigest()


def _reached(module: str) -> set[str]:
    found, waiting = {module}, [module]
    while waiting:
        new = _imported(waiting.pop()) - found
        found |= new
        waiting += new
    return found


@cache
def _imported(module: str) -> frozenset[str]:
    """Modules of this package that a module names in its imports."""
    named: set[str] = set()
    for origin, names in _IMPORT.findall(_source(module).decode()):
        whole = PACKAGE + origin
        named |= {whole, *(f"{whole}.{name}" for line in names.split(",") for name in _NAME.findall(line))}
    return frozenset(name for name in named if name != PACKAGE and _source(name))


@cache
def _source(module: str) -> bytes:
    """The source of a module of this package, on disk or in a zip; nothing where there is none of that name."""
    path = module.removeprefix(f"{PACKAGE}.").replace(".", "/")
    for file in (f"{path}.py", f"{path}/__init__.py"):
        try:
            return pkgutil.get_data(PACKAGE, file) or b""
        except OSError:
            continue
    return b""
