"""Letters as the OCR tables write them: a number from 1 to 62 for each letter of the languages, in one case.

Four of them make a key of 24 bits, so that letter 4-grams need no hash; 0 stands before and behind a word. Letters of
other scripts and rarer Latin ones are all OTHER. ſ counts as s: it is no error of an engine that tells them apart.
"""
# mypy: allow-untyped-defs

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from kvern.kernels.characters import characters
from kvern.kernels.compiled import compiled, inlined
from kvern.kernels.hashing import GOLDEN, MULTIPLIER

BASIC = "abcdefghijklmnopqrstuvwxyz"
OWN = "æøåäöáčđŋšŧžéèêóòôàüñńïâíúýðþßǥǧǩʒǯõ"
ALPHABET = BASIC + OWN
OTHER = len(ALPHABET) + 1  # 63
VOWELS = "aeiouyæøåäöáéèêóòôàüïâíúýõ"
WIDTH = 64  # numbers of letters, and of a histogram's columns
LONGEST = 64  # letters of a word that are looked at
GRAM = 4
_6, _24, _29, _GRAM = np.uint64(6), np.uint64(24), np.uint64(29), np.uint64((1 << 24) - 1)

# Bits of a character's kind, beside its letter in the low six.
VOWEL, UPPER, DIGIT, SPACE, SIGN, GLUE, JOIN = (1 << bit for bit in range(6, 13))
# Marks that print has seldom and engines see in specks and lines (Impresso's OCRQA lists most of them).
SIGNS = "~|£#•■^_\\<>{}¬¢¥¦°´`¨$@+=*¤¿¡"
# Marks that a blank follows in print.
GLUES = '.,;:!?"»)'
# Marks that stand inside words.
JOINS = "-'’"


def letter(character: str) -> int:
    """The number of a letter, 0 for what is none."""
    small = character.lower()
    if small == "ſ":
        return 1 + ALPHABET.index("s")
    if len(small) == 1 and small in ALPHABET:
        return 1 + ALPHABET.index(small)
    return OTHER if character.isalpha() else 0


def kind_of(character: str) -> int:
    """What a character is: its letter and its bits."""
    return (
        letter(character)
        | VOWEL * (character.lower() in VOWELS)
        | UPPER * (character.isupper() or character.istitle())
        | DIGIT * ("0" <= character <= "9")
        | SPACE * character.isspace()
        | SIGN * (character in SIGNS)
        | GLUE * (character in GLUES)
        | JOIN * (character in JOINS)
    )


@cache
def kinds() -> npt.NDArray[np.uint16]:
    """`kind_of` each code point; from 0x3000 on by the classes of `characters` alone."""
    known = np.fromiter((kind_of(chr(code)) for code in range(0x3000)), np.uint16, 0x3000)
    classes = characters().classes
    table = np.where(classes & 1, OTHER, 0).astype(np.uint16)  # `characters.LETTER`
    table[:0x3000] = known
    return table


def folded(word: str) -> list[int]:
    """The numbers of a word's letters."""
    return [number for number in map(letter, word) if number][:LONGEST]


def gram_keys(letters: Sequence[int]) -> set[int]:
    """The 4-grams of a word, an edge before it and one behind it, in the upper bits as `word_key` is."""
    padded = [0, *letters, *[0] * (GRAM - 1)]
    starts = range(max(1, len(letters) - 1))
    return {sum(number << 6 * (3 - k) for k, number in enumerate(padded[at : at + GRAM])) << 24 for at in starts}


@inlined
def roll(h, number):
    """The hash of a word's beginning, one letter further; it begins with 0."""
    h = (h ^ np.uint64(number)) * MULTIPLIER
    return h ^ (h >> _29)


@inlined
def word_key(h):
    """40 bits of a word's hash, in the upper bits of a uint64; the lower 24 are 0."""
    return (h * GOLDEN >> _24) << _24


@inlined
def roll_gram(gram, number):
    """The 24 bits of the last four letters, one further; 0 stands before a word and behind it."""
    return ((gram << _6) | np.uint64(number)) & _GRAM


@compiled
def find(table, key):
    """The mask beside a key in a table of `key | mask` with free slots of 0; 0 where it is not there."""
    slots = np.uint64(table.shape[0] - 1)
    at = ((key >> _24) * GOLDEN >> _29) & slots
    while table[at] != np.uint64(0):
        if (table[at] >> _24) << _24 == key:
            return table[at] ^ key
        at = (at + np.uint64(1)) & slots
    return np.uint64(0)


@compiled
def fill(table, entries):
    """Put entries of `key | mask`, each key once, into an empty table of a power of two slots."""
    slots = np.uint64(table.shape[0] - 1)
    for entry in entries:
        at = ((entry >> _24) * GOLDEN >> _29) & slots
        while table[at] != np.uint64(0):
            at = (at + np.uint64(1)) & slots
        table[at] = entry


@compiled
def key_all(letters, ends, keys):
    """`word_key` of words that lie one behind the other; ends[i] is where word i ends."""
    start = 0
    for i in range(ends.shape[0]):
        h = np.uint64(0)
        for k in range(start, ends[i]):
            h = roll(h, letters[k])
        keys[i] = word_key(h)
        start = ends[i]


@compiled
def find_all(table, keys, found):
    """`find` for each key."""
    for i in range(keys.shape[0]):
        found[i] = find(table, keys[i])


def word_keys(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """`word_key` of each word."""
    letters = [folded(word) for word in words]
    ends = np.cumsum([len(each) for each in letters], dtype=np.int64)
    found = np.zeros(len(words), np.uint64)
    key_all(np.array([number for each in letters for number in each], np.uint8), ends, found)
    return found
