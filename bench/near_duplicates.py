"""Signatures against daft and datasketch, and the shuffle that finds candidates, on 10,000 to 1,000,000 documents.

    KVERN_PEERS=/path/to/python bench/near_duplicates.py [rounds]

Signatures: CPU seconds of one core over real texts, laws and books of 1840-69, in pieces of 5,000 characters; the peers
see the same pieces in the same round. KVERN_PEERS is a Python with daft and datasketch; without it their figures are
left out. Buckets: see bench/buckets.py.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
from buckets import bucket_figures
from figures import ROOT, Figure, of_rounds, shared, write

from kvern.kernels import minhash
from kvern.kernels.arrow import utf8_view

_PIECE, _REPEATS = 5_000, 8
_SHAPE = {"bands": 14, "rows": 8, "ngram": 5, "seed": 1}
_FLOORS = {"daft": 8, "datasketch": 100}


def texts(folder: Path) -> pa.Array:
    files = sorted([*(folder / "bulk/norn_fulltext").glob("*.txt"), *(folder / "bulk/norwegian-laws").glob("*.md")])
    whole = [file.read_text(encoding="utf-8") for file in files]
    return pa.array([text[at : at + _PIECE] for text in whole for at in range(0, len(text), _PIECE)])


def ours(column: pa.Array) -> float:
    """CPU seconds of one pass over the Arrow buffer."""
    data, offsets = utf8_view(column)
    started = time.process_time()
    for _ in range(_REPEATS):
        minhash.signatures(data, offsets, **_SHAPE)
    return (time.process_time() - started) / _REPEATS


def theirs(file: Path, peer: str) -> tuple[str, float]:
    """(name and version, CPU seconds)."""
    command = [
        os.environ["KVERN_PEERS"],
        ROOT / "bench/minhash_peers.py",
        file,
        str(_SHAPE["bands"] * _SHAPE["rows"]),
        peer,
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    name, seconds = done.stdout.strip().splitlines()[-1].split("\t")
    return name, float(seconds)


def signature_figures(rounds: int) -> list[Figure]:
    column = texts(shared())
    size = sum(len(text) for text in column.cast(pa.binary()).to_pylist())
    what = f"{len(column)} real texts, {size / 1e6:.1f} MB, 112 permutations over word 5-grams"
    ours(column)
    peers = [peer for peer in _FLOORS if "KVERN_PEERS" in os.environ]
    speeds, ratios, names = [], {peer: [] for peer in peers}, {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "texts.arrow"
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, pa.schema([("text", pa.string())])) as out:
            out.write_table(pa.table({"text": column}))
        for _ in range(rounds):
            own = ours(column)
            speeds.append(size / 1e6 / own)
            for peer in peers:
                names[peer], seconds = theirs(file, peer)
                ratios[peer].append(seconds / own)
    found = [of_rounds("signatures_mb_s", speeds, "MB/s", 400, what)]
    return found + [
        of_rounds(f"signatures_over_{peer}", ratios[peer], "x", _FLOORS[peer], what, names[peer]) for peer in peers
    ]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(write("near_duplicates", signature_figures(count) + bucket_figures(count)))
