"""One scan: every measure of a document in one row, whatever its bytes."""

import json
import re
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed

from kvern import tables
from kvern.kernels import (
    fingerprints,
    language,
    language_columns,
    minhash,
    noisy,
    ocr_columns,
    quality,
    redundancy,
    signals,
)
from kvern.kernels.stop_words import stop_words

LISTS = {"nob": ("og", "ikke"), "nno": ("og", "ikkje")}
SETTINGS = signals.Settings(
    languages=("nob", "nno", "dan", "eng"),
    stop_words=LISTS,
    **{"bands": 14, "rows": 8, "ngram": 5, "seed": 1, "block_confidence": 0.6, "block_score": 0.25},
    **{"noisy": "all", "noisy_keys": 64},
)
INPUT = signals.INPUT.set(1, pa.field("text", pa.binary()))
PROSE = (
    "Dette er ei linje om ei kvern som mol, og ho mol og mol. Skriv til ola@example.org om ho ikkje stansar.\nmeny\n"
)


def batch(*documents: bytes | None) -> pa.RecordBatch:
    same = {"year": 1999, "scanned": False, "source": "bok", "batch": "2026-10", "part": 3}
    rows = [{"doc_id": f"{number:032x}", "text": text, **same} for number, text in enumerate(documents)]
    return pa.RecordBatch.from_pylist(rows, schema=INPUT)


def rows(*batches: pa.RecordBatch) -> list[dict]:
    out = list(signals.signal_batches(batches, SETTINGS))
    for one in out:
        one.validate(full=True)
        assert one.schema == signals.SIGNALS
    return [row for one in out for row in one.to_pylist()]


ARROW = {
    "STRING": pa.string(),
    "DOUBLE": pa.float64(),
    "LONG": pa.int64(),
    "INT": pa.int32(),
    "BOOLEAN": pa.bool_(),
    "BINARY": pa.binary(),
}


def arrow(kind: str) -> pa.DataType:
    """The Arrow type of a Spark DDL type."""
    if kind.startswith("ARRAY<STRUCT<"):
        fields = kind.removeprefix("ARRAY<STRUCT<").removesuffix(">>").split(", ")
        return pa.list_(pa.struct([(name, ARROW[of]) for name, of in (field.split(": ") for field in fields)]))
    return ARROW[kind]


def test_the_schema_is_that_of_the_table():
    column = re.compile(r"^(\w+) (ARRAY<STRUCT<.*>>|[A-Z]+)", re.MULTILINE)
    wanted = [(name, arrow(kind)) for name, kind in column.findall(tables.SIGNALS.ddl)]
    assert [(field.name, field.type) for field in signals.SIGNALS] == wanted


@given(st.lists(hostile, max_size=6))
def test_no_bytes_stop_a_batch_and_each_document_has_its_row(documents):
    got = rows(batch(*documents))
    assert [row["doc_id"] for row in got] == [f"{number:032x}" for number in range(len(documents))]
    for row, text in zip(got, documents, strict=True):
        assert row["bytes"] == len(text)
        for span in row["pii"] + row["cuts"]:
            assert 0 <= span["start"] < span["end"] <= len(text)


@given(st.lists(hostile, min_size=2, max_size=6))
def test_a_row_does_not_depend_on_the_batch_that_it_came_in(documents):
    whole = batch(*documents)
    single = [whole.slice(at, 1) for at in range(len(documents))]
    assert json.dumps(rows(whole), default=bytes.hex) == json.dumps(rows(*single), default=bytes.hex)


def test_the_row_holds_what_the_kernels_measure():
    text = PROSE.encode()
    (row,) = rows(batch(text))
    found = quality.measure(*packed([text]), stop_words(LISTS), quality.scratch(64))
    for name, values in quality.columns(found.sums).items():
        assert row[name] == values[0], name
    assert row["compression_ratio"] == redundancy.measure(*packed([text]))[0]
    assert row["cuts"] == [{"kind": "c4_line", "start": int(found.cuts.start[0]), "end": int(found.cuts.end[0])}]
    lines = fingerprints.unpack(pa.array([row["line_hashes"]], pa.binary()))
    assert [text[start:end] for start, end in zip(lines.start, lines.end, strict=True)] == text.split(b"\n")[:2]
    assert text[row["cuts"][0]["start"] : row["cuts"][0]["end"]] == b"meny\n"
    keys, _, orders = minhash.signatures(*packed([text]), bands=14, rows=8, ngram=5, seed=1)
    assert row["minhash"][2:] == keys[0].tobytes()
    assert row["words_hash"] == f"{int(orders[0]):016x}"
    assert row["noisy"][2:] == noisy.noisy_signatures(*packed([text]), keys=64, seed=1).keys.tobytes()
    assert (row["source"], row["batch"], row["part"], row["flag"]) == ("bok", "2026-10", 3, None)


def test_signatures_of_noisy_text_are_for_those_that_the_recipe_says():
    text = PROSE.encode()
    place = INPUT.get_field_index("scanned")
    given = batch(text, text, text).set_column(place, "scanned", pa.array([True, False, None]))
    for mode, told in (("none", [0, 0, 0]), ("scanned", [8, 0, 0]), ("all", [8, 8, 8])):
        asked = replace(SETTINGS, noisy=mode, noisy_keys=1)
        found = [row for out in signals.signal_batches([given], asked) for row in out["noisy"].to_pylist()]
        assert [len(blob) - 2 if blob else 0 for blob in found] == told


def test_languages_are_ranked_and_no_text_comes_back():
    (row,) = rows(batch(PROSE.encode() * 5))
    scores = [entry["score"] for entry in row["languages"]]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= language_columns.LEAST
    assert "kvern" not in json.dumps(row, default=bytes.hex)
    assert len(row["pii"]) == 5


def test_language_spans_and_their_scores_are_those_of_the_kernel():
    first = "Det var en gang en konge som ikke ville høre på noen, og derfor visste han heller ikke hva de mente.\n" * 6
    second = "There was once a king who would listen to nobody, and so he never knew what the people thought.\n" * 6
    (row,) = rows(batch((first + second).encode()))
    spans = row["language_spans"]
    ends = [len(first.encode()), len((first + second).encode())]
    assert [(s["language"], s["start"], s["end"]) for s in spans] == [("nob", 0, ends[0]), ("eng", *ends)]
    found = language.measure(*packed([(first + second).encode()]), language.load(SETTINGS.languages))
    assert [s["score"] for s in spans] == found.score.tolist()
    assert row["orthography"] == "modern"


def test_the_spelling_is_told_by_the_year_where_words_are_silent():
    text = "Hesten løper.".encode()
    year = INPUT.get_field_index("year")
    given = batch(text, text, text).set_column(year, "year", pa.array([1890, 1925, None], pa.int32()))
    assert [row["orthography"] for row in rows(given)] == ["pre1907", "1917", None]


def test_no_text_and_bad_bytes_are_flagged_and_empty_text_is_not():
    none, bad, empty = rows(batch(None, b"ja \xff nei", b""))
    assert none["flag"] == signals.NO_TEXT
    assert bad["flag"] == signals.NOT_UTF8
    assert (bad["words"], empty["flag"], empty["words"]) == (2, None, 0)
    assert empty["minhash"] is empty["words_hash"] is empty["mean_word_length"] is none["minhash"] is None


@pytest.mark.parametrize("cut", range(4))
def test_a_document_over_the_limit_is_measured_up_to_it_and_says_so(cut, monkeypatch):
    monkeypatch.setattr(signals, "LIMIT", 40 + cut)
    long = ("a" * 37 + " 😀 " + "b" * 50).encode()
    short, first, again, last = rows(batch(b"ja", long, long, b"nei"))
    assert (short["flag"], last["flag"], last["words"]) == (None, None, 1)
    assert first | {"doc_id": ""} == again | {"doc_id": ""}
    assert first["flag"] == signals.LONG
    assert first["bytes"] == (42 if cut >= 2 else 38) + (cut == 3)


def test_string_and_large_string_columns_are_read_alike():
    whole = batch(PROSE.encode(), "blåbær".encode())
    for kind in (pa.string(), pa.large_string(), pa.large_binary()):
        text = whole["text"].cast(pa.string()).cast(kind)
        assert rows(whole.set_column(1, "text", text)) == rows(whole)


def test_an_empty_batch_gives_nothing():
    assert rows(batch()) == []


@pytest.mark.parametrize(("label", "wanted"), [("nob", 2), ("nno", 1), ("nor", 2), ("dan", None), ("und", None)])
def test_stop_words_are_counted_by_the_labels_own_list(label, wanted):
    found = quality.measure(*packed([b"og ikke"]), stop_words(LISTS), quality.scratch(8)).stops
    assert language_columns.own_stop_words([label], found, tuple(LISTS)).to_pylist() == [wanted]


OLD = "Da han kom hjem, var det allerede blevet mørkt, og ingen saa ham paa veien over fjeldet den aften. " * 8
LOST = OLD.replace("æ", "e").replace("ø", "o").replace("å", "a")


def scanned(*documents: dict) -> pa.RecordBatch:
    same = {"year": 1849, "declared_language": "nob", "scanned": True, "source": "bok", "batch": "b", "part": 0}
    rows = [same | {"doc_id": f"{number:032x}"} | row for number, row in enumerate(documents)]
    return pa.RecordBatch.from_pylist(rows, schema=signals.INPUT)


def test_only_scanned_text_is_judged_as_read_and_a_neighbour_changes_nothing():
    bad, born, good = rows(scanned({"text": LOST}, {"text": LOST, "scanned": False}, {"text": OLD}))
    assert (bad["ocr_letters"], born["ocr_letters"]) == (0.0, None)
    assert good["ocr_letters"] > 0.5
    assert bad["ocr_score"] > good["ocr_score"] >= 0
    assert all(born[name] is None for name in ocr_columns.NAMES)
    assert rows(scanned({"text": OLD}))[0] | {"doc_id": ""} == good | {"doc_id": ""}


def test_a_declared_language_is_asked_where_damage_hides_it():
    text = {"text": "Hanz kcm jkke hjcm i gar, og mor vcntct pa h8m.", "year": 1990}
    told, silent = rows(scanned(text, text | {"declared_language": None}))
    assert silent["language"] != "nob"
    assert told["ocr_known_words"] >= (silent["ocr_known_words"] or 0)
    assert told["ocr_score"] is not None


def test_a_doubtful_block_is_a_span_beside_the_lines_of_c4():
    noise = "x1q ¤¤ zz9 ;;" * 20
    text = f"meny\n{OLD}\n{noise}"
    place = len(f"meny\n{OLD}\n".encode())
    spans = [(0, place - 1, 0.95), (place, place + len(noise.encode()), 0.3)]
    blocks = [{"start": start, "end": end, "confidence": sure} for start, end, sure in spans]
    (row,) = rows(scanned({"text": text, "blocks": blocks}))
    assert [(cut["kind"], cut["start"], cut["end"]) for cut in row["cuts"] if cut["kind"] == "doubtful_block"] == [
        ("doubtful_block", place, place + len(noise.encode()))
    ]
    assert [cut["start"] for cut in row["cuts"]] == sorted(cut["start"] for cut in row["cuts"])
    assert row["cuts"][0]["kind"] == "c4_line"
    assert row["ocr_noise_blocks"] == pytest.approx(len(noise.encode()) / (place - 1 + len(noise.encode())))


def test_pages_are_judged_one_by_one_and_a_document_is_the_sum_of_its_blocks():
    text = f"{OLD}\n\n{LOST}"
    middle = len(OLD.encode())
    spans = [{"start": 0, "end": middle}, {"start": middle + 2, "end": len(text.encode())}]
    given = {"text": text, "pages": spans, "blocks": spans}
    (row,) = rows(scanned(given))
    good, bad = row["ocr_pages"]
    assert (good["start"], good["end"], bad["start"], bad["end"]) == (0, middle, middle + 2, len(text.encode()))
    assert (bad["letters"], row["ocr_noise_blocks"]) == (0.0, 0.0)
    assert good["letters"] > row["ocr_letters"] > 0
    assert good["score"] < row["ocr_score"] < bad["score"]
    alone = rows(scanned({"text": OLD}, {"text": text}))
    assert alone[0]["ocr_letters"] == good["letters"]
    assert alone[0]["ocr_pages"] is None
    assert {name: alone[1][name] for name in ocr_columns.NAMES[:-1]} == {
        name: row[name] for name in ocr_columns.NAMES[:-1]
    }


def test_blocks_behind_what_is_measured_are_left_out(monkeypatch):
    monkeypatch.setattr(signals, "LIMIT", 60)
    blocks = [{"start": 0, "end": 50, "confidence": 0.1}, {"start": 50, "end": 90, "confidence": 0.1}]
    (row,) = rows(scanned({"text": "a" * 100, "blocks": blocks}))
    assert [cut["end"] for cut in row["cuts"] if cut["kind"] == "doubtful_block"] == [50]
    assert row["flag"] == signals.LONG
