"""METS: which ALTO files an object has, in which order, and which blocks make which article.

Reads docWORKS METAe books, BnF and British Library newspapers: articles name their blocks below themselves, or by
structLink through the physical map; an area names a block, a composed block or a word.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kvern.kernels.xml import Node, collector_paused, parse

# docWORKS fills in what it does not know, or what it read off the library's stamp.
PLACEHOLDERS = {"", "unknown", "untitled", "nb bana", "nb rana", "images"}
UNITS = {"ARTICLE", "ADVERTISEMENT", "ADVERT", "OBITUARY", "WEATHER"}
KINDS = {
    "TABLE": "table",
    "HEADING_TEXT": "heading",
    "HEADING": "heading",
    "CAPTION": "caption",
    "ITEM_CAPTION": "caption",
    "ADVERTISEMENT": "advert",
    "ADVERT": "advert",
}
LANGUAGES = {
    "no": "nor",
    "nb": "nob",
    "nn": "nno",
    "da": "dan",
    "sv": "swe",
    "en": "eng",
    "se": "sme",
    "fi": "fin",
    "de": "deu",
    "is": "isl",
    "fo": "fao",
    "fr": "fra",
    "smi": "sme",
    "ger": "deu",
    "fre": "fra",
}
PAGE_IN_BLOCK = re.compile(r"^P(\d+)_")
Area = tuple[str, str]
Named = dict[str, list[Node]]


@dataclass(frozen=True)
class File:
    file_id: str
    href: str
    sequence: int
    promised: tuple[str, str] | None


@dataclass(frozen=True)
class Unit:
    """A logical part of an issue: its areas, (file_id, block or word id), in reading order."""

    unit: str
    kind: str
    title: str | None
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Mets:
    object_id: str | None = None
    kind: str = "book"
    title: str | None = None
    published: str | None = None
    language: str | None = None
    files: tuple[File, ...] = ()
    units: tuple[Unit, ...] = ()
    block_kinds: dict[Area, str] = field(default_factory=dict)
    error: str | None = None


@collector_paused()
def read(xml: bytes) -> Mets:
    """What a METS file says; never raises, `error` tells what could not be read."""
    parsed = parse(xml)
    root = parsed.root
    if root is None or root.name != "mets":
        return Mets(error=parsed.error or f"want a mets element, have {root.name if root else 'nothing'}")
    named = parsed.named
    logical = _map(named, "LOGICAL")
    files = tuple(_files(named))
    units = tuple(_units(named, logical, {file.file_id for file in files}))
    issue = bool(units) or _is_issue(root, logical)
    head = next((node for node in root.children if node.name == "dmdSec"), None)
    return Mets(
        object_id=_object_id(root, named),
        kind="issue" if issue else "book",
        title=_first_text(_below(head, "title")),
        published=_first_text(named.get("dateIssued", ())),
        language=language_code(_first_text(_below(head, "languageTerm"))),
        files=files,
        units=units,
        block_kinds=dict(_block_kinds(logical)),
        error=parsed.error,
    )


def language_code(code: str | None) -> str | None:
    """ISO 639-3 of a two- or three-letter code or BCP 47 tag, as far as it is known."""
    short = (code or "").strip().lower().replace("_", "-").split("-")[0]
    return LANGUAGES.get(short) or (short if len(short) == 3 and short.isalpha() else None)


def _map(named: Named, kind: str) -> Node | None:
    return next((node for node in named.get("structMap", ()) if node.attributes.get("TYPE", "").upper() == kind), None)


def _is_issue(root: Node, logical: Node | None) -> bool:
    kinds = [root.attributes.get("TYPE", "")] + [
        node.attributes.get("TYPE", "") for node in (logical.walk() if logical else ())
    ]
    return any(word in kind.lower() for kind in kinds for word in ("newspaper", "issue", "serial"))


def _object_id(root: Node, named: Named) -> str | None:
    given = root.attributes.get("OBJID", "").strip()
    if given:
        return given
    urns = (node for node in named.get("identifier", ()) if node.attributes.get("type", "").lower() == "urn")
    return next((node.text.strip() for node in urns if node.text.strip()), None)


def _below(node: Node | None, name: str) -> Iterator[Node]:
    return (below for below in (node.walk() if node else ()) if below.name == name)


def _first_text(nodes: Iterable[Node]) -> str | None:
    texts = (node.text.strip() for node in nodes)
    return next((text for text in texts if text.lower() not in PLACEHOLDERS), None)


def _files(named: Named) -> Iterator[File]:
    """XML files of the groups, in the order of the physical map where it names them, else as they stand."""
    physical = _map(named, "PHYSICAL")
    order: dict[str, int] = {}
    for node in physical.walk() if physical else ():
        if "FILEID" in node.attributes:
            order.setdefault(node.attributes["FILEID"], len(order))
    found = {node.attributes.get("ID", ""): node for node in named.get("file", ()) if _is_alto(node)}
    ranked = sorted(found, key=lambda name: (name not in order, order.get(name, 0)))
    for sequence, name in enumerate(ranked, 1):
        yield File(name, _href(found[name]), sequence, _promised(found[name]))


def _is_alto(file: Node) -> bool:
    return "xml" in file.attributes.get("MIMETYPE", "").lower() and _href(file).lower().endswith(".xml")


def _href(file: Node) -> str:
    raw = next((node.attributes.get("href", "") for node in _below(file, "FLocat")), "")
    path = raw.removeprefix("file://").replace("\\", "/")
    return "/".join(part for part in path.split("/") if part not in ("", ".", ".."))


def _promised(file: Node) -> tuple[str, str] | None:
    kind = file.attributes.get("CHECKSUMTYPE", "").lower().replace("-", "")
    value = file.attributes.get("CHECKSUM", "").lower()
    return (kind, value) if value and kind in ("md5", "sha1", "sha256", "sha512") else None


def _units(named: Named, logical: Node | None, files: set[str]) -> Iterator[Unit]:
    links = _links(named)
    for node in _unit_nodes(logical):
        own = [
            area for below in node.walk() for area in (_areas(below) or links.get(below.attributes.get("ID", ""), []))
        ]
        areas = tuple(dict.fromkeys(_legal(area, files) for area in own))
        title = node.attributes.get("LABEL", "").strip()
        kind = node.attributes.get("TYPE", "ARTICLE").upper()
        if areas:
            yield Unit(node.attributes.get("ID", ""), kind, title if title.lower() not in PLACEHOLDERS else None, areas)


def _unit_nodes(logical: Node | None) -> list[Node]:
    """The lowest article-like divs, in order."""
    found = [node for node in (logical.walk() if logical else ()) if node.attributes.get("TYPE", "").upper() in UNITS]
    inner = {id(node) for node in found}
    return [node for node in found if not any(below is not node and id(below) in inner for below in node.walk())]


def _areas(node: Node) -> list[Area]:
    if node.name != "area":
        return []
    begin, file = node.attributes.get("BEGIN", ""), node.attributes.get("FILEID", "")
    return [(file, begin)] if begin else []


def _legal(area: Area, files: set[str]) -> Area:
    """An illegal file reference gives way to the page number inside the block's id (P3_TB00012 is on page 3)."""
    page = PAGE_IN_BLOCK.match(area[1])
    if area[0] in files or not page:
        return area
    return next(((name, area[1]) for name in sorted(files) if re.search(rf"(?<!\d)0*{page[1]}$", name)), area)


def _links(named: Named) -> dict[str, list[Area]]:
    """structLink: a logical div's areas through the physical divs that it is linked to.

    A link is an smLink (from, to), or an smLinkGrp whose first locator is the logical div.
    """
    physical = {node.attributes["ID"]: node for node in named.get("div", ()) if "ID" in node.attributes}
    found: dict[str, list[Area]] = {}
    for source, target in _link_pairs(named):
        if target in physical:
            areas = [area for node in physical[target].walk() for area in _areas(node)]
            found.setdefault(source, []).extend(areas)
    return found


def _link_pairs(named: Named) -> Iterator[tuple[str, str]]:
    for link in named.get("smLink", ()):
        yield link.attributes.get("from", "").lstrip("#"), link.attributes.get("to", "").lstrip("#")
    for group in named.get("smLinkGrp", ()):
        names = [node.attributes.get("href", "").lstrip("#") for node in _below(group, "smLocatorLink")]
        yield from ((names[0], name) for name in names[1:])


def _block_kinds(logical: Node | None) -> Iterator[tuple[Area, str]]:
    for node in logical.walk() if logical else ():
        kind = KINDS.get(node.attributes.get("TYPE", "").upper())
        for below in node.walk() if kind else ():
            for area in _areas(below):
                yield area, str(kind)
