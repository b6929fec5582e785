"""Pages as the National Library's OCR gives them: ALTO without a namespace, mm10, words with WC and CC.

A word that is broken at a line's end stands in two halves, HypPart1 and HypPart2, both with the whole word in
SUBS_CONTENT, and a HYP between them (seen in digibok_2006081500001).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from xml.sax.saxutils import quoteattr

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xlink="http://www.w3.org/TR/xlink">
<Description><MeasurementUnit>mm10</MeasurementUnit><OCRProcessing ID="OCRPROCESSING_1"><ocrProcessingStep>
<processingSoftware><softwareName>kvern demo</softwareName></processingSoftware></ocrProcessingStep></OCRProcessing>
</Description>
<Styles><TextStyle ID="TXT_0" FONTSIZE="10"/><ParagraphStyle ID="PAR_BLOCK" ALIGN="Block"/></Styles>
<Layout>
"""
HEIGHT, WIDTH, LINE, SIGN = 2400, 1600, 34, 16
VOWELS = "aeiouyæøåá"
# Confusions of printed letters that OCR engines make; each alternative is what is read instead.
CONFUSIONS = {"m": "rn", "å": "a", "ø": "o", "æ": "ce", "l": "1", "e": "c", "h": "b", "n": "u", "d": "cl", "t": "f"}
NOISE = (*(",.", "';", "ii", "|l", "~", "-.", "1!", "^,", "l:", ".."), *("«.", "_,", "i'", ";;", "'-", "/1", "\\,"))


@dataclass(frozen=True)
class Half:
    """A word on its line: `part` 0, or 1 and 2 for the halves of `whole`."""

    text: str
    part: int = 0
    whole: str = ""


@dataclass(frozen=True)
class Block:
    """`place`: `top` for a margin, `body` for text, `picture` for noise in an illustration."""

    lines: tuple[tuple[Half, ...], ...]
    place: str = "body"
    column: int = 0
    confidence: float = 0.93


def damage(text: str, rate: float, rng: Random) -> str:
    """OCR errors: a share `rate` of the words has one letter misread."""
    words = text.split(" ")
    for i, word in enumerate(words):
        at = [j for j, letter in enumerate(word) if letter in CONFUSIONS]
        if at and len(word) > 2 and rng.random() < rate:
            j = rng.choice(at)
            words[i] = word[:j] + CONFUSIONS[word[j]] + word[j + 1 :]
    return " ".join(words)


def wrap(text: str, width: int, rng: Random) -> list[tuple[Half, ...]]:
    """A paragraph's lines, at most `width` signs each; most long words that do not fit are broken."""
    for narrower in range(6):
        lines = list(_lines(text.split(" "), width - narrower, rng))
        if not like_verse(lines):
            return lines
    return lines


def _lines(words: Sequence[str], width: int, rng: Random) -> Iterator[tuple[Half, ...]]:
    line: list[Half] = []
    used = 0
    for word in words:
        if line and used + len(word) > width:
            cut = _break(word, width - used - 1) if rng.random() < 0.7 else 0
            if cut:
                line.append(Half(word[:cut], 1, word))
            yield tuple(line)
            line, used = [Half(word[cut:], 2, word)] if cut else [Half(word)], len(word) - cut + 1
        else:
            line.append(Half(word))
            used += len(word) + 1
    yield tuple(line)


def like_verse(lines: Sequence[tuple[Half, ...]]) -> bool:
    """Whether all lines, their hyphens resolved, are short and most begin anew: a reader would take them for verse."""
    read = (" ".join(half.whole or half.text for half in line if half.part != 2) for line in lines)
    texts = [text for text in read if text]
    anew = sum(text[:1].isupper() or text[:1].isdigit() for text in texts)
    return len(texts) > 2 and all(len(text) < 45 for text in texts) and anew >= 0.8 * len(texts)


def _break(word: str, room: int) -> int:
    """Where to break a word: three letters or more on each side, a consonant first on the next line; 0 for nowhere."""
    letters = word.rstrip(",.;:?!")
    if not letters.isalpha():
        return 0
    fits = range(min(room, len(letters) - 3), 2, -1)
    return next((i for i in fits if letters[i] not in VOWELS and letters[i - 1] in VOWELS), 0)


def noise(rng: Random) -> Block:
    """A picture read as letters: no word of three letters, low confidence."""
    lines = tuple(tuple(Half(rng.choice(NOISE)) for _ in range(rng.randint(3, 6))) for _ in range(rng.randint(2, 4)))
    return Block(lines, "picture", confidence=0.3)


def alto(page: int, blocks: Sequence[Block], rng: Random) -> tuple[bytes, list[str]]:
    """One page's file, and the id of each block in the order given."""
    writer = _Writer(page, rng)
    margin = "".join(writer.block(block) for block in blocks if block.place == "top")
    names = [""] * len(blocks)
    body = []
    for block in blocks:
        if block.place != "top":
            body.append(writer.block(block))
    ordered = [i for i, b in enumerate(blocks) if b.place == "top"] + [
        i for i, b in enumerate(blocks) if b.place != "top"
    ]
    for number, i in enumerate(ordered, 1):
        names[i] = f"P{page}_TB{number:05d}"
    xml = (
        f'{HEAD}<Page ID="P{page}" PHYSICAL_IMG_NR="{page}" HEIGHT="{HEIGHT}" WIDTH="{WIDTH}">\n'
        f'<TopMargin ID="P{page}_TM00001" HPOS="0" VPOS="0" WIDTH="{WIDTH}" HEIGHT="100">\n{margin}</TopMargin>\n'
        f'<LeftMargin ID="P{page}_LM00001" HPOS="0" VPOS="100" WIDTH="100" HEIGHT="{HEIGHT - 200}"/>\n'
        f'<PrintSpace ID="P{page}_PS00001" HPOS="100" VPOS="100" WIDTH="{WIDTH - 200}" HEIGHT="{HEIGHT - 200}">\n'
        f"{''.join(body)}</PrintSpace>\n</Page>\n</Layout>\n</alto>\n"
    )
    return xml.encode(), names


class _Writer:
    """Numbers blocks, lines and words of one page, and moves down its columns."""

    def __init__(self, page: int, rng: Random) -> None:
        self.page, self.rng = page, rng
        self.blocks = self.lines = self.words = 0
        self.down = {0: 120, 1: 120}

    def block(self, block: Block) -> str:
        self.blocks += 1
        name = f"P{self.page}_TB{self.blocks:05d}"
        left = 100 + block.column * 720
        top = 40 if block.place == "top" else self.down[block.column]
        inner = "".join(self._line(line, left, top + i * LINE, block.confidence) for i, line in enumerate(block.lines))
        height = len(block.lines) * LINE
        if block.place != "top":
            self.down[block.column] += height + 20
        size = f'HPOS="{left}" VPOS="{top}" WIDTH="680" HEIGHT="{height}"'
        xml = f'<TextBlock ID="{name}" {size} STYLEREFS="TXT_0 PAR_BLOCK">\n{inner}</TextBlock>\n'
        if block.place != "picture":
            return xml
        return f'<ComposedBlock ID="{name}_CB" {size} TYPE="Illustration">\n{xml}</ComposedBlock>\n'

    def _line(self, line: tuple[Half, ...], left: int, top: int, confidence: float) -> str:
        self.lines += 1
        parts = [self._word(half, left + 40 * i, top, confidence) for i, half in enumerate(line)]
        tail = '<HYP CONTENT="-"/>\n' if line[-1].part == 1 else ""
        place = f'ID="P{self.page}_TL{self.lines:05d}" HPOS="{left}" VPOS="{top}" WIDTH="680" HEIGHT="30"'
        blank = f'<SP VPOS="{top}" WIDTH="12"/>\n'
        return f"<TextLine {place}>\n{blank.join(parts)}{tail}</TextLine>\n"

    def _word(self, half: Half, left: int, top: int, confidence: float) -> str:
        self.words += 1
        wc = min(0.99, max(0.05, confidence + self.rng.uniform(-0.08, 0.06)))
        cc = "".join(str(self.rng.randint(0, 9 - int(9 * wc))) for _ in half.text)
        subs = f' SUBS_TYPE="HypPart{half.part}" SUBS_CONTENT={quoteattr(half.whole)}' if half.part else ""
        return (
            f'<String ID="P{self.page}_ST{self.words:05d}" HPOS="{left}" VPOS="{top}" WIDTH="{len(half.text) * SIGN}" '
            f'HEIGHT="30" CONTENT={quoteattr(half.text)}{subs} WC="{wc:.2f}" CC="{cc}"/>\n'
        )
