from pathlib import Path

import pyarrow as pa

from holdings import alto, block, book, mets, string, words
from kvern.kernels import hyphens, pages
from kvern.kernels.alto import read as read_alto
from kvern.kernels.mets import read as read_mets
from kvern.kernels.xml import parse


def rows(folder: Path, names: list[str], head: str | None = None) -> list[dict]:
    files = [
        {"path": name, "format": "alto", "sequence": i, "page_id": None, "promised_kind": "md5"}
        for i, name in enumerate(names, 1)
    ]
    if head:
        files.append({"path": head, "format": "mets", "sequence": 0, "page_id": None, "promised_kind": None})
    return list(
        pages.object_rows(
            {"object_id": "bok", "home": "bok-METS.xml", "source": "s", "batch": "b", "part": 0, "files": files},
            str(folder),
            0.5,
        )
    )


def test_a_word_split_over_a_page_end_comes_out_once(tmp_path: Path) -> None:
    book(tmp_path / "bok")
    found = rows(tmp_path / "bok", [f"bok_{n:04d}.xml" for n in range(1, 5)], "bok-METS.xml")
    text = "\n".join(row["text"] for row in found if row["kind"] == "page")
    assert text.count("kommune") == 1
    assert "mune var" not in text
    assert "og enkommune" not in text


def test_every_block_span_slices_back_and_regions_keep_their_kind(tmp_path: Path) -> None:
    book(tmp_path / "bok")
    page = rows(tmp_path / "bok", ["bok_0001.xml"])[1]
    spans = [(b["kind"], page["text"].encode()[b["start"] : b["end"]].decode()) for b in page["blocks"]]
    assert spans[0] == ("margin_top", "11")
    assert spans[1] == ("text", "Reisen til fjells")
    assert page["sha256"] and len(page["promised_hash"]) == 32


def test_a_truncated_page_is_a_row_with_its_error_and_what_could_be_read(tmp_path: Path) -> None:
    whole = alto(block("B1", words("en hel linje")) + block("B2", words("og en til")))
    (tmp_path / "p.xml").write_bytes(whole[: whole.index(b"B2") + 40])
    page = rows(tmp_path, ["p.xml"])[1]
    assert page["error"].startswith("not well-formed")
    assert page["text"].startswith("en hel linje")


def test_a_missing_page_is_a_row_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "p.xml").write_bytes(alto(block("B1", words("her er jeg"))))
    found = rows(tmp_path, ["gone.xml", "p.xml"])
    assert [row["error"] for row in found] == [None, "not read: FileNotFoundError", None]
    assert found[2]["text"] == "her er jeg"
    assert pa.RecordBatch.from_pylist(found, schema=pages.PAGES).num_rows == 3


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "yy"><!ENTITY z "&x;&x;">]><alto>&z;</alto>'
    assert parse(bomb).root is None
    assert read_alto(bomb).error == "refused: a document type or entity declaration; none is read"


def test_absurd_depth_is_refused() -> None:
    assert "levels" in str(parse(b"<a>" * 5000 + b"</a>" * 5000).error)


def test_a_hyphen_without_subs_content_is_joined_but_a_suspended_one_is_kept() -> None:
    page = read_alto(alto(block("B", words("en bok- "), words("handel med søn-"), words("og helgedager"))))
    hyphens.join(page.blocks)
    lines = [" ".join(word.text for word in line if word.text) for line in page.blocks[0].lines]
    assert lines == ["en bokhandel", "med søn-", "og helgedager"]


def test_a_second_half_without_its_first_stays() -> None:
    page = read_alto(alto(block("B", string("mune", SUBS_TYPE="HypPart2", SUBS_CONTENT="kommune"))))
    hyphens.join(page.blocks)
    assert page.blocks[0].words()[0].text == "mune"


def test_articles_take_their_blocks_in_the_order_of_the_logical_map() -> None:
    area = '<fptr><area FILEID="A1" BETYPE="IDREF" BEGIN="{}"/></fptr>'
    logical = "".join(
        f'<div ID="{unit}" TYPE="ARTICLE" LABEL="{title}"><div TYPE="TEXT">{area.format(one)}{area.format(two)}</div></div>'
        for unit, title, one, two in (("X1", "Fiske", "P1_TB2", "P1_TB1"), ("X2", "Vær", "P1_TB3", "P1_TB4"))
    )
    found = read_mets(mets({"A1": "p1.xml"}, logical, "Newspaper"))
    assert found.kind == "issue"
    assert [(unit.unit, unit.title, [name for _, name in unit.areas]) for unit in found.units] == [
        ("X1", "Fiske", ["P1_TB2", "P1_TB1"]),
        ("X2", "Vær", ["P1_TB3", "P1_TB4"]),
    ]


def test_illustration_noise_keeps_its_text_but_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "p.xml").write_bytes(
        alto(block("B1", words("4^* V' S3", 0.2)) + block("B2", words("vanlig tekst her", 0.3)))
    )
    page = rows(tmp_path, ["p.xml"])[1]
    assert [b["kind"] for b in page["blocks"]] == ["noise", "text"]


def test_the_digibok_of_1849_is_read_without_an_error(shared: Path) -> None:
    folder = shared / "ocr" / "nb-digibok-1849"
    head = read_mets((folder / "digibok_2006081500001-mets.xml").read_bytes())
    names = [file.href for file in head.files if (folder / file.href).exists()]
    found = rows(folder, names, "digibok_2006081500001-mets.xml")
    assert len(names) == 70 and len(head.files) == 237
    assert not [row for row in found if row["error"]]
