"""Where bare words stand in a text."""
# mypy: allow-untyped-defs

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes
from kvern.kernels.bare_words import in_word
from kvern.kernels.characters import characters, code_point, readonly
from kvern.kernels.compiled import compiled


def word_spans(data: Bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(start, end) in bytes of each word of a text, int64 each. One that `bare_words` hashes as several is one here."""
    starts, ends = np.empty((2, (len(data) + 1) // 2), np.int64)
    count = _runs(readonly(data), characters(), starts, ends)
    return starts[:count], ends[:count]


@compiled
def _runs(data, characters, starts, ends):
    """Write where each run of word characters stands; returns how many there are."""
    count, at, inside = 0, 0, False
    while at < data.shape[0]:
        code, length = code_point(data, at, data.shape[0])
        word = in_word(code, characters.classes)
        if word and not inside:
            starts[count] = at
            count += 1
        at += length
        if word:
            ends[count - 1] = at
        inside = word
    return count
