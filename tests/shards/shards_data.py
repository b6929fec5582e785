"""Documents, a model and tables to make shards from, and a reader of Megatron's files that shares no code with kvern."""

import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from sentencepiece import sentencepiece_model_pb2 as pb

from kvern.build_params import Phase
from kvern.kernels import sentencepieces
from kvern.kernels.final_text import edited
from kvern.shards import held as sums
from kvern.shards import manifest, storage
from kvern.shards.form import Form
from kvern.shards.parquet import DETAILS
from kvern.shards.writer import write_shard
from pieces import lossless

BUCKET = "books.nob.public-domain"
LENGTH = 64
EVERY = ("datatrove", "dolma", "mds", "megatron", "parquet", "webdataset")
CODES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}
WORDS = [
    "Det",
    "er",
    "ein",
    "dag",
    "i",
    "nord",
    ".",
    "Reisen",
    "gikk",
    "til",
    "fjells",
    "og",
    "\n",
    "å",
    "være",
    "mii",
    "leat",
]


def megatron(prefix: Path) -> list[list[int]]:
    """The sequences of <prefix>.bin and .idx, from the description of the format alone."""
    head = prefix.with_suffix(".idx").read_bytes()
    assert head[:9] == b"MMIDIDX\x00\x00"
    version, code, sequences, bounds = struct.unpack_from("<QBQQ", head, 9)
    assert (version, bounds, len(head)) == (1, sequences + 1, 34 + 12 * sequences + 8 * bounds)
    lengths = np.frombuffer(head, "<i4", sequences, 34)
    pointers = np.frombuffer(head, "<i8", sequences, 34 + 4 * sequences)
    assert np.frombuffer(head, "<i8", bounds, 34 + 12 * sequences).tolist() == list(range(bounds))
    body = prefix.with_suffix(".bin").read_bytes()
    return [np.frombuffer(body, CODES[code], n, at).tolist() for n, at in zip(lengths, pointers, strict=True)]


@lru_cache
def model(pieces: int = 0) -> sentencepieces.Model:
    """A small lossless model; with `pieces` it is filled up to that many by pieces that no text here has."""
    found = lossless()
    if not pieces:
        return found
    proto = pb.ModelProto()
    proto.ParseFromString(found.data)
    for i in range(len(proto.pieces), pieces):
        proto.pieces.add(piece=f"zq{i}", score=-float(i))
    return sentencepieces.describe(proto.SerializeToString())


@dataclass(frozen=True)
class Document:
    text: str
    edits: tuple[tuple[int, int, str], ...] = ()

    @property
    def doc_id(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]

    @property
    def final(self) -> str:
        data, shift = self.text.encode(), 0
        for start, end, replacement in self.edits:
            data = data[: start + shift] + replacement.encode() + data[end + shift :]
            shift += len(replacement.encode()) - (end - start)
        return data.decode()


def documents(n: int = 40) -> list[Document]:
    """An empty one, one of a single token, one longer than a shard, one cut and masked, and others of many lengths."""
    rng = np.random.default_rng(7)
    plain = [Document(f"{i} " + " ".join(rng.choice(WORDS, 1 + i * 3))) for i in range(n)]
    long = Document("Lang " + " ".join(rng.choice(WORDS, 3000)))
    odd = Document("Ring 22 22 22 22 i dag.\nKutt denne.\nSlutt \u2581 og 😀 nå.", ((5, 16, "[telefon]"), (24, 36, "")))
    return [Document(""), Document("x"), long, odd, *plain]


def row(each: Document, i: int) -> dict:
    """One row with all that the four tables hold of a document."""
    used = model()
    ids = sentencepieces.encoder(used.data).encode(each.final)
    size = len(each.text.encode())
    half = size // 2
    while 0 < half < size and each.text.encode()[half] & 0xC0 == 0x80:
        half -= 1
    return {
        "doc_id": each.doc_id, "text": each.text, "source_id": f"urn:{i}", "source": "books", "title": f"Tittel {i}",
        "year": 1900 + i, "licence": None, "path": f"in/{i}.xml", "kind": "book",
        "pages": [{"page_id": f"urn:{i}_1", "start": 0, "end": half}, {"page_id": f"urn:{i}_2", "start": half, "end": size}],
        "blocks": [{"page_id": f"urn:{i}_1", "block_id": "b1", "start": 0, "end": half}, {"page_id": f"urn:{i}_2", "block_id": "b2", "start": half, "end": size}],
        "ids": ids, "count": len(ids), "text_hash": hashlib.sha256(each.final.encode()).hexdigest(), "tokenizer": used.sha256,
        "edits": [{"start": a, "end": b, "replacement": c} for a, b, c in each.edits],
        "keep": True, "language": "nob", "tier": "public-domain", "cluster": each.doc_id,
    }  # fmt: skip


EDIT = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("replacement", pa.string())])
DETAIL_TYPES = [(name, pa.int32() if name == "year" else pa.string()) for name in DETAILS]
SCHEMA = pa.schema(
    [
        ("doc_id", pa.string()),
        ("ids", pa.list_(pa.int32())),
        ("edits", pa.list_(EDIT)),
        ("text", pa.string()),
        *DETAIL_TYPES,
    ]
)
DDL = """doc_id STRING, text STRING, source_id STRING, source STRING, title STRING, year INT, licence STRING, path STRING,
kind STRING, pages ARRAY<STRUCT<page_id: STRING, start: INT, end: INT>>,
blocks ARRAY<STRUCT<page_id: STRING, block_id: STRING, start: INT, end: INT>>, ids ARRAY<INT>, count INT, text_hash STRING,
tokenizer STRING, edits ARRAY<STRUCT<start: INT, end: INT, replacement: STRING>>, keep BOOLEAN, language STRING, tier STRING, cluster STRING"""


def same_files(root: Path) -> dict[str, bytes]:
    """Every file under a folder with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def folder_build(
    output: Path,
    rows: list[dict],
    formats: tuple[str, ...] = ("megatron", "parquet"),
    shards: int = 3,
    batch: int = 99,
    pieces: int = 0,
) -> Path:
    """A finished build without Spark: document i goes to shard i % shards, in batches of `batch` documents."""
    used = model(pieces)
    eod, names = sentencepieces.eod_id(used.data), (BUCKET,) * shards
    form = Form("demo-0", str(output / "demo-0"), formats, eod, used.vocabulary, names, LENGTH)
    files, columns = [], ["doc_id", "ids", "edits", "text", *DETAILS]
    held = pa.Table.from_pylist([{name: each[name] for name in columns} for each in rows], SCHEMA)
    for shard in range(shards):
        mine = held.take(list(range(shard, len(rows), shards))).combine_chunks()
        files += write_shard(shard, edited(mine.to_batches(max_chunksize=batch)), form)
    storage.put(form.root, manifest.MODEL, used.data)
    totals = {key: sum(each[key] for each in files if each["format"] == "index") for key in ("documents", "tokens")}
    known = {"name": BUCKET, "source": "books", "language": "nob", "tier": "public-domain", "split": "train"}
    planned = {
        "build": form.build, "seed": 1, "shard_tokens": 1, "formats": list(formats), "sequence_length": LENGTH,
        "buckets": [{**known, "cuts": [0] * shards}], "phases": [Phase().model_dump()],
    }  # fmt: skip
    content = manifest.content({**planned, **totals}, used, files, {"recipe": "demo"})
    content |= {"held": sums.of(manifest.Build(form.root, content))}
    manifest.publish(form.root, manifest.with_papers(form.root, content))
    return output / "demo-0"
