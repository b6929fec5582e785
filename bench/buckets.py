"""What it costs to find candidates: signals in a Parquet file to pairs of documents, CPU and shuffled bytes a document.

Signals are generated: random band keys, one document in ten near another one (it shares half of its keys), one in
twenty with the same words. CPU is that of the JVM and all Python workers, from /proc; bytes are Spark's own "Shuffle
Bytes Written" of its event log. The first run of each size warms the session and is not counted.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from figures import ROOT, Figure, of_rounds

from kvern.kernels import minhash

_BANDS, _BUCKET = 14, 8
_TICKS = os.sysconf("SC_CLK_TCK")


def signals(count: int, seed: int = 1) -> pa.Table:
    """doc_id, words_hash, minhash of `count` documents."""
    chance = np.random.default_rng(seed)
    keys = chance.integers(0, 2**64, (count, _BANDS), np.uint64)
    words = chance.integers(0, 2**64, count, np.uint64)
    near = chance.permutation(count)[: count // 10 * 2].reshape(2, -1)
    keys[near[0], : _BANDS // 2] = keys[near[1], : _BANDS // 2]
    same = chance.permutation(count)[: count // 20 * 2].reshape(2, -1)
    keys[same[0]], words[same[0]] = keys[same[1]], words[same[1]]
    everywhere = np.ones(count, np.bool_)
    halves = [minhash.hexadecimal(chance.integers(0, 2**64, count, np.uint64), everywhere) for _ in range(2)]
    ids = pa.compute.binary_join_element_wise(*halves, "")
    return pa.table(
        {
            "doc_id": ids,
            "words_hash": minhash.hexadecimal(words, everywhere),
            "minhash": minhash.blobs(keys, everywhere),
        }
    )


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its descendants, dead ones that were waited for included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / _TICKS
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return own + sum(cpu_seconds(int(child)) for file in children for child in file.read_text().split())


def compiling(pid: int) -> float:
    """CPU of a JVM's own compilers, whose threads live as long as it does (`session` sees to that)."""
    spent = 0.0
    for file in Path(f"/proc/{pid}/task").glob("*/stat"):
        name, _, fields = file.read_text().partition("(")[2].rpartition(")")
        spent += sum(map(int, fields.split()[11:13])) / _TICKS if name.startswith(("C1 Comp", "C2 Comp")) else 0
    return spent


def shuffled(log: Path) -> int:
    """Shuffle bytes written by all tasks of an event log."""
    lines = (
        json.loads(line) for file in log.rglob("events*") if file.is_file() for line in file.read_text().splitlines()
    )
    tasks = (
        line["Task Metrics"] for line in lines if line["Event"] == "SparkListenerTaskEnd" and "Task Metrics" in line
    )
    return sum(task["Shuffle Write Metrics"]["Shuffle Bytes Written"] for task in tasks)


@contextmanager
def session(log: Path) -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "lib"), os.environ.get("PYTHONPATH", "")])
    settings = f"--conf spark.eventLog.enabled=true --conf spark.eventLog.compress=false --conf spark.eventLog.dir=file://{log}"
    # Both compilers, as on a cluster: local.conf has the first alone, since its sessions are short.
    options = "-XX:+UseParallelGC -XX:-UseDynamicNumberOfCompilerThreads"
    settings += f" --conf 'spark.driver.extraJavaOptions={options}' --conf spark.master=local[2]"
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {ROOT / 'conf/spark/local.conf'} {settings} pyspark-shell"
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("buckets").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def jvm() -> int:
    """This process's child that is the JVM."""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    names = [pid for file in children for pid in file.read_text().split()]
    return next(int(pid) for pid in names if "java" in Path(f"/proc/{pid}/comm").read_text())


def one_size(file: Path, count: int, rounds: int) -> tuple[list[float], float]:
    """(CPU microseconds a document of each round, shuffled bytes a document); once a process, as a JVM is."""
    from kvern.transforms.candidates import candidates

    pq.write_table(signals(count), file, compression="zstd", row_group_size=50_000)
    spent = []
    with tempfile.TemporaryDirectory() as log:
        with session(Path(log)) as spark:
            pid = jvm()
            for at in range(rounds + 1):
                before = cpu_seconds(pid)
                candidates(spark.read.parquet(str(file)), _BUCKET).write.format("noop").mode("overwrite").save()
                spent += [(cpu_seconds(pid) - before) / count * 1e6] if at else []
        return spent, shuffled(Path(log)) / (rounds + 1) / count


def bucket_figures(rounds: int) -> list[Figure]:
    found = []
    for count, name in ((10_000, "10k"), (100_000, "100k"), (1_000_000, "1m")):
        command = [sys.executable, __file__, str(count), str(rounds)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        spent, wide = json.loads(done.stdout.splitlines()[-1])
        what = f"{count} generated signatures of {_BANDS} bands, Parquet to candidates, local[2]"
        for title, values, unit, floor in (
            (f"cpu_us_a_document_{name}", spent, "us", 10.0),
            (f"shuffle_bytes_a_document_{name}", [wide], "bytes", 200.0),
        ):
            found.append(lower(of_rounds(title, values, unit, floor, what)))
    return found


def lower(figure: Figure) -> Figure:
    return Figure(**{**figure.__dict__, "better": "lower"})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(one_size(Path(place) / "signals.parquet", int(sys.argv[1]), int(sys.argv[2]))))
