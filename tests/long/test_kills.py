"""SIGKILL of the driver at several moments, then a run again: the same shards, and little work done twice."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from deltalake import DeltaTable

from demo_run import shard_bytes
from long.submitting import environment, kvern, recipe_with, run

pytestmark = pytest.mark.long
MOMENTS = (0.1, 0.35, 0.6, 0.8, 0.97)


def commits(place: Path) -> int:
    return len(list((place / "warehouse" / "runs" / "_delta_log").glob("*.json")))


def killed_after(words: list[str], place: Path, wanted: int) -> None:
    """Start a run and kill it, its JVM too, as soon as so many parts are recorded."""
    child = subprocess.Popen(
        words, env=environment(), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while commits(place) < wanted:
        assert child.poll() is None, "the run ended before it was killed"
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def builds(place: Path) -> list[Path]:
    return list((place / "shards").glob("*/manifest.json"))


@pytest.mark.timeout(2400)
def test_a_killed_run_is_taken_up_and_gives_the_same_shards(demo_holdings: Path, tmp_path: Path) -> None:
    recipe = recipe_with(tmp_path / "conf")
    run(kvern(recipe, demo_holdings, tmp_path / "whole"))
    whole, shards = commits(tmp_path / "whole"), shard_bytes(tmp_path / "whole" / "shards")
    assert len(shards) > 4
    place = tmp_path / "killed"
    for moment in MOMENTS:
        killed_after(kvern(recipe, demo_holdings, place), place, max(1, round(moment * whole)))
        assert builds(place) == [] or shard_bytes(place / "shards") == shards
    run(kvern(recipe, demo_holdings, place))
    assert shard_bytes(place / "shards") == shards
    again = run(kvern(recipe, demo_holdings, place))
    assert "kvern: nothing to do: every table is up to date" in again.stdout


def test_a_kill_at_four_fifths_of_the_pages_costs_at_most_a_third_again(demo_holdings: Path, tmp_path: Path) -> None:
    recipe = recipe_with(
        tmp_path / "conf", ("[contamination]\n", "[deliveries]\npart_bytes = 40000\n\n[contamination]\n")
    )
    words = kvern(recipe, demo_holdings, tmp_path, "--until", "pages")
    run([*words[:-1], "deliveries"])
    parts = DeltaTable(str(tmp_path / "warehouse" / "deliveries")).to_pyarrow_table(columns=["batch", "part"])
    wanted = len({tuple(row.values()) for row in parts.to_pylist()})
    assert wanted >= 10
    killed_after(words, tmp_path, wanted + round(0.8 * wanted))
    pages = next(row for row in json.loads(run([*words, "--json"]).stdout) if row["stage"] == "pages")
    assert 0 < pages["parts"] <= 0.35 * wanted
