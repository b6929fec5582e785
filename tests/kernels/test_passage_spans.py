"""Alignment outwards from a hit, against a whole table in plain Python, and the spans that come of it."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile

from kvern.demo import sentences
from kvern.demo.ocr_noise import corrupt
from kvern.kernels import passage_pairs, passage_spans
from kvern.kernels.passage_spans import DROP, LOST, OTHER, SAME

short = st.lists(st.integers(1, 3), max_size=14).map(lambda values: np.array(values, np.uint8))


def best_score(a: list[int], b: list[int]) -> int:
    """The best score of any alignment of a beginning of a with a beginning of b, by the whole table."""
    above = [LOST * j for j in range(len(b) + 1)]
    best = 0
    for i, one in enumerate(a, 1):
        row = [LOST * i]
        for j, other in enumerate(b, 1):
            row.append(max(above[j - 1] + (SAME if one == other else OTHER), above[j] + LOST, row[-1] + LOST))
        above, best = row, max(best, *row)
    return best


def extended(a: np.ndarray, b: np.ndarray, at: int, to: int, step: int) -> list[int]:
    room, found = [np.empty(len(b) + 2, np.int32) for _ in range(2)], np.empty(3, np.int64)
    passage_spans._extend(a, b, at, to, step, *room, found)
    return found.tolist()


@given(short, short)
def test_extension_reaches_the_best_score_of_the_whole_table(a, b):
    """Texts so short that no cell falls below the drop."""
    of_a, of_b, same = extended(a, b, 0, 0, 1)
    wanted = best_score(a.tolist(), b.tolist())
    assert best_score(a[:of_a].tolist(), b[:of_b].tolist()) == wanted
    assert 0 <= same <= min(of_a, of_b) and SAME * same >= wanted
    assert (of_a, of_b, same) == tuple(extended(a[::-1].copy(), b[::-1].copy(), len(a) - 1, len(b) - 1, -1))


def test_extension_bridges_what_one_text_lacks_up_to_the_drop():
    rng = np.random.default_rng(1)
    shared, lost = rng.integers(1, 25, 400, np.uint8), rng.integers(1, 25, DROP // -LOST - 1, np.uint8)
    for gap, reach in ((lost, 400), (np.tile(lost, 3), 200)):
        a, b = shared, np.concatenate((shared[:200], gap, shared[200:]))
        assert extended(a, b, 0, 0, 1)[2] == pytest.approx(reach, abs=3)


def prose(rng: Random, words: int) -> str:
    out: list[str] = []
    while sum(len(each.split()) for each in out) < words:
        out.append(sentences.sentence("nob", rng))
    return " ".join(out)


def around(rate: float, gap: str, seed: int) -> tuple[bytes, int, int]:
    telegram, rng = prose(Random(5), 120), Random(seed)
    before, own, after = (
        corrupt(text, rate, seed + n) for n, text in enumerate((prose(rng, 80), telegram, prose(rng, 80)))
    )
    start = len(f"{before}{gap}".encode())
    return f"{before}{gap}{own}{gap}{after}".encode(), start, start + len(own.encode())


@pytest.mark.parametrize(("rate", "gap", "off"), [(0, "\n\n", 0), (0.05, "\n\n", 0), (0.05, " ", 24), (0.1, "\n\n", 0)])
def test_a_passage_ends_where_the_texts_part(rate, gap, off):
    (a, start, end), (b, other_start, other_end) = (around(rate, gap, seed) for seed in (10, 20))
    middle = [np.array([(first + last) // 2]) for first, last in ((start, end), (other_start, other_end))]
    spans = passage_spans.spans(*(np.frombuffer(text, np.uint8) for text in (a, b)), *middle, 200, 0.6)
    assert len(spans) == 1
    got, wanted = spans[0][:4], (start, end, other_start, other_end)
    assert max(abs(g - w) for g, w in zip(got, wanted, strict=True)) <= off
    assert spans[0].similarity > 1 - 3 * rate - 0.01
    assert passage_spans.spans(*(np.frombuffer(text, np.uint8) for text in (a, b)), *middle, 2000, 0.6) == []


@given(hostile, hostile, st.integers(0, 40), st.integers(0, 40))
def test_any_bytes_are_aligned_inside_their_bounds(a, b, at, to):
    if not (a and b):
        return
    texts = [np.frombuffer(text, np.uint8) for text in (a, b)]
    for span in passage_spans.spans(*texts, np.array([at]), np.array([to]), 1, 0):
        assert 0 <= span.start < span.end <= len(a) and 0 <= span.other_start < span.other_end <= len(b)
        assert 0 <= span.similarity <= 1


def test_slices_carry_what_lies_around_a_chain_and_pairs_come_back_in_the_text():
    (a, start, end), (b, other_start, other_end) = (around(0.05, "\n\n", seed) for seed in (30, 40))
    a, shift = b"x" * 5000 + "ø\n\n".encode() + a, 5004
    chains = [
        [{"a": 1, "b": 2, "chain": 7, "own": own, "places": [place]}]
        for own, place in ((True, shift + (start + end) // 2), (False, (other_start + other_end) // 2))
    ]
    batch = pa.RecordBatch.from_pydict({"doc_id": ["9", "8"], "text": [a.decode(), b.decode()], "chains": chains})
    slices = list(passage_pairs.slice_batches([batch]))
    assert max(len(piece) for piece in slices[0]["piece"].to_pylist()) <= 2 * passage_pairs.GAP
    for parts in (slices, [slices[0].slice(0, 1), slices[0].slice(1)]):
        rows = [row for each in passage_pairs.pair_batches(parts, 200, 0.6) for row in each.to_pylist()]
        similarity = rows[0].pop("similarity")
        wanted = {"doc_id": "8", "start": other_start, "end": other_end, "other": "9"}
        assert rows == [{**wanted, "other_start": shift + start, "other_end": shift + end}] and similarity > 0.8
    assert not list(passage_pairs.pair_batches(slices, 200, 0.99))


def test_slices_begin_and_end_between_characters():
    chains = [{"a": 1, "b": 2, "chain": n, "own": True, "places": [5000 + n]} for n in range(2)]
    batch = pa.RecordBatch.from_pydict({"doc_id": ["9"], "text": ["ø" * 5000], "chains": [chains]})
    (slices,) = passage_pairs.slice_batches([batch])
    assert [row["base"] for row in slices.to_pylist()] == [3000, 3000]
    assert {piece.decode() for piece in slices["piece"].to_pylist()} == {"ø" * 2000}
