"""Candidates are a function of each bucket's member set alone."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvern.kernels import bands, minhash

documents = st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), max_size=40)


def reference(keys: dict[bytes, list[int]], k: int) -> set[tuple[bytes, bytes]]:
    buckets: dict[int, set[bytes]] = {}
    for name, own in keys.items():
        for key in own:
            buckets.setdefault(key, set()).add(name)
    return {(a, b) for members in buckets.values() for a in sorted(members)[:k] for b in members if a < b}


def wide(band: int, key: int) -> int:
    return (1000 * band + key) * 0x9E3779B97F4A7C15 % 2**64 if key else band + 1


def batch(rows: list[tuple[bytes, list[int] | None]]) -> pa.RecordBatch:
    version = minhash.VERSION.to_bytes(2, "little")
    blobs = [None if keys is None else version + np.array(keys, "<u8").tobytes() for _, keys in rows]
    return pa.RecordBatch.from_pydict(
        {"id": pa.array([name for name, _ in rows], pa.binary()), "minhash": pa.array(blobs, pa.binary())}
    )


def candidates(parts: list[list[tuple[bytes, list[int] | None]]], k: int) -> list[tuple[bytes, bytes]]:
    sent = [out for part in parts for out in bands.entry_batches([batch(part)])]
    rows = sorted((row for out in sent for row in out.to_pylist()), key=lambda row: row["range"])
    cut = len(rows) // 2
    halves = [pa.RecordBatch.from_pylist(half, schema=bands.ENTRIES) for half in (rows[:cut], rows[cut:])]
    return [(p["doc_id"], p["other"]) for out in bands.candidate_batches(halves, k) for p in out.to_pylist()]


@settings(max_examples=60, deadline=None)
@given(documents, st.integers(1, 9), st.randoms(use_true_random=False))
def test_candidates_are_the_reference_in_any_order_and_split(found, k, chance):
    keys = {chance.randbytes(16): [wide(band, key) for band, key in enumerate(own)] for own in found}
    rows = list(keys.items())
    once = candidates([rows], k)
    chance.shuffle(rows)
    assert set(once) == set(candidates([rows[::2], rows[1::2]], k)) == reference(keys, k)


def test_a_hot_bucket_of_300000_gives_linear_pairs_in_bounded_batches():
    names = [n.to_bytes(16, "big") for n in random.Random(3).sample(range(10**6), 300_000)]
    sent = list(bands.entry_batches([batch([(name, [7]) for name in names])]))
    batches = list(bands.candidate_batches(sent, 8))
    assert sum(len(b) for b in batches) == 8 * (len(names) - 8) + 28
    assert max(len(b) for b in batches) <= bands.CHUNK + 8
    smallest = sorted(names)[:8]
    assert {p["doc_id"] for b in batches[:1] for p in b.slice(0, 2000).to_pylist()} <= set(smallest)
    assert all(a < b for a, b in pairwise(smallest))


def test_documents_without_words_meet_no_bucket():
    assert candidates([[(b"a" * 16, None), (b"b" * 16, None)]], 8) == []
    assert candidates([[]], 8) == []


def test_a_signature_of_another_version_is_refused_with_a_sentence():
    other = (minhash.VERSION + 1).to_bytes(2, "little") + bytes(8)
    rows = pa.RecordBatch.from_pydict({"id": [b"a" * 16], "minhash": [other]})
    with pytest.raises(ValueError, match="wanted signatures of version"):
        list(bands.entry_batches([rows]))
