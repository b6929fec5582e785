"""Signatures of noisy text: keys are the least hashes of runs of folded letters, whatever the bytes are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed, tidy

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import bands, minhash, noisy
from kvern.kernels.folding import folded, folded_letters, folding
from kvern.kernels.hashing import GOLDEN, MULTIPLIER

M, FULL = int(MULTIPLIER), (1 << 64) - 1


def mix(h: int) -> int:
    h = (h ^ h >> 32) * M & FULL
    return h ^ h >> 32


def letters(data: bytes) -> str:
    return "".join(map(folded, data.decode("utf-8", "replace")))


def reference(data: bytes, keys: int, seed: int) -> list[int]:
    """The signature as its docstring tells it."""
    read, least, start = letters(data), {}, mix((seed * M + int(GOLDEN)) & FULL)
    for at in range(len(read) - noisy.LENGTH + 1):
        run = 0
        for letter in read[at : at + noisy.LENGTH]:
            own = noisy.LETTERS.find(letter) + 1
            run = run << 5 | (own or 13 + (ord(letter) * int(GOLDEN) & FULL) % 2**32 % 19)
        h = mix(run ^ start)
        place = (h >> 32) * keys >> 32
        least[place] = min(least.get(place, FULL), h)
    made = {place: mix(h * M & FULL) for place, h in least.items()}
    whole = sum(made.get(place, int(GOLDEN)) for place in range(keys)) & FULL
    return [made.get(place, mix((whole + place) * M & FULL)) for place in range(keys)]


def signature(*texts: bytes, keys: int = 64, seed: int = 1) -> noisy.Noisy:
    array, offsets = packed([b"noe annet forst ", *texts])
    return noisy.noisy_signatures(array, offsets[1:], keys=keys, seed=seed)


@given(hostile | tidy, st.sampled_from([1, 7, 64]), st.integers(0, 2**63))
def test_keys_are_the_least_hashes_of_each_range(data, keys, seed):
    found = signature(data, keys=keys, seed=seed)
    assert found.letters.tolist() == [len(letters(data))]
    if found.present[0]:
        assert found.keys[0].tolist() == reference(data, keys, seed)


def test_a_long_text_goes_through_in_windows():
    words = np.random.default_rng(3).integers(0, 5_000, 9_000)
    data = " ".join(f"{'abeghou'[word % 7]}p{chr(97 + word % 23)}æ{chr(97 + word // 230)}" for word in words).encode()
    assert len(letters(data)) > 3 * noisy.WINDOW
    assert signature(data).keys[0].tolist() == reference(data, 64, 1)


@given(hostile | tidy)
def test_letters_fold_one_by_one(data):
    array, offsets = packed([b"x", data, b"y"])
    found = folded_letters(array, int(offsets[1]), int(offsets[2]))
    assert "".join(map(chr, found.tolist())) == letters(data)


def test_what_ocr_takes_for_one_another_is_one_letter():
    same = ("kommer", "KOMNIER", "kornier", "fonricr", "k-\nom 3 mér", "koḿmer", "køinnier")
    assert {letters(text.encode()) for text in same} == {"tonnen"}
    assert letters("på ſæl ﬁnn Øl 漢字 1849 «—» 😀".encode()) == "pa" + "tet" + "tnn" + "ot" + "漢字"


def test_every_code_point_has_a_place():
    letters_of_all = [ord(folded(chr(code)) or "\0") for code in range(0x40000)]
    assert folding().tolist() == letters_of_all
    assert folding()[ord("i")] == folding()[0x301] == folding()[ord("7")] == 0
    assert all(chr(folding()[ord(c)]) in "aoetvhnugpqx" for c in "abcdefghklmnopqrstuvwxyzæøåčđŋšžáéüßſ")


def test_short_texts_have_no_signature_and_equal_ones_the_same():
    found = signature(
        b"",
        b"1849 - 1850!",
        b"bare kort",
        "😀😀😀😀😀😀😀😀😀😀😀😀😀😀".encode(),
        b"akkurat langt nok",
        "漢字".encode() * 9,
    )
    assert found.present.tolist() == [False, False, False, False, True, True]
    again = signature(b"AKKURAT, langt nok.", b"akkurat langt nok og litt til")
    assert (again.keys[0] == found.keys[4]).all()
    assert 0 < (again.keys[1] == found.keys[4]).sum() < 10


TEXT = """Da den gamle kom ned til stranden, var baaten alt rodd langt ut paa fjorden, og ingen hørte ham rope. Han satte
sig på en sten og ventet til solen gikk ned bak øyene. Siden gikk han hjem gjennom skogen, trett og uten et ord til
noen, og la ved i ovnen. Om natten kom stormen, og båten var ikke å se mer da det lysnet over havet neste morgen."""


@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_two_readings_share_keys_where_words_share_none(rate):
    pages = [corrupt(TEXT, rate, seed).encode() for seed in (1, 2)]
    found = signature(*pages)
    assert (found.keys[0] == found.keys[1]).sum() >= 4
    array, offsets = packed(pages)
    words = minhash.signatures(array, offsets, bands=14, rows=8, ngram=5, seed=1).keys
    assert not (words[0] == words[1]).any()


def test_versions_are_not_mistaken_for_another():
    found = signature(TEXT.encode(), b"kort")
    blobs = minhash.blobs(found.keys, found.present, noisy.VERSION)
    assert blobs.is_valid().to_pylist() == [True, False]
    batch = bands.pa.record_batch({"id": [b"0" * 16] * 2, "words_hash": [b"1" * 8] * 2, "minhash": blobs})
    with pytest.raises(ValueError, match="wanted signatures of version 2, got 257: make `signals` anew"):
        list(bands.entry_batches([batch]))
    assert (
        sum(len(blob) for b in bands.entry_batches([batch], noisy.VERSION) for blob in b["entries"].to_pylist())
        == 65 * 13
    )
