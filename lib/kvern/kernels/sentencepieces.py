"""SentencePiece: what a model file promises, and encoding that gives every text back.

Losslessness is derived from the model file, never from settings. A lossless model is used in its **literal** form:
blanks as blanks, so that U+2581 in a text becomes three byte pieces, which the stored model decodes rightly; every
other text has the same ids (0 of 43 258 code points differ).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

_BYTE_PIECE = 6
ODD = (
    "", " ", "  ", "\n", "\n\n\n", "\t", "\r\n", "a\r\nb", "\x00", "a\x00b", " a", "  a ", "a   b    c", "\u00a0",
    "§\u00a05", "\u2581", "a\u2581b \u2581 ", "\u2585", "<s>", "</s>", "<unk>", "<0x41>", "\ufffd", "\ufeffa",
    "a\x1fb", "\U0010ffff", "😀", "e\u0301", "ﬁ", "m²", "\u2028", "\x85", "\n a", "a \n b", " \u2047 ",
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A model file and what is known of it; `settings` is JSON."""

    data: bytes
    sha256: str
    vocabulary: int
    lossless: bool
    library: str
    settings: str


def describe(data: bytes, settings: dict[str, Any] | None = None) -> Model:
    """What a model file promises; ValueError where it is no SentencePiece model with an end mark."""
    try:
        processor = _loaded(data)
    except Exception as error:
        raise ValueError("wanted a SentencePiece model file, got other bytes: check the path of the model") from error
    eod_id(data)
    lossless = not why_not_lossless(data) and not failures(data)
    library = f"sentencepiece {version('sentencepiece')}"
    wording = json.dumps(settings or {}, sort_keys=True, ensure_ascii=False)
    return Model(data, hashlib.sha256(data).hexdigest(), processor.get_piece_size(), lossless, library, wording)


def _loaded(data: bytes) -> Any:
    return sentencepiece.SentencePieceProcessor(model_proto=data)


def _proto(model: bytes) -> Any:
    proto = pb.ModelProto()
    proto.ParseFromString(model)
    return proto


def eod_id(model: bytes) -> int:
    """Id of the end mark: the model's end of sentence; ValueError where it has none."""
    found = int(_loaded(model).eos_id())
    if found < 0:
        raise ValueError("wanted a model with an end-of-sentence piece, got one without: train it with eos_id >= 0")
    return found


def why_not_lossless(model: bytes) -> list[str]:
    """Reasons why decode(encode(x)) may differ from x, from the model file alone; none where it never does."""
    proto = _proto(model)
    normaliser, trainer = proto.normalizer_spec, proto.trainer_spec
    bytes_missing = not trainer.byte_fallback or sum(piece.type == _BYTE_PIECE for piece in proto.pieces) != 256
    reasons = {
        "rewrites characters": bool(normaliser.precompiled_charsmap),
        "removes blanks": normaliser.remove_extra_whitespaces,
        "puts a blank before the text": normaliser.add_dummy_prefix,
        "writes blanks as they are": not normaliser.escape_whitespaces,
        "treats blanks as suffixes": trainer.treat_whitespace_as_suffix,
        "rewrites characters when decoding": bool(proto.denormalizer_spec.precompiled_charsmap),
        "has no byte fallback": bytes_missing,
        "has pieces with U+0020": any(" " in piece.piece for piece in proto.pieces),
    }
    return [reason for reason, holds in reasons.items() if holds]


def literal(model: bytes) -> bytes:
    """The same model with blanks as blanks. Only for lossless models; it encodes, the stored model decodes."""
    proto = _proto(model)
    proto.normalizer_spec.escape_whitespaces = False
    for piece in proto.pieces:
        piece.piece = piece.piece.replace("\u2581", " ")
    return bytes(proto.SerializeToString())


def encoder(model: bytes) -> Any:
    """The processor that encodes: the literal form of a lossless model, else the model itself."""
    return _loaded(model if why_not_lossless(model) else literal(model))


def decoder(model: bytes) -> Any:
    """The processor that decodes: the model as it is stored."""
    return _loaded(model)


def failures(model: bytes) -> list[str]:
    """Odd strings, by their code points, that do not come back; the proof at load that the library still agrees."""
    encodes, decodes = encoder(model), decoder(model)
    return [ascii(odd) for odd in ODD if decodes.decode(encodes.encode(odd)) != odd]


def encoded(batches: Iterable[pa.RecordBatch], model: bytes, promised: bool) -> Iterator[pa.RecordBatch]:
    """`text` becomes `ids` (list<int32>) and `text_hash`; other columns stay. Malformed UTF-8 counts as U+FFFD.

    `promised`: the tokenizer's row calls the model lossless; RuntimeError where the library here does not agree.
    """
    processor = encoder(model)
    if promised and (broken := failures(model)):
        raise RuntimeError(f"wanted a lossless model, {len(broken)} odd strings do not come back: pin sentencepiece")
    for batch in batches:
        texts = [text.decode("utf-8", "replace").encode() for text in batch["text"].cast(pa.binary()).to_pylist()]
        columns = {name: batch[name] for name in batch.schema.names if name != "text"}
        columns["ids"] = _lists(processor, texts)
        columns["text_hash"] = pa.array([hashlib.sha256(text).hexdigest() for text in texts], pa.string())
        yield pa.RecordBatch.from_pydict(columns)


def _lists(processor: Any, texts: list[bytes]) -> pa.Array:
    ids = processor.encode(texts, out_type="numpy", num_threads=1) if texts else []
    ends = np.cumsum([0, *(len(each) for each in ids)])
    values = np.concatenate([np.zeros(0, np.int32), *ids]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(values))
