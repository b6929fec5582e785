"""Memory and CPU of training by the number of different units: what a driver needs for a corpus of any size.

    python bench/training.py [units ...]

The units are generated: Zipf counts, lengths as real words have, letters as Norwegian has. Each training runs in a
process of its own; its memory is the peak of that process less what it held before. The floor is 16 GiB over the ten
million units that a recipe allows.
"""

import resource
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pyarrow as pa
from figures import Figure, of_rounds, write

from kvern.kernels import vocabulary

_LETTERS = np.frombuffer(b"eeeeerrrnnnttaaasssiiilldokgmvfupbhyjcwzxq", np.uint8)
_MEGABYTE = 1_000_000


def table(units: int, seed: int = 1) -> pa.Table:
    """language, word, n of about `units` different units, half of them with a blank before."""
    draw = np.random.default_rng(seed)
    sizes = np.clip(draw.poisson(9, units), 2, 30)
    letters = draw.choice(_LETTERS, int(sizes.sum()))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    letters[starts[:-1][::2]] = 0x20
    words = pa.LargeStringArray.from_buffers(units, pa.py_buffer(starts.astype(np.int64)), pa.py_buffer(letters))
    counts = np.maximum(1, (10 * units / np.arange(1, units + 1)).astype(np.int64))
    return pa.table({"language": pa.array(["nob"] * units), "word": words.cast(pa.string()), "n": pa.array(counts)})


def one(kind: str, units: int) -> None:
    """In a process of its own: prints units trained on, bytes of memory and CPU seconds."""
    rows = table(units)
    before, started = _peak(), time.process_time()
    training = vocabulary.Training(32_000, 0.5, "", 0.9999, 1, kind=kind)
    vocabulary.train(rows, training)
    print(units, _peak() - before, time.process_time() - started)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def figures(sizes: list[int]) -> list[Figure]:
    made = []
    for kind in ("bpe", "unigram"):
        found = []
        for units in sizes:
            told = subprocess.run(
                [sys.executable, __file__, kind, str(units)], capture_output=True, text=True, check=True
            )
            found.append([float(each) for each in told.stdout.split()])
        what = f"generated units, {kind} 32000: " + ", ".join(
            f"{int(n)} units {size / _MEGABYTE:.0f} MB {cpu:.0f} s" for n, size, cpu in found
        )
        made.append(of_rounds(f"{kind}_bytes_a_unit", [size / n for n, size, _ in found], "B", 1_600, what))
    return [replace(each, better="lower") for each in made]


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in ("bpe", "unigram"):
        one(sys.argv[1], int(sys.argv[2]))
    else:
        made = figures([int(each) for each in sys.argv[1:]] or [500_000, 2_000_000])
        for figure in made:
            print(figure.name, figure.value, figure.input)
        write("training", made)
