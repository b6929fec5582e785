import pytest

from kvern.kernels.payload import response

HEAD = b"HTTP/1.1 200 OK|Content-Type: text/html; charset=EUC-JP|X-Long: a|  b|no field|Server: bl\xe5|"


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_head_is_read_with_either_line_end(end: bytes) -> None:
    status, fields, body = response(HEAD.replace(b"|", end) + end + b"<html>\n\n<p>")
    assert (status, body) == (200, b"<html>\n\n<p>")
    assert fields == [("Content-Type", "text/html; charset=EUC-JP"), ("X-Long", "a b"), ("Server", "blå")]


@pytest.mark.parametrize(
    ("block", "wanted"),
    [
        (b"<html>HTTP/1.1 200 OK\n\n", (None, [], b"<html>HTTP/1.1 200 OK\n\n")),
        (b"", (None, [], b"")),
        (b"HTTP/1.0 404 Not Found", (404, [], b"")),
        (b"HTTP/1.0 200\r\nA: b\r\n", (200, [("A", "b")], b"")),
    ],
)
def test_what_is_no_response_or_has_no_body(block: bytes, wanted: tuple) -> None:
    assert response(block) == wanted
