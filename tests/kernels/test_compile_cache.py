"""Compiled kernels are kept by what they were made from: whoever has the same files compiles nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from kvern.kernels import compile_cache

LOW = "from kvern.kernels.compiled import compiled\n\n\n@compiled\ndef low(x):\n    return x + 1\n"
HIGH = (
    "from kvern.kernels.{low} import low\nfrom kvern.kernels.compiled import compiled\n\n\n"
    "@compiled\ndef high(x):\n    return low(x)\n"
)
SAY = (
    "from kvern.kernels import high\nresult, stats = high.high(1), high.high.stats\n"
    "print(result, len(stats.cache_hits), len(stats.cache_misses))"
)


def package(folder: Path, **more: str) -> Path:
    """A copy of what compiling needs, with two kernels of its own, the upper one calling the lower."""
    kernels = folder / "kvern" / "kernels"
    kernels.mkdir(parents=True)
    (folder / "kvern" / "__init__.py").touch()
    for name in ("__init__.py", "compiled.py", "compile_cache.py"):
        shutil.copy(ROOT / "lib/kvern/kernels" / name, kernels)
    for name, text in {"low": LOW, "high": HIGH.format(low="low"), **more}.items():
        (kernels / f"{name}.py").write_text(text)
    return folder


def said(path: Path, cache: Path) -> list[int]:
    """(what the upper kernel gives, how often it was found, how often it was compiled) in a new process."""
    place = {**os.environ, "PYTHONPATH": str(path), "KVERN_CACHE": str(cache)}
    done = subprocess.run([sys.executable, "-c", SAY], env=place, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split()]


def test_a_zip_at_another_path_finds_what_a_checkout_compiled(tmp_path: Path) -> None:
    checkout = package(tmp_path / "checkout")
    assert said(checkout, tmp_path / "cache") == [2, 0, 1]
    for application in ("app-1", "app-2"):
        zipped = shutil.make_archive(str(tmp_path / application / "kvern"), "zip", checkout)
        assert said(Path(zipped), tmp_path / "cache") == [2, 1, 0]


def test_an_edit_in_a_called_kernel_is_seen_by_its_caller(tmp_path: Path) -> None:
    assert said(package(tmp_path / "one"), tmp_path / "cache") == [2, 0, 1]
    edited = package(tmp_path / "two", low=LOW.replace("x + 1", "x + 2"))
    assert said(edited, tmp_path / "cache") == [3, 0, 1]


def test_a_kernel_that_nobody_calls_here_changes_nothing(tmp_path: Path) -> None:
    assert said(package(tmp_path / "one"), tmp_path / "cache") == [2, 0, 1]
    assert said(package(tmp_path / "two", other=LOW), tmp_path / "cache") == [2, 1, 0]


def test_the_stamp_follows_imports_of_names_modules_and_packages() -> None:
    found = compile_cache._reached("kvern.kernels.signals")
    near = {"kvern.kernels.pii", "kvern.kernels.minhash", "kvern.kernels.arrow"}  # in brackets, of a package, of a name
    far = {"kvern.kernels.pii.checks", "kvern.kernels.compiled", "kvern.kernels.characters"}
    assert near | far <= found
    assert "kvern.kernels.warc" not in found


@pytest.mark.parametrize("blocked", ["a file", "a folder below a file"])
def test_a_cache_that_cannot_be_written_gives_way_to_temporary_files(tmp_path: Path, blocked: str) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" if blocked == "a file" else tmp_path / "file" / "below"
    assert said(package(tmp_path / "one"), place)[0] == 2
