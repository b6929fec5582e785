"""Training from counted units against training from the running text: CPU seconds and peak memory, by size of text.

    python bench/training_text.py

The text is real (laws, books, novels, sentences), in as many copies as the size wants; in all but the first copy one
word in fifty has two letters exchanged, so that new units go on appearing as they do in a library. Each training has a
process of its own. `counts`: the units are counted by the kernel (in batches, as a worker has it), then trained on.
`sentences`: the library alone reads every line. Both get the same settings, and their models have to be the same.
"""

import hashlib
import io
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import sentencepiece
from figures import Figure, of_rounds, shared, write
from tokens import texts

from kvern.kernels import units, vocabulary
from kvern.kernels.sentencepieces import proto_of

_SIZES = (10, 50, 200)  # MB
_WORD = re.compile(r"\w{5,}")
_BATCH = 2_000
_TRAINING = vocabulary.Training(32_000, 1.0, "", 0.9999, 1)


def copies(wanted: int) -> Iterator[str]:
    """Texts of `wanted` bytes together, no line feed inside: each is a sentence to the library."""
    lines = [line for text in texts(shared())["text"].to_pylist() for line in text.split("\n") if line.strip()]
    draw, size, copy = random.Random(1), 0, 0
    while True:
        for line in lines:
            changed = _WORD.sub(lambda word: _exchanged(word[0], draw), line) if copy else line
            yield changed
            size += len(changed.encode()) + 1
            if size >= wanted:
                return
        copy += 1


def _exchanged(word: str, draw: random.Random) -> str:
    if draw.random() >= 1 / 50:
        return word
    at = draw.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def from_counts(file: Path) -> bytes:
    words = pa.Table.from_batches(units.counted(_batches(file), ("language",)))
    return vocabulary.train(words, _TRAINING).data


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    with file.open(encoding="utf-8") as lines:
        held: list[str] = []
        for line in lines:
            held.append(line.rstrip("\n"))
            if len(held) == _BATCH:
                yield pa.RecordBatch.from_pydict({"language": ["nob"] * len(held), "text": held})
                held = []
        yield pa.RecordBatch.from_pydict({"language": pa.array(["nob"] * len(held), pa.string()), "text": held})


def from_sentences(file: Path) -> bytes:
    model, settings = io.BytesIO(), vocabulary.settings_of(_TRAINING) | {"input_format": "", "minloglevel": 2}
    with file.open(encoding="utf-8") as lines:
        given = (line.rstrip("\n") for line in lines)
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=given, model_writer=model, **settings)
    return model.getvalue()


def one(way: str, file: Path) -> None:
    """In a process of its own: prints CPU seconds, bytes of memory and a hash of the pieces with their scores.

    Kernels are loaded before; memory is the peak less what the process held then.
    """
    next(units.counted([pa.RecordBatch.from_pydict({"language": ["nob"], "text": ["en"]})], ("language",)))
    started, before = time.process_time(), _memory("VmRSS")
    data = (from_counts if way == "counts" else from_sentences)(file)
    spent, size = time.process_time() - started, _memory("VmHWM") - before
    pieces = [(piece.piece, piece.score, piece.type) for piece in proto_of(data).pieces]
    print(json.dumps([spent, size, hashlib.sha256(repr(pieces).encode()).hexdigest()]))


def _memory(key: str) -> int:
    """Bytes. Not ru_maxrss, which a process has from the one that started it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:"))


def figures() -> list[Figure]:
    made = []
    with tempfile.TemporaryDirectory() as place:
        for size in _SIZES:
            file = Path(place) / "text"
            with file.open("w", encoding="utf-8") as out:
                out.writelines(f"{line}\n" for line in copies(size * 1_000_000))
            told = {way: _run(way, file) for way in ("counts", "sentences")}
            if told["counts"][2] != told["sentences"][2]:
                raise SystemExit("the models differ: no figure is written")
            what = f"{size} MB of text, BPE 32000, the same model both ways"
            for at, (name, unit, scale) in enumerate((("cpu_s", "s", 1), ("memory_mb", "MB", 1e6))):
                ours, theirs = (told[way][at] / scale for way in ("counts", "sentences"))
                shown = f"{what}; {ours:.1f} {unit} from counts, {theirs:.1f} from sentences"
                peer = f"sentencepiece {sentencepiece.__version__}"
                figure = of_rounds(f"counts_over_sentences_{name}_{size}mb", [ours / theirs], "x", 1, shown, peer)
                made.append(replace(figure, better="lower"))
    return made


def _run(way: str, file: Path) -> tuple[float, float, str]:
    command = [sys.executable, __file__, way, str(file)]
    spent, size, pieces = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return spent, size, pieces


if __name__ == "__main__":
    if len(sys.argv) > 2:
        one(sys.argv[1], Path(sys.argv[2]))
    else:
        for figure in (found := figures()):
            print(figure.name, figure.value, figure.input)
        write("training_text", found)
