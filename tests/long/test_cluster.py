"""Every job once on a real standalone cluster, the package shipped as a zip; the same tables and shards as locally."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from deltalake import DeltaTable

from conftest import ROOT
from demo_run import shard_bytes
from kvern import stages
from long.submitting import SPARK, arguments, environment, kvern, recipe_with, run

pytestmark = pytest.mark.long


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
    hand = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "2g"]
    hand += ["--webui-port", "0", f"spark://127.0.0.1:{port}"]
    with (folder / "log").open("w") as log:
        started = [
            subprocess.Popen([str(SPARK / "bin" / "spark-class"), *words], env=place, stdout=log, stderr=log)
            for words in (head, hand, hand)
        ]
        try:
            wait_for_workers(page, 2)
            yield f"spark://127.0.0.1:{port}"
        finally:
            for each in started:
                each.terminate()
            for each in started:
                each.wait(30)


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
    conf += ["--conf", "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"]
    return run([str(SPARK / "bin" / "spark-submit"), *conf, str(script), *words], PYTHONPATH="")


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
    master: str, wheel: Path, demo_holdings: Path, tmp_path: Path
) -> None:
    recipe = recipe_with(tmp_path / "conf")
    run(kvern(recipe, demo_holdings, tmp_path / "local"))
    for stage in stages.PIPELINE:
        done = submit(
            master, wheel, ROOT / "jobs" / f"{stage.name}.py", *arguments(recipe, demo_holdings, tmp_path / "cluster")
        )
        assert f"{stage.name}: read" in done.stdout, done.stdout
    for stage in stages.PIPELINE:
        name = stage.writes.name
        assert table(tmp_path / "cluster", name) == table(tmp_path / "local", name), name
    shards = shard_bytes(tmp_path / "local" / "shards")
    assert len(shards) > 4 and shard_bytes(tmp_path / "cluster" / "shards") == shards
