"""A tokenizer's model file: what it promises, and the forms of it that encode and decode.

SentencePiece's `.model`, or a `tokenizer.json` (see there), whose promise no file tells: it is never called lossless.
Losslessness is derived from the model file, never from settings. A lossless model is used in its **literal** form:
blanks as blanks, so that U+2581 in a text becomes three byte pieces, which the stored model decodes rightly; every
other text has the same ids (0 of 43 258 code points differ).
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

from kvern.kernels import special_tokens, tokenizer_json

_BYTE_PIECE, _WORD = 6, 3
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
    """What a model file promises; ValueError where it is neither kind of model, or without an end mark of its own."""
    if not data:
        raise ValueError(
            "wanted a model file, got an empty one (0 bytes): check the path of the model, or copy it anew"
        )
    try:
        processor = loaded(data)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(
            "wanted a SentencePiece model or a tokenizer.json, got other bytes: check the path of the model"
        ) from error
    eod_id(data)
    if tokenizer_json.is_json(data):
        processor.check(ODD)
    lossless = not why_not_lossless(data) and not failures(data)
    library = tokenizer_json.library() if tokenizer_json.is_json(data) else f"sentencepiece {version('sentencepiece')}"
    wording = json.dumps(settings or {}, sort_keys=True, ensure_ascii=False)
    return Model(data, hashlib.sha256(data).hexdigest(), processor.get_piece_size(), lossless, library, wording)


def loaded(data: bytes) -> Any:
    """The library's processor of a model file; ValueError for a tokenizer.json that `tokenizers` does not read."""
    if tokenizer_json.is_json(data):
        return tokenizer_json.loaded(data)
    return sentencepiece.SentencePieceProcessor(model_proto=data)


def proto_of(model: bytes) -> Any:
    """The model file as its message `ModelProto`."""
    proto = pb.ModelProto()
    proto.ParseFromString(model)
    return proto


def eod_id(model: bytes) -> int:
    """Id of the end mark: the model's end of sentence; ValueError where it has none."""
    found = int(loaded(model).eos_id())
    if found < 0 and tokenizer_json.is_json(model):
        raise ValueError(f"wanted a tokenizer.json with an end mark, one of {' '.join(special_tokens.ENDS)}: add one")
    if found < 0:
        raise ValueError("wanted a model with an end-of-sentence piece, got one without: train it with eos_id >= 0")
    return found


def why_not_lossless(model: bytes) -> list[str]:
    """Reasons why decode(encode(x)) may differ from x, from the model file alone; none where it never does."""
    if tokenizer_json.is_json(model):
        return ["is a tokenizer.json"]
    proto = proto_of(model)
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
        "cuts words at U+2581 alone": trainer.model_type == _WORD,
        "has pieces with U+0020": any(" " in piece.piece for piece in proto.pieces),
    }
    return [reason for reason, holds in reasons.items() if holds]


def literal(model: bytes) -> bytes:
    """The same model with blanks as blanks. It encodes what has no U+2581; of a lossless model the rest as well."""
    proto = proto_of(model)
    proto.normalizer_spec.escape_whitespaces = False
    for piece in proto.pieces:
        piece.piece = piece.piece.replace("\u2581", " ")
    return bytes(proto.SerializeToString())


def rewrites(model: bytes) -> bool:
    """Whether the model's normaliser may change a text, if only by a blank before it."""
    normaliser = proto_of(model).normalizer_spec
    adds = normaliser.remove_extra_whitespaces or normaliser.add_dummy_prefix or normaliser.escape_whitespaces
    return bool(normaliser.precompiled_charsmap) or bool(adds)


def why_not_segmented(model: bytes) -> list[str]:
    """Reasons why a blank and U+2581 are not one sign in rewritten text and in pieces; none where `segmenter` holds."""
    proto = proto_of(model)
    reasons = {
        "writes blanks as they are": not proto.normalizer_spec.escape_whitespaces,
        "has pieces with U+0020": any(" " in piece.piece for piece in proto.pieces),
    }
    return [reason for reason, holds in reasons.items() if holds]


def segmenter(model: bytes) -> bytes:
    """The model without its normaliser and with blanks as blanks: from text that is rewritten already, the same ids."""
    proto = proto_of(literal(model))
    proto.normalizer_spec.ClearField("precompiled_charsmap")
    proto.normalizer_spec.remove_extra_whitespaces = proto.normalizer_spec.add_dummy_prefix = False
    return bytes(proto.SerializeToString())


def encoding_form(model: bytes) -> bytes:
    """The form whose ids are used: the literal form of a lossless model, else the model itself."""
    return model if why_not_lossless(model) else literal(model)


def encoder(model: bytes) -> Any:
    """The processor that encodes: of the model's encoding form."""
    return loaded(encoding_form(model))


def as_json(model: bytes) -> bytes:
    """A lossless BPE model as tokenizer.json, with the ids of `encoder`; ValueError where there is none with them."""
    if tokenizer_json.is_json(model):
        return model
    if reasons := why_not_lossless(model):
        raise ValueError(f"wanted a lossless model to write as tokenizer.json, this one {', '.join(reasons)}")
    return tokenizer_json.exported(proto_of(literal(model)))


def decoder(model: bytes) -> Any:
    """The processor that decodes: the model as it is stored."""
    return loaded(model)


def failures(model: bytes) -> list[str]:
    """Odd strings, by their code points, that do not come back; the proof at load that the library still agrees."""
    encodes, decodes = encoder(model), decoder(model)
    return [ascii(odd) for odd in ODD if decodes.decode(encodes.encode(odd)) != odd]
