"""Spelling labels from words and year."""

import numpy as np
import pytest
from hypothesis import given
from kernels_reference import hostile, packed

from kvern.kernels import orthography

OLD = "Han havde gaaet ud af byen, og efter en uge blev han syg. Op og ned gik veien."
OF_1907 = "Han hadde gaat ut av byen paa to aar, og op og ind gik de, efter en uke blev han syk. Hvad nu?"
OF_1917 = "Han hadde gått ut av byen på to år. Opp og inn gikk de. Efter en uke så de sig om, og nu vilde de sove."
TODAY = "Han hadde gått ut av byen på to år. Opp og inn gikk de. Etter en uke så de seg om, og nå ville de sove."
LANDSMAAL = "Han hadde gaatt ut or byen paa two aar, og daa var det ikkje lenger til aa sjaa millom husi."
NYNORSK_1917 = "Han hadde gått upp på fjellet, og då han kom fyre huset, skulde han kvila millom to steinar."
NYNORSK = "Han har gått opp på fjellet, og då han kom over vatnet, skulle han kvile mellom to steinar."


def labels(*texts: tuple[str, str, int | None]) -> list[str | None]:
    counts = orthography.measure(*packed([text.encode() for text, _, _ in texts]))
    return orthography.label(counts, [language for _, language, _ in texts], [year for _, _, year in texts])


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        *((OLD, "nob", "pre1907"), (OLD, "nor", "pre1907"), (OF_1907, "nob", "1907"), (OF_1917, "nob", "1917")),
        *((TODAY, "nob", "modern"), (LANDSMAAL, "nno", "landsmål"), (NYNORSK_1917, "nno", "1917")),
        *((NYNORSK, "nno", "modern"), (TODAY, "dan", None), (TODAY, "swe", None), ("", "nob", None)),
    ],
)
def test_words_tell_the_spelling(text, language, label):
    assert labels((text, language, None)) == [label]


def test_old_norwegian_that_is_called_danish_has_a_label_where_it_writes_aa():
    old = OLD + " Naar han saa paa hende, maa hun gaa."
    modern_danish = "Han havde gået ud af byen på to år, og efter en uge så han sig om."
    assert labels((old, "dan", None), (modern_danish, "dan", None)) == ["pre1907", None]


def test_the_year_decides_where_words_are_silent_and_words_win_where_they_speak():
    years = [1890, 1910, 1925, 1950, 1959, None]
    assert labels(*(("Hest!", "nob", year) for year in years)) == ["pre1907", "1907", "1917", "1938", "modern", None]
    assert labels(*(("Hest!", "nno", year) for year in years)) == [
        "landsmål",
        "landsmål",
        "1917",
        "1938",
        "modern",
        None,
    ]
    assert labels((TODAY, "nob", 1890), (TODAY, "nob", 1950), (OLD, "nob", 2001)) == ["1938", "1938", "pre1907"]


def test_counts_are_of_the_old_and_the_new_side():
    counts = orthography.measure(*packed([b"Efter og ETTER, etter; paa"]))[0]
    assert counts[orthography.NAMES.index("nob 1938")].tolist() == [1, 2]
    assert counts[orthography.NAMES.index("nob 1917")].tolist() == [1, 0]


def test_no_word_is_on_both_sides_and_each_is_one_word():
    for old, new in orthography.CONTRASTS.values():
        assert not set(old.split()) & set(new.split())


@given(hostile)
def test_a_documents_counts_do_not_depend_on_its_neighbours(data):
    alone = orthography.measure(*packed([data]))
    assert np.array_equal(orthography.measure(*packed([b"efter", data, b"paa"]))[1:2], alone)


def test_only_the_beginning_of_a_long_text_is_read():
    counts = orthography.measure(*packed([b"efter " * 50_000]))
    assert counts[0, orthography.NAMES.index("nob 1938"), 0] == orthography.READ // 6  # the last word is cut


def test_real_laws_and_books(shared):
    texts = {
        "1907": "norwegian-laws/lov-1918-05-31-4.md",
        "1917": "norwegian-laws/lov-1932-05-27-2.md",
        "modern": "norwegian-laws/lov-1997-06-13-43.md",
        "pre1907": "norn_fulltext/100630972.txt",
    }
    for label, pattern in texts.items():
        text = next((shared / "bulk").glob(pattern)).read_text(encoding="utf-8")
        assert labels((text, "nob", None)) == [label]


def test_only_languages_that_have_a_label_are_read():
    data = packed([b"efter paa"] * 3)
    all_, some = orthography.measure(*data), orthography.measure(*data, ["nob", "swe", "dan"])
    assert all_[1].any()
    assert np.array_equal(some, all_ * np.array([1, 0, 1])[:, None, None])
