"""What repeats inside documents: counts of lines, copies of passages, and which of them go."""

from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from kvern import tables
from kvern.demo import sentences
from kvern.demo.ocr_noise import corrupt
from kvern.kernels import fingerprints, quality
from kvern.kernels.stop_words import stop_words
from kvern.repeat_params import Boilerplate, Passages
from kvern.transforms import line_counts, passages, repeats

PARAMS = Boilerplate(sources=("web",), min_documents=2, min_bytes=5)
TEXTS = {
    "1": ("web", "Hjem og meny\nnoko nytt"),
    "2": ("web", "anna stoff\nHjem og meny\nHjem og meny"),
    "3": ("web", "Hjem og meny"),
    "4": ("web", "Hjem og meny"),  # not kept
    "5": ("books", "Hjem og meny"),  # another source
}
PAIR = "doc_id string, start int, end int, other string, other_start int, other_end int, similarity double"
SPAN = "doc_id string, start int, end int, passage string, size int, similarity double"


def line_hashes(texts: list[str]) -> list[bytes]:
    data = [text.encode() for text in texts]
    packed = np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)])
    found = quality.measure(*packed, stop_words({}), quality.scratch(64))
    return fingerprints.pack(found.prints, found.ends[:, 0].copy()).to_pylist()


@pytest.fixture(scope="module")
def lines(spark: Any) -> dict[str, Any]:
    hashes = line_hashes([text for _, text in TEXTS.values()])
    rows = [(doc, source, each) for (doc, (source, _)), each in zip(TEXTS.items(), hashes, strict=True)]
    kept = [(doc, doc != "4") for doc in TEXTS]
    return {
        "signals": spark.createDataFrame(rows, "doc_id string, source string, line_hashes binary"),
        "selection": spark.createDataFrame(kept, "doc_id string, keep boolean"),
    }


def rows(frame: Any) -> list[tuple]:
    return sorted(map(tuple, frame.collect()))


def test_lines_are_counted_in_kept_documents_of_a_source(lines):
    pieces = fingerprints.unpack(pa.array(line_hashes(["Hjem og meny"])))
    known = f"{int(pieces.hash[0]):016x}"
    assert rows(line_counts.line_counts(**lines, params=PARAMS)) == [("web", "line", known, 3, "1")]
    for more in ({"min_documents": 4}, {"sources": ()}, {"min_bytes": 13}, {"sources": ("books",)}):
        assert rows(line_counts.line_counts(**lines, params=PARAMS.model_copy(update=more))) == []
    half = PARAMS.model_copy(update={"min_share": 1.0})
    assert len(rows(line_counts.line_counts(**lines, params=half))) == 1
    less = lines["selection"].withColumn("keep", lines["selection"].doc_id.isin("2", "4"))
    assert [row[3:] for row in rows(line_counts.line_counts(lines["signals"], less, PARAMS))] == [(2, "2")]


def decided(
    spark: Any, lines: dict[str, Any], spans: list[tuple] = (), params: Boilerplate = PARAMS, **more: Any
) -> list[tuple]:
    given = {"selection": lines["selection"], "cuts": ("boilerplate", "passage"), **more}
    counts = line_counts.line_counts(lines["signals"], given["selection"], params)
    judged = [("1", 2, 1.0, 1.0), ("2", 1, 0.9, None), ("3", 1, 0.9, 0.5), ("4", 0, 1.0, 1.0), ("5", 1, 0.8, 1.0)]
    eligibility = spark.createDataFrame(judged, "doc_id string, priority int, ocr double, quality double")
    copies = spark.createDataFrame(list(spans), SPAN)
    return rows(
        repeats.repeats(lines["signals"], given["selection"], eligibility, counts, copies, params, given["cuts"])
    )


def test_counted_lines_go_from_all_but_the_first_document(spark, lines):
    places = [("2", 11, 23), ("2", 24, 36), ("3", 0, 12)]
    assert decided(spark, lines) == [(*place, "boilerplate", "1") for place in places]
    everywhere = PARAMS.model_copy(update={"keep_first": False})
    assert decided(spark, lines, params=everywhere) == [
        (*place, "boilerplate", "1") for place in [("1", 0, 12), *places]
    ]
    assert decided(spark, lines, cuts=("passage",)) == []


def test_one_kept_copy_of_a_passage_stays_the_best(spark, lines):
    spans = [(doc, 40, 90, "p", 4, 0.9) for doc in "2345"]
    gone = decided(spark, lines, spans, cuts=("passage",))
    assert gone == [("2", 40, 90, "passage", "3"), ("5", 40, 90, "passage", "3")]
    without = lines["selection"].withColumn("keep", lines["selection"].doc_id.isin("1", "2", "5"))
    assert decided(spark, lines, spans, cuts=("passage",), selection=without) == [("5", 40, 90, "passage", "2")]
    alone = lines["selection"].withColumn("keep", lines["selection"].doc_id.isin("1", "2"))
    assert decided(spark, lines, spans, cuts=("passage",), selection=alone) == []


def test_a_line_inside_a_copy_is_left_to_the_passage(spark, lines):
    spans = [("1", 0, 22, "p", 2, 0.9), ("3", 0, 12, "p", 2, 0.9)]
    assert decided(spark, lines, spans) == [
        ("1", 0, 22, "passage", "3"),
        ("2", 11, 23, "boilerplate", "1"),
        ("2", 24, 36, "boilerplate", "1"),
    ]


def test_a_shorter_copy_is_of_the_piece_that_it_covers(spark):
    """a and b share 0 to 1000, c only has its first 600, d the rest."""
    a, b, c, d = (f"{n}" * 32 for n in "abcd")
    pairs = [(a, 0, 1000, b, 500, 1500, 0.9), (a, 0, 610, c, 0, 600, 0.8), (a, 590, 1000, d, 90, 500, 0.7)]
    pairs += [(b, 500, 1103, c, 0, 600, 0.85), (b, 1095, 1500, d, 95, 500, 0.75)]
    first, rest = f"{a[:24]}00000000", f"{a[:24]}00000258"
    wanted = [(a, 0, 600, first, 3, 0.9), (a, 600, 1000, rest, 3, 0.9), (b, 500, 1099, first, 3, 0.9)]
    wanted += [(b, 1099, 1500, rest, 3, 0.9), (c, 0, 600, first, 3, 0.85), (d, 92, 500, rest, 3, 0.75)]
    assert rows(passages.copies(spark.createDataFrame(pairs, PAIR), 200)) == wanted


def prose(rng: Random, words: int) -> str:
    out: list[str] = []
    while sum(len(each.split()) for each in out) < words:
        out.append(sentences.sentence("nob", rng))
    return " ".join(out)


def issues(count: int, rate: float, rng: Random) -> list[tuple[str, str, int, int]]:
    """(doc_id, text, start, end): a telegram of 200 words between others, each read with its own errors."""
    telegram, made = prose(rng, 200), []
    for number in range(count):
        before, own, after = (
            corrupt(text, rate, 10 * number + n) for n, text in enumerate((prose(rng, 300), telegram, prose(rng, 300)))
        )
        gap = ("\n\n", " ")[number % 2]  # a paragraph of its own, or in the middle of a longer one
        start = len(f"{before}{gap}".encode())
        made.append(
            (f"{rng.getrandbits(128):032x}", f"{before}{gap}{own}{gap}{after}", start, start + len(own.encode()))
        )
    return made


def test_a_telegram_is_found_in_every_issue_at_any_partitioning(spark):
    made = issues(6, 0.05, Random(3))
    frame = spark.createDataFrame(
        [(doc, text, "papers") for doc, text, _, _ in made], "doc_id string, text string, source string"
    )
    params = Passages(sources=("papers",))
    found = passages.passages(frame.repartition(1), params).collect()
    assert len({row.passage for row in found}) == 1
    by_document = {row.doc_id: row for row in found}
    assert len(by_document) == len(found) == 6
    for doc, _, start, end in made:
        assert abs(by_document[doc].start - start) <= 12 and abs(by_document[doc].end - end) <= 12
        assert by_document[doc].size == 6 and by_document[doc].similarity > 0.85
    again = passages.passages(frame.orderBy("text").repartition(3), params)
    assert rows(again) == sorted(map(tuple, found))
    assert [field.name for field in again.schema] == [
        line.split()[0] for line in tables.PASSAGES.ddl.strip().splitlines()
    ]
    assert passages.passages(frame, Passages()).collect() == []
