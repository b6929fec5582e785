"""Candidates are a function of each bucket's member set alone."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvern.kernels import bands, minhash

documents = st.lists(st.tuples(st.lists(st.integers(0, 5), min_size=3, max_size=3), st.integers(0, 9)), max_size=40)
Row = tuple[bytes, int, list[int] | None]


def number(name: bytes) -> int:
    return int.from_bytes(name[:6], "big")


def bucket_pairs(members: dict[int, int], k: int) -> set[tuple[int, int]]:
    """Pairs of one bucket of {number: tag}."""
    stars: dict[int, list[int]] = {}
    for name, tag in sorted(members.items()):
        stars.setdefault(tag, []).append(name)
    firsts = [star[0] for star in stars.values()]
    met = {(a, b) for a in sorted(firsts)[:k] for b in firsts if a < b}
    return met | {(star[0], b) for star in stars.values() for b in star[1:]}


def reference(rows: list[Row], k: int) -> set[tuple[int, int, bool]]:
    buckets: dict[tuple[str, int], dict[int, int]] = {}
    for name, whole, keys in rows:
        for key in keys or ():
            buckets.setdefault(("band", key), {})[number(name)] = whole & 0xFFFF
        if keys:
            buckets.setdefault(("whole", whole), {})[number(name)] = 0
    return {(a, b, kind == "whole") for (kind, _), m in buckets.items() for a, b in bucket_pairs(m, k)}


def wide(band: int, key: int) -> int:
    return (1000 * band + key) * 0x9E3779B97F4A7C15 % 2**64 if key else band << 40


def batch(rows: list[Row]) -> pa.RecordBatch:
    version = minhash.VERSION.to_bytes(2, "little")
    blobs = [None if keys is None else version + np.array(keys, "<u8").tobytes() for _, _, keys in rows]
    wholes = [None if keys is None else whole.to_bytes(8, "big") for _, whole, keys in rows]
    names = pa.array([name for name, _, _ in rows], pa.binary())
    columns = [names, pa.array(wholes, pa.binary()), pa.array(blobs, pa.binary())]
    return pa.RecordBatch.from_arrays(columns, ["id", "words_hash", "minhash"])


def candidates(parts: list[list[Row]], k: int) -> list[tuple[int, int, bool]]:
    sent = [out for part in parts for out in bands.entry_batches([batch(part)])]
    rows = sorted((row for out in sent for row in out.to_pylist()), key=lambda row: row["range"])
    cut = len(rows) // 2
    halves = [pa.RecordBatch.from_pylist(half, schema=bands.ENTRIES) for half in (rows[:cut], rows[cut:])]
    return [tuple(row.values()) for out in bands.candidate_batches(halves, k) for row in out.to_pylist()]


@settings(max_examples=80)
@given(documents, st.integers(1, 9), st.randoms(use_true_random=False))
def test_candidates_are_the_reference_in_any_order_and_split(found, k, chance):
    numbers = chance.sample(range(1 << bands.NUMBER_BITS), len(found))  # one of two documents would hide the other here
    rows = [
        (
            name.to_bytes(6, "big") + bytes(10),
            whole << 60 | whole % 4,
            [wide(band, key) for band, key in enumerate(own)],
        )
        for name, (own, whole) in zip(numbers, found, strict=True)
    ]
    once = candidates([rows], k)
    chance.shuffle(rows)
    assert set(once) == set(candidates([rows[::2], rows[1::2]], k)) == reference(rows, k)


def test_a_hot_bucket_of_300000_gives_linear_pairs_in_bounded_batches():
    names = [n.to_bytes(6, "big") + bytes(10) for n in random.Random(3).sample(range(10**6), 300_000)]
    rows = [(name, n % 8_000 << 51 | n % 60_000, [7]) for n, name in enumerate(names)]
    sent = list(bands.entry_batches([batch(rows)]))
    batches = [out for out in bands.candidate_batches(sent, 8) if not out["copies"][0].as_py()]
    assert sum(len(out) for out in batches) == 8 * (60_000 - 8) + 28 + 240_000
    assert max(len(out) for out in batches) <= bands.CHUNK + 9


def test_10000_copies_are_one_star_for_each_key_and_one_for_their_words():
    rows = [(n.to_bytes(6, "big") + bytes(10), 5, [1 << 60, 2 << 60]) for n in range(10_000)]
    found = candidates([rows[::2], rows[1::2]], 8)
    assert len(found) == 3 * 9_999 and {a for a, _, _ in found} == {0}
    assert sum(copies for _, _, copies in found) == 9_999


def test_an_entry_costs_13_bytes():
    rows = [(n.to_bytes(6, "big") + bytes(10), n << 40, [n << 45] * 14) for n in range(1_000)]
    sent = list(bands.entry_batches([batch(rows)]))
    assert sum(len(blob.as_py()) for out in sent for blob in out["entries"]) == 1_000 * 15 * bands.ENTRY


def test_documents_without_words_meet_no_bucket():
    assert candidates([[(b"a" * 16, 1, None), (b"b" * 16, 1, None)]], 8) == []
    assert candidates([[]], 8) == []


def test_a_signature_of_another_version_is_refused_with_a_sentence():
    other = (minhash.VERSION + 1).to_bytes(2, "little") + bytes(8)
    rows = pa.RecordBatch.from_pydict({"id": [b"a" * 16], "words_hash": [bytes(8)], "minhash": [other]})
    with pytest.raises(ValueError, match=r"wanted signatures of version \d+, got \d+: make `signals` anew"):
        list(bands.entry_batches([rows]))


def test_an_id_of_another_length_is_refused_with_a_sentence():
    signature = minhash.VERSION.to_bytes(2, "little") + bytes(8)
    rows = pa.RecordBatch.from_pydict({"id": [b"kort"], "words_hash": [bytes(8)], "minhash": [signature]})
    with pytest.raises(ValueError, match="wanted an id or hash of 32 hex digits, got 8"):
        list(bands.entry_batches([rows]))
