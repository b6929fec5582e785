"""Letters as the OCR tables write them: a number from 1 to 62 for each letter of the languages, in one case.

Four of them make a key of 24 bits, so that letter 4-grams need no hash; 0 stands before and behind a word. Letters of
other scripts and rarer Latin ones are all OTHER. ſ counts as s: it is no error of an engine that tells them apart.
"""
# mypy: allow-untyped-defs

from functools import cache

import numpy as np
import numpy.typing as npt

from kvern.kernels.characters import characters
from kvern.kernels.compiled import compiled
from kvern.kernels.hashing import GOLDEN, MULTIPLIER

BASIC = "abcdefghijklmnopqrstuvwxyz"
OWN = "æøåäöáčđŋšŧžéèêóòôàüñńïâíúýðþßǥǧǩʒǯõ"
ALPHABET = BASIC + OWN
OTHER = len(ALPHABET) + 1  # 63
VOWELS = "aeiouyæøåäöáéèêóòôàüïâíúýõ"
WIDTH = 64  # numbers of letters, and of a histogram's columns
LONGEST = 64  # letters of a word that are looked at
GRAM = 4
_6, _24, _29 = np.uint64(6), np.uint64(24), np.uint64(29)

# Bits of a character's kind, beside its letter in the low six.
VOWEL, UPPER, DIGIT, SPACE, SIGN, GLUE, JOIN = (1 << bit for bit in range(6, 13))
# Marks that print has seldom and engines see in specks and lines (Impresso's OCRQA lists most of them).
SIGNS = "~|£#•■^_\\<>{}¬¢¥¦°´`¨$@+=*¤¿¡"
# Marks that a blank follows in print.
GLUES = ".,;:!?\"»)"
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


@compiled
def word_key(letters, n):
    """40 bits of a hash of letters[:n], in the upper bits of a uint64; the lower 24 are 0."""
    h = np.uint64(n) * GOLDEN
    for k in range(n):
        h = (h ^ np.uint64(letters[k])) * MULTIPLIER
        h ^= h >> _29
    return (h >> _24) << _24


@compiled
def gram_key(letters, n, k):
    """The 4-gram that begins at letters[k - 1]: 0 before the word and behind it. In the upper bits, as `word_key`."""
    key = np.uint64(0)
    for at in range(k - 1, k + GRAM - 1):
        key = (key << _6) | (np.uint64(letters[at]) if 0 <= at < n else np.uint64(0))
    return key << _24


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
        keys[i] = word_key(letters[start : ends[i]], ends[i] - start)
        start = ends[i]
