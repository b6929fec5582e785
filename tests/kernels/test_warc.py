import gzip
import io
import zlib
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvern.kernels import payload, warc

PAGE = b"<html><body>side</body></html>"


def record(body: bytes, headers: str = "", kind: str = "response", status: str = "200 OK") -> bytes:
    block = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a.example/\r\nWARC-Date: 2026-09-01T10:00:00Z\r\n"
    head += f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def read(data: bytes) -> list[warc.Capture]:
    return list(warc.read(io.BytesIO(data)))


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PAGE, ""),
        (b"5\r\n" + PAGE[:5] + b"\r\n19\r\n" + PAGE[5:] + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
        (PAGE, "Transfer-Encoding: chunked\r\n"),
        (gzip.compress(PAGE), "Content-Encoding: gzip\r\n"),
        (PAGE, "Content-Encoding: gzip\r\n"),
        (zlib.compress(PAGE), "Content-Encoding: deflate\r\n"),
        (zlib.compress(PAGE)[2:-4], "Content-Encoding: deflate\r\n"),
        (brotli.compress(PAGE), "Content-Encoding: br\r\n"),
    ],
)
def test_a_body_comes_out_of_its_codings(body: bytes, headers: str) -> None:
    assert read(record(body, headers))[0].payload == PAGE


@pytest.mark.parametrize(
    ("coding", "squeeze"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_a_bomb_is_refused(coding: str, squeeze: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "PAYLOAD", 100_000)
    with pytest.raises(payload.Undecodable, match="at most 100000 bytes"):
        payload.decoded(squeeze(b"0" * 5_000_000), {"content-encoding": coding})  # type: ignore[operator]


def test_what_gives_no_text_says_why() -> None:
    found = read(record(PAGE, kind="revisit") + record(PAGE, status="404 Not Found"))
    assert [capture.error for capture in found] == ["revisit: the payload is elsewhere", "status 404"]


def test_a_header_sent_twice_keeps_both_values() -> None:
    found = read(
        record(PAGE, "X-Robots-Tag: noai\r\nX-Robots-Tag: all\r\nTDM-Reservation: 1\r\nTDM-Reservation: 0\r\n")
    )
    assert found[0].headers["x-robots-tag"] == "noai, all"
    assert found[0].headers["tdm-reservation"] == "1"


def test_a_cut_file_gives_what_was_there_and_says_that_it_is_cut() -> None:
    found = read(gzip.compress(record(PAGE)) + gzip.compress(record(PAGE * 50))[:-60])
    assert found[0].payload == PAGE
    assert found[-1].kind == "broken"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_stops_the_reader(data: st.DataObject) -> None:
    whole = bytearray(record(PAGE) * 3)
    if data.draw(st.booleans()):
        whole = bytearray(gzip.compress(record(PAGE)) * 3)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert all(each.kind for each in found)


def test_every_file_of_the_collection_gives_at_least_what_fastwarc_and_warcio_give(shared: Path) -> None:
    wanted = {
        "jwat/invalid-warcfile-fields-empty.warc": 1,
        "jwat/invalid-warcfile-record-then-garbage.warc": 2,
        "resiliparse/warcfile.warc.lz4": 16,
        "warcio/bad.arc": 3,
        "warcio/example-bad-non-chunked.warc.gz": 2,
        "warcio/example.arc.gz": 1,
        "webarchive-commons/link-extraction-test.warc": 7,
    }
    for name, count in wanted.items():
        assert sum(capture.kind != "broken" for capture in read((shared / "warc" / name).read_bytes())) == count, name
