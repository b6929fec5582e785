"""What a word is."""

import pytest
from hypothesis import given
from kernels_reference import hostile, packed, tidy, words

from kvern.kernels import words as kernel
from kvern.kernels.characters import characters, readonly


def found(data: bytes) -> list[tuple[bytes, int, bool]]:
    array, classes, out = readonly(packed([data])[0]), characters().classes, []
    at = kernel.find_word_character(array, 0, len(data), classes)
    while at < len(data):
        start = at
        at, chars, letter = kernel.word(array, start, len(data), classes)
        if chars:
            out.append((data[start:at], chars, letter))
        at = kernel.find_word_character(array, at, len(data), classes)
    return out


@given(hostile | tidy)
def test_words_are_those_of_the_definition(data):
    wanted = [(word.encode(), len(word), any(map(str.isalpha, word))) for word in words(data)]
    assert found(data) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("f.eks. nord-norsk", ["f.eks", "nord-norsk"]),
        ("kr 1.000,50 kl. 12:30", ["kr", "1.000,50", "kl", "12:30"]),
        ("a, b:c 1,a", ["a", "b", "c", "1", "a"]),
        ("ja--nei «og» ____ a_b _1", ["ja", "nei", "og", "a_b", "_1"]),
        ("giella's ŋáhkku d’Or", ["giella's", "ŋáhkku", "d’Or"]),
        ("-a- 'b'", ["a", "b"]),
        ("e\u0301t", ["e\u0301t"]),
    ],
)
def test_joiners_stand_between_word_characters_only(text, wanted):
    assert [word.decode() for word, _, _ in found(text.encode())] == wanted


def test_a_word_is_hashed_and_anything_else_is_refused_by_name():
    assert kernel.word_hash("ikkje") != kernel.word_hash("ikke")
    for text in ("", "to ord", "«og»", "___", "og."):
        with pytest.raises(ValueError, match="wanted one word"):
            kernel.word_hash(text)
