"""One worker's life, in a process of its own: `start` or `memory`; prints JSON (bench/signals.py, tests/kernels).

python bench/signals_worker.py start            CPU seconds from the interpreter's start to the first row
python bench/signals_worker.py memory BYTES     peak resident MB with a document of so many bytes among small ones
"""

import json
import sys
import time
from pathlib import Path

import pyarrow as pa

from kvern.kernels import signals
from kvern.params import Signals

TEXT = "Dette er ei linje om ei kvern som mol, og ho mol og mol. Skriv til ola@example.org om ho ikkje stansar.\n"


def scan(texts: list[str]) -> int:
    """Rows that the scan gives for these documents, with the default settings."""
    same = {"year": 1999, "scanned": False, "source": "s", "batch": "b", "part": 0}
    rows = [{"doc_id": str(n), "text": text, **same} for n, text in enumerate(texts)]
    batch = pa.RecordBatch.from_pylist(rows, schema=signals.INPUT)
    lists = {"nob": ("og", "ikke"), "nno": ("og", "ikkje")}
    settings = signals.Settings(stop_words=lists, **Signals().model_dump(exclude={"ocr_sources"}))
    return sum(out.num_rows for out in signals.signal_batches([batch], settings))


def long_text(size: int) -> str:
    """A text without a period: every line has its number."""
    lines, held = [], 0
    while held < size:
        lines.append(f"{len(lines)} {TEXT}")
        held += len(lines[-1])
    return "".join(lines)


def peak_kilobytes() -> int:
    """Of this program: getrusage tells the larger one of its parent, where that was larger when it started it."""
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(peak)


if __name__ == "__main__":
    if sys.argv[1] == "start":
        rows = scan([TEXT * 20])
        print(json.dumps({"rows": rows, "seconds": time.process_time()}))
    else:
        rows = scan([TEXT, long_text(int(sys.argv[2])), TEXT])
        print(json.dumps({"rows": rows, "megabytes": peak_kilobytes() * 1024 / 1e6}))
