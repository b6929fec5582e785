"""A word hyphenated across lines, columns or pages comes out once, on the line where it began."""

import re
from collections.abc import Sequence

from kvern.kernels.alto import Block, Word

# The double hyphen of Fraktur is read as = or <: 7 of 7 words before a line-end < in an 1849 book are split there.
HYPHENS = "-‐‑¬\u00ad⸗=<"
# A part before these keeps its hyphen: `søn- og helgedagar` (Språkrådet, suspended compound).
SUSPENDED = {"og", "eller", "till", "samt", "til", "men", "enn", "och", "and", "or", "ja", "und", "oder"}
REAL = re.compile(r"(^|[^\w])([A-ZÆØÅ]{2,}|\w|\d+|ikke|ikkje|eks)$")
PENDING = 400


def join(blocks: Sequence[Block]) -> None:
    """Resolve the hyphens of one object's blocks, given in reading order, in place.

    A first half takes the whole word; its second half, wherever it stands, is emptied. 39 of 1,575 pairs of an 1849
    book cross a page, and pairs of newspapers cross columns, so halves are matched by their common SUBS_CONTENT
    among the halves that still wait; a second half that nobody waits for stays as it is.
    """
    waiting: list[Word] = []
    for word in (word for block in blocks for word in block.words() if word.part):
        if word.part == 2:
            _pair(word, waiting)
            continue
        waiting.append(word)
        if len(waiting) > PENDING:
            _alone(waiting.pop(0))
    for word in waiting:
        _alone(word)
    _join_marked(blocks)


def _pair(second: Word, waiting: list[Word]) -> None:
    mate = next((n for n in range(len(waiting) - 1, -1, -1) if _are_mates(waiting[n], second)), None)
    if mate is None:
        return
    first = waiting.pop(mate)
    first.text = whole(first.text, second.text, first.whole or second.whole)
    second.text = ""


def whole(first: str, second: str, told: str | None) -> str:
    """SUBS_CONTENT when it is the two halves with or without a hyphen, or nearly so; else the halves joined."""
    stem = first.rstrip(HYPHENS)
    if told and _bare(told) == _bare(stem + second):
        return told
    return stem + second


def _are_mates(first: Word, second: Word) -> bool:
    """Equal wholes; where one half tells none, the other's must be the two together."""
    if first.whole and second.whole:
        return first.whole == second.whole
    told = first.whole or second.whole
    return not told or _bare(told) == _bare(first.text + second.text)


def _alone(word: Word) -> None:
    if word.whole and word.whole.startswith(word.text.rstrip(HYPHENS)):
        word.text = word.whole


def _bare(text: str) -> str:
    return re.sub(f"[{HYPHENS}]", "", text)


def _join_marked(blocks: Sequence[Block]) -> None:
    """Files without SUBS_CONTENT: a line that ends in a hyphen continues on the next line of its flow.

    A flow is an article, or what stands outside of all; running heads and page numbers are no part of it, so that a
    word crosses a page end although they stand between its halves.
    """
    open_words: dict[str, Word | None] = {}
    for block in blocks:
        flow = block.kind if block.kind.startswith("margin") else block.flow
        for number, line in enumerate(block.lines):
            words = [word for word in line if word.text]
            if words:
                open_words[flow] = _across(open_words.get(flow), words, number in block.hyphen_ends)


def _across(last: Word | None, words: list[Word], marked: bool) -> Word | None:
    """Join the flow's open word with this line; gives back the word that is open at the line's end."""
    if last is not None:
        _continue(last, words[0])
    end = words[-1] if words[-1].text else last
    return end if end is not None and _ends_open(end, marked) else None


def _ends_open(word: Word, marked: bool) -> bool:
    if word.part:
        return False
    return marked or (len(word.text) > 1 and word.text[-1] in HYPHENS and word.text[-2].isalnum())


def _continue(first: Word, second: Word) -> None:
    stem = first.text.rstrip(HYPHENS)
    if not stem or not second.text or not second.text[0].islower() or second.text.strip(".,;:") in SUSPENDED:
        return
    first.text = f"{stem}-{second.text}" if REAL.search(stem) else stem + second.text
    second.text = ""
