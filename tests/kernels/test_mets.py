from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdings import mets as written
from kvern.kernels import mets

FILES = {"A1": "p_0001.xml", "A2": "p_0002.xml"}


def area(file: str, block: str) -> str:
    return f'<fptr><area FILEID="{file}" BETYPE="IDREF" BEGIN="{block}"/></fptr>'


def test_files_have_clean_paths_order_and_promise() -> None:
    found = mets.read(written(FILES, promised={"A1": "AB" * 16}))
    assert [(file.file_id, file.href, file.sequence, file.promised) for file in found.files] == [
        ("A1", "p_0001.xml", 1, ("md5", "ab" * 16)),
        ("A2", "p_0002.xml", 2, None),
    ]


def test_the_physical_map_gives_the_order_of_files() -> None:
    physical = (
        '<structMap TYPE="PHYSICAL"><div><div ORDER="1">{}</div><div ORDER="2">{}</div></div></structMap>'.format(
            '<fptr FILEID="A2"/>', '<fptr FILEID="A1"/>'
        )
    )
    found = mets.read(written(FILES).replace(b"</mets>", physical.encode() + b"</mets>"))
    assert [file.file_id for file in found.files] == ["A2", "A1"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("METAe_Monograph", "book"), ("Monograph", "book"), ("Newspaper", "issue"), ("METAe_Serial", "issue")],
)
def test_book_or_issue_is_told_by_the_type(kind: str, expected: str) -> None:
    assert mets.read(written(FILES, kind=kind)).kind == expected


def test_the_lowest_article_is_the_unit_and_takes_all_below_it() -> None:
    logical = (
        '<div TYPE="SECTION"><div ID="X" TYPE="ARTICLE" LABEL="Ytre">'
        f'<div ID="Y" TYPE="ARTICLE" LABEL="Indre"><div><div>{area("A2", "P2_TB1")}</div></div>{area("A1", "P1_TB1")}</div></div></div>'
    )
    found = mets.read(written(FILES, logical, "Newspaper"))
    assert [(unit.unit, unit.title, unit.areas) for unit in found.units] == [
        ("Y", "Indre", (("A2", "P2_TB1"), ("A1", "P1_TB1")))
    ]


def test_an_illegal_file_gives_way_to_the_page_in_the_blocks_id() -> None:
    found = mets.read(written(FILES, f'<div ID="X" TYPE="ARTICLE">{area("GALT", "P2_TB00012")}</div>', "Newspaper"))
    assert found.units[0].areas == (("A2", "P2_TB00012"),)


def test_kinds_of_blocks_come_from_the_logical_map() -> None:
    logical = "".join(
        f'<div TYPE="{kind}"><div>{area("A1", name)}</div></div>'
        for kind, name in (("TABLE", "T"), ("HEADING_TEXT", "H"), ("ITEM_CAPTION", "C"), ("PARAGRAPH", "P"))
    )
    found = mets.read(written(FILES, logical))
    assert found.units == ()
    assert found.block_kinds == {("A1", "T"): "table", ("A1", "H"): "heading", ("A1", "C"): "caption"}


def test_placeholders_are_no_title_and_the_scan_date_no_publication() -> None:
    head = '<metsHdr CREATEDATE="2007-02-20"/><dmdSec><titleInfo><title>Unknown</title></titleInfo><languageTerm>no</languageTerm></dmdSec>'
    found = mets.read(written(FILES).replace(b"<fileSec>", head.encode() + b"<fileSec>"))
    assert (found.title, found.published, found.language) == (None, None, "nor")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("no", "nor"), ("nb", "nob"), ("nn-NO", "nno"), ("da", "dan"), ("sme", "sme"), ("Unknown", None), (None, None)],
)
def test_language_codes_become_iso_639_3(code: str | None, expected: str | None) -> None:
    assert mets.language_code(code) == expected


@given(st.integers(0, 600), st.binary(max_size=3))
def test_damage_anywhere_never_raises(place: int, damage: bytes) -> None:
    whole = written(FILES, f'<div ID="X" TYPE="ARTICLE">{area("A1", "P1_TB1")}</div>', "Newspaper")
    mets.read(whole[:place] + damage + whole[place + 1 :])


def test_real_issues_have_their_articles(shared: Path) -> None:
    ocr = shared / "ocr"
    british = mets.read((ocr / "bl-mets-alto" / "0002647" / "1824" / "0217" / "0002647_18240217_mets.xml").read_bytes())
    french = mets.read((ocr / "bnf-mets-alto" / "18140401_1" / "18140401_1-METS.xml").read_bytes())
    assert (british.kind, british.published, len(british.files), len(british.units)) == ("issue", "1824-02-17", 4, 27)
    assert (french.kind, french.published, len(french.files), len(french.units)) == ("issue", "01.04.1814", 2, 7)
