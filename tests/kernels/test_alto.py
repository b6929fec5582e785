from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdings import alto as written
from holdings import block, string, words
from kvern.kernels import alto


def page(body: str, root: str = "<alto>", head: str = "") -> alto.Alto:
    name = root[1:-1].split()[0]
    return alto.read(
        f'{root}{head}<Layout><Page ID="P1"><PrintSpace>{body}</PrintSpace></Page></Layout></{name}>'.encode()
    )


def texts(found: alto.Alto) -> list[str]:
    return [" ".join(word.text for word in each.words()) for each in found.blocks]


@pytest.mark.parametrize(
    "root",
    [
        "<alto>",
        '<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">',
        '<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">',
    ],
)
def test_every_version_is_read_without_its_namespace(root: str) -> None:
    found = page(block("B1", words("en to"), words("tre")), root)
    assert [[word.text for word in line] for line in found.blocks[0].lines] == [["en", "to"], ["tre"]]


def test_blocks_know_their_region_and_composed_block() -> None:
    body = f'<ComposedBlock TYPE="table"><ComposedBlock>{block("B2", words("1 2"))}</ComposedBlock></ComposedBlock>'
    found = alto.read(written(body + block("B3", words("tekst")), block("B1", words("12"))))
    assert [(each.id, each.kind) for each in found.blocks] == [("B1", "margin_top"), ("B2", "table"), ("B3", "text")]


def test_tags_name_the_kind_of_a_block() -> None:
    tags = '<Tags><LayoutTag ID="T1" LABEL="Heading"/><OtherTag ID="T2" LABEL="NumberingZone#1"/></Tags>'
    body = f'<TextBlock ID="B1" TAGREFS="T1"/><ComposedBlock TAGREFS="T2">{block("B2", words("1"))}</ComposedBlock>'
    assert [each.kind for each in page(body, head=tags).blocks] == ["heading", "margin_top"]


def test_the_reading_order_of_alto_4_3_is_followed() -> None:
    order = '<ReadingOrder><OrderedGroup ID="g"><ElementRef ID="r" REF="B3 B1"/></OrderedGroup></ReadingOrder>'
    found = page("".join(block(f"B{n}", words(f"nr{n}")) for n in (1, 2, 3)), head=order)
    assert [each.id for each in found.blocks] == ["B3", "B1", "B2"]


@pytest.mark.parametrize(
    ("root", "said", "confidence"),
    [
        ('<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">', 'CC="0 9"', 0.55),
        ('<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">', 'CC="99" WC="0.9"', 0.9),
        ('<alto xsi:noNamespaceSchemaLocation="alto-1-4.xsd" xmlns:xsi="x">', 'CC="00"', 1.0),
        ('<alto xsi:noNamespaceSchemaLocation="alto-1-2.xsd" xmlns:xsi="x">', 'CC="00"', None),
        ("<alto>", 'CC="00"', None),
        ("<alto>", 'WC="95"', None),
        ("<alto>", 'WC="ukjent"', None),
    ],
)
def test_confidence_is_wc_and_cc_only_where_its_direction_is_told(
    root: str, said: str, confidence: float | None
) -> None:
    body = f'<TextBlock ID="B"><TextLine><String CONTENT="ab" {said}/></TextLine></TextBlock>'
    found = page(body, root).blocks[0].confidence()
    assert found == (pytest.approx(confidence) if confidence is not None else None)


def test_languages_are_the_commonest_of_the_blocks_or_the_pages() -> None:
    body = '<TextBlock LANG="nn"/><TextBlock language="nn-NO"/><TextBlock LANG="da"/>'
    assert page(body).language == "nno"
    assert alto.read(b'<alto><Layout><Page LANG="nb"/></Layout></alto>').language == "nob"


def test_line_breaks_and_blanks_inside_content_are_no_lines() -> None:
    assert texts(page(block("B", string(" en&#10;to ")))) == ["en to"]


def test_what_is_no_alto_says_so() -> None:
    assert alto.read(b"<mets/>").error == "want an alto element, have mets"
    assert alto.read(b"").error == "empty"


@given(st.integers(0, 400), st.binary(max_size=3))
def test_damage_anywhere_never_raises(place: int, damage: bytes) -> None:
    whole = written(block("B1", words("en hel linje")))
    alto.read(whole[:place] + damage + whole[place + 1 :])


def test_real_pages_of_every_version_are_read_without_an_error(shared: Path) -> None:
    folders = ("altoxml", "bl-mets-alto", "bnf-mets-alto", "gallicorpora-alto4", "cneud")
    pages = [path for folder in folders for path in sorted((shared / "ocr" / folder).rglob("*.xml"))]
    pages = [path for path in pages if "mets" not in path.name.lower()]
    assert len(pages) == 22
    assert [path.name for path in pages if alto.read(path.read_bytes()).error] == []
