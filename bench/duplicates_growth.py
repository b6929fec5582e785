"""Near duplicates end to end, documents to clusters, on 10,000 to 1,000,000 documents; and a later batch of one in 100.

    KVERN_PEERS=/path/to/python bench/duplicates_growth.py [ROUNDS]

Signatures, verified pairs and clusters as the stages make them, Parquet between them, two cores. CPU is that of the JVM
and all Python workers, from /proc. What a run of 100 documents takes in the same round is taken off, as the start of
Spark's jobs. All sizes run in every round, after one that warms the JVM; the growth is the ratio of CPU per document,
with its 95 % interval (Student's t). KVERN_PEERS is a Python with datasketch and text-dedup: they see the same
documents, and no pair of theirs is verified.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from buckets import cpu_seconds, jvm, lower, session
from duplicate_corpus import written
from figures import ROOT, Figure, of_rounds, write

from kvern.kernels import minhash
from kvern.kernels.arrow import utf8_view
from kvern.params import DuplicatePairs, NearDuplicates

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
START, LATER = 100, 10_000
_SHAPE = {"bands": 14, "rows": 8, "ngram": 5, "seed": 1}
_SIGNALS = "doc_id string, batch string, part int, words long, words_hash string, minhash binary"
_STUDENT = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


def measured(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        keys, words, orders = minhash.signatures(*utf8_view(batch["text"]), **_SHAPE)
        columns = {name: batch[name] for name in ("doc_id", "batch", "part")}
        columns |= {"words": pa.array(words), "words_hash": minhash.hexadecimal(orders, words > 0)}
        yield pa.RecordBatch.from_pydict(columns | {"minhash": minhash.blobs(keys, words > 0)})


@dataclass
class Peak:
    """The most resident bytes of a process and its descendants, looked at ten times a second."""

    pid: int
    most: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.done.wait(0.1):
            self.most = max(self.most, resident(self.pid))


def resident(pid: int) -> int:
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        children = [file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):  # it ended while it was looked at
        return 0
    return own + sum(resident(int(child)) for each in children for child in each)


@dataclass(frozen=True)
class Bench:
    spark: Any
    place: Path

    def documents(self, folder: Path, *batches: str) -> Any:
        return self.spark.read.parquet(str(folder)).where(f"batch IN ({str(batches)[1:-1].rstrip(',')})")

    def signatures(self, documents: Any, into: Path) -> None:
        texts = documents.select("doc_id", "batch", "part", "text")
        texts.mapInArrow(measured, _SIGNALS).write.mode("overwrite").parquet(str(into))

    def pairs(self, signals: list[Path], documents: Any, into: Path, known: Any = None) -> None:
        from kvern.transforms.duplicate_pairs import duplicate_pairs

        read = self.spark.read.parquet(*map(str, signals))
        found = duplicate_pairs(read, documents, DuplicatePairs(), _SHAPE["ngram"], known)
        found.write.mode("overwrite").parquet(str(into))

    def clusters(self, signals: list[Path], pairs: Path) -> None:
        from pyspark.sql import functions as F

        from kvern.transforms.near_duplicates import near_duplicates

        known = self.spark.read.parquet(*map(str, signals)).select("doc_id", "words")
        none = F.lit(False)
        judged = known.withColumns(
            {
                **{"reasons": F.array().cast("array<string>"), "tier": F.lit("open"), "closed": none},
                **{"suppressed_copies": none, "priority": F.lit(1), "ocr": F.lit(1.0), "quality": F.lit(1.0)},
            }
        )
        closes = self.spark.createDataFrame([], "closed_tier string, tier string")
        found = near_duplicates(self.spark.read.parquet(str(pairs)), judged, closes, NearDuplicates())
        found.write.mode("overwrite").parquet(str(self.place / "near"))

    def whole(self, folder: Path) -> None:
        signals, pairs = self.place / "signals" / folder.name, self.place / "pairs" / folder.name
        self.signatures(self.documents(folder, "b"), signals)
        self.pairs([signals], self.documents(folder, "b"), pairs)
        self.clusters([signals], pairs)

    def later(self, folder: Path) -> None:
        """Batch c, beside what `whole` made of batch b."""
        from kvern.transforms.candidates import Known

        old, new = self.place / "signals" / folder.name, self.place / "signals" / "later"
        pairs = self.place / "pairs"
        parts = self.spark.read.parquet(str(old)).select("batch", "part").distinct().collect()
        known = Known(self.spark.read.parquet(str(pairs / folder.name)), self.spark.createDataFrame(parts))
        self.signatures(self.documents(folder, "c"), new)
        self.pairs([old, new], self.documents(folder, "b", "c"), pairs / "both", known)


def cpu(work: Any) -> float:
    before = cpu_seconds(jvm())
    work()
    return cpu_seconds(jvm()) - before


def growth_figures(bench: Bench, folders: dict[str, Path], rounds: int) -> Iterator[Figure]:
    spent: dict[str, list[float]] = {name: [] for name in (*SIZES, "start", "later")}
    peak = Peak(jvm())
    watcher = threading.Thread(target=peak.watch)
    watcher.start()
    for number in range(rounds + 1):
        started = time.monotonic()
        took = {name: cpu(partial(bench.whole, folder)) for name, folder in folders.items()}
        took["later"] = cpu(partial(bench.later, folders["1m"]))
        print(f"round {number}: {took}, {time.monotonic() - started:.0f} s", file=sys.stderr)
        if number:
            for name, seconds in took.items():
                spent[name].append(seconds)
    peak.done.set()
    watcher.join()
    each = {
        name: [(one - start) / SIZES[name] * 1e6 for one, start in zip(spent[name], spent["start"], strict=True)]
        for name in SIZES
    }
    for name, values in each.items():
        what = f"{SIZES[name]} generated documents of about 800 bytes to clusters, local[2], the start taken off"
        yield lower(of_rounds(f"documents_to_clusters_us_{name}", values, "us", 0, what))
    yield interval("growth_1m_over_100k", [a / b for a, b in zip(each["1m"], each["100k"], strict=True)])
    what = "JVM and workers together, at 1,000,000 documents; the JVM's heap may take 4 GB"
    yield lower(of_rounds("peak_memory_mb_1m", [peak.most / 1e6], "MB", 0, what))
    ratios = [whole / later for whole, later in zip(spent["1m"], spent["later"], strict=True)]
    what = (
        f"{LATER} documents beside 1,000,000 known ones: CPU from scratch over CPU of the later batch, start included"
    )
    yield of_rounds("scratch_over_later_batch", ratios, "x", 0, what)


def interval(name: str, ratios: list[float]) -> Figure:
    half = _STUDENT[len(ratios)] * float(np.std(ratios, ddof=1)) / len(ratios) ** 0.5
    mean = float(np.mean(ratios))
    what = "CPU per document at the one size over the other, interleaved; low and high are the mean's 95 % interval"
    figure = lower(of_rounds(name, ratios, "x", 1.2, what))
    return replace(figure, value=round(mean, 3), low=round(mean - half, 3), high=round(mean + half, 3))


def index_bytes(signals: Path) -> float:
    """Stored bytes a document of the columns that a later batch reads."""
    files = [pq.ParquetFile(file).metadata for file in signals.glob("*.parquet")]
    groups = [file.row_group(n) for file in files for n in range(file.num_row_groups)]
    columns = [group.column(n) for group in groups for n in range(group.num_columns)]
    read = [c.total_compressed_size for c in columns if c.path_in_schema in ("doc_id", "words_hash", "minhash")]
    return sum(read) / sum(file.num_rows for file in files)


def peer_figures(folders: dict[str, Path], ours: dict[str, float]) -> Iterator[Figure]:
    if "KVERN_PEERS" not in os.environ:
        return
    for size in ("10k", "100k"):
        for peer in ("datasketch", "text-dedup"):
            command = [os.environ["KVERN_PEERS"], str(ROOT / "bench/duplicate_peers.py"), str(folders[size]), peer]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            name, seconds, memory, gone = done.stdout.strip().splitlines()[-1].split("\t")
            ratio = float(seconds) / SIZES[size] * 1e6 / ours[size]
            what = f"{SIZES[size]} documents, CPU of texts to clusters; {memory} MB at most, removed {gone} unverified"
            yield of_rounds(f"clusters_over_{peer}_{size}", [ratio], "x", 0, what, name)


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as log:
        corpus = {name: Path(place) / "documents" / name for name in ("start", *SIZES)}
        for name, count in {"start": START, **SIZES}.items():
            written(corpus[name], count)
        written(corpus["1m"], LATER, seed=2, batch="c")
        with session(Path(log)) as spark:
            bench = Bench(spark, Path(place))
            found = list(growth_figures(bench, corpus, rounds))
        index = index_bytes(Path(place) / "signals" / "1m")
        ours = {name: figure.value for name, figure in zip(SIZES, found, strict=False)}
        found += peer_figures(corpus, ours)
    what = "doc_id, words_hash and minhash in Parquet with zstd: what a later batch reads of an old document"
    found.append(lower(of_rounds("index_bytes_a_document", [index], "bytes", 200, what)))
    print(write("duplicates_growth", found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
