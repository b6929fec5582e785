"""Ids from provenance, hashes from content."""

import hashlib


def sha256_hex(data: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def doc_id(source: str, source_id: str, revision: str) -> str:
    """The first 128 bits, as 32 hex characters, of SHA-256 over provenance; parts are separated by U+001F.

    Neither batch nor path enters: the same delivery has the same id in whatever batch it comes.
    """
    return sha256_hex("\x1f".join((source, source_id, revision)).encode())[:32]
