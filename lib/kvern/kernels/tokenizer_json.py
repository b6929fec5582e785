"""Hugging Face `tokenizer.json`: a given one behind the calls of SentencePiece's processor, and our BPE written as one.

A given file is used through the library `tokenizers`: slower, exact by definition. Padding, truncation, sampling and
special tokens are of the model's user, not of the text: a text is encoded whole, always to the same ids, and one that
holds `</s>` has it spelt out. Where the model itself has `</s>` among its pieces, and gives it for a text, that text is
encoded by the same model without the piece.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from kvern.kernels import special_tokens
from kvern.kernels.pieces import BPE, NORMAL, USER, why_not

_UNITS = " +[^ ]*|[^ ]+"  # no piece goes on behind a blank that follows something else: cut there before merging


@dataclass(frozen=True)
class Piece:
    """One token of a text: bytes [begin, end) of its UTF-8. Tokens that share a character share its bytes."""

    id: int
    piece: str
    begin: int
    end: int


@dataclass(frozen=True)
class Pieces:
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Processor:
    """What of SentencePiece's processor this house calls, for a `tokenizer.json`.

    `end`: id of the end mark, -1 for none. `marks`: the ids that no text may have, by their tokens.
    """

    tokenizer: Any
    data: bytes
    end: int
    marks: Mapping[str, int]

    def encode(self, given: Any, out_type: Any = int, return_type: str = "", num_threads: int = 1) -> Any:
        """Ids of one text or of each of a list, str or bytes of UTF-8; with return_type "proto" tokens and places.

        ValueError where a text gives a mark even by the model without marks.
        """
        del num_threads  # one thread, always: Spark is what runs side by side
        if isinstance(given, list):
            return [self.encode(each, out_type, return_type) for each in given]
        text = given.decode() if isinstance(given, bytes) else given
        found, ids = self._found(text)
        if return_type == "proto":
            return Pieces(tuple(_placed(text, found)))
        return np.array(ids, np.int32) if out_type == "numpy" else ids

    def _found(self, text: str) -> tuple[Any, list[int]]:
        found = self.tokenizer.encode(text, add_special_tokens=False)
        ids = found.ids
        if self._ids.isdisjoint(ids):
            return found, ids
        found = self._without_marks.encode(text, add_special_tokens=False)
        if marks := self._ids.intersection(ids := found.ids):
            name = self.id_to_piece(min(marks))
            raise ValueError(f"wanted ids without special tokens, a text gives {name}: take a model where none does")
        return found, ids

    @cached_property
    def _ids(self) -> frozenset[int]:
        return frozenset(self.marks.values())

    @cached_property
    def _without_marks(self) -> Any:
        return special_tokens.read(special_tokens.without(self.data, self.marks))

    def check(self, texts: Iterable[str]) -> None:
        """ValueError where one of these texts, or one that holds a mark, cannot be encoded without marks."""
        for text in [*texts, *(around.format(mark) for mark in self.marks for around in special_tokens.AROUND)]:
            try:
                self.encode(text)
            except ValueError:
                raise
            except Exception as error:
                problem = f"{ascii(text)[:40]} fails ({str(error)[:80]})"
                raise ValueError(f"wanted a tokenizer.json for every text, {problem}: give it an unk_token") from error

    def decode(self, ids: Sequence[int]) -> str:
        return str(self.tokenizer.decode([int(each) for each in ids]))

    def get_piece_size(self) -> int:
        """One more than the largest id: files may leave ids out."""
        return max(self.tokenizer.get_vocab(with_added_tokens=True).values(), default=-1) + 1

    def id_to_piece(self, number: int) -> str:
        return self.tokenizer.id_to_token(number) or ""

    def eos_id(self) -> int:
        """Id of the end mark, -1 for none."""
        return self.end


def is_json(data: bytes) -> bool:
    """Whether a model file is JSON; SentencePiece's message cannot begin with a brace (field 15 opens no group)."""
    return data[:64].lstrip()[:1] == b"{"


def loaded(data: bytes) -> Processor:
    """ValueError where the bytes are no tokenizer.json that the installed `tokenizers` reads."""
    try:
        import tokenizers  # noqa: F401
    except ImportError:
        raise ValueError(
            "wanted the package tokenizers for a tokenizer.json, it is not installed: run make setup"
        ) from None
    try:
        tokenizer = special_tokens.read(data.decode())
    except Exception as error:
        raise ValueError(f"wanted a tokenizer.json, got other JSON: {str(error)[:120]}") from error
    return Processor(tokenizer, data, *special_tokens.found(tokenizer, data))


def library() -> str:
    return f"tokenizers {version('tokenizers')}"


def _placed(text: str, found: Any) -> Iterator[Piece]:
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    for number, piece, (begin, end) in zip(found.ids, found.tokens, found.offsets, strict=True):
        yield Piece(number, piece, starts[begin], starts[end])


def why_not_exported(proto: Any) -> list[str]:
    """Reasons why a model (its ModelProto, in the form that encodes) cannot be a tokenizer.json with the same ids."""
    live = {each.piece for each in proto.pieces if each.type in (NORMAL, USER)}
    scores = [each.score for each in proto.pieces if each.type == NORMAL and len(each.piece) > 1]
    reasons = {
        "is no BPE": proto.trainer_spec.model_type != BPE,
        "has pieces of one score": len(set(scores)) < len(scores),
        "has pieces with characters that are no pieces": not {character for piece in live for character in piece}
        <= live,
    }
    return [*why_not(proto), *(reason for reason, holds in reasons.items() if holds)]


def exported(proto: Any) -> bytes:
    """A BPE model, in its literal form, as tokenizer.json: the same ids for every text. ValueError says why not.

    `merges`: of each piece, by score, all splits into two pieces, the shortest left part first. No special tokens: they
    would be found in running text.
    """
    if reasons := why_not_exported(proto):
        raise ValueError(f"wanted a model that a tokenizer.json can stand for, this one {', '.join(reasons)}")
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": proto.pieces[proto.trainer_spec.unk_id].piece,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": True,
        "ignore_merges": False,
        "vocab": {each.piece: number for number, each in enumerate(proto.pieces)},
        "merges": list(_merges(proto)),
    }
    parts: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": _cutting(proto),
        "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": model,
    }
    return (json.dumps(parts, ensure_ascii=False, indent=1) + "\n").encode()


def _merges(proto: Any) -> Iterator[tuple[str, str]]:
    normal = [each for each in proto.pieces if each.type == NORMAL]
    known = {each.piece for each in normal}
    for each in sorted(normal, key=lambda piece: -piece.score):
        for at in range(1, len(each.piece)):
            left, right = each.piece[:at], each.piece[at:]
            if left in known and right in known:
                yield left, right


def _cutting(proto: Any) -> dict[str, Any] | None:
    """Cut at blanks where no piece crosses such a cut; else the whole text is merged at once, slowly."""
    if any(" " in each.piece.lstrip(" ") for each in proto.pieces if each.type in (NORMAL, USER)):
        return None
    return {"type": "Split", "pattern": {"Regex": _UNITS}, "behavior": "Isolated", "invert": False}
