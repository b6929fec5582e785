"""Records, texts and subtitles: the bytes of their files, the same for the same documents."""

import gzip
import io
import json
from collections.abc import Sequence
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from kvern.demo.documents import Doc

CUE = 7


def record(doc: Doc) -> dict[str, str]:
    """A document as a record of JSONL; `extra` may hold a licence of its own."""
    told = {"id": doc.source_id, "title": doc.title, "lang": doc.language, "body": doc.text}
    return {**told, "licence": doc.extra["licence"]} if "licence" in doc.extra else told


def lines(docs: Sequence[Doc]) -> bytes:
    """JSONL."""
    return b"".join(json.dumps(record(doc), ensure_ascii=False).encode() + b"\n" for doc in docs)


def packed(data: bytes, suffix: str) -> bytes:
    """As the file's name says: `.gz`, `.zst`, or as it is."""
    if suffix == ".gz":
        return gzip.compress(data, mtime=0)
    return zstandard.ZstdCompressor(level=3).compress(data) if suffix == ".zst" else data


def parquet(docs: Sequence[Doc]) -> bytes:
    """Columns id, title, body, published, and where the record comes from as a nested column."""
    rows = [
        {"id": d.source_id, "title": d.title, "body": d.text, "published": "2019-05-17", "from": {"lang": d.language}}
        for d in docs
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, compression="zstd")
    return sink.getvalue()


def subtitles(doc: Doc, form: str, rng: Random) -> bytes:
    """SRT or VTT: a cue of seven words in two lines, a credit and a sound to be left out, a pause a paragraph."""
    dot = "," if form == "srt" else "."
    out = ["WEBVTT"] if form == "vtt" else []
    clock, number = 1.0, 0
    for paragraph in doc.paragraphs:
        words = paragraph.split(" ")
        for start in range(0, len(words), CUE):
            number += 1
            spoken = words[start : start + CUE]
            text = f"{' '.join(spoken[:4])}\n{' '.join(spoken[4:])}".strip()
            text = f"(musikk)\n{text}" if number == 3 else text
            end = clock + 0.3 * len(spoken)
            out.append(_cue(number, clock, end, dot, text))
            clock = end + 0.1
        clock += 4 + rng.random()
    out.append(_cue(number + 1, clock, clock + 2, dot, "Tekst: kvern demo"))
    return ("\n\n".join(out) + "\n").encode()


def _cue(number: int, start: float, end: float, dot: str, text: str) -> str:
    return f"{number}\n{_stamp(start, dot)} --> {_stamp(end, dot)}\n{text}"


def _stamp(seconds: float, dot: str) -> str:
    milli = round(seconds * 1000)
    return f"{milli // 3600000:02d}:{milli // 60000 % 60:02d}:{milli // 1000 % 60:02d}{dot}{milli % 1000:03d}"
