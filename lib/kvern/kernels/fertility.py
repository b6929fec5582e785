"""What texts cost under a tokenizer: tokens a word, bytes a token, what falls to bytes, by language and spelling.

Words are what stands between white space. A text comes back where decode(encode(x)) is x, byte for byte.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels import encoding, orthography, sentencepieces, special_tokens, tokenizer_json
from kvern.kernels.arrow import utf8_view
from kvern.kernels.encoding import Encoder

KEYS = ("language", "orthography", "model")
COUNTS = ("documents", "bytes", "words", "tokens", "byte_tokens", "unknown", "returned")
SCHEMA = pa.schema([*((name, pa.string()) for name in KEYS), *((name, pa.int64()) for name in COUNTS)])
_SHOWN = 20


@dataclass(frozen=True)
class Judge:
    """A model, ready: who encodes and decodes, and which of its ids are bytes or the unknown."""

    encoder: Encoder
    decode: Callable[[list[int]], str]
    bytes: Any  # int32, sorted
    unknown: int


def judge(model: bytes) -> Judge:
    ids, unknown = (_of_json if tokenizer_json.is_json(model) else _of_proto)(model)
    return Judge(encoding.load(model), sentencepieces.decoder(model).decode, np.array(sorted(ids), np.int32), unknown)


def _of_proto(model: bytes) -> tuple[list[int], int]:
    pieces = list(enumerate(sentencepieces.proto_of(model).pieces))
    unknown = next((number for number, piece in pieces if piece.type == 2), -1)
    return [number for number, piece in pieces if piece.type == 6], unknown


def _of_json(model: bytes) -> tuple[list[int], int]:
    held = sentencepieces.loaded(model).tokenizer
    known = {f"<0x{byte:02X}>" for byte in range(256)}
    unknown = held.token_to_id(special_tokens.unknown(model) or "")
    return [number for piece, number in held.get_vocab().items() if piece in known], -1 if unknown is None else unknown


def counted(batches: Iterable[pa.RecordBatch], models: Mapping[str, bytes]) -> Iterator[pa.RecordBatch]:
    """KEYS and COUNTS, summed over each batch, from columns language, year (may be null) and text (valid UTF-8)."""
    judges = {name: judge(model) for name, model in models.items()}
    for batch in batches:
        sums: dict[tuple[str, str, str], Any] = defaultdict(lambda: np.zeros(len(COUNTS), np.int64))
        groups = _groups(batch)
        for name, each in judges.items():
            for group, found in zip(groups, _measured(batch["text"], each), strict=True):
                sums[*group, name] += found
        rows = [dict(zip((*KEYS, *COUNTS), (*key, *found.tolist()), strict=True)) for key, found in sums.items()]
        yield pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def _groups(batch: pa.RecordBatch) -> list[tuple[str, str]]:
    languages = [each or "und" for each in batch["language"].to_pylist()]
    spelt = orthography.label(orthography.measure(*utf8_view(batch["text"])), languages, batch["year"].to_pylist())
    return [(language, label or "") for language, label in zip(languages, spelt, strict=True)]


def _measured(column: pa.Array, model: Judge) -> Iterator[Sequence[int]]:
    """COUNTS of each text."""
    ids, offsets, _ = encoding.encode(model.encoder, column)
    for text, start, end in zip(column.to_pylist(), offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        found = ids[start:end]
        as_bytes, unknown = int(np.isin(found, model.bytes).sum()), int((found == model.unknown).sum())
        returned = model.decode(found.tolist()) == text
        yield 1, len(text.encode()), len(text.split()), len(found), as_bytes, unknown, returned


def ratios(row: Mapping[str, Any]) -> dict[str, float]:
    """What is read off the sums: tokens a word, bytes a token, and shares of byte tokens, unknown ones, texts."""
    tokens = max(row["tokens"], 1)
    return {
        "tokens_a_word": round(row["tokens"] / max(row["words"], 1), 4),
        "bytes_a_token": round(row["bytes"] / tokens, 4),
        "byte_share": round(row["byte_tokens"] / tokens, 6),
        "unknown_share": round(row["unknown"] / tokens, 6),
        "returned_share": round(row["returned"] / max(row["documents"], 1), 6),
    }


def letters(model: bytes, wanted: str) -> dict[str, int]:
    """Each letter to the tokens that it takes alone; a blank that the model puts before a text is not counted."""
    processor = sentencepieces.encoder(model)
    return {letter: len(_without_blank(processor, processor.encode(letter))) for letter in wanted}


def _without_blank(processor: Any, ids: list[int]) -> list[int]:
    if ids and processor.id_to_piece(int(ids[0])) in ("\u2581", "\u0120", " "):
        return ids[1:]
    return ids


def pieces(model: bytes) -> list[str]:
    """The pieces that stand for text, with blanks as blanks; of a tokenizer.json all tokens, in its own spelling."""
    if tokenizer_json.is_json(model):
        return sorted(sentencepieces.loaded(model).tokenizer.get_vocab(with_added_tokens=False))
    return [each.piece.replace("\u2581", " ") for each in sentencepieces.proto_of(model).pieces if each.type in (1, 4)]


def longest(found: Sequence[str]) -> list[str]:
    return sorted(found, key=lambda piece: (-len(piece), piece))[:_SHOWN]


def oddest(found: Sequence[str], alphabet: str) -> dict[str, list[str]]:
    """Pieces to read, by what is odd about them, the longest first."""
    known = set(alphabet)

    def strange(piece: str) -> bool:
        return len(piece) > 1 and any(c.isalpha() and c not in known for c in piece)

    odd: dict[str, Callable[[str], bool]] = {
        "one character over and over": lambda piece: len(piece.strip()) > 2 and len(set(piece.strip())) == 1,
        "letters of no kept alphabet": strange,
        "letters beside signs": lambda piece: _mixes(piece.strip(" ")),
        "a line feed inside": lambda piece: "\n" in piece.strip("\n"),
        "no letter, no digit": lambda piece: len(piece.strip()) > 2 and not any(c.isalnum() for c in piece),
    }
    return {name: longest([piece for piece in found if holds(piece)]) for name, holds in odd.items()}


def _mixes(piece: str) -> bool:
    return any(c.isalpha() for c in piece) and any(not c.isalpha() and not c.isspace() for c in piece)
