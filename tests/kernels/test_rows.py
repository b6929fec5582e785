import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kvern.kernels import rows
from kvern.kernels.records import RECORDS


def read(*lines: bytes, **fields: str) -> list[rows.Row]:
    found = list(rows.jsonl(io.BytesIO(b"\n".join(lines)), fields))
    assert pa.RecordBatch.from_pylist(found, schema=RECORDS).num_rows == len(found)
    return found


def test_lone_surrogates_and_nul_in_any_field_stop_nothing() -> None:
    line = json.dumps({"t": "a\x00\ud800", "n": "\ud800", "i": "\udfff"}).encode()
    assert read(line, text="t", title="n", id="i", language="n")[0]["text"] == "a\ufffd\ufffd"


def test_an_id_of_zero_is_an_id_and_no_id_is_the_hash() -> None:
    found = read(b'{"t": "x", "m": {"i": 0}}', b'{"t": "y"}', text="t", id="m.i")
    assert found[0]["source_id"] == "0" and found[1]["source_id"] == found[1]["revision"]


def test_a_line_above_the_bound_is_refused_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LINE", 50)
    found = read(b'{"t": "' + b"x" * 200 + b'"}', b'{"t": "kort"}', text="t")
    assert [row["error"] for row in found] == ["want at most 50 bytes a line, have more", None]


def test_line_ends_are_no_part_of_a_record() -> None:
    assert read(b'{"t": "x"}\r', b'{"t": "x"}', text="t")[0]["revision"] == read(b'{"t": "x"}', text="t")[0]["revision"]


def test_a_parquet_value_that_is_no_utf8_is_one_bad_row() -> None:
    bad = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.array([0, 1, 3], pa.int32()).buffers()[1], pa.py_buffer(b"\xffok")]
    )
    out = io.BytesIO()
    pq.write_table(pa.table({"t": bad}), out)
    found = list(rows.parquet(io.BytesIO(out.getvalue()), {"text": "t"}))
    assert [row.get("text") for row in found] == [None, "ok"] and found[0]["error"]
