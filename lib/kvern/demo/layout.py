"""Paragraphs flow over columns and pages, as a compositor would let them."""

from dataclasses import dataclass, field
from random import Random

from kvern.demo.ocr import Block, Half, like_verse, wrap

Line = tuple[Half, ...]
Place = tuple[int, int]


@dataclass
class Flow:
    """`pages` hold blocks; `put` adds a paragraph at the place reached. A place is (page, block), from 0.

    `exact` turns False where a paragraph is split between two columns of one page, or a part of it looks like verse:
    readers put a break there.
    """

    rng: Random
    columns: int
    depth: int
    width: int
    heads: tuple[str, ...]
    confidence: float = 0.93
    pages: list[list[Block]] = field(default_factory=list)
    column: int = 0
    room: int = 0
    exact: bool = True

    def put(self, paragraph: str, confidence: float | None = None) -> list[Place]:
        """The places of the paragraph's blocks; a split paragraph has more than one."""
        lines = wrap(paragraph, self.width, self.rng)
        places: list[Place] = []
        while lines:
            cut = self._fit(lines)
            if not cut and self.room == self.depth:
                cut, self.exact = min(len(lines), self.room), False
            if not cut:
                self._turn(bool(places))
                continue
            self.exact = self.exact and not like_verse(lines[:cut])
            places.append(self._set(Block(tuple(lines[:cut]), column=self.column, confidence=self._sure(confidence))))
            self.room -= cut + 1
            lines = lines[cut:]
        return places

    def picture(self, block: Block) -> None:
        """An illustration where the text has got to."""
        if self.room < 6:
            self._turn(False)
        self._set(Block(block.lines, block.place, self.column, block.confidence))
        self.room -= 6

    def _sure(self, confidence: float | None) -> float:
        return self.confidence if confidence is None else confidence

    def _set(self, block: Block) -> Place:
        self.pages[-1].append(block)
        return len(self.pages) - 1, len(self.pages[-1]) - 1

    def _turn(self, split: bool) -> None:
        """To the next column, or to the first of a new page with its number and running head."""
        if self.pages and self.column + 1 < self.columns:
            self.column += 1
            self.exact = self.exact and not split
        else:
            number = len(self.pages) + 1
            heads = (str(number), *self.heads)
            self.pages.append([Block(((Half(head),),), "top") for head in heads[:1]])
            self.pages[-1].extend(Block((tuple(Half(word) for word in head.split(" ")),)) for head in heads[1:])
            self.column = 0
        self.room = self.depth

    def _fit(self, lines: list[Line]) -> int:
        """How many lines go here: all, or two and more where the sentence runs on in lower case; 0 for none."""
        if not self.pages or self.room <= 0:
            return 0
        if len(lines) <= self.room:
            return len(lines)
        return next((cut for cut in range(self.room, 1, -1) if len(lines) - cut > 1 and _runs_on(lines, cut)), 0)


def _runs_on(lines: list[Line], cut: int) -> bool:
    """Whether a reader sees that the paragraph goes on: no stop before the break, a small letter after it."""
    last = lines[cut - 1][-1]
    after = lines[cut][1:] if lines[cut][0].part == 2 else lines[cut]
    end = (last.whole or last.text)[-8:]
    return bool(after) and after[0].text[:1].islower() and not any(mark in end for mark in ".!?:;»\"'”)")
