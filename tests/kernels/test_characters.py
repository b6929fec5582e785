"""Classes of characters, and bytes into code points."""

import re
import sys

import numpy as np
from hypothesis import given
from kernels_reference import count_characters, decoded, hostile, packed

from kvern.kernels import characters as kernel
from kvern.kernels.characters import characters


def code_points(data: bytes) -> str:
    array, at, out = kernel.readonly(packed([data])[0]), 0, []
    while at < len(data):
        code, length = kernel.code_point(array, at, len(data))
        out.append(chr(code))
        at += length
    return "".join(out)


@given(hostile)
def test_bytes_become_the_code_points_that_python_reads_and_a_replacement_for_each_bad_byte(data):
    assert code_points(data) == decoded(data)


@given(hostile)
def test_valid_utf8_is_what_python_decodes(data):
    try:
        data.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert kernel.valid_utf8(*packed([b"x", data])).tolist() == [True, valid]


@given(hostile)
def test_characters_are_counted_without_continuation_bytes(data):
    array, offsets = packed([b"\xc3\xa5", data])
    assert kernel.count_characters(kernel.readonly(array), 2, offsets[2]) == count_characters(data)


def test_word_characters_are_those_of_pythons_word_class_and_marks():
    classes = characters().classes
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        mark = re.match(r"\w", character) is None
        wanted = not mark or kernel.unicodedata.category(character)[0] == "M"
        assert bool(classes[code] & kernel.WORD) == wanted, hex(code)


def test_every_class_is_that_of_the_character_in_all_planes():
    classes = characters().classes
    wanted = np.fromiter((kernel.class_of(chr(code)) for code in range(sys.maxunicode + 1)), np.uint8)
    assert np.array_equal(classes, wanted)


def test_white_space_is_pythons():
    spaces = np.flatnonzero(characters().classes & kernel.SPACE)
    assert spaces.tolist() == [code for code in range(sys.maxunicode + 1) if chr(code).isspace()]


def test_lower_case_is_pythons_wherever_that_is_one_character():
    lower = characters().lower
    for code in range(sys.maxunicode + 1):
        python = chr(code).lower()
        if len(python) == 1:
            assert int(kernel.lower_code(code, lower)) == ord(python), hex(code)
    assert int(kernel.lower_code(0x130, lower)) == ord("i")
