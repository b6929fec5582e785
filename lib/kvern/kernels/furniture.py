"""Running heads and page numbers: what stands at the edge of many pages and is no part of the text.

Repetition over pages is always required: a rule that drops the first block of every page loses a book's text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kvern.kernels.edit_distance import distance

NUMBER = re.compile(r"^\W*(\d{1,4}|[ivxlcdm]{1,7})\W*$", re.I)
EDGE_NUMBERS = re.compile(r"^\W*(\d{1,4})(?!\w)|(?<!\w)(\d{1,4})\W*$")
ROMAN = re.compile(r"[ivxlcdm]+")
MARGINS = ("margin_top", "margin_bottom")
LONGEST = 80
# OCR reads a head anew on each page: alike are those within one edit in five letters, on pages so near. In no word
# more than one in three: `Avsnitt to` and `Avsnitt en` differ in a word, not in letters.
LETTERS_AN_EDIT, LETTERS_OF_A_WORD = 5, 3
NEAR = 8
Place = tuple[int, int]


@dataclass(frozen=True)
class PageBlock:
    kind: str
    text: str


@dataclass(frozen=True)
class _Head:
    """A line that may be a running head. `numbers` tell chapters apart; `paged`: it holds its page's number."""

    page: int
    words: str
    numbers: str
    paged: bool


def furniture(pages: Sequence[Sequence[PageBlock]], repeats: int = 3) -> set[Place]:
    """(page, block) of what to leave out: numbers in margins or in a series, heads that recur on `repeats` pages."""
    edges = [(p, b) for p, page in enumerate(pages) for b in _edge(page)]
    offsets = _offsets(pages, edges)
    found = {place for place in edges if _is_page_number(pages, place, offsets)}
    heads = {place: head for place in edges if (head := _head(pages, place, offsets)) is not None}
    recurring = _recurring(list(heads.values()), repeats)
    found |= {place for place, head in heads.items() if head in recurring}
    return {place for place in found if place not in heads or _has_more(pages, place, found)}


def _has_more(pages: Sequence[Sequence[PageBlock]], place: Place, found: set[Place]) -> bool:
    """A title page that holds nothing but the later running head keeps it."""
    page = pages[place[0]]
    return any(
        (place[0], b) not in found and block.kind != "noise" and block.text.strip() for b, block in enumerate(page)
    )


def _edge(page: Sequence[PageBlock]) -> list[int]:
    """Top and bottom margins, and the first and last block of the rest."""
    inner = [i for i, block in enumerate(page) if block.kind not in (*MARGINS, "noise")]
    outer = {i for i, block in enumerate(page) if block.kind in MARGINS}
    return sorted(outer | set(inner[:1]) | set(inner[-1:]))


def _offsets(pages: Sequence[Sequence[PageBlock]], edges: Sequence[Place]) -> set[int]:
    """By how much the numbers that grow as the pages do differ from the pages' places: on at least three pages."""
    said = {(int(n) - p, p) for p, b in edges for n in _numbers(pages[p][b].text)}
    counted = Counter(offset for offset, _ in said)
    return {offset for offset, times in counted.items() if times >= 3}


def _numbers(text: str) -> list[str]:
    """Numbers that begin or end a line: where a page number stands in a head."""
    found = EDGE_NUMBERS.findall(text) if len(text) <= LONGEST else ()
    return [number for pair in found for number in pair if number]


def _is_page_number(pages: Sequence[Sequence[PageBlock]], place: Place, offsets: set[int]) -> bool:
    block = pages[place[0]][place[1]]
    if not NUMBER.match(block.text):
        return False
    return block.kind in MARGINS or any(int(n) - place[0] in offsets for n in _numbers(block.text))


def _head(pages: Sequence[Sequence[PageBlock]], place: Place, offsets: set[int]) -> _Head | None:
    text = pages[place[0]][place[1]].text.strip()
    if "\n" in text or len(text) > LONGEST or NUMBER.match(text):
        return None
    own = {n for n in _numbers(text) if int(n) - place[0] in offsets}
    tokens = [token for token in re.sub(r"[\W_]+", " ", text).casefold().split() if token not in own]
    # A number with letters in it is a page number that OCR misread.
    numbers = [token for token in tokens if token.isdecimal() or ROMAN.fullmatch(token) or len(token) == 1]
    words = [token for token in tokens if token not in numbers and not re.search(r"\d", token)]
    return _Head(place[0], " ".join(words), " ".join(numbers), bool(own)) if words else None


def _recurring(heads: Sequence[_Head], repeats: int) -> set[_Head]:
    """Heads that stand on `repeats` pages: the same anywhere, or alike on near pages."""
    same: dict[tuple[str, str], set[int]] = {}
    by_page: dict[int, list[_Head]] = {}
    for head in heads:
        same.setdefault((head.words, head.numbers), set()).add(head.page)
        by_page.setdefault(head.page, []).append(head)
    return {
        head
        for head in heads
        if len(same[head.words, head.numbers]) >= repeats
        or len(same[head.words, head.numbers] | {other.page for other in _alike(head, by_page)}) >= repeats
    }


def _alike(head: _Head, by_page: dict[int, list[_Head]]) -> Iterator[_Head]:
    """Heads of near pages that OCR may have made of the same line. Chapters differ in numbers alone: they are not."""
    for page in range(head.page - NEAR, head.page + NEAR + 1):
        for other in by_page.get(page, ()):
            numbered = head.numbers == other.numbers or head.paged or other.paged
            if numbered and _are_alike(head.words, other.words):
                yield other


def _are_alike(first: str, second: str) -> bool:
    bound = len(first) // LETTERS_AN_EDIT
    if abs(len(first) - len(second)) > bound or distance(first, second) > bound:
        return False
    one, two = first.split(), second.split()
    return len(one) != len(two) or all(
        distance(a, b) <= max(len(a), len(b)) // LETTERS_OF_A_WORD for a, b in zip(one, two, strict=True)
    )
