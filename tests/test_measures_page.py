"""docs/measures.md names every column of `signals` that measures, and its examples are true."""

import re

import pyarrow as pa
import pytest

from conftest import ROOT
from kvern import tables
from kvern.kernels import quality
from kvern.kernels.arrow import utf8_view
from kvern.kernels.stop_words import stop_words

PAGE = (ROOT / "docs/measures.md").read_text(encoding="utf-8")
ELSEWHERE = {"doc_id", "pii", "bytes", "chars", "source", "batch", "part"}


def test_every_column_stands_on_the_page() -> None:
    columns = set(re.findall(r"^(\w+) ", tables.SIGNALS.ddl, re.MULTILINE)) - ELSEWHERE
    ranges = {f"{kind}_{n}_gram_ratio" for kind in ("top", "dup") for n in range(2, 11)}
    assert {name for name in columns - ranges if f"`{name}`" not in PAGE} == set()


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        *(("Kverna stod. Ho mol.", "words", 4), ("ei kvern", "mean_word_length", 3.5)),
        *(("Les mer ... nå ...", "symbol_to_word_ratio", 0.67), ("- mel\nKjøp:", "bullet_line_ratio", 0.5)),
        *(("Les mer …", "ellipsis_line_ratio", 1), ("år 1905 og 1907", "alpha_word_ratio", 0.5)),
        *(("meny\nmeny\nmeny", "dup_line_ratio", 0.67), ("a b\nc\n\na b\nc", "dup_paragraph_ratio", 0.5)),
        *(("ho mol og mol og mol og", "top_2_gram_ratio", 0.78), ("Ho mol.\nMeny", "line_punct_ratio", 0.5)),
        *(("kverna maler sakte men ho maler godt og fint mjøl " * 2, "dup_5_gram_ratio", 0.4),),
        *(
            ("meny\nmeny", "char_dup_ratio", 0.5),
            ("let mel = 2;", "code_line_ratio", 1),
            ("1. mel", "list_line_ratio", 1),
        ),
        ("1984 1985 1986", "table_line_ratio", 1),
    ],
)
def test_the_examples_are_true(text: str, name: str, value: float) -> None:
    found = quality.measure(*utf8_view(pa.array([text])), stop_words({}), quality.scratch(64))
    assert quality.columns(found.sums)[name][0] == pytest.approx(value, abs=0.005)
