"""HTTP bodies as they were meant: chunks put together, content codings undone, never above a bound."""

import re
import zlib

import brotli

PAYLOAD = 64_000_000
SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
# What follows a member is copied for each: without a bound a body of empty members is quadratic.
MEMBERS = 64


class Undecodable(ValueError):
    """A body that is too large, or not in the coding that its headers name."""


def decoded(body: bytes, http: dict[str, str]) -> bytes:
    """The body without its codings; `http` has lower-case names. Raises Undecodable."""
    if "chunked" in http.get("transfer-encoding", "").lower():
        body = unchunked(body)
    body = _bounded(body)
    codings = [name.strip() for name in http.get("content-encoding", "").lower().split(",")]
    for coding in reversed(codings):
        try:
            body = _bounded(_undone(body, coding))
        except (zlib.error, brotli.error) as error:
            raise Undecodable(f"payload cannot be decoded: want {coding}, have {type(error).__name__}") from None
    return body


def unchunked(body: bytes) -> bytes:
    """HTTP chunks (RFC 9112, 7.1) put together; a body that only claims to be chunked stays as it is."""
    out: list[bytes] = []
    at = 0
    while found := SIZE.match(body, at):
        length = int(found[1], 16)
        out.append(body[found.end() : found.end() + length])
        at = found.end() + length
        at += 2 if body[at : at + 2] == b"\r\n" else 1
        if length == 0:
            break
    return b"".join(out) if out else body


def _undone(body: bytes, coding: str) -> bytes:
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(body) if body.startswith(b"\x1f\x8b") else body
    if coding == "deflate":
        return _inflated(body)
    if coding == "br":
        return bytes(brotli.Decompressor().process(body, output_buffer_limit=PAYLOAD + 1))
    return body


def _gunzipped(body: bytes) -> bytes:
    """The first MEMBERS members; one that ends too early gives what it holds."""
    out: list[bytes] = []
    left = PAYLOAD + 1
    for _ in range(MEMBERS):
        if left <= 0 or not body.startswith(b"\x1f\x8b"):
            break
        member = zlib.decompressobj(31)
        out.append(member.decompress(body, left))
        left -= len(out[-1])
        body = member.unused_data
    return b"".join(out)


def _inflated(body: bytes) -> bytes:
    """With the zlib frame of the standard, or raw as some servers send it."""
    try:
        return zlib.decompressobj().decompress(body, PAYLOAD + 1)
    except zlib.error:
        return zlib.decompressobj(-15).decompress(body, PAYLOAD + 1)


def _bounded(body: bytes) -> bytes:
    if len(body) > PAYLOAD:
        raise Undecodable(f"want a payload of at most {PAYLOAD} bytes, have more")
    return body
