"""Signatures estimate the exact Jaccard of word n-grams."""

import numpy as np
import pytest
from hypothesis import given
from kernels_reference import bare_words, hostile, packed, tidy

from kvern.kernels import minhash
from kvern.kernels.bare_words import MOST

ONE_HOP = {"bands": 14, "rows": 8, "ngram": 5, "seed": 1}


def shingles(data: bytes, ngram: int = 5) -> set[tuple[str, ...]]:
    words = bare_words(data)
    return {tuple(words[at : at + ngram]) for at in range(max(len(words) - ngram + 1, 1))} if words else set()


def hashes(data: bytes, ngram: int = 5) -> np.ndarray:
    array, offsets = packed([b"noe annet f\xc3\xb8rst ", data])
    return minhash.shingles_of(array, int(offsets[1]), int(offsets[2]), ngram)


@given(hostile | tidy, hostile | tidy)
def test_jaccard_of_hashes_is_that_of_the_sets_of_ngrams(one, other):
    for ngram in (1, 2, 5):
        a, b = shingles(one, ngram), shingles(other, ngram)
        exact = len(a & b) / len(a | b) if a | b else 0.0
        assert minhash.jaccard(hashes(one, ngram), hashes(other, ngram)) == exact
        assert len(hashes(one, ngram)) == len(a)
        assert (np.diff(hashes(one, ngram).astype(object)) > 0).all()


def numbered(first: int, count: int) -> bytes:
    return " ".join(f"ord{number}" for number in range(first, first + count)).encode()


@pytest.mark.parametrize(("words", "shift"), [(5, 0), (12, 4), (40, 5), (400, 100), (6_000, 300)])
def test_the_estimate_is_unbiased_at_every_length(words, shift):
    one, other = numbered(0, words), numbered(shift, words)
    exact = minhash.jaccard(hashes(one), hashes(other))
    array, offsets = packed([one, other])
    keys, _, _ = minhash.signatures(array, offsets, bands=4_000, rows=1, ngram=5, seed=7)
    error = 4 * np.sqrt(exact * (1 - exact) / 4_000)  # four standard deviations
    assert abs((keys[0] == keys[1]).mean() - exact) <= error


def pairs_at(chance, level, count):
    """Pairs of documents of 30 to 90 words whose Jaccard lies near `level`."""
    for _ in range(count):
        words = [f"o{number}" for number in chance.integers(0, 10**9, chance.integers(30, 90))]
        shift = round((len(words) - 4) * (1 - level) / (1 + level))
        more = [f"o{number}" for number in chance.integers(0, 10**9, shift)]
        yield " ".join(words).encode(), " ".join([*words[shift:], *more]).encode()


@pytest.mark.parametrize("level", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_recall_is_that_of_the_s_curve_within_two_standard_errors(level):
    pairs = [text for pair in pairs_at(np.random.default_rng(5), level, 1_500) for text in pair]
    array, offsets = packed(pairs)
    sets = [minhash.shingles_of(array, int(offsets[k]), int(offsets[k + 1]), 5) for k in range(len(pairs))]
    exact = np.array([minhash.jaccard(sets[k], sets[k + 1]) for k in range(0, len(sets), 2)])
    keys = minhash.signatures(array, offsets, **ONE_HOP).keys
    theory = 1 - (1 - exact**8) ** 14
    recall = (keys[::2] == keys[1::2]).any(axis=1).mean()
    assert abs(recall - theory.mean()) <= 2 * np.sqrt((theory * (1 - theory)).sum()) / len(theory)


def test_documents_over_many_windows_have_all_their_shingles():
    words = 3 * MOST + 17
    data = numbered(0, words)
    assert len(hashes(data)) == words - 4
    assert minhash.signatures(*packed([data]), **ONE_HOP)[1].tolist() == [words]


@given(hostile | tidy)
def test_words_are_counted_and_neighbours_change_nothing(data):
    keys, counts, orders = minhash.signatures(*packed([data]), **ONE_HOP)
    among = minhash.signatures(*packed([b"\xc3", data, b"ord og flere ord til slutt"]), **ONE_HOP)
    assert counts.tolist() == [len(bare_words(data))]
    assert keys[0].tolist() == among[0][1].tolist()
    assert orders[0] == among[2][1]


def test_case_and_marks_between_words_change_neither_signature_nor_hash():
    array, offsets = packed(
        [b"Det var ein gang ei kvern.", b"DET VAR, ein gang: (ei) kvern", b"det var ei gang ein kvern"]
    )
    keys, _, orders = minhash.signatures(array, offsets, **ONE_HOP)
    assert keys[0].tolist() == keys[1].tolist() != keys[2].tolist()
    assert orders[0] == orders[1] != orders[2]


def test_short_documents_are_one_shingle_and_never_that_of_a_part_of_them():
    sets = [hashes(text) for text in (b"kvern", b"kvern kvern", b"ei kvern", b"kvern ei")]
    assert [len(one) for one in sets] == [1, 1, 1, 1]
    assert len({int(one[0]) for one in sets}) == 4


def test_another_seed_band_or_row_count_gives_other_keys_and_no_two_bands_share_one():
    text = packed([b"Det var ein gang ei kvern som mol"])
    one = minhash.signatures(*text, **ONE_HOP)[0][0]
    other = minhash.signatures(*text, **ONE_HOP | {"seed": 2})[0][0]
    assert len(set(one.tolist())) == 14
    assert not set(one.tolist()) & set(other.tolist())
    assert minhash.signatures(*text, **ONE_HOP | {"bands": 16})[0].shape == (1, 16)


def test_the_blob_is_a_version_and_little_endian_keys_and_null_without_words():
    keys, counts, orders = minhash.signatures(*packed([b"ei kvern", b"", b"..."]), **ONE_HOP)
    blobs, texts = minhash.blobs(keys, counts > 0), minhash.hexadecimal(orders, counts > 0)
    blobs.validate(full=True)
    texts.validate(full=True)
    version = minhash.VERSION.to_bytes(2, "little")
    assert blobs.to_pylist() == [version + keys[0].astype("<u8").tobytes(), None, None]
    assert texts.to_pylist() == [f"{int(orders[0]):016x}", None, None]


def test_stored_signatures_stay_what_they_are_while_the_version_does():
    keys, _, orders = minhash.signatures(*packed([b"Det var ein gang ei kvern som mol"]), **ONE_HOP)
    assert (minhash.VERSION, f"{keys[0][0]:016x}", f"{orders[0]:016x}") == (3, "a4db8284a2d33102", "f088c6624b619672")


def test_permutations_have_odd_factors_and_are_all_different():
    drawn = minhash.permutations(112, 1)
    assert (drawn[0] & 1).all()
    assert len(set(zip(*drawn.tolist(), strict=True))) == 112
