import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdings import LONG, jsonl, page, web
from kvern.kernels import html, records, subtitles
from kvern.kernels.charset import to_text


def rows(root: Path, path: str, form: str, **fields: str) -> list[dict]:
    item = {
        "path": path,
        "format": form,
        "source": "s",
        "batch": "b",
        "part": 0,
        "promised_kind": "md5",
        "fields": json.dumps(fields),
    }
    found = list(records.file_rows(item, str(root)))
    assert pa.RecordBatch.from_pylist(found, schema=records.RECORDS).num_rows == len(found)
    return found


def test_a_bad_line_is_a_row_with_its_reason_and_the_reader_goes_on(tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl.gz", [{"t": "en"}, "{no", {"t": 3}, {"u": 1}, {"t": "to"}])
    found = rows(tmp_path, "a.jsonl.gz", "jsonl", text="t")
    assert [row.get("text") for row in found] == ["en", None, None, None, "to", None]
    assert [row["error"] for row in found if row["error"]] == [
        "not JSON: JSONDecodeError",
        "want text in field 't', have int",
        "want text in field 't', have NoneType",
    ]
    assert found[-1]["kind"] == "file" and found[-1]["sha256"]


def test_a_truncated_gzip_gives_what_was_read_and_an_error_on_the_file(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join(json.dumps({"text": f"linje {n} {n**7}"}).encode() for n in range(5000)))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    found = rows(tmp_path, "a.jsonl.gz", "jsonl", text="text")
    assert len(found) > 1000
    assert found[-1]["error"].startswith("breaks off after record")


def test_web_pages_are_read_in_their_own_charset(tmp_path: Path) -> None:
    web(
        tmp_path / "c.warc.gz",
        {"http://a.example/1": page(LONG).encode("latin-1"), "http://a.example/2": page(LONG).encode()},
    )
    found = rows(tmp_path, "c.warc.gz", "warc")
    assert [row["charset"] for row in found[:2]] == ["windows-1252", "utf-8"]
    assert all("Båten gikk ut fra kaien" in row["text"] for row in found[:2])
    assert found[0]["source_id"] == "http://a.example/1 2026-09-01T10:00:00Z"
    assert found[0]["declared_language"] == "nob" and found[0]["title"] == "En side"


def test_parquet_reads_mapped_columns_only(tmp_path: Path) -> None:
    table = pa.table({"body": ["en tekst", None], "urn": ["u1", "u2"], "heavy": [b"x" * 10, b"y"]})
    pq.write_table(table, tmp_path / "a.parquet")
    found = rows(tmp_path, "a.parquet", "parquet", text="body", id="urn")
    assert [(row.get("source_id"), row.get("text")) for row in found[:2]] == [("u1", "en tekst"), ("u2", None)]


@pytest.mark.parametrize("form", ["warc", "arc", "wet", "jsonl", "parquet", "text", "srt", "html"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"\x1f\x8b\x08\x00rubbish", b"WARC/1.0\r\nbroken"])
def test_no_bytes_stop_a_reader(tmp_path: Path, form: str, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    found = rows(tmp_path, "x", form)
    assert found[-1]["kind"] == "file"
    assert [row["kind"] for row in found].count("file") == 1


def test_a_deeply_nested_page_is_refused_instead_of_stalling() -> None:
    assert "nested" in str(html.main_text("<div>" * 100_000).error)


@pytest.mark.parametrize(
    ("data", "declared", "charset"),
    [
        ("blåbær".encode(), None, "utf-8"),
        ("blåbær".encode(), "iso-8859-1", "utf-8"),
        ("blåbær".encode("latin-1"), "utf-8", "windows-1252"),
        ("čáhci".encode("iso-8859-10"), "iso-8859-10", "iso-8859-10"),
        (b"\xff\xfe" + "blå".encode("utf-16-le"), None, "utf-16-le"),
    ],
)
def test_charset_is_mark_then_strict_utf8_then_declared_then_windows_1252(
    data: bytes, declared: str | None, charset: str
) -> None:
    text, used = to_text(data, declared)
    assert used == charset
    assert text in ("blåbær", "čáhci", "blå")


def test_subtitles_become_spoken_text() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n<i>Vi går</i> hjem –\n\n2\n00:00:02,500 --> 00:00:04,000\n– nå. (Torden)\n\n3\n00:00:20,000 --> 00:00:22,000\n- Er du der?\n- Ja.\n\n4\n00:00:23,000 --> 00:00:24,000\nTekst: Ola\n"
    assert subtitles.read(srt) == "Vi går hjem nå.\n\nEr du der?\nJa."


def test_no_warc_of_the_collection_stops_the_reader(shared: Path) -> None:
    files = sorted(path for path in (shared / "warc").rglob("*") if path.is_file())
    found = [row for path in files for row in rows(shared / "warc", str(path.relative_to(shared / "warc")), "warc")]
    assert sum(row["kind"] == "file" for row in found) == len(files)
    assert sum(row["kind"] == "web" and row["error"] is None for row in found) > 60


def test_two_files_that_differ_behind_a_dot_are_two_sources() -> None:
    assert records.stem("a/2020.01.txt.gz") == "a/2020.01"
    assert records.stem("a/2020.02.txt") == "a/2020.02"


def test_an_unknown_format_is_an_error_on_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    found = rows(tmp_path, "x", "docx")
    assert [row["kind"] for row in found] == ["file"] and "have docx" in found[0]["error"]
    assert found[0]["bytes"] == 1


def test_a_missing_file_is_an_error_on_the_file(tmp_path: Path) -> None:
    assert rows(tmp_path, "x", "jsonl")[0]["error"] == "not read: FileNotFoundError"
