"""ALTO 1 to 4: the blocks of a page in reading order, with their words. Names match without namespace."""

from dataclasses import dataclass, field
from statistics import median

from kvern.kernels.mets import language_code
from kvern.kernels.xml import Node, parse

REGIONS = {
    "TopMargin": "margin_top",
    "BottomMargin": "margin_bottom",
    "LeftMargin": "margin_left",
    "RightMargin": "margin_right",
}
SKIPPED = frozenset({"SP", "Shape", "Polygon", "Glyph", "Variant", "ALTERNATIVE"})
COMPOSED = {"table": "table", "advertisement": "advert", "advert": "advert", "ad": "advert"}
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
    """`names` are all ids by which METS may call it: its own, its composed blocks', its words'."""

    id: str
    kind: str
    lines: list[list[Word]]
    names: frozenset[str] = frozenset()
    hyphen_ends: set[int] = field(default_factory=set)

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
    blocks: list[Block] = []
    languages: list[str] = []
    _collect(root, "text", (), tags, blocks, languages)
    return Alto(
        tuple(_in_reading_order(root, blocks)),
        language_code(max(languages, key=languages.count, default=None)),
        parsed.error,
    )


def _collect(
    node: Node, kind: str, owners: tuple[str, ...], tags: dict[str, str], blocks: list[Block], languages: list[str]
) -> None:
    own = node.attributes.get("ID", "")
    if node.name == "TextBlock":
        blocks.append(_block(node, _kind(node, kind, tags), owners))
        tongue = node.attributes.get("LANG") or node.attributes.get("language")
        languages.extend([tongue] if tongue else [])
        return
    if node.name in REGIONS:
        kind = REGIONS[node.name]
    elif node.name == "ComposedBlock":
        kind = COMPOSED.get(node.attributes.get("TYPE", "").lower(), kind)
        owners = (*owners, own)
    for child in node.children:
        _collect(child, kind, owners, tags, blocks, languages)


def _kind(node: Node, kind: str, tags: dict[str, str]) -> str:
    labels = (tags.get(tag, "") for tag in node.attributes.get("TAGREFS", "").split())
    return next((LABELS[label] for label in labels if label in LABELS), kind)


def _block(node: Node, kind: str, owners: tuple[str, ...]) -> Block:
    block = Block(node.attributes.get("ID", ""), kind, [])
    names = {block.id, *owners}
    for line in node.children:
        if line.name != "TextLine":
            continue
        words = [child for child in line.children if child.name == "String" and child.attributes.get("CONTENT")]
        names.update(child.attributes["ID"] for child in words if "ID" in child.attributes)
        if words:
            if any(child.name == "HYP" for child in line.children):
                block.hyphen_ends.add(len(block.lines))
            block.lines.append([_word(child.attributes) for child in words])
    block.names = frozenset(names - {""})
    return block


def _word(said: dict[str, str]) -> Word:
    part = PARTS.get(said.get("SUBS_TYPE", ""), 0)
    return Word(said["CONTENT"].strip(), _confidence(said.get("WC")), part, said.get("SUBS_CONTENT"))


def _confidence(written: str | None) -> float | None:
    try:
        value = float(str(written))
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _in_reading_order(root: Node, blocks: list[Block]) -> list[Block]:
    """ALTO 4.3 may give the order; blocks that it does not name follow as they stand."""
    order: dict[str, int] = {}
    for group in (child for child in root.children if child.name == "ReadingOrder"):
        for node in group.walk():
            for name in node.attributes.get("REF", "").split():
                order.setdefault(name, len(order))
    return sorted(blocks, key=lambda block: order.get(block.id, len(order))) if order else blocks
