"""A telegram of 200 words planted in 60 newspaper issues, each read with its own errors; what it costs to look for it.

    python bench/passages.py [ROUNDS]

An issue is 2,000 words of generated text (`demo.sentences`), in the figures named `books` pieces of real books of 1840
to 1920; every other telegram stands in the middle of a paragraph. Errors are the measured confusions at 1, 5, 10 and
20 % of characters, over the whole issue. Counted are the spans of the largest cluster of `passages`: `spans`, the
telegrams of which they cover 95 % of the bytes, `bytes`, the share of all telegrams' bytes; `touched`, the share of all
other bytes that any span of `passages` covers. Kernels: CPU seconds of one core. Index: bytes of entries for each byte
of text; `shuffle_bytes_a_byte`: Spark's "Shuffle Bytes Written" of all that was planted, slices and pairs included.
"""

import json
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from buckets import lower, session, shuffled
from figures import Figure, of_rounds, seconds, shared, write

from kvern.demo import sentences
from kvern.demo.ocr_noise import corrupt
from kvern.kernels import passage_runs, passage_spans
from kvern.repeat_params import Passages

ISSUES, WORDS, PARAGRAPH, TELEGRAM = 60, 2000, 100, 200
RATES = (*(("generated", rate) for rate in (0.01, 0.05, 0.1, 0.2)), ("books", 0.05), ("books", 0.1))
PARAMS = Passages(sources=("papers",))
_SCHEMA = "doc_id string, text string, source string"


class Issue(NamedTuple):
    """A text, and the bytes of the telegram in it."""

    doc_id: str
    text: str
    start: int
    end: int


def generated(rng: Random, words: int) -> str:
    out: list[str] = []
    while words > 0:
        out.append(sentences.sentence("nob", rng))
        words -= len(out[-1].split())
    return " ".join(out)


def books() -> list[str]:
    """Words of real books, novels in clean text first: telegrams are taken from them."""
    texts = [file.read_text(encoding="utf-8") for file in sorted((shared() / "bulk/norn_fulltext").glob("*.txt"))]
    novels = (shared() / "bulk/eltec-nor.jsonl").read_text(encoding="utf-8").splitlines()
    return [word for text in (*(json.loads(line)["text"] for line in novels), *texts) for word in text.split()]


def papers(rate: float, seed: int, real: list[str] | None) -> Iterator[Issue]:
    """Issues with one telegram; `real` words are used each once."""
    rng, taken = Random(seed), iter(real or ())

    def prose(words: int) -> str:
        return " ".join(next(taken) for _ in range(words)) if real else generated(rng, words)

    telegram = prose(TELEGRAM)
    for number in range(ISSUES):
        paragraphs = [corrupt(prose(PARAGRAPH), rate, rng.getrandbits(40)) for _ in range(WORDS // PARAGRAPH)]
        at = rng.randrange(1, WORDS // PARAGRAPH)
        cut = len(paragraphs[at]) // 2 if number % 2 else 0
        gap = " " if cut else "\n\n"
        head = "\n\n".join([*paragraphs[:at], *([paragraphs[at][:cut]] if cut else [])]) + gap
        own = corrupt(telegram, rate, rng.getrandbits(40))
        start = len(head.encode())
        text = head + own + gap + "\n\n".join([paragraphs[at][cut:], *paragraphs[at + 1 :]])
        yield Issue(f"{rng.getrandbits(128):032x}", text, start, start + len(own.encode()))


def found(issues: list[Issue], rows: list[Any]) -> tuple[float, float, float]:
    """(spans, bytes, touched), in per cent."""
    largest = Counter(row.passage for row in rows).most_common(1)[0][0] if rows else ""
    held, touched, whole, rest = [], 0, 0, 0
    for issue in issues:
        size, inside = len(issue.text.encode()), slice(issue.start, issue.end)
        ours, anyone = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        for row in rows:
            if row.doc_id == issue.doc_id:
                anyone[row.start : row.end] = True
                ours[row.start : row.end] |= row.passage == largest
        held.append(int(ours[inside].sum()) / (issue.end - issue.start))
        whole, rest = whole + int(ours[inside].sum()), rest + size - (issue.end - issue.start)
        touched += int(anyone.sum() - anyone[inside].sum())
    spans = statistics.mean(share >= 0.95 for share in held)
    return 100 * spans, 100 * whole / sum(issue.end - issue.start for issue in issues), 100 * touched / rest


def planted(spark: Any, rounds: int) -> tuple[list[Figure], int]:
    """The figures, and the bytes of text that they took."""
    from kvern.transforms.passages import passages

    figures, size = [], 0
    real = books()
    for text, rate in RATES:
        values = []
        for seed in range(1, rounds + 1):
            words = real[(seed - 1) * 130_000 :] if text == "books" else None
            issues = list(papers(rate, seed, words))
            rows = [(issue.doc_id, issue.text, "papers") for issue in issues]
            size += sum(len(issue.text.encode()) for issue in issues)
            values.append(found(issues, passages(spark.createDataFrame(rows, _SCHEMA), PARAMS).collect()))
        told = f"{ISSUES} issues, errors in {100 * rate:g} % of characters, {text}"
        floors = (95, 95, 1) if rate <= 0.05 else (0, 0, 1)
        for name, column, floor in zip(("spans", "bytes", "touched"), zip(*values, strict=True), floors, strict=True):
            figure = of_rounds(f"planted_{name}_{text}_{100 * rate:g}", column, "%", floor, told)
            figures.append(lower(figure) if name == "touched" else figure)
    return figures, size


def kernels(rounds: int) -> list[Figure]:
    files = sorted((shared() / "bulk/norn_fulltext").glob("*.txt"))
    texts = pa.array([file.read_text(encoding="utf-8") for file in files], pa.string())
    ids = pa.array([n.to_bytes(16, "big") for n in range(len(texts))], pa.binary())
    batch = pa.RecordBatch.from_pydict({"id": ids, "text": texts})
    size = sum(len(text.as_py().encode()) for text in texts)

    def index() -> int:
        made = passage_runs.entry_batches([batch], PARAMS.every)
        return sum(len(blob) for each in made for blob in each["entries"].to_pylist())

    text = " ".join(books()[:2000])
    a, b = (np.frombuffer(corrupt(text, 0.05, seed).encode(), np.uint8) for seed in (1, 2))
    middle = np.array([len(a) // 2]), np.array([len(b) // 2])

    def align() -> None:
        for _ in range(10):
            (_,) = passage_spans.spans(a, b, *middle, 200, 0.6)

    entries = index()
    align()
    told = f"books of 1840 to 1920, {size / 1e6:.1f} MB"
    return [
        of_rounds("runs_mb_s", [size / 1e6 / seconds(index) for _ in range(rounds)], "MB/s", 0, told),
        lower(of_rounds("index_bytes_a_byte", [entries / size], "bytes", 0, told)),
        of_rounds(
            "alignment_mb_s",
            [10 * (len(a) + len(b)) / 1e6 / seconds(align) for _ in range(rounds)],
            "MB/s",
            0,
            "two readings of one text, errors in 5 % of characters each",
        ),
    ]


def main(rounds: int) -> None:
    figures = kernels(rounds)
    with tempfile.TemporaryDirectory() as place, session(Path(place)) as spark:
        told, size = planted(spark, rounds)
        spark.stop()  # its event log is whole
        share = of_rounds("shuffle_bytes_a_byte", [shuffled(Path(place)) / size], "bytes", 0, "all planted issues")
    figures += [lower(share), *told]
    print(write("passages", figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
