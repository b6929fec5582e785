"""Documents from pages and records: every span slices back, and no block is lost."""

from typing import Any

import pyarrow as pa
import pytest

from kvern.kernels.assembly import DOCUMENTS, from_pages, from_records, year
from kvern.kernels.pages import PAGES
from kvern.kernels.records import RECORDS

Row = dict[str, Any]
PLACE = {"source": "s", "batch": "b", "part": 0, "path": "p"}


def _page(number: int, texts: list[str], ids: list[str], units: list[Row] | None = None) -> Row:
    start, blocks = 0, []
    for name, text in zip(ids, texts, strict=True):
        end = start + len(text.encode())
        blocks.append({"id": name, "kind": "text", "start": start, "end": end, "confidence": 0.9})
        start = end + 2
    return {
        **PLACE,
        "page_id": f"side{number}",
        "object_id": "bok",
        "kind": "page",
        "sequence": number,
        "text": "\n\n".join(texts),
        "blocks": blocks,
        "units": units,
        "ocr_confidence": number / 10,
        "word_count": number,
        "sha256": f"{number:064x}",
    }


def _object(kind: str, logical: list[Row] | None = None) -> Row:
    return {
        **PLACE,
        "page_id": "bok",
        "object_id": "bok",
        "revision": "r" * 64,
        "kind": "object",
        "sequence": 0,
        "object_kind": kind,
        "logical": logical,
        "title": "T",
        "published": "1849",
        "sha256": "0" * 64,
    }


def _made(rows: list[Row]) -> list[Row]:
    return from_pages(pa.Table.from_pylist(rows, schema=PAGES)).to_pylist()


def test_blocks_without_an_id_are_all_kept() -> None:
    (book,) = _made([_object("book"), _page(1, ["Første.", "Andre.", "Tredje."], ["", "", ""])])
    assert book["text"] == "Første.\n\nAndre.\n\nTredje."


def test_spans_slice_back_and_row_order_does_not_show() -> None:
    rows = [
        _object("book"),
        _page(1, ["Blåbær på", "og fjellet"], ["a", "b"]),
        _page(2, ["gror godt.", "Slutt."], ["c", "d"]),
    ]
    (book,) = _made(rows)
    data = book["text"].encode()
    assert [data[b["start"] : b["end"]].decode() for b in book["blocks"]] == [
        "Blåbær på",
        "og fjellet",
        "gror godt.",
        "Slutt.",
    ]
    assert "fjellet gror" in book["text"]
    assert _made(rows[::-1]) == [book]
    assert book["ocr_confidence"] == pytest.approx((0.1 * 1 + 0.2 * 2) / 3)


def test_an_issue_gives_articles_and_the_rest() -> None:
    units = [{"unit": "u1", "position": 2, "block": "a"}, {"unit": "u1", "position": 1, "block": "b"}]
    logical = [{"unit": "u1", "kind": "article", "title": "Nytt"}, {"unit": "u2", "kind": "article", "title": "Tomt"}]
    article, rest = _made([_object("issue", logical), _page(1, ["To.", "En.", "Annonse."], ["a", "b", "c"], units)])
    assert (article["source_id"], article["kind"], article["title"], article["text"]) == (
        "bok#u1",
        "article",
        "Nytt",
        "En.\n\nTo.",
    )
    assert (rest["source_id"], rest["kind"], rest["text"]) == ("bok", "issue", "Annonse.")


@pytest.mark.parametrize("kind", ["book", "issue"])
def test_readable_pages_without_text_are_an_empty_document_and_no_pages_none(kind: str) -> None:
    assert [row["text"] for row in _made([_object(kind), _page(1, [], [])])] == [""]
    assert _made([_object(kind)]) == []


@pytest.mark.parametrize(
    ("published", "wanted"),
    [
        ("1849", 1849),
        ("20261124101500", 2026),
        ("17.05.1914", 1914),
        ("1914-05-17", 1914),
        ("[ca. 1890]", 1890),
        ("12345", None),
        ("1399", None),
        ("", None),
        (None, None),
    ],
)
def test_the_year_is_the_first_plausible_one(published: str | None, wanted: int | None) -> None:
    assert year(published) == wanted


def test_a_record_keeps_a_machine_readable_reservation_even_beside_a_null_header() -> None:
    row = {
        **PLACE,
        "record_id": "r",
        "kind": "web",
        "source_id": "u",
        "revision": "0",
        "text": "Hei",
        "http": [("tdm-reservation", None), ("x-robots-tag", "NoAI")],
    }
    (batch,) = from_records(iter([pa.RecordBatch.from_pylist([row], schema=RECORDS)]))
    assert batch.schema.names == DOCUMENTS.names
    assert batch.to_pylist()[0]["reserved"]
