"""What is cut and masked, and the way back to the document's own bytes."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import final_text as kernel
from kvern.kernels.final_text import Edit

TEXTS = st.text(st.sampled_from("ab åø😀\n\n"), max_size=30).map(str.encode)
SPANS = st.lists(
    st.builds(Edit, st.integers(-3, 40), st.integers(-3, 40), st.sampled_from(["", "[e-post]", "[telefon]"])),
    max_size=6,
)


def edited(text: str, *spans: tuple[int, int, str]) -> str:
    data = text.encode()
    return kernel.apply(data, kernel.edits_of(data, [Edit(*span) for span in spans])).decode()


@given(TEXTS, SPANS)
def test_edits_are_sorted_apart_and_on_character_borders(text, spans):
    edits = kernel.edits_of(text, spans)
    assert all(0 <= edit.start < edit.end <= len(text) for edit in edits)
    assert all(one.end <= other.start for one, other in pairwise(edits))
    for edit in edits:
        text[: edit.start].decode(), text[edit.end :].decode()  # raises inside a character


@given(TEXTS, SPANS)
def test_every_byte_asked_for_goes_and_no_letter_more(text, spans):
    """Beyond the spans' own characters only line feeds go, and masked bytes that a cut meets."""
    edits = kernel.edits_of(text, spans)
    gone = {at for edit in edits for at in range(edit.start, edit.end)}
    asked = {at for span in spans for at in range(max(0, span.start), min(len(text), span.end))}
    assert asked <= gone
    assert all(text[at] == 0x0A or text[at] >= 0x80 for at in gone - asked)


@given(TEXTS, SPANS)
def test_edits_do_not_depend_on_the_order_of_spans_and_editing_edits_changes_nothing(text, spans):
    edits = kernel.edits_of(text, spans)
    assert kernel.edits_of(text, reversed(spans)) == edits
    assert kernel.edits_of(text, edits) == edits


@given(TEXTS, SPANS)
def test_each_final_byte_comes_from_where_origin_says(text, spans):
    edits = kernel.edits_of(text, spans)
    final = kernel.apply(text, edits)
    origins, at, out = [], 0, b""
    for edit in edits:  # the definition, byte by byte
        mask = edit.replacement.encode()
        origins += [*range(at, edit.start), *[edit.start] * len(mask)]
        out += text[at : edit.start] + mask
        at = edit.end
    assert final == out + text[at:]
    origins += range(at, len(text))
    assert [kernel.origin_of(edits, offset) for offset in range(len(final))] == origins


@pytest.mark.parametrize(
    ("text", "spans", "final"),
    [
        ("skriv til ola@x.no i dag", [(10, 18, "[e-post]")], "skriv til [e-post] i dag"),
        ("a\nbort\nb", [(2, 6, "")], "a\nb"),
        ("a\n\nbort\n\nb", [(3, 7, "")], "a\n\nb"),
        ("a\nbort\n\nb", [(2, 6, "")], "a\n\nb"),
        ("bort\n\nb", [(0, 4, "")], "b"),
        ("a\n\nbort", [(3, 7, "")], "a"),
        ("bort", [(0, 4, "")], ""),
        ("a bort b", [(2, 6, "")], "a  b"),
        ("a\nx\ny\nb", [(2, 3, ""), (4, 5, "")], "a\nb"),
        ("ring 22 22 22 22 nå", [(5, 16, "[telefon]"), (8, 10, "")], "ring  nå"),
        ("1234567", [(0, 5, "[telefon]"), (3, 7, "[kontonummer]")], "[telefon]"),
        ("12", [(0, 1, "[telefon]"), (1, 2, "[iban]")], "[telefon][iban]"),
    ],
)
def test_lines_close_up_and_cuts_win(text, spans, final):
    assert edited(text, *spans) == final


def test_a_span_inside_a_character_takes_it_whole_and_one_outside_the_text_is_clipped():
    assert edited("aåb", (2, 3, "")) == "ab"
    assert edited("aåb", (1, 2, "[x]")) == "a[x]b"
    assert edited("ab", (1, 99, "[x]"), (5, 9, ""), (-4, 0, "")) == "a[x]"


def test_masks_hold_no_digit_and_stand_in_brackets():
    assert all(each[0] == "[" and each[-1] == "]" for each in kernel.MASKS.values())
    assert not any(map(str.isdigit, "".join(kernel.MASKS.values())))


def test_stored_edits_make_the_same_text_again():
    texts = ["ola@x.no\nbort\nb", "åpen", ""]
    spans = [[{"start": 0, "end": 8, "replacement": "[e-post]"}, {"start": 9, "end": 13, "replacement": ""}], None, []]
    first = pa.RecordBatch.from_pydict(
        {"doc_id": ["1", "2", "3"], "text": texts, "spans": pa.array(spans, kernel.EDITS)}
    )
    final = next(kernel.finished([first]))
    assert final.schema.field("edits").type == kernel.EDITS
    assert final.select(["doc_id", "text"]).to_pylist() == [
        {"doc_id": "1", "text": "[e-post]\nb"},
        {"doc_id": "2", "text": "åpen"},
        {"doc_id": "3", "text": ""},
    ]
    again = first.drop_columns(["spans"]).append_column("edits", final["edits"])
    assert next(kernel.edited([again])).equals(final)


def test_every_kind_of_personal_data_has_a_readable_mask() -> None:
    from kvern.kernels.pii import KINDS

    assert set(kernel.MASKS) == set(KINDS)
    assert not any(letter.isdigit() for text in kernel.MASKS.values() for letter in text)


def test_a_batch_that_nothing_is_cut_from_is_what_any_other_is():
    spans = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("replacement", pa.string())]))
    texts = ["skriv\nå", "", "nei"]
    columns = {"doc_id": ["1", "2", "3"], "text": texts, "spans": pa.array([[], None, []], spans)}
    batch = pa.RecordBatch.from_pydict(columns)
    (made,) = kernel.finished([batch.slice(0, 2)])
    want = kernel._replaced(batch.slice(0, 2), [text.encode() for text in texts[:2]], [(), ()], "spans")
    assert made.equals(want) and made.schema == want.schema and made["edits"].to_pylist() == [[], []]
