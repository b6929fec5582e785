"""Which of several languages' stop words occur in a document: counted before its language is known.

The label picks its own language's count afterwards, so that the text is read once.
"""
# mypy: allow-untyped-defs

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.words import word_hash

FREE = np.uint64(0)


class StopWords(NamedTuple):
    """Hash table of written forms (0: free), the row of `member` of each, and in whose list each word stands.

    `member` int32[words, lists]; `met` is scratch; `longest`: bytes of the longest form.
    """

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int32]
    member: npt.NDArray[np.int32]
    met: npt.NDArray[np.uint8]
    longest: int


def stop_words(lists: Mapping[str, Sequence[str]]) -> StopWords:
    """One table over the lists of several languages, in the mapping's order.

    A word is found in lower case, capitalised and in capitals: to hash each word of a text once more in lower case
    would cost as much as to find it (5 ns a byte). ValueError names what is no single word.
    """
    folded = [{word.lower() for word in words} for words in lists.values()]
    distinct = sorted(set().union(*folded))
    forms = {form: row for row, word in enumerate(distinct) for form in (word, word.capitalize(), word.upper())}
    keys = np.zeros(1 << max(4, (4 * len(forms)).bit_length()), np.uint64)
    rows = np.zeros(len(keys), np.int32)
    for form, row in forms.items():
        key = word_hash(form)
        slot = key % len(keys)
        while keys[slot]:
            slot = (slot + 1) % len(keys)
        keys[slot], rows[slot] = key, row
    member = np.array([[word in words for words in folded] for word in distinct], np.int32)
    longest = max((len(form.encode()) for form in forms), default=0)
    return StopWords(keys, rows, member.reshape(len(distinct), len(folded)), np.zeros(len(distinct), np.uint8), longest)


@compiled
def meet(stops, key, found):
    """Count a stop word in every list that it stands in, the first time that it is met in the document."""
    mask = np.uint64(stops.keys.shape[0] - 1)
    at = key & mask
    while stops.keys[at] != key:
        if stops.keys[at] == FREE:
            return
        at = (at + np.uint64(1)) & mask
    row = stops.rows[at]
    if not stops.met[row]:
        stops.met[row] = 1
        for k in range(found.shape[0]):
            found[k] += stops.member[row, k]
