"""Which characters end a sentence: Unicode's property Sentence_Terminal, as FineWeb's filter takes it.

Python's `unicodedata` does not hold the property; the ranges are those of Unicode 15 (PropList.txt) and three marks of
Khmer (U+17D6, U+17D9, U+17DA), as datatrove 0.10 has them. No closing quote is among them, and no ellipsis.
"""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.characters import code_point, continues
from kvern.kernels.compiled import compiled

RANGES = """
    21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6
    17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049 2E2E
    2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB FE52
    FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143 111C5-111C6
    111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 1173C-1173E 11944
    11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F
    1DA88
"""
# First and last code point of each range.
_FIRST = np.array([int(each.split("-")[0], 16) for each in RANGES.split()])
_LAST = np.array([int(each.split("-")[-1], 16) for each in RANGES.split()])


@compiled
def _is_end(code):
    low, high = 0, _FIRST.shape[0]
    while low < high:
        middle = (low + high) // 2
        if _LAST[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low < _FIRST.shape[0] and _FIRST[low] <= code


@compiled
def ends_in_sentence(data, start, end):
    """Whether the last character of data[start:end] ends a sentence; white space behind it counts against it."""
    last = data[end - 1]
    if last < 0x80:
        return last in (0x2E, 0x21, 0x3F)
    at = end - 1
    while at > start and end - at < 4 and continues(data[at]):
        at -= 1
    code, length = code_point(data, at, end)
    return at + length == end and _is_end(code)


@compiled
def ends_in_stops(data, start, end):
    """Whether data[start:end] ends in three full stops."""
    return end - start >= 3 and data[end - 1] == 0x2E and data[end - 2] == 0x2E and data[end - 3] == 0x2E


@compiled
def is_ellipsis(data, start, end):
    """Whether data[start:end] ends in the ellipsis, U+2026."""
    return end - start >= 3 and data[end - 3] == 0xE2 and data[end - 2] == 0x80 and data[end - 1] == 0xA6
