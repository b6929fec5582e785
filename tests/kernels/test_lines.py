"""FineWeb's measures and the kinds of lines against plain Python."""

import math
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import count_characters, decoded, hostile, packed, words

from kvern.kernels import line_kinds, lines, quality, sentence_ends
from kvern.kernels.stop_words import stop_words

NO_STOPS = stop_words({})
SCRATCH = quality.scratch(1 << 12)
ENDS = {
    chr(code)
    for first, *last in (each.split("-") for each in sentence_ends.RANGES.split())
    for code in range(int(first, 16), int((last or [first])[0], 16) + 1)
}
PIECES = [
    *(b"Dette er ei linje.", b"- punkt", b"* eit punkt til;", b"1. nummer ein", b"12) nummer tolv", b"a) fyrst"),
    *(
        "• kule".encode(),
        "– Nei, sa han.".encode(),
        b"navn | alder | by",
        b"12,5 13,0 4,2",
        b"for (i = 0; i < n; i++) {",
    ),
    *(b"}", b"return x;", b"\xe0\xa5\xa4", b"x" * 30, b"x" * 31, "å".encode() * 30, b"", b"  ", b" \t"),
]
texts = st.lists(st.sampled_from(PIECES) | hostile, max_size=12).map(b"\n".join)


def measures(data: bytes) -> dict[str, float]:
    columns = quality.columns(quality.measure(*packed([b"a\na\n- b", data]), NO_STOPS, SCRATCH).sums)
    return {name: values[1] for name, values in columns.items()}


def share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def is_list(line: str) -> bool:
    return re.match(r"([*•‣·■□▪○●◦-]|[0-9]{1,3}[.)]|[A-Za-z]\)) ", line) is not None


def is_table(line: bytes) -> bool:
    """Tabs count where cells at the line's end are empty, too."""
    raw = stripped(line)
    digits = sum(byte in b"0123456789" for byte in raw)
    return line.count(b"|") + line.count(b"\t") >= 2 or (
        3 * digits >= len(raw) and len(re.findall(rb"(?:^| )[0-9]", raw)) >= 3
    )


def is_code(raw: bytes) -> bool:
    marks = sum(byte in line_kinds.CODE for byte in raw)
    return raw[-1:] in (b"{", b"}", b";") or (marks >= 2 and 20 * marks >= len(raw))


def stripped(raw: bytes) -> bytes:
    """Without the white space around it; a byte that is no UTF-8 is none."""
    text = decoded(raw)
    left, right = len(text) - len(text.lstrip()), len(text.rstrip())
    sizes = [len(c.encode()) if c != "\ufffd" else 1 for c in text]
    if "\ufffd".encode() in raw:
        return raw.decode("utf-8", "surrogateescape").strip().encode("utf-8", "surrogateescape")
    return raw[sum(sizes[:left]) : sum(sizes[:right]) if right > left else sum(sizes[:left])]


def wanted(data: bytes) -> dict[str, float]:
    solid = [raw for raw in data.split(b"\n") if decoded(raw).strip()]
    met: set[bytes] = set()
    dup = 0
    for raw in solid:
        dup += count_characters(raw) * (raw in met)
        met.add(raw)
    bare = [stripped(raw) for raw in solid]
    kinds = {"list_line_ratio": sum(is_list(decoded(raw)) for raw in bare)}
    kinds |= {"table_line_ratio": sum(map(is_table, solid)), "code_line_ratio": sum(map(is_code, bare))}
    punct = sum(decoded(raw)[-1] in ENDS for raw in solid)
    return {
        "line_punct_ratio": share(punct, len(solid)),
        "short_line_ratio": share(sum(count_characters(raw) <= lines.SHORT for raw in solid), len(solid)),
        "char_dup_ratio": share(dup, count_characters(data) - data.count(b"\n")),
        "new_line_ratio": share(data.count(b"\n"), len(words(data))),
        **{name: share(count, len(solid)) for name, count in kinds.items()},
    }


@given(texts | hostile)
def test_lines_are_measured_as_plain_python_measures_them(data):
    got = measures(data)
    for name, value in wanted(data).items():
        assert got[name] == pytest.approx(value, nan_ok=True), name


@pytest.mark.parametrize(
    ("line", "of_a_list", "of_a_table", "of_code"),
    [
        *(("- melk", 1, 0, 0), ("1. melk", 1, 0, 0), ("1905. Det året gikk", 0, 0, 0), ("b) egg", 1, 0, 0)),
        *(
            ("– Nei, sa hun.", 0, 0, 0),
            ("-ikke et punkt", 0, 0, 0),
            ("1984 1985 1986", 0, 1, 0),
            ("17. mai 1905", 1, 0, 0),
        ),
        *(("| a | b |", 0, 1, 0), ("et | tegn", 0, 0, 0), ("if (x == 1) {", 0, 0, 1), ("let a = b[0];", 0, 0, 1)),
        *(("Han kom; hun gikk.", 0, 0, 0), ("*uthevet*", 0, 0, 0)),
    ],
)
def test_kinds_of_lines(line, of_a_list, of_a_table, of_code):
    got = measures(line.encode())
    assert [got[f"{kind}_line_ratio"] for kind in ("list", "table", "code")] == [of_a_list, of_a_table, of_code]


def test_no_sentence_ends_in_a_letter_quote_or_ellipsis():
    assert {".", "!", "?", "。", "؟", "।"} <= ENDS
    assert not ENDS & set("…»\"'”;:,")
    assert all(unicodedata.category(c)[0] in "PCS" for c in ENDS)


@pytest.mark.parametrize("data", [b"\n" * 100_000, b"x" * 10_000_000, b"x\n" * 100_000, b"\xc3" * 9999, b"\x00" * 5000])
def test_long_and_empty_lines_are_measured(data):
    got = measures(data)
    assert got["bytes"] == len(data)
    assert math.isnan(got["short_line_ratio"]) == (data[:1] == b"\n")
