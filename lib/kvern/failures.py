"""What went wrong as one sentence and an exit code, whether it was raised here, in a Python worker or in the JVM.

A worker's error comes as the text of its traceback. Its own text is given on where this project wrote it (a `raise` in
kvern) or the operating system did; any other may quote a document, so that kind and place alone are told.
"""

import builtins
import errno
import importlib
import re
from dataclasses import dataclass

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from kvern.recipe import ConfigError
from kvern.session import EnvironmentMissing
from kvern.warehouse import ContractError, GateError

DONE, DATA, CALL, ENVIRONMENT = 0, 1, 2, 3
EXIT: tuple[tuple[type[BaseException], int], ...] = (
    (ContractError, DATA),
    (GateError, DATA),
    (ConfigError, CALL),
    (ValueError, DATA),
    (EnvironmentMissing, ENVIRONMENT),
    (PySparkException, ENVIRONMENT),
    (Py4JError, ENVIRONMENT),
    (OSError, ENVIRONMENT),
)
WORKERS: tuple[tuple[type[BaseException], int], ...] = (
    *EXIT,
    (ImportError, ENVIRONMENT),
    (MemoryError, ENVIRONMENT),
    (BaseException, DATA),
)
LENGTH = 600

_HEAD = "Traceback (most recent call last):"
_JVM = re.compile(r"\n\s+at [\w.$/]+\(|\n\s*Caused by: |\n\s*(?:Driver stacktrace|SQLSTATE): ?|JVM stacktrace")
_CLASS = re.compile(r"^(?:Caused by: )?(?:[a-z][\w]*\.)+[A-Z][\w$]*: ")
_FRAME = re.compile(r'^  File "(?P<file>[^"\n]*)", line (?P<line>\d+).*\n(?:    (?P<code>.*)\n)?', re.MULTILINE)
_LAST = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<text>.*))?", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"(?:/lib|/site-packages|\.zip)/kvern/(?P<module>[\w/]+\.py)$")
_SYSTEM = re.compile(r"\[errno (\d+)\]", re.IGNORECASE)
_NAMED = re.compile(r"""['"](/[^'"]*)/[^'"/]*['"]""")
_POSITION = re.compile(r"in position \d+")
_FULL = re.compile(
    rf"\[errno (?:{errno.ENOSPC}|{errno.EDQUOT})\]|no space left on device|quota exceeded", re.IGNORECASE
)


@dataclass(frozen=True)
class Raised:
    """The error at the end of a worker's traceback."""

    kind: str
    text: str
    place: str
    """The module of kvern and the line that it went through last, as `kernels/lines.py, line 7`; empty: none."""
    ours: bool
    """Whether a `raise` of kvern raised it, or it is of a type of kvern: the text is this project's sentence."""


def told(error: BaseException) -> tuple[str, int]:
    """(a paragraph of 600 characters and no stack trace, exit code) of an error of one of the types in EXIT."""
    text = str(error)
    far = isinstance(error, PySparkException | Py4JError)
    found = raised(text) if far else None
    if found:
        return _paragraph(_sentence(found)), _code(_type(found.kind), WORKERS)
    if (far or isinstance(error, OSError)) and _FULL.search(text):
        return _paragraph(_full(text, "")), ENVIRONMENT
    return _paragraph(_of_the_jvm(text) if far else text), _code(type(error), EXIT)


def raised(text: str) -> Raised | None:
    """The error that the last Python traceback in a text ends with; None where there is no traceback."""
    _, head, trace = text.rpartition(_HEAD)
    if not head:
        return None
    trace = _JVM.split(trace)[0].lstrip("\n")
    frames = list(_FRAME.finditer(trace))
    last = _LAST.search(trace, frames[-1].end() if frames else 0)
    if last is None:
        return None
    known = [(found, each) for each in frames if (found := _OURS.search(each["file"]))]
    place = f"{known[-1][0]['module']}, line {known[-1][1]['line']}" if known else ""
    by_us = bool(known) and known[-1][1] is frames[-1] and (frames[-1]["code"] or "").startswith("raise ")
    return Raised(last["kind"], (last["text"] or "").strip(), place, by_us or last["kind"].startswith("kvern."))


def _sentence(found: Raised) -> str:
    kind = _type(found.kind)
    if issubclass(kind, OSError) and _FULL.search(found.text):
        return _full(found.text, found.place)
    if found.text and (found.ours or (issubclass(kind, OSError) and _SYSTEM.match(found.text))):
        return found.text
    if issubclass(kind, ImportError):
        return f"a worker lacks a package ({found.text}): install kvern for its Python, or set PYSPARK_PYTHON."
    position = _POSITION.search(found.text) if issubclass(kind, UnicodeError) else None
    where = f" {position[0]}" if position else ""
    line = f" at {found.place}" if found.place else ""
    return (
        f"a worker failed with {found.kind}{where}{line}; its text may quote a document and is not shown: "
        "--debug shows all of it."
    )


def _full(text: str, place: str) -> str:
    named = _NAMED.search(text)
    shards = "in the build's folder under `output`" if place.startswith("shards/") else ""
    unknown = "on a disk that is written to (`warehouse`, `output` or spark.local.dir)"
    where = f"in {named[1]}" if named else shards or unknown
    return (
        f"no space is left {where}: free some, or name another `output` or `warehouse`, and run again; "
        "what was written is completed."
    )


def _of_the_jvm(text: str) -> str:
    """The line that says why a job failed, or the first one; no frames."""
    lines = [line for line in text.splitlines() if not re.match(r"\s+at |\s*\.\.\. \d+ more", line)]
    failed = [line for line in lines if "Job aborted due to stage failure" in line]
    if failed:
        return _CLASS.sub("", failed[-1])
    return _CLASS.sub("", re.sub(r"^An error occurred while calling \S+\n: ", "", _JVM.split(text)[0]))


def _type(name: str) -> type[BaseException]:
    """The class of a name in a traceback, of Python, kvern or pyarrow; Exception where it is another's."""
    module, _, kind = name.rpartition(".")
    if module.partition(".")[0] not in ("", "kvern", "pyarrow"):
        return Exception
    try:
        found = getattr(importlib.import_module(module) if module else builtins, kind)
    except (ImportError, AttributeError):
        return Exception
    return found if isinstance(found, type) and issubclass(found, BaseException) else Exception


def _code(kind: type[BaseException], codes: tuple[tuple[type[BaseException], int], ...]) -> int:
    return next(code for each, code in codes if issubclass(kind, each))


def _paragraph(text: str) -> str:
    return " ".join(text.split())[:LENGTH]
