"""Words by vectors, by code points and by plain Python are the same words."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import bare_words, hostile, is_word_character, packed, tidy

from kvern.kernels import bare_words as kernel
from kvern.kernels.characters import characters, readonly

EMOJI = "❤️ 👍🏽 👩‍🚀 ✈️✈️"
LETTERS = "aZåØ_ŧ\u0130\u023aKŸĿ-. «»–×÷ª²é中😀ж\u0301"
latin = st.text(st.sampled_from("aBzåÆØ é9_.,-«»–’ŧŠ×"), max_size=200).map(str.encode)


def hashes(data: bytes, before: bytes = b"", after: bytes = b"") -> list[int]:
    array, offsets = packed([before, data, after])
    words, window = np.empty(kernel.MOST, np.uint64), kernel.window()
    at, end, found = int(offsets[1]), int(offsets[2]), []
    while at < end:
        count, stop = kernel.bare_words(readonly(array), at, end, characters(), window, words, 0)
        assert at < stop <= end
        found += words[:count].tolist()
        at = stop
    return found


def decoded(data: bytes) -> list[int]:
    """By code points alone: a character that vectors leave to them ends the window."""
    return hashes(data + " 中".encode())[:-1]


@given(hostile | tidy | latin, hostile | tidy | latin)
def test_words_hash_alike_when_they_are_alike_in_lower_case(one, other):
    known = dict(zip(bare_words(one) + bare_words(other), hashes(one) + hashes(other), strict=True))
    assert hashes(one) == [known[word] for word in bare_words(one)]
    assert len(set(known.values())) == len(known)


def test_emoji_have_no_words():
    assert hashes(EMOJI.encode()) == hashes(b"") == [] and bare_words(EMOJI.encode()) == []
    assert hashes(("en " + EMOJI + "to").encode()) == hashes(b"en to")


@given(hostile | tidy | latin, hostile, hostile)
def test_neighbours_and_the_way_of_decoding_change_nothing(data, before, after):
    wide = b"x" * 200
    assert hashes(data) == decoded(data) == hashes(data, wide + before, after + wide)


@pytest.mark.parametrize("lead", [b"\xc3", b"\xe2", b"\xe2\x80", b"\xc3\xa5", b"\xe2\x80\x93"])
def test_half_a_character_at_a_border_is_none(lead):
    for tail in (b"\x80", b"\x93", b"\x80\x93", b"\xa5", b"a"):
        data = tail + b"b c" + lead
        wanted = hashes(data)
        assert hashes(data, b"x" * 90 + lead, b"\x80\x93" + b"x" * 200) == wanted
        assert len(wanted) == len(bare_words(data))


def test_every_character_is_folded_as_its_class_and_lower_case_say():
    points = [code for code in range(0x80, 0x10_000) if not 0xD800 <= code < 0xE000]
    data = "".join(f"a{chr(code)}b {chr(code).upper()[:1]}d " for code in points).encode()
    words, found, first = bare_words(data), hashes(data), {}
    assert all(first.setdefault(word, value) == value for word, value in zip(words, found, strict=True))
    assert len(set(first.values())) == len(first)


@given(st.integers(0, 70), st.lists(hostile, min_size=1, max_size=3), st.integers(500, 800))
def test_what_vectors_cannot_judge_is_decoded_amid_what_they_can(lead, pieces, gap):
    latin = ("Ei kvern på sjøbotnen mel salt – støtt. " * 30).encode()
    data = b"".join([latin[:lead], *(latin[: gap + 7 * len(piece)] + piece for piece in pieces), latin])
    known = {word: hashes(word.encode())[0] for word in set(bare_words(data))}
    assert hashes(data) == [known[word] for word in bare_words(data)]


@pytest.mark.parametrize("seed", range(6))
def test_windows_cut_no_word_and_no_character(seed):
    chance = random.Random(seed)
    weights = [chance.random() ** 3 for _ in LETTERS]
    data = "".join(chance.choices(LETTERS, weights, k=12_000)).encode()
    words = bare_words(data)
    known = {word: hashes(word.encode()) for word in set(words)}
    assert all(len(one) == 1 for one in known.values())
    assert hashes(data) == [known[word][0] for word in words]


@pytest.mark.parametrize("letter", ["a", "å", "中"])
@pytest.mark.parametrize("lead", [0, 1, kernel.WINDOW - 1])
def test_a_word_beyond_the_window_is_several_wherever_it_stands(letter, lead):
    whole = kernel.WINDOW // len(letter.encode())
    data = (letter * (3 * whole + 5)).encode()
    alone = hashes(data)
    assert len(alone) == 4 and alone[0] == alone[1] == alone[2]
    assert hashes(b" " * lead + data + b" b")[:4] == alone
    assert is_word_character(letter)


def test_words_of_every_length_differ_by_any_of_their_bytes():
    words = [b"a" * n for n in range(1, 70)]
    words += [b"a" * at + b"b" + b"a" * (n - at - 1) for n in range(1, 70) for at in range(n)]
    found = hashes(b" ".join(words))
    assert len(set(found)) == len(set(words))
