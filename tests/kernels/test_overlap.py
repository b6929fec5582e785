"""Alignment finds what two readings share, no more than their longest common subsequence, whichever comes first."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed, tidy

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import overlap
from kvern.kernels.characters import lower_of
from kvern.kernels.edit_distance import column, distance, span_distance
from kvern.kernels.folding import folded
from kvern.kernels.letters import folded_bytes, letters_of

SCRATCH = overlap.scratch()
WORDS = [
    "og",
    "det",
    "var",
    "en",
    "gang",
    "båten",
    "sjøen",
    "mann",
    "hjemme",
    "langt",
    "borte",
    "kvinde",
    "fjeld",
    "høi",
]
few = st.binary(max_size=200).map(lambda b: bytes(97 + byte % 3 for byte in b))


def letters(text: str) -> np.ndarray:
    array, offsets = packed([b"x", text.encode(), b"y"])
    return letters_of(array, int(offsets[1]), int(offsets[2]))


def jaccard(a: str, b: str) -> float:
    return overlap.jaccard(letters(a), letters(b), SCRATCH)


def story(seed: int, count: int) -> str:
    draw = np.random.default_rng(seed)
    ends = [chr(97 + n) for n in range(26)]
    return " ".join(draw.choice(WORDS) + draw.choice(ends) * (draw.random() < 0.4) for _ in range(count))


@given(few, few, st.integers(0, 3))
def test_distance_of_spans_is_levenshteins(one, other, shift):
    a, b = (np.frombuffer(b"q" * shift + text + b"q", np.uint8) for text in (one, other))
    found = span_distance(a, shift, len(a) - 1, b, shift, len(b) - 1, column(200))
    assert found == distance(one.decode(), other.decode())


def test_scratch_is_left_clean():
    scratch = column(128)
    a, b = np.frombuffer(b"en lang tekst" * 9, np.uint8), np.frombuffer(b"en annen", np.uint8)
    assert span_distance(a, 0, 117, b, 0, 8, scratch) == span_distance(b, 0, 8, a, 0, 117, scratch)
    assert not scratch.places.any()


@given(st.lists(st.integers(0, 60), unique=True, max_size=40))
def test_the_chain_is_a_longest_one(values):
    array, chosen = np.array(values, np.int64), np.empty(len(values), np.int64)
    length = overlap._chain(array, np.empty(len(values), np.int64), np.empty(len(values), np.int64), chosen)
    best: list[int] = []
    for at, value in enumerate(values):
        best.append(1 + max((best[k] for k in range(at) if values[k] < value), default=0))
    assert length == max(best, default=0)
    assert (np.diff(chosen[:length]) > 0).all() and (np.diff(array[chosen[:length]]) > 0).all()


@given(hostile | tidy)
def test_letters_are_lower_case_letters_and_digits(data):
    array, offsets = packed([data])
    found = letters_of(array, 0, int(offsets[1]))
    kept = [lower_of(c) for c in data.decode("utf-8", "replace") if c.isalpha() or c in "0123456789"]
    assert len(found) == len(kept)
    of = dict(zip(kept, found.tolist(), strict=True))
    latin = {c: byte for c, byte in of.items() if c < "\u0180"}
    assert len(set(latin.values())) == len(latin) and [of[c] for c in kept] == found.tolist()
    stands = {c: folded_bytes()[byte] for c, byte in latin.items() if folded(c).isascii()}
    assert stands == {c: ord(folded(c) or "\0") for c in stands}


def test_runs_occur_once_and_where_they_say():
    text = letters(story(1, 300) + " " + story(2, 40) + " " + story(2, 40))
    found = overlap.runs(text, 1)
    read = [(place, byte) for place, byte in enumerate(folded_bytes()[text].tolist()) if byte]
    seen: dict[tuple[int, ...], list[int]] = {}
    for at in range(len(read) - overlap.RUN + 1):
        seen.setdefault(tuple(byte for _, byte in read[at : at + overlap.RUN]), []).append(read[at][0])
    assert sorted(found.starts.tolist()) == sorted(places[0] for places in seen.values() if len(places) == 1)
    assert any(len(places) == 2 for places in seen.values()) and (np.diff(found.hashes.astype(object)) > 0).all()
    sampled = overlap.runs(text, 5)
    assert set(sampled.hashes.tolist()) == {h for h in found.hashes.tolist() if h % 5 == 0}


def common(a: str, b: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = row[:]
        for j, y in enumerate(b):
            row[j + 1] = before[j] + 1 if x == y else max(row[j], before[j + 1])
    return row[-1]


readings = st.tuples(st.integers(0, 9), st.integers(0, 60), st.sampled_from([0, 0.02, 0.1, 0.3]), st.integers(0, 9))


@given(readings, readings)
def test_no_more_than_the_longest_common_subsequence(one, other):
    a, b = (corrupt(story(seed, words), rate, noise) for seed, words, rate, noise in (one, other))
    found, shared = jaccard(a, b), common("".join(map(chr, letters(a))), "".join(map(chr, letters(b))))
    assert found == jaccard(b, a)
    assert 0 <= found <= shared / max(1, len(letters(a)) + len(letters(b)) - shared)
    if one[:2] == other[:2] and max(one[2], other[2]) <= 0.1 and one[1] > 9:
        assert found > 0.5


@pytest.mark.parametrize(
    ("rate", "least", "most"), [(0.01, 0.95, 1), (0.05, 0.85, 0.95), (0.1, 0.75, 0.9), (0.2, 0.6, 0.8)]
)
def test_jaccard_falls_with_the_errors_of_both(rate, least, most):
    text = story(3, 3_000)
    assert least < jaccard(corrupt(text, rate, 1), corrupt(text, rate, 2)) < most


def test_what_one_text_lacks_is_missing():
    text = story(4, 1_000)
    read = corrupt(text, 0.05, 1)
    half = jaccard(text, read[: len(read) // 2])
    assert 0.42 < half < 0.5
    assert jaccard(text, story(5, 1_000) + read) == pytest.approx(half, abs=0.05)
    assert jaccard(text, read[: len(read) // 3] + story(5, 400) + read[len(read) // 3 :]) > 0.6


def test_other_texts_share_nothing():
    phrase = " den samme setning staar i begge bøger uten at nogen har skrevet av " + story(10, 30)
    assert jaccard(story(6, 2_000), story(7, 2_000)) < 0.01
    assert 0 < jaccard(story(6, 2_000) + phrase + story(8, 900), story(7, 900) + phrase + story(9, 2_000)) < 0.02


def test_edges():
    assert jaccard("", "") == jaccard("", "tekst") == jaccard("😀 😀", "« »") == 0
    assert jaccard("Samme ord", "samme, ord!") == jaccard("abab" * 900, "ABAB" * 900) == 1
    assert jaccard("en kort tekst", "en kort tekts") == (11 - 2) / (2 * 11 - 9)
    han = "".join(chr(0x4E00 + n * 37 % 5_000) for n in range(600))
    assert jaccard(han, han[:300] + "漢" + han[301:]) == 599 / 601
    assert jaccard("takst 1849 og 1850", "takst 1871 og 1872") == 11 / 19


def test_a_book_of_ten_megabytes_takes_bounded_memory():
    a = np.random.default_rng(1).choice(letters("abcdefghklmnoprstuvø"), 10_000_000).astype(np.uint8)
    b = a.copy()
    b[::37] = letters("q")[0]
    tracemalloc.start()
    found = overlap.jaccard(a, b, SCRATCH)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    errors = 10_000_000 // 37 + 1
    assert found == pytest.approx((len(a) - errors) / (len(a) + errors), abs=1e-3)
    assert peak < 60_000_000
