"""Encoding against `sentencepiece` and counting of units, CPU seconds of one core, same text, same round.

    python bench/tokens.py [rounds]

The text is mixed and real: laws, books of 1840-69 and their OCR, novels, and sentences in 21 languages. The models are
trained on it: BPE with this house's settings, and unigram by the library. Every id of every round is compared before a
figure is written.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import sentencepiece
from figures import ROOT, Figure, of_rounds, shared, write

from kvern import asked, rules
from kvern.kernels import encoding, parts, units, vocabulary
from kvern.recipe import Recipe, read

_PIECES = 32_000
_PEER = f"sentencepiece {version('sentencepiece')}"


def texts(folder: Path) -> pa.RecordBatch:
    """language, text."""
    files = sorted([*(folder / "bulk/norn_fulltext").glob("*.txt"), *(folder / "bulk/norwegian-laws").glob("*.md")])
    rows = [("nob", file.read_text(encoding="utf-8")) for file in files]
    for name in ("bulk/eltec-nor.jsonl", "lid/lid_dev.jsonl"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        rows += [(row["lang"], row["text"]) for row in map(json.loads, lines)]
    languages, found = zip(*rows, strict=True)
    return pa.RecordBatch.from_pydict({"language": pa.array(languages), "text": pa.array(found)})


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def counted(rows: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches(units.counted([rows], ("language",)))


def letters() -> str:
    """The alphabets of the languages that the norwegian recipe keeps."""
    folder = ROOT / "conf" / "recipes"
    recipe = read(Recipe, folder / "norwegian.toml")
    return asked.trained(recipe, rules.load(recipe, folder)).required_chars or ""


def bpe(words: pa.Table) -> bytes:
    return vocabulary.train(words, vocabulary.Training(_PIECES, 0.5, letters(), 0.9999, 1)).data


def unigram(words: pa.Table) -> bytes:
    """By the library, from the same units: what a user may bring."""
    model, rows = io.BytesIO(), words.group_by("word").aggregate([("n", "sum")])
    lines = (f"{word}\t{n}" for word, n in zip(*(rows[name].to_pylist() for name in ("word", "n_sum")), strict=True))
    usable = (line for line in sorted(lines) if "\t\t" not in line)
    settings = {**vocabulary.SETTINGS, "model_type": "unigram", "vocab_size": _PIECES, "minloglevel": 2}
    settings |= {"seed_sentencepiece_size": 200_000, "required_chars": letters() + "\n"}
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=usable, model_writer=model, **settings)
    return model.getvalue()


def one_round(data: bytes, rows: pa.RecordBatch) -> tuple[float, float]:
    """Times faster than the library, with an empty cache and with a full one."""
    encoder, column, given = encoding.load(data), rows["text"], rows["text"].to_pylist()
    encoding.encode(encoder, column.slice(0, 20))
    encoder = encoding.Encoder(encoder.library, encoder.tables, parts.cache(_PIECES), ())
    peer, want = seconds(lambda: encoder.library.encode(given, out_type="numpy", num_threads=1))
    cold, (ids, offsets, _) = seconds(lambda: encoding.encode(encoder, column))
    warm, _ = seconds(lambda: encoding.encode(encoder, column))
    for text, (start, end) in zip(want, pairwise(offsets.tolist()), strict=True):
        if not np.array_equal(text, ids[start:end]):
            raise SystemExit("ids differ from the library's: no figure is written")
    return peer / cold, peer / warm


def figures(rounds: int) -> list[Figure]:
    rows = texts(shared())
    size = int(pa.compute.sum(pa.compute.binary_length(rows["text"])).as_py())
    counted(rows.slice(0, 20))
    counts = [seconds(lambda: counted(rows)) for _ in range(rounds)]
    what = f"{len(rows)} real texts, {size / 1e6:.1f} MB"
    made = [of_rounds("words_count_mb_s", [size / 1e6 / spent for spent, _ in counts], "MB/s", 60, what)]
    for name, train, cold, warm in (("bpe", bpe, 6, 12), ("unigram", unigram, 3, 5)):
        data = train(counts[0][1])
        ratios = [one_round(data, rows) for _ in range(rounds)]
        of_model = f"{what}, {name} {_PIECES}, lossless"
        made += [
            of_rounds(f"{name}_cold_over_sentencepiece", [each for each, _ in ratios], "x", cold, of_model, _PEER),
            of_rounds(f"{name}_warm_over_sentencepiece", [each for _, each in ratios], "x", warm, of_model, _PEER),
        ]
    return made


if __name__ == "__main__":
    made = figures(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
    for figure in made:
        print(f"{figure.name}: {figure.value} {figure.unit} ({figure.low} to {figure.high}), floor {figure.floor}")
    write("tokens", made)
