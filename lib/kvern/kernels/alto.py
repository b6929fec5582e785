"""ALTO 1 to 4: the blocks of a page in reading order, with their words. Names match without namespace."""

import re
from dataclasses import dataclass, field
from statistics import median

from kvern.kernels.mets import language_code
from kvern.kernels.xml import Node, collector_paused, parse

REGIONS = {
    "TopMargin": "margin_top",
    "BottomMargin": "margin_bottom",
    "LeftMargin": "margin_left",
    "RightMargin": "margin_right",
}
SKIPPED = frozenset({"SP", "Shape", "Polygon", "Glyph", "Variant", "ALTERNATIVE"})
COMPOSED = {"table": "table", "advertisement": "advert", "advert": "advert", "ad": "advert"}
BREAKS = re.compile(r"[\s\x00-\x1f]+")
VERSION = re.compile(r"(?:^|alto-v?|ns-v)([1-4])(?:[-.]([0-9]+))?")
PARTS = {"HypPart1": 1, "HypPart2": 2}
LABELS = {
    "heading": "heading",
    "headline": "heading",
    "title": "heading",
    "caption": "caption",
    "table": "table",
    "advertisement": "advert",
    "running head": "margin_top",
    "page number": "margin_top",
    # SegmOnto, the vocabulary of eScriptorium and Gallicorpora
    "tablezone": "table",
    "runningtitlezone": "margin_top",
    "numberingzone": "margin_top",
    "quiremarkszone": "margin_bottom",
}


@dataclass(slots=True)
class Word:
    """One String. `part` is 1 or 2 for the halves of a hyphenated word, whose whole is `whole`."""

    text: str
    confidence: float | None
    part: int = 0
    whole: str | None = None


@dataclass(slots=True)
class Block:
    """`names` are all ids by which METS may call it: its own, its composed blocks', its words'.

    `hyphen_ends` are the lines with a HYP mark; `flow` is the article that it belongs to, empty outside of all.
    """

    id: str
    kind: str
    lines: list[list[Word]]
    names: frozenset[str] = frozenset()
    hyphen_ends: set[int] = field(default_factory=set)
    flow: str = ""

    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line]

    def confidence(self) -> float | None:
        """Median word confidence; a mean is dragged down by a few noise words (domain dossier 2.1)."""
        known = [word.confidence for word in self.words() if word.confidence is not None]
        return float(median(known)) if known else None


@dataclass(frozen=True)
class Alto:
    blocks: tuple[Block, ...]
    language: str | None
    error: str | None


@collector_paused()
def read(xml: bytes) -> Alto:
    """The page, as far as it can be read; never raises."""
    parsed = parse(xml, SKIPPED, texts=False)
    root = parsed.root
    if root is None or root.name != "alto":
        return Alto((), None, parsed.error or f"want an alto element, have {root.name if root else 'nothing'}")
    tags = {
        node.attributes.get("ID", ""): node.attributes.get("LABEL", "").lower()
        for child in root.children
        if child.name == "Tags"
        for node in child.children
    }
    page = _Page(tags, _tells_cc(root), [], [])
    _collect(page, root, "text", ())
    return Alto(
        tuple(_in_reading_order(root, page.blocks)),
        _commonest(page.languages) or _of_page(root),
        parsed.error,
    )


@dataclass(frozen=True)
class _Page:
    """What the walk knows (labels of tags by id, whether CC tells a confidence) and what it gathers."""

    tags: dict[str, str]
    tells_cc: bool
    blocks: list[Block]
    languages: list[str]


def _collect(page: _Page, node: Node, kind: str, owners: tuple[str, ...]) -> None:
    if node.name == "TextBlock":
        page.blocks.append(_block(page, node, kind, owners))
        page.languages.extend(_tongue(node))
        return
    if node.name in REGIONS:
        kind = REGIONS[node.name]
    elif node.name == "ComposedBlock":
        kind = _kind(node, COMPOSED.get(node.attributes.get("TYPE", "").lower(), kind), page.tags)
        owners = (*owners, node.attributes.get("ID", ""))
    for child in node.children:
        _collect(page, child, kind, owners)


def _tongue(node: Node) -> list[str]:
    said = node.attributes.get("LANG") or node.attributes.get("language") or node.attributes.get("LANGUAGE")
    code = language_code(said)
    return [code] if code else []


def _kind(node: Node, kind: str, tags: dict[str, str]) -> str:
    labels = (tags.get(tag, "").partition("#")[0] for tag in node.attributes.get("TAGREFS", "").split())
    return next((LABELS[label] for label in labels if label in LABELS), kind)


def _block(page: _Page, node: Node, kind: str, owners: tuple[str, ...]) -> Block:
    block = Block(node.attributes.get("ID", ""), _kind(node, kind, page.tags), [])
    names = {block.id, *owners}
    for line in node.children:
        if line.name != "TextLine":
            continue
        words = [child for child in line.children if child.name == "String" and child.attributes.get("CONTENT")]
        names.update(child.attributes["ID"] for child in words if "ID" in child.attributes)
        if words:
            if any(child.name == "HYP" for child in line.children):
                block.hyphen_ends.add(len(block.lines))
            block.lines.append([_word(child.attributes, page.tells_cc) for child in words])
    block.names = frozenset(names - {""})
    return block


def _word(said: dict[str, str], tells_cc: bool) -> Word:
    part = PARTS.get(said.get("SUBS_TYPE", ""), 0)
    confidence = _confidence(said.get("WC"))
    if confidence is None and tells_cc and "CC" in said:
        confidence = _of_characters(said["CC"])
    content = said["CONTENT"]
    text = content if content.isalnum() else BREAKS.sub(" ", content).strip()
    return Word(text, confidence, part, said.get("SUBS_CONTENT"))


def _of_characters(written: str) -> float | None:
    """1 less the mean of CC's digits over 10: measured against WC on 22,092 words (domain dossier 2.1)."""
    digits = [int(digit) for digit in written if "0" <= digit <= "9"]
    return 1 - sum(digits) / len(digits) / 10 if digits else None


def _tells_cc(root: Node) -> bool:
    """From ALTO 1.4 on a CC of 0 is sure; before that its direction is undefined."""
    found = (VERSION.search(value) for value in root.attributes.values())
    return any(hit and (int(hit[1]), int(hit[2] or 0)) >= (1, 4) for hit in found)


def _confidence(written: str | None) -> float | None:
    try:
        value = float(str(written))
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _commonest(languages: list[str]) -> str | None:
    return max(sorted(set(languages)), key=languages.count, default=None)


def _of_page(root: Node) -> str | None:
    """ALTO 4.4 tells the language of a whole page."""
    pages = (node for top in root.children if top.name == "Layout" for node in top.children)
    return next((said for page in pages for said in _tongue(page)), None)


def _in_reading_order(root: Node, blocks: list[Block]) -> list[Block]:
    """ALTO 4.3 may give the order; blocks that it does not name follow as they stand."""
    order: dict[str, int] = {}
    for group in (child for child in root.children if child.name == "ReadingOrder"):
        for node in group.walk():
            for name in node.attributes.get("REF", "").split():
                order.setdefault(name, len(order))
    return sorted(blocks, key=lambda block: order.get(block.id, len(order))) if order else blocks
