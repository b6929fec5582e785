"""The scan's kernels: MB of UTF-8 text a CPU second of one core, beside the peers; growth, memory, start.

    python bench/signals.py [ROUNDS [GIGABYTE]]

Documents are those of `real_documents`, without the labelled sentences: laws, books, novels, manuals, Sámi and Kven. In
each round kvern and both peers read the same sample of them; the peers run in environments of their own. GIGABYTE, 1 by
default, is how far growth is looked at: cost per byte at 10 MB, 100 MB and so many gigabytes, rounds interleaved.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import language
import peers
import pii
import pyarrow as pa
from figures import ROOT, Figure, of_rounds, seconds, shared, write
from real_documents import documents

from kvern.kernels import fingerprints, quality, redundancy, signals
from kvern.kernels.arrow import utf8_view
from kvern.kernels.stop_words import stop_words
from kvern.params import Signals
from kvern.rules import Language

SAMPLE = 1_000_000  # bytes that datatrove reads a round, at .1 MB a second
BATCH = 6_000_000
LISTS = {
    file.stem: Language.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).measures.stop_words
    for file in sorted((ROOT / "conf/languages").glob("*.toml"))
}


def kernel(texts: pa.Array) -> Callable[[], object]:
    """All measures of quality: words, n-grams, lines, C4, redundancy, and packed fingerprints."""
    data, offsets = utf8_view(texts)
    stops, scratch = stop_words(LISTS), quality.scratch()

    def work() -> object:
        found = quality.measure(data, offsets, stops, scratch)
        ratio = redundancy.measure(data, offsets)
        return quality.columns(found.sums), ratio, fingerprints.pack(found.prints, found.ends[:, 0].copy())

    return work


def peer(name: str, script: tuple[str, ...], texts: list[str]) -> tuple[str, float]:
    """(name and version, CPU seconds) of a peer on these texts."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.jsonl"
        rows = (json.dumps({"text": text, "stop_words": LISTS["nob"]}) + "\n" for text in texts)
        file.write_text("".join(rows), encoding="utf-8")
        said, spent = peers.run(name, *script, file).strip().split("\t")
    return said, float(spent)


def sample(texts: list[str]) -> list[str]:
    """Documents drawn without regard to what they are, up to SAMPLE bytes; no book whole."""
    drawn, size = [], 0
    for text in random.Random(7).sample(texts, len(texts)):
        if size < SAMPLE and len(text) < 20_000:
            drawn.append(text)
            size += len(text.encode())
    return drawn


def beside_peers(texts: list[str], rounds: int) -> list[Figure]:
    few, whole = sample(texts), pa.array(texts)
    own, all_ = kernel(pa.array(few)), kernel(whole)
    own(), all_()
    speeds: list[float] = []
    over: dict[str, list[float]] = {"datatrove": [], "dolma": []}
    names = {}
    for _ in range(rounds):
        speeds.append(whole.nbytes / 1e6 / seconds(all_))
        mine = min(seconds(own) for _ in range(5))
        for name, script in (("datatrove", ("datatrove_peer.py", "speed")), ("dolma", ("dolma_peer.py",))):
            names[name], spent = peer(name, script, few)
            over[name].append(spent / mine)
    read = f"{len(few)} documents, {sum(len(text.encode()) for text in few) / 1e6:.1f} MB"
    return [
        of_rounds("quality_kernel_mb_s", speeds, "MB/s", 45, said(texts)),
        of_rounds("quality_kernel_over_datatrove", over["datatrove"], "ratio", 300, read, names["datatrove"]),
        of_rounds("quality_kernel_over_dolma", over["dolma"], "ratio", 50, read, names["dolma"]),
    ]


def said(texts: list[str]) -> str:
    return f"{len(texts)} documents, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB"


def record_batches(texts: list[str], scanned: bool = False) -> list[pa.RecordBatch]:
    """Batches as Spark sends them, of about BATCH bytes. `scanned`: OCR is measured too."""
    same = {"year": 1999, "scanned": scanned, "source": "s", "batch": "b", "part": 0}
    out: list[pa.RecordBatch] = []
    rows: list[dict[str, Any]] = []
    size = 0
    for number, text in enumerate(texts):
        rows.append({"doc_id": f"{number:032x}", "text": text, **same})
        size += len(text.encode())
        if size >= BATCH or number == len(texts) - 1:
            out.append(pa.RecordBatch.from_pylist(rows, schema=signals.INPUT))
            rows, size = [], 0
    return out


def scan(batches: list[pa.RecordBatch], size: int) -> tuple[float, int]:
    """(CPU seconds, bytes) of the scan over batches repeated until `size` bytes are read."""
    read = 0

    def repeated() -> Iterator[pa.RecordBatch]:
        nonlocal read
        while read < size:
            for batch in batches:
                if read < size:
                    read += batch["text"].nbytes
                    yield batch

    settings = signals.Settings(stop_words=LISTS, **Signals().model_dump(exclude={"ocr_sources"}))
    spent = seconds(lambda: [None for _ in signals.signal_batches(repeated(), settings)])
    return spent, read


def growth(texts: list[str], rounds: int, gigabytes: float) -> list[Figure]:
    mixed = random.Random(3).sample(texts, len(texts))
    batches, paper = record_batches(mixed), record_batches(mixed, scanned=True)
    scan(batches, BATCH), scan(paper, BATCH)
    read: list[float] = []
    sizes = (10_000_000, 100_000_000, int(gigabytes * 1e9))
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            spent, got = scan(batches, size)
            costs[size].append(spent / got)
        spent, got = scan(paper, sizes[1])
        read.append(1e-6 * got / spent)
    first, middle, last = costs.values()
    ratios = [b / a for a, b in zip(first, last, strict=True)]
    text = said(texts)
    grown = of_rounds(
        "scan_cost_growth", ratios, "ratio", 1.15, f"cost per byte at {gigabytes:g} GB over 10 MB; {text}"
    )
    return [
        of_rounds("scan_kernels_mb_s", [1e-6 / cost for cost in middle], "MB/s", 20, f"{text}, all kernels, 100 MB"),
        of_rounds("scan_kernels_ocr_mb_s", read, "MB/s", 20, "the same as if all of it were scanned: OCR too"),
        Figure(**{**vars(grown), "better": "lower"}),
    ]


def worker(*words: str) -> dict[str, float]:
    """What signals_worker prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
    call = [sys.executable, str(ROOT / "bench/signals_worker.py"), *words]
    found = subprocess.run(call, check=True, capture_output=True, text=True, env=environment).stdout
    return dict(json.loads(found))


def workers(rounds: int) -> list[Figure]:
    worker("start")  # compiles, where nobody has
    starts = [worker("start")["seconds"] for _ in range(rounds)]
    peak = [worker("memory", "50000000")["megabytes"]]
    figures = [
        of_rounds("second_start_cpu_s", starts, "s", 2, "interpreter start, imports, one small document"),
        of_rounds("worker_peak_mb", peak, "MB", 700, "a document of 50 MB between two small ones"),
    ]
    return [Figure(**{**vars(figure), "better": "lower"}) for figure in figures]


def elsewhere(folder: Path, rounds: int) -> list[Figure]:
    """The figures of the other kernels, which have a topic of their own too."""
    rows = [Figure(**row) for row in language.figures(folder / "bulk")]
    column = pii.texts(folder)
    speeds, over = zip(*pii.speed(column, rounds), strict=True)
    text = f"{column.nbytes / 1e6:.1f} MB of laws, books and sentences"
    return [
        *rows,
        of_rounds("pii_kernel_mb_s", speeds, "MB/s", 250, text),
        of_rounds("pii_kernel_over_re", over, "ratio", 30, text, pii.PEER),
    ]


def main(rounds: int = 5, gigabytes: float = 1.0) -> None:
    texts = documents()
    figures = [*beside_peers(texts, rounds), *workers(rounds), *elsewhere(shared(), rounds)]
    figures += growth(texts, rounds, gigabytes)
    print(write("signals", figures))
    for figure in figures:
        print(f"{figure.name:30} {figure.value:10.2f} {figure.unit:6} (floor {figure.floor})  {figure.input}")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(int(word) for word in given[:1]), *(float(word) for word in given[1:2]))
