"""Plain Python for what the OCR pass counts, over Python strings."""

import re
from collections import Counter
from collections.abc import Set
from itertools import pairwise

from kernels_reference import decoded

from kvern.kernels import ocr_letters
from kvern.kernels.ocr_letters import GLUES, JOINS, LONGEST, SIGNS, VOWELS, letter


def grams(word: str) -> list[tuple[int, ...]]:
    numbers = [0, *[letter(c) for c in word][:LONGEST], 0, 0, 0]
    length = len(word[:LONGEST])
    return [tuple(numbers[k : k + 4]) for k in range(max(1, length - 1))]


def counts(data: bytes, words: Set[str], known_grams: Set[tuple[int, ...]]) -> tuple[dict[str, int], Counter[int]]:
    """Sums by name, and letters by number. `words`: the lexicon in lower case."""
    text = decoded(data)
    found: Counter[str] = Counter()
    histogram = Counter(letter(c) for c in text if letter(c))
    folded = {tuple(map(letter, word)) for word in words}
    stopped = False
    for piece in re.split(r"(\s)", text):
        if piece.isspace() or not piece:
            continue
        lettered = any(letter(c) for c in piece)
        odd = sum(c in SIGNS for c in piece)
        found["pieces"] += 1
        found["signs"] += odd
        found["noise_pieces"] += not (lettered or re.search("[0-9]", piece)) and (len(piece) > 1 or odd > 0)
        found["stopped"] += stopped and letter(piece[0]) > 0 and not upper(piece[0])
        stopped = piece.endswith(".")
        for start, end in runs(piece):
            word_counts(found, piece, start, end, folded, known_grams)
    found["letters"] = histogram.total()
    return dict(found), histogram


def upper(character: str) -> bool:
    return character.isupper() or character.istitle()


def runs(piece: str) -> list[tuple[int, int]]:
    lettered = "".join("a" if letter(c) else " " for c in piece)
    return [m.span() for m in re.finditer("a+", lettered)]


def word_counts(found, piece, start, end, folded, known_grams) -> None:
    word, before, behind = piece[start:end], piece[start - 1 : start], piece[end : end + 1]
    worded = any(letter(c) or c in "0123456789" for c in piece[:start])
    found["glued"] += worded and before in set(GLUES)
    found["joined"] += worded and before in set(JOINS)
    known = tuple(map(letter, word))[:LONGEST] in folded and len(word) <= LONGEST
    found["words"] += 1
    if len(word) == 1:
        initial = behind == "." and upper(word)
        part = bool({before, behind} & {*JOINS, "/"})
        found["known"] += known or initial or part
        found["singles"] += not (known or initial or part)
        return
    found["digits_inside"] += behind in set("0123456789") and not upper(word[-1])
    if known:
        found["known"] += 1
        return
    unseen = sum(gram not in known_grams for gram in grams(word))
    found["unseen_grams"] += unseen
    found["spelt"] += unseen == 0
    found["vowelless"] += not any(c.lower() in VOWELS for c in word) and behind != "."
    found["mixed"] += any(upper(b) and not upper(a) for a, b in pairwise(word))


assert ocr_letters.GRAM == 4
