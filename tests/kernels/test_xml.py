from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kvern.kernels import xml

NAMES = st.sampled_from(["a", "b", "n:c", "SP"])
TREES = st.recursive(
    st.builds(lambda name: (name, {}, []), NAMES),
    lambda below: st.tuples(
        NAMES, st.dictionaries(st.sampled_from(["x", "y"]), st.text("aæ<\"& '")), st.lists(below, max_size=3)
    ),
    max_leaves=12,
)


def written(tree: tuple) -> etree._Element:
    name, attributes, below = tree
    element = etree.Element(name.replace("n:", "{urn:n}"), attributes, nsmap={"n": "urn:n"})
    element.extend(written(each) for each in below)
    return element


def shape(node: xml.Node) -> tuple:
    return node.name, {k: v for k, v in node.attributes.items() if k in "xy"}, [shape(each) for each in node.children]


def plain(element: etree._Element) -> tuple:
    return etree.QName(element).localname, dict(element.attrib), [plain(each) for each in element]


@given(TREES)
def test_the_tree_is_lxmls_by_local_names(tree: tuple) -> None:
    element = written(tree)
    parsed = xml.parse(etree.tostring(element))
    assert parsed.error is None
    assert parsed.root is not None and shape(parsed.root) == plain(element)


@given(st.binary(max_size=200) | st.text("<>/a=\"'&;! ", max_size=60).map(str.encode))
def test_whatever_comes_gives_a_tree_or_a_sentence(data: bytes) -> None:
    parsed = xml.parse(data)
    assert parsed.root is not None or parsed.error


def test_a_cut_file_is_read_as_far_as_it_goes() -> None:
    parsed = xml.parse(b'<a><b x="1"/><b x="2"/><c')
    assert parsed.error is not None and parsed.error.startswith("not well-formed")
    assert parsed.root is not None and len(parsed.named["b"]) == 2


def test_an_outside_entity_is_refused_also_where_the_file_is_broken() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</b>'
    for data in (bomb.encode(), bomb.encode("utf-16")):
        assert xml.parse(data).root is None
        assert str(xml.parse(data).error).startswith("refused")


def test_a_giant_attribute_is_refused() -> None:
    parsed = xml.parse(b'<a x="' + b"y" * (xml.ATTRIBUTE + 1) + b'"/>')
    assert parsed.root is None and "attributes" in str(parsed.error)
