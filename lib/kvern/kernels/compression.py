"""Compressed streams opened by what they hold, never by their name: gzip, zstd, or plain bytes."""

import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import zstandard

GZIP, ZSTD, LZ4 = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
# The skippable frame that opens a .warc.zst with a dictionary (IIPC, "Zstandard compressed WARC" 1.0).
DICTIONARY = b"\x5d\x2a\x4d\x18"
DICTIONARY_BYTES = 64_000_000
PIECE = 1 << 20
IN_MEMORY = 64_000_000
BROKEN = (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError)


def buffered(stream: Any) -> io.BufferedReader:
    """A stream that can be peeked into; one that can already is handed back as it is."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, PIECE)


@contextmanager
def seekable(stream: Any) -> Iterator[BinaryIO]:
    """The stream's bytes where a reader may go back and forth: in memory, above IN_MEMORY bytes on disk."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as local:
        shutil.copyfileobj(stream, local, PIECE)
        local.seek(0)
        yield local  # type: ignore[misc]


def opened(stream: Any) -> BinaryIO:
    """The plain bytes of a stream: every member of a gzip, every frame of a zstd, else the bytes as they are.

    A generator's appetite: nothing is read ahead but a buffer. Reading raises one of BROKEN where the bytes are
    damaged or end too early.
    """
    source = buffered(stream)
    magic = source.peek(4)[:4]
    if magic.startswith(GZIP):
        return gzip.GzipFile(fileobj=source)  # type: ignore[return-value]
    if magic == DICTIONARY:
        return _zstd(source, _dictionary(source))
    return _zstd(source, None) if magic == ZSTD else source


def _zstd(source: BinaryIO, dictionary: zstandard.ZstdCompressionDict | None) -> io.BufferedReader:
    expander = zstandard.ZstdDecompressor(dict_data=dictionary)
    return io.BufferedReader(expander.stream_reader(source, read_across_frames=True), PIECE)


def _dictionary(source: BinaryIO) -> zstandard.ZstdCompressionDict:
    size = int.from_bytes(source.read(8)[4:], "little")
    if size > DICTIONARY_BYTES:
        raise ValueError(f"want a dictionary of at most {DICTIONARY_BYTES} bytes, have {size}")
    data = source.read(size)
    if data.startswith(ZSTD):
        data = zstandard.ZstdDecompressor().decompress(data, max_output_size=DICTIONARY_BYTES)
    return zstandard.ZstdCompressionDict(data)
