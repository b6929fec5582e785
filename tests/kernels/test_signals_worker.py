"""A worker of the scan in a process of its own: how soon it is at work, and how much memory it takes."""

import json
import os
import subprocess
import sys

import pytest

from conftest import ROOT


def worker(*words: str) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
    call = [sys.executable, str(ROOT / "bench/signals_worker.py"), *words]
    return dict(json.loads(subprocess.run(call, check=True, capture_output=True, env=environment).stdout))


def test_a_second_process_is_at_work_within_two_seconds_of_cpu() -> None:
    worker("start")  # compiles, where nobody has yet
    seconds = min(worker("start")["seconds"] for _ in range(3))  # the least: neighbours only add
    assert seconds < 2


@pytest.mark.parametrize("size", [1_000_000, 50_000_000])
def test_memory_is_bounded_with_a_long_document_among_short_ones(size: int) -> None:
    found = worker("memory", str(size))
    assert found["rows"] == 3
    assert found["megabytes"] < 700
