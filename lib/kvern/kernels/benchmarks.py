"""Evaluation sets out of their files: JSONL, plain, gzip or zstandard, as their first bytes tell."""

import gzip
import io
import json
from typing import Any
from unicodedata import normalize

import zstandard

GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def benchmark_items(name: str, data: bytes, field: str) -> list[tuple[str, str]]:
    """(benchmark, text of one item in NFC, as documents are) for each line of a JSONL file.

    `field` may name a list of texts, joined by blanks, or lead into an object by dots (`answers.text`). ValueError
    where a line does not have it: an item that is silently lost lets its copies into the training text.
    """
    lines = enumerate(_plain(data).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1)
    return [(name, _text(line, field, f"benchmark {name}, line {number}")) for number, line in lines if line.strip()]


def _plain(data: bytes) -> bytes:
    if data.startswith(GZIP):
        return gzip.decompress(data)
    if data.startswith(ZSTANDARD):
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True) as stream:
            return stream.read()
    return data


def _text(line: bytes, field: str, place: str) -> str:
    try:
        found: Any = json.loads(line)
    except ValueError:
        raise ValueError(f"{place}: want a JSON object, have none; give one item a line") from None
    for key in field.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    parts = found if isinstance(found, list) else [found]
    if not all(isinstance(part, str) for part in parts):
        raise ValueError(
            f"{place}: want text in field {field!r}, have none; name its field in [[contamination.benchmarks]]"
        )
    return normalize("NFC", " ".join(parts))
