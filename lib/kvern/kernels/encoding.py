"""Text columns to token ids, exactly those of the pinned `sentencepiece`: by our own search where the model allows it.

What the fast path takes is decided from the model file (`pieces.why_not`), never from settings; everything else goes
through the library, and `Encoder.why_not` says why. At load both encode odd strings, and one difference turns the fast
path off: a library of another version is caught before it writes a token.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kvern.kernels import bpe, sentencepieces, tokenizer_json, unigram
from kvern.kernels.arrow import utf8_view
from kvern.kernels.merges import Merges, merges
from kvern.kernels.parts import CACHE_BYTES, Cache, Encoded, cache
from kvern.kernels.pieces import BPE, Pieces, pieces_of, why_not

_DRAWN = 200  # texts of the self-test that are drawn from the model's own pieces
_LONG = (
    "a" * 2_000,
    "\u00e5" * 300,
    "=" * 700,
    " " * 600 + "x",
    "ha" * 400,
    "kvern " * 50,
    "." * 33,
    "x" * 32,
    "x" * 31,
)


@dataclass(frozen=True)
class Encoder:
    """One model, ready to encode. Without `tables` all goes through `library`, for the reasons in `why_not`.

    `segments`: for a model that rewrites its text, the same model over text that is rewritten already.
    """

    library: Any
    tables: Merges | Pieces | None
    cache: Cache | None
    why_not: tuple[str, ...]
    segments: Any = None


def load(model: bytes, cache_bytes: int = CACHE_BYTES) -> Encoder:
    """An encoder; its cache of parts takes at most `cache_bytes`, whatever is encoded."""
    form = sentencepieces.encoding_form(model)
    library = sentencepieces.loaded(form)
    if tokenizer_json.is_json(model):
        return Encoder(library, None, None, ("is a tokenizer.json",))
    rewrites = sentencepieces.rewrites(form)
    segments = sentencepieces.segmenter(form) if rewrites else form
    proto = sentencepieces.proto_of(segments)
    if reasons := [*why_not(proto), *(sentencepieces.why_not_segmented(form) if rewrites else [])]:
        return Encoder(library, None, None, tuple(reasons))
    tables = merges(proto) if proto.trainer_spec.model_type == BPE else pieces_of(proto)
    own = sentencepieces.loaded(segments) if rewrites else None
    fast = Encoder(library, tables, cache(len(proto.pieces), cache_bytes), (), own)
    if different := differences(fast, odd_texts([each.piece for each in proto.pieces])):
        return Encoder(library, None, None, (f"differs from the library in {different} of its test texts",))
    return fast


_kept = lru_cache(maxsize=1)(load)  # a worker does many parts: the next one finds tables and cache as they are


@lru_cache(maxsize=1)
def _broken(model: bytes) -> int:
    return len(sentencepieces.failures(model))


def why_not_fast(model: bytes) -> list[str]:
    """Reasons why this model's text goes through the library, at its speed; none where the fast path encodes."""
    return list(load(model, 0).why_not)


def odd_texts(pieces: list[str]) -> list[str]:
    """What is encoded both ways at load: odd strings, long ones, and pieces in an order that their number decides."""
    drawn, state = [], len(pieces)
    for _ in range(_DRAWN):
        text = ""
        for _ in range(6):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            text += pieces[(state >> 33) % len(pieces)] + (" " if state >> 62 == 0 else "")
        drawn.append(text)
    return [*sentencepieces.ODD, *_LONG, *drawn]


def differences(encoder: Encoder, texts: list[str]) -> int:
    """Texts whose ids are not the library's; both a cold and a warm cache must agree."""
    column = pa.array([*texts, *texts], pa.string())
    ids, offsets, _ = encode(encoder, column)
    want = [encoder.library.encode(text) for text in texts]
    have = [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())]
    return sum(one != other for one, other in zip(have, [*want, *want], strict=True))


def encode(encoder: Encoder, column: pa.Array) -> Encoded:
    """Ids of a string column of valid UTF-8, the n + 1 offsets, and the bytes of each text that the library did."""
    text, segments = column, encoder.library
    if encoder.segments is not None:
        text, segments = _rewritten(column, encoder.library), encoder.segments
    if isinstance(encoder.tables, Merges) and encoder.cache is not None:
        return bpe.encode(utf8_view(text), encoder.tables, encoder.cache, segments.encode)
    if isinstance(encoder.tables, Pieces) and encoder.cache is not None:
        return unigram.encode(utf8_view(text), encoder.tables, encoder.cache, segments.encode)
    texts = column.cast(pa.binary()).to_pylist()
    found = encoder.library.encode(texts, out_type="numpy", num_threads=1) if texts else []
    offsets = np.cumsum([0, *(len(each) for each in found)], dtype=np.int64)
    ids = np.concatenate([np.zeros(0, np.int32), *found]).astype(np.int32)
    return ids, offsets, np.array([len(text) for text in texts], np.int64)


def _rewritten(column: pa.Array, library: Any) -> pa.Array:
    """Text as the library's normaliser leaves it, with blanks for its U+2581: no other blank is in it."""
    return pc.replace_substring(pa.array(map(library.normalize, column.to_pylist()), pa.string()), "\u2581", " ")


def encoded(
    batches: Iterable[pa.RecordBatch], model: bytes, promised: bool, cache_bytes: int = CACHE_BYTES
) -> Iterator[pa.RecordBatch]:
    """`text` becomes `ids` (list<int32>), their `count`, `text_hash` and `by_library` (bytes that the library did).

    Malformed UTF-8 counts as U+FFFD. `promised`: the tokenizer's row calls the model lossless; RuntimeError where the
    library here does not agree.
    """
    if promised and (broken := _broken(model)):
        raise RuntimeError(f"wanted a lossless model, {broken} odd strings do not come back: pin sentencepiece")
    encoder = _kept(model, cache_bytes)
    for batch in batches:
        text = _valid(batch["text"])
        ids, offsets, by_library = encode(encoder, text)
        columns = {name: batch[name] for name in batch.schema.names if name != "text"}
        columns["ids"] = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(ids))
        columns["count"] = pa.array(np.diff(offsets).astype(np.int32))
        columns["text_hash"] = text_hashes(text)
        columns["by_library"] = pa.array(by_library)
        yield pa.RecordBatch.from_pydict(columns)


def _valid(column: pa.Array) -> pa.Array:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array([text.decode("utf-8", "replace") for text in column.cast(pa.binary()).to_pylist()], pa.string())
    return column


def text_hashes(column: pa.Array) -> pa.Array:
    """SHA-256 of each text, in hex."""
    data, offsets = utf8_view(column)
    spans = pairwise(offsets.tolist())
    return pa.array([hashlib.sha256(data[start:end].tobytes()).hexdigest() for start, end in spans], pa.string())
