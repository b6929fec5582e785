"""What the fast encoders take, and the pieces of a unigram model as tables: read from the model itself."""

from typing import Any, NamedTuple

import numpy as np

from kvern.kernels.parts import joins_of
from kvern.kernels.trie import trie

NORMAL, CONTROL, USER, UNUSED, BYTE, UNIGRAM, BPE = 1, 3, 4, 5, 6, 1, 2
_PENALTY = np.float32(10.0)  # what the library takes off the worst score for an unknown character


def why_not(proto: Any) -> list[str]:
    """Reasons why a model (a ModelProto that rewrites nothing) is left to the library; none where it need not."""
    trainer, pieces = proto.trainer_spec, proto.pieces
    reserved = (CONTROL, BYTE)
    reasons = {
        "is neither BPE nor unigram": trainer.model_type not in (UNIGRAM, BPE),
        "has no byte fallback": not trainer.byte_fallback or sum(each.type == BYTE for each in pieces) != 256,
        "has unused pieces": any(each.type == UNUSED for each in pieces),
        "has user symbols of several characters": any(each.type == USER and len(each.piece) > 1 for each in pieces),
        "has reserved pieces of one character": any(each.type in reserved and len(each.piece) < 2 for each in pieces),
        "has pieces with NUL": any("\x00" in each.piece for each in pieces),
    }
    return [reason for reason, holds in reasons.items() if holds]


class Pieces(NamedTuple):
    """A trie of the live pieces with their ids and scores, and what bytes of unknown characters cost."""

    joins: Any  # uint8[65536], see `parts.joins_of`
    nodes: Any  # uint32, see `trie`
    node_ids: Any  # int32, beside nodes
    node_scores: Any  # float32, beside nodes
    scores: Any  # float32, by id; the unknown character's stands at its first byte
    byte_ids: Any  # int32[256]
    unknown: Any  # float32


def pieces_of(proto: Any) -> Pieces:
    """Tables for a model that `why_not` has nothing against."""
    live = [(number, each) for number, each in enumerate(proto.pieces) if each.type in (NORMAL, USER)]
    found = trie([each.piece.encode() for _, each in live])
    scores = np.array([_score(each) for each in proto.pieces], np.float32)
    unknown = np.float32(min(scores[number] for number, each in live if each.type == NORMAL) - _PENALTY)
    byte_ids = byte_ids_of(proto)
    scores[byte_ids] = 0.0
    scores[byte_ids[[byte for byte in range(256) if byte & 0xC0 != 0x80]]] = unknown
    ids = np.array([number for number, _ in live], np.int32)
    node_ids = np.where(found.values >= 0, ids[found.values], -1).astype(np.int32)
    node_scores = np.where(found.values >= 0, scores[node_ids], 0).astype(np.float32)
    joins = joins_of(each.piece for _, each in live)
    return Pieces(joins, found.nodes, node_ids, node_scores, scores, byte_ids, unknown)


def _score(piece: Any) -> float:
    """A user symbol's score is .1 for each byte beyond the first (sentencepiece 0.2.3; another rule in 0.2.1)."""
    return 0.1 * (len(piece.piece.encode()) - 1) if piece.type == USER else float(piece.score)


def byte_ids_of(proto: Any) -> Any:
    """int32[256]: the id of each byte's piece, -1 where it has none."""
    ids = np.full(256, -1, np.int32)
    for number, each in enumerate(proto.pieces):
        if each.type == BYTE:
            ids[int(each.piece[3:5], 16)] = number
    return ids
