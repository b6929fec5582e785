"""SentencePiece: training from counts, what a model file promises, and encoding that gives every text back.

Losslessness is derived from the model file, never from settings. A lossless model is used in its **literal** form:
blanks as blanks, so that U+2581 in a text becomes three byte pieces, which the stored model decodes rightly; every
other text has the same ids (0 of 43 258 code points differ). Settings are those measured for BPE on Norwegian and Sámi
text: LF is learned, TAB is the one user symbol, digits are split, runs of blanks are pieces.
"""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

_BYTE_PIECE = 6
_WEIGHT = 1_000_000  # a language's weight is a whole number of millionths
_SCALE = 1000  # a weighted count is in thousandths
# U+2581 would count as a blank, U+2585 drops the sentence, U+001F is the trainer's own boundary.
_UNTRAINABLE = re.compile("[\u2581\u2585\x1f\x00]")
SETTINGS: dict[str, Any] = {
    "model_type": "bpe",
    "input_format": "tsv",
    "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False,
    "add_dummy_prefix": False,
    "byte_fallback": True,
    "split_digits": True,
    "allow_whitespace_only_pieces": True,
    "user_defined_symbols": ["\t"],
    "max_sentence_length": 1 << 30,
    "max_sentencepiece_length": 16,
    "num_threads": 1,
    "hard_vocab_limit": False,
}
ODD = (
    "", " ", "  ", "\n", "\n\n\n", "\t", "\r\n", "a\r\nb", "\x00", "a\x00b", " a", "  a ", "a   b    c", "\u00a0",
    "§\u00a05", "\u2581", "a\u2581b \u2581 ", "\u2585", "<s>", "</s>", "<unk>", "<0x41>", "\ufffd", "\ufeffa",
    "a\x1fb", "\U0010ffff", "😀", "e\u0301", "ﬁ", "m²", "\u2028", "\x85", "\n a", "a \n b", " \u2047 ",
)  # fmt: skip


class CannotTrain(ValueError):
    """The counts or the settings do not give a model."""


@dataclass(frozen=True)
class Training:
    """What decides a model beside the counts. `alpha` 1 leaves languages as they are, 0 makes them equal."""

    vocabulary: int
    alpha: float
    required_chars: str
    character_coverage: float
    min_count: int


@dataclass(frozen=True)
class Model:
    """A model file and what is known of it; `settings` is JSON."""

    data: bytes
    sha256: str
    vocabulary: int
    lossless: bool
    library: str
    settings: str


def train(words: pa.Table, training: Training) -> Model:
    """BPE from columns language, word, n. The same counts give the same bytes, in any order of rows.

    The vocabulary shrinks to what the counts give, and the settings say so. CannotTrain where they give nothing.
    """
    sentences = training_rows(words, training)
    if not sentences:
        raise CannotTrain("wanted counted words to train on, got none above min_count: lower it or select documents")
    data = _trained(sentences, training)
    note = {"alpha": training.alpha, "min_count": training.min_count, "wanted_vocabulary": training.vocabulary}
    options = {**SETTINGS, **_options(training), **note}
    got = _loaded(data).get_piece_size()
    if got < training.vocabulary:
        options["note"] = f"wanted {training.vocabulary} pieces, the words give {got}: a larger corpus gives more"
    return describe(data, options)


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


def training_rows(words: pa.Table, training: Training) -> list[str]:
    """`unit<TAB>count`, most frequent first, then by code points; languages weighted by their share to the power of
    `alpha`. Units that the trainer would misread are left out; the TAB goes in as U+001F, as the trainer writes it."""
    rows = list(zip(*(words[name].to_pylist() for name in ("language", "word", "n")), strict=True))
    totals, languages = Counter[str](), Counter[str]()
    for _, word, n in rows:
        totals[word] += n
    kept = [row for row in rows if totals[row[1]] >= training.min_count and not _UNTRAINABLE.search(row[1])]
    for language, _, n in kept:
        languages[language] += n
    weights = language_weights(languages, training.alpha)
    counts = Counter[str]()
    for language, word, n in kept:
        weighted = n if training.alpha == 1 else max(1, (n * weights[language] * _SCALE + _WEIGHT // 2) // _WEIGHT)
        counts["\x1f" if word == "\t" else word] += weighted
    return [f"{word}\t{n}" for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def language_weights(totals: dict[str, int], alpha: float) -> dict[str, int]:
    """(n_l / N) ** (alpha - 1) for each language, in whole millionths: decimal arithmetic, the same on any machine."""
    with localcontext() as context:
        context.prec = 40
        whole, power = Decimal(sum(totals.values())), Decimal(str(alpha)) - 1
        return {name: int((Decimal(n) / whole) ** power * _WEIGHT + Decimal("0.5")) for name, n in totals.items() if n}


def _options(training: Training) -> dict[str, Any]:
    required = "".join(sorted({*training.required_chars, "\n"} - {" ", "\t"}))
    return {
        "vocab_size": training.vocabulary,
        "required_chars": required,
        "character_coverage": training.character_coverage,
    }


def _trained(sentences: Sequence[str], training: Training) -> bytes:
    model, options = io.BytesIO(), {**SETTINGS, **_options(training), "minloglevel": 2}
    try:
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(sentences), model_writer=model, **options)
    except RuntimeError as error:
        raise CannotTrain(
            f"wanted a vocabulary of {training.vocabulary}, SentencePiece gives none: {str(error)[-120:]}; "
            "raise the vocabulary or lower character_coverage"
        ) from error
    return model.getvalue()


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
