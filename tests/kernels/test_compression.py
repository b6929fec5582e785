import gzip
import io
from collections.abc import Callable

import pytest
import zstandard

from kvern.kernels.compression import BROKEN, opened

TEXT = "".join(f"linje {n}\n" for n in range(3000)).encode()


def with_dictionary() -> bytes:
    words = zstandard.ZstdCompressionDict(TEXT[:4000])
    frame = zstandard.ZstdCompressor(dict_data=words).compress(TEXT)
    return b"\x5d\x2a\x4d\x18" + len(words.as_bytes()).to_bytes(4, "little") + words.as_bytes() + frame


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:]),
        zstandard.compress(TEXT[:500]) + zstandard.compress(TEXT[500:]),
        with_dictionary(),
    ],
    ids=["plain", "gzip members", "zstd frames", "zstd with a dictionary"],
)
def test_a_stream_is_opened_by_what_it_holds(data: bytes) -> None:
    assert opened(io.BytesIO(data)).read() == TEXT


def test_a_cut_gzip_gives_its_lines_and_then_says_so() -> None:
    stream = opened(io.BytesIO(gzip.compress(TEXT)[:-200]))
    assert stream.readline() == b"linje 0\n"
    with pytest.raises(BROKEN):
        stream.read()


@pytest.mark.parametrize("squeeze", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("at", [15, 400, -9, -3])
def test_damaged_bytes_raise_only_what_is_named(squeeze: Callable[[bytes], bytes], at: int) -> None:
    data = bytearray(squeeze(TEXT))
    data[at] ^= 0xFF
    try:
        opened(io.BytesIO(bytes(data))).read()
    except BROKEN:
        return
    assert squeeze is zstandard.compress  # its frames carry no checksum here
