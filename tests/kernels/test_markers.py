"""Marker words and letters, against regular expressions over the same bytes."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import hostile, packed

from kvern.kernels.characters import readonly
from kvern.kernels.marker_words import FAMILIES
from kvern.kernels.markers import markers, speak, words

CODES = ("nob", "nno", "dan", "swe", "isl")
TABLE = markers(CODES, len(CODES) + 1)
SPOKEN = words()
WORD = re.compile(rb"[A-Za-z\xc3-\xe1\xe3-\xf4][A-Za-z\xc3-\xe1\xe3-\xf4\x80-\xbf]*")
VISIBLE = re.compile(rb"[^\x00\x09-\x0d \x80-\xbf]")
LETTER = re.compile(rb"[A-Za-z\xc3-\xe1\xe3-\xf4]")


def folded(word: bytes) -> bytes:
    return re.sub(rb"\xc3[\x80-\x9e]", lambda two: bytes([0xC3, two[0][1] | 0x20]), word.lower())


def spoken(data: bytes) -> tuple[list[float], int, int]:
    scores = np.zeros(len(CODES) + 1, np.float32)
    visible, letters = speak(packed([data])[0], 0, len(data), TABLE, np.float32(2), scores)
    return scores.tolist(), visible, letters


def wanted(data: bytes) -> tuple[list[float], int, int]:
    against = [SPOKEN.get(folded(word).decode("utf-8", "replace"), frozenset()) for word in WORD.findall(data)]
    scores = [-2.0 * sum(code in codes for codes in against) for code in CODES]
    return [*scores, 0.0], len(VISIBLE.findall(data)), len(LETTER.findall(data))


pieces = st.lists(
    st.sampled_from(
        [
            "ikke ",
            "IKKJE",
            " Ikkje. ",
            "å",
            "Å ",
            "«jeg»",
            "Það ",
            "eg",
            "ikke",
            "–",
            "\u00a0",
            "frå",
            "FRÅ,",
            "x",
            "\n",
        ]
    )
)


@given(pieces.map(lambda parts: "".join(parts).encode()) | hostile)
def test_a_word_speaks_against_the_languages_of_its_family_that_do_not_write_it(data):
    assert spoken(data) == wanted(data)


def test_what_the_words_say():
    assert spoken(b"Jeg vet ikke")[0] == [0, -6, -2, -4, 0, 0]  # jeg: nob dan; vet: nob swe; ikke: nob dan
    assert spoken("EG VEIT IKKJE FRÅ".encode())[0] == [-8, 0, -8, -8, -2, 0]  # eg is Faroese too: against isl
    assert spoken("«ikkje»".encode()) == ([-2, 0, -2, -2, 0, 0], 7, 5)


def test_a_span_inside_other_bytes_is_read_alone():
    data = readonly(np.frombuffer(b"xikkjex", np.uint8))
    scores = np.zeros(len(CODES) + 1, np.float32)
    assert speak(data, 1, 6, TABLE, np.float32(1), scores) == (5, 5)
    assert scores.tolist() == [-1, 0, -1, -1, 0, 0]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_word_stands_in_two_sets_of_its_family(family):
    listed = [word for text in family.values() for word in text.split()]
    assert len(listed) == len(set(listed))
    assert all(word == word.lower() and word.isalpha() for word in listed)
