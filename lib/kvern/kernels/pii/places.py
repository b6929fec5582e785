"""Passports and licence plates beside a word for them, and street addresses by the street's name."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.context import ADDRESS as ADDRESS_WORD
from kvern.kernels.pii.context import PASSPORT as PASSPORT_WORD
from kvern.kernels.pii.context import PLATE as PLATE_WORD
from kvern.kernels.pii.context import anywhere, near, said_before
from kvern.kernels.pii.digits import width
from kvern.kernels.pii.kinds import ADDRESS, NOTHING, PASSPORT, PLATE
from kvern.kernels.pii.marks import (
    CLASS,
    LETTER,
    blank_before,
    glued_after,
    is_digit,
    letter_at,
    letter_before,
    point_after,
    run_after,
)

# Ends of street names. The weak ones end other words too: they need a word for address, or a postal code.
_WEAK = ("bakken", "åsen", "haugen", "lia", "tunet", "ringen", "kroken", "plass", "plassen", "torg", "torget", "kaia")
_STRONG = (
    *("gata", "gate", "gaten", "gt", "veien", "vegen", "vei", "veg", "allé", "alle", "alléen", "stien", "svingen"),
    *("smauet", "smuget", "stretet", "terrasse", "brygge", "bryggen", "geaidnu", "gáhtta", "gatan", "vägen", "gade"),
)
_ROADS = ("riksvei", "riksveg", "riksveien", "riksvegen", "fylkesvei", "fylkesveg", "fylkesveien", "fylkesvegen",
          "europavei", "europaveg", "europaveien", "europavegen", "kommunevei", "kommuneveg", "hovedvei", "hovudveg",
          "motorvei", "motorveg", "tilfartsvei")  # fmt: skip
_ENDINGS = (*_WEAK, *_STRONG)
_LONGEST = max(len(ending.encode()) for ending in (*_ENDINGS, *_ROADS))


def _table(words: tuple[str, ...]) -> np.ndarray:
    """uint8[words, _LONGEST + 1]: the bytes of each from its last to its first, ended by a zero."""
    rows = np.zeros((len(words), _LONGEST + 1), np.uint8)
    for row, word in zip(rows, words, strict=True):
        row[: len(word.encode())] = np.frombuffer(word.encode()[::-1], np.uint8)
    rows.flags.writeable = False
    return rows


_ENDING_ROWS, _ROAD_ROWS = _table(_ENDINGS), _table(tuple(road[1:] for road in _ROADS))
_FIRST_STRONG = len(_WEAK)
# An ending may stand only where the last three bytes have a bit in common: each ending has one of eight.
_TAIL = np.zeros((3, 256), np.uint8)
for _number, _row in enumerate(_ENDING_ROWS):
    for _place in range(3):
        _TAIL[_place, _row[_place] or slice(None)] |= 1 << _number % 8
_TAIL.flags.writeable = False


@compiled
def _ends_with(data, start, at, row):
    """First byte of an ending of a table that stands before `at`, in small letters; `at` where it does not."""
    k = 0
    while row[k]:
        if at - 1 - k < start or data[at - 1 - k] != row[k]:
            return at
        k += 1
    return at - k


@compiled
def _may_end(data, start, at):
    """Whether a name of a street may end at `at`: three look-ups that refuse most words."""
    if at - 3 < start:
        return False
    return _TAIL[0, data[at - 1]] & _TAIL[1, data[at - 2]] & _TAIL[2, data[at - 3]] != 0


@compiled
def _capital_at(data, at, end):
    """Whether a capital of Latin-1 begins at `at`."""
    return at < end and (0x41 <= data[at] <= 0x5A or (data[at] == 0xC3 and at + 1 < end and data[at + 1] <= 0x9E))


@compiled
def _word_start(data, start, at):
    """First byte of the word that ends at `at`, hyphens and full stops inside; at most 40 bytes back."""
    first = at
    while at - first < 40:
        size = letter_before(data, start, first)
        if size == 0:
            joins = first - 1 > start and first < at and (data[first - 1] == 0x2D or data[first - 1] == 0x2E)
            size = 1 if joins and letter_before(data, start, first - 1) else 0
        if size == 0:
            break
        first -= size
    return first


@compiled
def _street(data, start, at):
    """(first byte of the street's name that ends at `at` or -1, whether the name is sure)."""
    end = at
    if data[at - 1] == 0x2E:
        at -= 1  # gt.
    for k in range(_ENDING_ROWS.shape[0]):
        stem = _ends_with(data, start, at, _ENDING_ROWS[k])
        if stem == at:
            continue
        first = _word_start(data, start, at)
        for road in range(_ROAD_ROWS.shape[0]):
            if _ends_with(data, start, at, _ROAD_ROWS[road]) == first + 1:
                return -1, False
        if first < stem and _capital_at(data, first, end):
            return first, k >= _FIRST_STRONG
        if first < stem:
            continue
        named = _names_before(data, start, first)
        return (named, k >= _FIRST_STRONG) if named < first else (-1, False)
    return -1, False


@compiled
def _names_before(data, start, at):
    """First byte of up to three capitalised words before `at`: Karl Johans [gate]."""
    first = at
    for _ in range(3):
        size = blank_before(data, start, first)
        if size == 0:
            break
        stop = first - size
        dotted = stop > start and data[stop - 1] == 0x2E
        word = _word_start(data, start, stop - dotted)
        if word == stop - dotted or not _capital_at(data, word, stop):
            break
        first = word
    return first


@compiled
def _house_end(data, at, end):
    """Where a house number ends that reaches `at`: 22 B, 22b, 22-24."""
    if at < end and data[at] == 0x2D and 1 <= run_after(data, at + 1, end) <= 3:
        at += 1 + run_after(data, at + 1, end)
    gap = at + (at < end and data[at] == 0x20)
    lettered = gap < end and 0x41 <= (data[gap] & 0xDF) <= 0x48 and not glued_after(data, gap + 1, end)
    spaced_small = gap > at and lettered and data[gap] >= 0x61
    return gap + 1 if lettered and not spaced_small else at


@compiled
def _post_end(data, at, end):
    """Where `, 0155 Oslo` behind a house number ends; `at` where it does not follow."""
    stop = at
    while stop < end and stop - at < 3 and data[stop] in (0x2C, 0x20, 0x0A):
        stop += 1
    if stop == at or run_after(data, stop, end) != 4 or stop + 4 >= end or data[stop + 4] != 0x20:
        return at
    place = stop + 5
    if not _capital_at(data, place, end):
        return at
    while place < end and letter_at(data, place, end):
        place += letter_at(data, place, end)
    return place


@compiled
def address(data, start, end, groups, words):
    """A street with a house number, the postal code and place behind it included."""
    first = groups.start[0]
    size = blank_before(data, start, first)
    if size == 0 or first - size <= start or width(groups, 0) > 3 or groups.value[groups.first[0]] == 0:
        return NOTHING
    before = first - size
    if not _may_end(data, start, before - (data[before - 1] == 0x2E)):
        return NOTHING
    street, sure = _street(data, start, before)
    house = _house_end(data, groups.end[0], end)
    if street < 0 or glued_after(data, house, end) or point_after(data, house, end):
        return NOTHING
    last = _post_end(data, house, end)
    stated = anywhere(said_before(data, start, street, words)) & ADDRESS_WORD != 0
    if not sure and not stated and last == house:
        return NOTHING
    return street, last, ADDRESS, 95 if last > house else 85 if stated else 60


@compiled
def _letters_before(data, start, at):
    first = at
    while first > start and at - first < 4 and CLASS[data[first - 1]] & LETTER:
        first -= 1
    return at - first


@compiled
def passport(data, start, end, groups, words):
    """Six to nine letters and digits, of which letters come first, beside a word for passport."""
    first, last = groups.start[0], groups.end[0]
    letters = _letters_before(data, start, first)
    if not 5 <= width(groups, 0) <= 9 or letters > 3 or not 7 <= width(groups, 0) + letters <= 9:
        return NOTHING
    for k in range(first - letters, first):
        if data[k] >= 0x61:
            return NOTHING
    first -= letters
    if letter_before(data, start, first) or glued_after(data, last, end):
        return NOTHING
    return (first, last, PASSPORT, 85) if near(said_before(data, start, first, words)) & PASSPORT_WORD else NOTHING


@compiled
def plate(data, start, end, groups, words):
    """Two letters and four or five digits, beside a word for it; I, M, O and Q stand on no Norwegian plate."""
    first, last = groups.start[0], groups.end[0]
    if not 4 <= width(groups, 0) <= 5 or glued_after(data, last, end):
        return NOTHING
    letters = first - blank_before(data, start, first)
    if _letters_before(data, start, letters) != 2 or letter_before(data, start, letters - 2):
        return NOTHING
    for k in range(letters - 2, letters):
        if data[k] >= 0x61 or data[k] in (0x49, 0x4D, 0x4F, 0x51):
            return NOTHING
    if is_digit(data, letters - 3, start, end):
        return NOTHING
    said = near(said_before(data, start, letters - 2, words))
    return (letters - 2, last, PLATE, 85 if width(groups, 0) == 5 else 60) if said & PLATE_WORD else NOTHING
