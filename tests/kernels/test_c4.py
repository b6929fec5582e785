"""C4's rules for lines against plain Python."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import decoded, hostile, packed

from kvern.kernels import c4, quality
from kvern.kernels.characters import TERMINAL, TERMINALS, characters
from kvern.kernels.stop_words import stop_words

NO_STOPS = stop_words({})
SCRATCH = quality.scratch(1 << 12)

CLOSING = "\"')]’”“»›"
PROSE = [
    b"Dette er en linje.",
    b"Kort.",
    b"Er det sant? Ja!",
    b"ei linje utan punktum",
    b"Vi bruker JavaScript i dag.",
    b"",
    b"  ",
]
prose = st.lists(
    st.sampled_from([*PROSE, b"Se { her } n\xc3\xa5.", b"Og s\xc3\xa5 videre ...", b"\xc2\xab Ja da, ja.\xc2\xbb "])
).map(b"\n".join)
SENTENCE_END = re.compile(
    f"(?:(?<![.])[.]|[{re.escape(''.join(set(TERMINALS) - set(CLOSING) - {'.'}))}])[{re.escape(CLOSING)}]*(?=\\s)"
)


def keeps(line: str) -> bool:
    plain = "".join(c.lower() if c.isascii() else c for c in line)
    named = any(phrase.decode() in plain for phrase in c4.PHRASES[1:])
    long = any(len(piece) > c4.LONGEST_PIECE for piece in line.split())
    ends = line[-1] in TERMINALS and not line.endswith("...")
    return ends and len(line.split()) >= c4.PIECES and not long and not named


def wanted(data: bytes) -> tuple[list[int], list[tuple[int, int]]]:
    kept = sentences = at = 0
    cuts: list[tuple[int, int]] = []
    cutting = False
    for raw in data.split(b"\n"):
        line, after = decoded(raw).strip(), min(at + len(raw) + 1, len(data))
        if line and keeps(line):
            kept, sentences, cutting = kept + 1, sentences + 1 + len(SENTENCE_END.findall(line)), False
        elif line:
            cuts = [*cuts[:-1], (cuts[-1][0], after)] if cutting else [*cuts, (at, after)]
            cutting = True
        at += len(raw) + 1
    lorem = any(b"lorem ipsum" in line.lower() for line in data.split(b"\n"))
    return [kept, sentences, b"{" in data, lorem], cuts


def measured(*documents: bytes) -> list[tuple[list[int], list[tuple[int, int]]]]:
    found = quality.measure(*packed(documents), NO_STOPS, SCRATCH)
    cuts = list(zip(found.cuts.start.tolist(), found.cuts.end.tolist(), strict=True))
    ends = [0, *found.ends[:, 1].tolist()]
    sums = found.sums[:, quality.SUMS.index("c4_lines") :].tolist()
    return [(counts, cuts[ends[row] : ends[row + 1]]) for row, counts in enumerate(sums)]


@given(prose | hostile)
def test_lines_sentences_marks_and_cuts_are_those_of_plain_python(data):
    first = b"Kort\nHer er det noe.\n\nKort\n\nMer"
    assert measured(first, data, b"") == [wanted(first), wanted(data), ([0, 0, 0, 0], [])]


@given(prose | hostile)
def test_what_is_cut_holds_no_kept_line_and_what_stays_no_removed_one(data):
    ((counts, cuts),) = measured(data)
    left, at = b"", 0
    for start, end in cuts:
        left, at = left + data[at:start], end
    ((again, none),) = measured(left + data[at:])
    assert again[:2] == counts[:2]
    assert none == []


def test_removed_neighbours_are_one_cut_and_blank_lines_beside_kept_ones_stay():
    text = b"Dette skal st\xc3\xa5.\n\nmeny\n\nsidefot\n\nDette skal ogs\xc3\xa5 st\xc3\xa5.\n"
    ((counts, cuts),) = measured(text)
    assert counts[:2] == [2, 2]
    assert [text[start:end] for start, end in cuts] == [b"meny\n\nsidefot\n"]


@pytest.mark.parametrize("phrase", [phrase.decode() for phrase in c4.PHRASES[1:]])
def test_a_line_that_names_a_policy_in_any_case_is_removed(phrase):
    for form in (phrase, phrase.upper(), phrase.title()):
        ((counts, _),) = measured(f"Her er vår {form} for alle.".encode())
        assert counts[0] == 0
    ((counts, _),) = measured(f"Her er vår {phrase[:-1]} for alle.".encode())
    assert counts[0] == 1


def test_every_mark_that_ends_a_sentence_begins_with_a_byte_that_is_looked_at():
    marks = [chr(code) for code in range(0x110000) if characters().classes[code] & TERMINAL]
    assert sorted(marks) == sorted(TERMINALS)
    assert all(c4._MARKS[mark.encode()[0]] for mark in set(marks) - set(CLOSING))


@pytest.mark.parametrize(("longest", "kept"), [(c4.LONGEST_PIECE, 1), (c4.LONGEST_PIECE + 1, 0)])
@pytest.mark.parametrize("letter", ["x", "å"])
@pytest.mark.parametrize("blank", [" ", "\u3000"])
def test_a_piece_of_too_many_characters_removes_the_line_wherever_it_stands(longest, kept, letter, blank):
    for before, after in (("", "b c."), ("a b ", "c."), ("a b " * 600, ""), ("ord " * 300, "ord " * 300 + "c.")):
        piece = letter * longest if after else letter * (longest - 1) + "."
        ((counts, _),) = measured(f"{before}{piece}{blank if after else ''}{after}".encode())
        assert counts[0] == kept


@given(
    st.lists(st.sampled_from([*"lL orRemipsuMI jJavascriptkofcydw. "]), max_size=40).map("".join),
    st.sampled_from(c4.PHRASES),
)
def test_phrases_are_found_wherever_they_stand(noise, phrase):
    """The kernel looks at few of the bytes: every distance to the line's start must do."""
    for at in range(len(noise) + 1):
        line = f"Dette er en {noise[:at]}{phrase.decode()}{noise[at:]} linje."
        ((counts, _),) = measured(line.encode())
        assert (counts[0], counts[3]) == (int(keeps(line)), int("lorem ipsum" in line.lower()))


def test_a_document_of_removed_lines_alone_and_of_line_feeds_alone_fits():
    ((_, cuts),) = measured(b"x\n" * 100_000)
    assert cuts == [(0, 200_000)]
    assert measured(b"\n" * 100_000) == [([0, 0, 0, 0], [])]
    ((counts, cuts),) = measured(b"a b c.\nx\n" * 50_000)
    assert (counts[0], len(cuts)) == (50_000, 50_000)
