"""Repeated lines, paragraphs and n-grams against plain Python in the manner of datatrove."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import count_characters, hostile, packed, words

from kvern.kernels import quality
from kvern.kernels.stop_words import stop_words

WINDOWS = {8: quality.scratch(8), 64: quality.scratch(64), 1 << 12: quality.scratch(1 << 12)}
NO_STOPS = stop_words({})
repeating = st.lists(
    st.sampled_from([b"a ", b"a ", b"b ", b"bc ", b"ja, ", b"nei. ", b"\n", b"\n", b"\n\n", b"\xc3\xa5\n"]),
    max_size=120,
).map(b"".join)


def sums_of(data: bytes, window: int) -> dict[str, int]:
    sums = quality.measure(*packed([b"a b\na b\n", data]), NO_STOPS, WINDOWS[window]).sums
    return dict(zip(quality.SUMS, sums[1].tolist(), strict=True))


def top(found: list[str], n: int) -> int:
    grams = Counter(" ".join(found[at : at + n]) for at in range(len(found) - n + 1))
    if not grams:
        return 0
    gram, count = grams.most_common(1)[0]
    return len(gram) * count


def duplicated(found: list[str], n: int) -> int:
    met, chars, at = set(), 0, 0
    while at + n <= len(found):
        gram = tuple(found[at : at + n])
        if gram in met:
            chars += sum(map(len, gram))
            at += n
        else:
            met.add(gram)
            at += 1
    return chars


def again(pieces: list[bytes], most: int) -> tuple[int, int, int]:
    """(pieces, met before, their characters); what was met is forgotten whenever `most` of them are held."""
    met: set[bytes] = set()
    times = chars = 0
    for piece in pieces:
        if len(met) == most:
            met = set()
        times += piece in met
        chars += count_characters(piece) * (piece in met)
        met.add(piece)
    return len(pieces), times, chars


@pytest.mark.parametrize("window", [8, 64, 1 << 12])
@given(data=repeating | hostile)
def test_ngrams_are_counted_as_plain_python_counts_them_in_each_window(window, data):
    got, found = sums_of(data, window), words(data)
    parts = [found[at : at + window] for at in range(0, len(found), window)]
    for n in range(2, 11):
        measure = top if n <= 4 else duplicated
        assert got[f"gram_{n}_chars"] == sum(measure(part, n) for part in parts), n


@given(data=repeating | hostile)
def test_repeated_lines_are_counted_as_plain_python_counts_them(data):
    got = sums_of(data, 1 << 12)
    lines = [line for line in data.split(b"\n") if line]
    assert (got["pieces"], got["dup_lines"], got["dup_line_chars"]) == again(lines, 1 << 12)


@given(data=repeating | hostile)
def test_repeated_paragraphs_are_counted_as_plain_python_counts_them(data):
    got = sums_of(data, 1 << 12)
    paragraphs = [part for part in re.split(rb"\n{2,}", data.strip(b"\n")) if part]
    wanted = again(paragraphs, 1 << 12)
    assert (got["paragraphs"], got["dup_paragraphs"], got["dup_paragraph_chars"]) == wanted


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h", b"i", b"j"]), max_size=60))
def test_lines_beyond_a_window_are_counted_within_each_window(lines):
    got = sums_of(b"\n".join(lines), 8)
    assert (got["pieces"], got["dup_lines"], got["dup_line_chars"]) == again(lines, 8)


def test_ngrams_with_equal_letters_and_other_words_are_not_equal():
    text = b"1 03 c d e 10 3 c d e"
    assert sums_of(text, 64)["gram_5_chars"] == 0


def test_a_text_repeated_whole_is_duplicated_whole():
    sentence = b"kverna maler sakte men ho maler godt og fint mjol"
    got = sums_of(sentence + b"\n\n" + sentence, 64)
    assert (got["dup_lines"], got["dup_paragraphs"]) == (1, 1)
    assert got["gram_10_chars"] == len(sentence.replace(b" ", b""))
