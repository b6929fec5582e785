"""A document before it is written to a file, and how its words and near copies are counted."""

import hashlib
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

WORD = re.compile(r"\w+")
NGRAM, OVERLAP = 5, 13


@dataclass
class Doc:
    """What will be delivered as one document, and what the pipeline must make of it.

    `exact`: the pipeline's text is `text` byte for byte. `keep`: None where a tie decides. `reasons`: all must be
    there; `any_of`: at least one of them.
    """

    source: str
    batch: str
    kind: str
    language: str
    tier: str
    paragraphs: list[str]
    title: str = ""
    source_id: str = ""
    path: str = ""
    exact: bool = True
    keep: bool | None = True
    reasons: set[str] = field(default_factory=set)
    any_of: tuple[str, ...] = ()
    marks: list[str] = field(default_factory=list)
    pii: dict[str, int] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def key(self) -> list[str]:
        return [self.source, self.source_id, self.batch]

    def refuse(self, *reasons: str, mark: str = "") -> "Doc":
        """Not to be kept, for these reasons."""
        self.keep = False
        self.reasons.update(reasons)
        self.marks.extend([mark] if mark else [])
        return self


def bare_words(text: str) -> list[str]:
    """Lower-cased runs of word characters: the words of MinHash, Jaccard and contamination."""
    return WORD.findall(text.lower())


def grams(text: str, n: int = NGRAM) -> set[tuple[str, ...]]:
    """Word n-grams; of a text with fewer words, the one gram of all of them."""
    words = bare_words(text)
    return {tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))} if words else set()


def jaccard(a: str, b: str) -> float:
    """Exact, over the sets of word 5-grams."""
    first, second = grams(a), grams(b)
    return len(first & second) / len(first | second) if first or second else 1.0


def overlap(item: str, text: str) -> float:
    """The share of the item's word 13-grams that the text holds."""
    wanted = grams(item, OVERLAP)
    return len(wanted & grams(text, OVERLAP)) / len(wanted)


def near_copy(paragraphs: list[str], level: float, rng: Random) -> list[str]:
    """Paragraphs whose Jaccard to the given ones is `level`, or as little above it as whole words allow.

    One changed word kills five 5-grams and makes five new ones, so r words that stand five apart leave
    (n - 5r) / (n + 5r) of n grams; the truth file states the Jaccard that came out.
    """
    n = len(grams("\n\n".join(paragraphs)))
    pieces = [paragraph.split(" ") for paragraph in paragraphs]
    places = [(p, w) for p, piece in enumerate(pieces) for w, word in enumerate(piece) if _replaceable(word)]
    wanted = max(1, int(n * (1 - level) / (NGRAM * (1 + level))))
    pool = sorted({pieces[p][w] for p, w in places})
    for p, w in _apart(pieces, places, wanted, rng):
        pieces[p][w] = rng.choice([word for word in pool if word != pieces[p][w]])
    return [" ".join(piece) for piece in pieces]


def _replaceable(word: str) -> bool:
    return word.isalpha() and word.islower() and len(word) > 3


def _apart(pieces: list[list[str]], places: list[tuple[int, int]], wanted: int, rng: Random) -> list[tuple[int, int]]:
    """So many places, each five words or more from the next and from both ends of the text."""
    before = [0]
    for piece in pieces:
        before.append(before[-1] + len(piece))
    inner = [place for place in places if 5 <= before[place[0]] + place[1] < before[-1] - 5]
    chosen: list[int] = []
    out: list[tuple[int, int]] = []
    for place in rng.sample(inner, len(inner)):
        at = before[place[0]] + place[1]
        if len(out) < wanted and all(abs(at - other) >= NGRAM for other in chosen):
            chosen.append(at)
            out.append(place)
    return out


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
