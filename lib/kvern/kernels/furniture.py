"""Running heads and page numbers: what stands at the edge of many pages and is no part of the text.

Repetition over pages is always required: a rule that drops the first block of every page loses a book's text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NUMBER = re.compile(r"^\W*(\d{1,4}|[ivxlcdm]{1,7})\W*$", re.I)
MARGINS = ("margin_top", "margin_bottom")


@dataclass(frozen=True)
class PageBlock:
    kind: str
    text: str


def furniture(pages: Sequence[Sequence[PageBlock]], repeats: int = 3) -> set[tuple[int, int]]:
    """(page, block) of what to leave out: numbers in margins or in a series, heads that recur on `repeats` pages."""
    edges = [(p, b) for p, page in enumerate(pages) for b in _edge(page)]
    heads = Counter(head for head, _ in {(_folded(pages[p][b].text), p) for p, b in edges})
    series = _series(pages, edges)
    found = {place for place in edges if _is_furniture(pages[place[0]][place[1]], place, heads, series, repeats)}
    return {place for place in found if NUMBER.match(pages[place[0]][place[1]].text) or _has_more(pages, place, found)}


def _has_more(pages: Sequence[Sequence[PageBlock]], place: tuple[int, int], found: set[tuple[int, int]]) -> bool:
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


def _is_furniture(
    block: PageBlock, place: tuple[int, int], heads: Counter[str], series: set[tuple[int, int]], repeats: int
) -> bool:
    if NUMBER.match(block.text):
        return block.kind in MARGINS or place in series
    folded = _folded(block.text)
    return (
        "\n" not in block.text.strip()
        and len(folded) <= 80
        and any(c.isalpha() for c in folded)
        and heads[folded] >= repeats
    )


def _folded(text: str) -> str:
    """Digits and case do not tell two heads apart, nor do the marks that OCR drops."""
    return re.sub(r"[\W_]+", " ", re.sub(r"\d+", "0", text)).strip().casefold()


def _series(pages: Sequence[Sequence[PageBlock]], edges: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Numbers that grow as the pages do: the same difference to the page's place on at least three pages."""
    found = [
        (p, b, int(digits[0]))
        for p, b in edges
        if (digits := re.findall(r"\d{1,4}", pages[p][b].text)) and NUMBER.match(pages[p][b].text)
    ]
    offsets = Counter(number - page for page, _, number in found)
    return {(page, block) for page, block, number in found if offsets[number - page] >= 3}
