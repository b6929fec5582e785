"""ALTO 1 to 4: the blocks of a page in reading order, with their words. Names match without namespace."""

import re
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from kvern.kernels.mets import language_code
from kvern.kernels.xml import Attributes, End, Start, collector_paused, walk

REGIONS = {
    "TopMargin": "margin_top",
    "BottomMargin": "margin_bottom",
    "LeftMargin": "margin_left",
    "RightMargin": "margin_right",
}
TAGS = ("LayoutTag", "StructureTag", "RoleTag", "NamedEntityTag", "OtherTag")
ORDER = ("OrderedGroup", "UnorderedGroup", "ElementRef")
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
    page, error = walk(xml, _Page)
    if page is None or page.root != "alto":
        return Alto((), None, error or f"want an alto element, have {page.root if page else 'nothing'}")
    blocks = sorted(page.blocks, key=lambda block: page.order.get(block.id, len(page.order)))
    return Alto(tuple(blocks if page.order else page.blocks), _commonest(page.languages) or page.language, error)


class _Page:
    """Gathers the blocks of a page from the events of its XML: no object an element, but a word for each String."""

    takes_text = False

    def __init__(self) -> None:
        self.root: str | None = None
        self.blocks: list[Block] = []
        self.languages: list[str] = []
        self.language: str | None = None
        self.order: dict[str, int] = {}
        self._tags: dict[str, str] = {}
        self._tells_cc = False
        self._places: list[tuple[str, tuple[str, ...]]] = [("text", ())]
        self._block: Block | None = None
        self._names: set[str] = set()
        self._line: list[Word] | None = None
        self._marked = False
        self._starts: dict[str, Start] = {
            "Page": self._page,
            "ComposedBlock": self._composed,
            "TextBlock": self._open_block,
            "TextLine": self._open_line,
            "String": self._string,
            "HYP": self._hyphen,
            **dict.fromkeys(TAGS, self._tag),
            **dict.fromkeys(ORDER, self._ordered),
            **{name: partial(self._region, kind) for name, kind in REGIONS.items()},
        }
        self._ends: dict[str, End] = {
            "TextBlock": self._close_block,
            "TextLine": self._close_line,
            **dict.fromkeys(("ComposedBlock", *REGIONS), self._leave),
        }

    def starting(self, name: str) -> Start | None:
        if self.root is None:
            self.root = name
            return self._root
        return self._starts.get(name)

    def ending(self, name: str) -> End | None:
        return self._ends.get(name)

    def text(self, piece: str) -> None:
        """ALTO has its words in attributes."""

    def _root(self, said: Attributes) -> None:
        self._tells_cc = _tells_cc(said)

    def _page(self, said: Attributes) -> None:
        self.language = self.language or _tongue(said)

    def _tag(self, said: Attributes) -> None:
        self._tags[said.get("ID", "")] = said.get("LABEL", "").lower()

    def _ordered(self, said: Attributes) -> None:
        """ALTO 4.3 may give the reading order; blocks that it does not name follow as they stand."""
        for name in said.get("REF", "").split():
            self.order.setdefault(name, len(self.order))

    def _region(self, kind: str, said: Attributes) -> None:
        self._places.append((kind, self._places[-1][1]))

    def _composed(self, said: Attributes) -> None:
        kind, owners = self._places[-1]
        kind = self._kind(said, COMPOSED.get(said.get("TYPE", "").lower(), kind))
        self._places.append((kind, (*owners, said.get("ID", ""))))

    def _leave(self) -> None:
        self._places.pop()

    def _kind(self, said: Attributes, kind: str) -> str:
        labels = (self._tags.get(tag, "").partition("#")[0] for tag in said.get("TAGREFS", "").split())
        return next((LABELS[label] for label in labels if label in LABELS), kind)

    def _open_block(self, said: Attributes) -> None:
        kind, owners = self._places[-1]
        self._block = Block(said.get("ID", ""), self._kind(said, kind), [])
        self.blocks.append(self._block)
        self._names = {self._block.id, *owners}
        if tongue := _tongue(said):
            self.languages.append(tongue)

    def _close_block(self) -> None:
        if self._block is not None:
            self._block.names = frozenset(self._names - {""})
        self._block = None

    def _open_line(self, said: Attributes) -> None:
        self._line, self._marked = [], False

    def _close_line(self) -> None:
        if self._line and self._block is not None:
            if self._marked:
                self._block.hyphen_ends.add(len(self._block.lines))
            self._block.lines.append(self._line)
        self._line = None

    def _hyphen(self, said: Attributes) -> None:
        self._marked = True

    def _string(self, said: Attributes) -> None:
        content = said.get("CONTENT")
        if not content or self._line is None:
            return
        if "ID" in said:
            self._names.add(said["ID"])
        confidence = _confidence(said.get("WC"))
        if confidence is None and self._tells_cc and "CC" in said:
            confidence = _of_characters(said["CC"])
        text = content if content.isalnum() else BREAKS.sub(" ", content).strip()
        part = PARTS.get(said["SUBS_TYPE"], 0) if "SUBS_TYPE" in said else 0
        self._line.append(Word(text, confidence, part, said.get("SUBS_CONTENT")))


def _tongue(said: Attributes) -> str | None:
    return language_code(said.get("LANG") or said.get("language") or said.get("LANGUAGE"))


def _of_characters(written: str) -> float | None:
    """1 less the mean of CC's digits over 10: measured against WC on 22,092 words (domain dossier 2.1)."""
    digits = [int(digit) for digit in written if "0" <= digit <= "9"]
    return 1 - sum(digits) / len(digits) / 10 if digits else None


def _tells_cc(root: Attributes) -> bool:
    """From ALTO 1.4 on a CC of 0 is sure; before that its direction is undefined."""
    found = (VERSION.search(value) for value in root.values())
    return any(hit and (int(hit[1]), int(hit[2] or 0)) >= (1, 4) for hit in found)


def _confidence(written: str | None) -> float | None:
    if written is None:
        return None
    try:
        value = float(written)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _commonest(languages: list[str]) -> str | None:
    return max(sorted(set(languages)), key=languages.count, default=None)
