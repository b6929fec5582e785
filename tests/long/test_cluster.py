"""Every job once on a real standalone cluster, the package shipped as a zip, tasks run twice where they are slow and
killed in the middle of three jobs; the same tables and shards as locally."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
from deltalake import DeltaTable

from conftest import ROOT
from demo_run import Demo, shard_bytes
from kvern import stages
from long.submitting import SPARK, arguments, environment, recipe_with, run

pytestmark = pytest.mark.long
HOSTS = ("127.0.0.1", "127.0.0.2")  # two names: Spark runs no copy of a task on the host that it runs on
HASTY = ("interval=100ms", "quantile=0.5", "multiplier=1.1", "minTaskRuntime=0")
KILLED = {stages.DUPLICATE_PAIRS.name, stages.TOKENS.name, stages.SHARDS.name}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    port, page = free_port(), free_port()
    place = environment(
        SPARK_WORKER_DIR=str(folder / "work"), SPARK_LOG_DIR=str(folder / "logs"), SPARK_MASTER_HOST="127.0.0.1"
    )
    head = [
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--webui-port",
        str(page),
    ]
    hands = [worker(host, f"spark://127.0.0.1:{port}") for host in HOSTS]
    with (folder / "log").open("w") as log:
        started = [
            subprocess.Popen([str(SPARK / "bin" / "spark-class"), *words], env=place, stdout=log, stderr=log)
            for words in (head, *hands)
        ]
        try:
            wait_for_workers(page, 2)
            yield f"spark://127.0.0.1:{port}"
        finally:
            for each in started:
                each.terminate()
            for each in started:
                each.wait(30)


def worker(host: str, master: str) -> list[str]:
    words = ["org.apache.spark.deploy.worker.Worker", "--host", host, "--cores", "1", "--memory", "2g"]
    return [*words, "--webui-port", "0", master]


def wait_for_workers(page: int, wanted: int) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/") as answer:
                if json.load(answer)["aliveworkers"] >= wanted:
                    return
        except OSError:
            pass
        time.sleep(0.5)
    raise AssertionError("the cluster's workers did not register within a minute")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    words = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(words, check=True)
    # Spark puts .zip and .egg on the path of Python, not .whl.
    return next(folder.glob("kvern-*.whl")).rename(folder / "kvern.zip")


def submit(master: str, wheel: Path, script: Path, *words: str) -> subprocess.CompletedProcess[str]:
    conf = ["--properties-file", str(ROOT / "conf" / "spark" / "local.conf"), "--master", master]
    conf += ["--conf", "spark.executor.memory=1g", "--conf", "spark.executor.cores=1", "--py-files", str(wheel)]
    for setting in ("spark.speculation=true", *(f"spark.speculation.{each}" for each in HASTY)):
        conf += ["--conf", setting]
    conf += ["--conf", "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]
    return run([str(SPARK / "bin" / "spark-submit"), *conf, str(script), *words], PYTHONPATH="")


def python_workers() -> set[int]:
    """Python workers that executors forked: children of a daemon."""
    found = {}
    for place in Path("/proc").iterdir():
        try:
            words = (place / "cmdline").read_bytes()
            if b"pyspark.daemon" in words and place.name.isdigit():
                found[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended
            continue
    return {pid for pid, parent in found.items() if parent in found}


@contextmanager
def one_worker_killed() -> Iterator[list[int]]:
    """The first Python worker that starts from now on is killed half a second later: its task fails and is run again."""
    before, killed, done = python_workers(), [], threading.Event()

    def kill() -> None:
        while not killed and not done.wait(0.05):
            for pid in sorted(python_workers() - before)[:1]:
                time.sleep(0.5)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


def table(place: Path, name: str) -> list[str]:
    rows = DeltaTable(str(place / "warehouse" / name)).to_pyarrow_table().to_pylist()
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def test_the_workers_have_the_package_from_the_zip(master: str, wheel: Path, tmp_path: Path) -> None:
    script = tmp_path / "where.py"
    script.write_text(
        "from pyspark.sql import SparkSession\n"
        "def where(batches):\n"
        "    import kvern, pyarrow as pa\n"
        "    for batch in batches:\n"
        "        yield pa.RecordBatch.from_pydict({'f': [kvern.__file__] * batch.num_rows})\n"
        "rows = SparkSession.builder.getOrCreate().range(2).mapInArrow(where, 'f STRING').collect()\n"
        "print('\\n'.join(row['f'] for row in rows))\n"
    )
    places = submit(master, wheel, script).stdout.split()
    assert len(places) == 2 and all(wheel.name in each for each in places)


@pytest.mark.timeout(2400)
def test_every_job_gives_the_tables_and_shards_of_a_local_run(
    master: str, wheel: Path, demo: Demo, tmp_path: Path
) -> None:
    recipe, demo_holdings = recipe_with(tmp_path / "conf"), Path(demo.settings.env.input)
    local = Path(demo.settings.env.warehouse).parent
    words = arguments(recipe, demo_holdings, tmp_path / "cluster")
    for stage in stages.PIPELINE:
        with one_worker_killed() if stage.name in KILLED else nullcontext([0]) as killed:
            done = submit(master, wheel, ROOT / "jobs" / f"{stage.name}.py", *words)
        said = "read" if stage.needed(demo.settings.recipe) else "nothing to do"
        assert killed and f"{stage.name}: {said}" in done.stdout, done.stdout
    for stage in (each for each in stages.PIPELINE if each.needed(demo.settings.recipe)):
        name = stage.writes.name
        assert table(tmp_path / "cluster", name) == table(local, name), name
    shards = shard_bytes(local / "shards")
    assert len(shards) > 4 and shard_bytes(tmp_path / "cluster" / "shards") == shards
