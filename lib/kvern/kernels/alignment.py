"""Which strings of a true text were read as which others: a shortest edit script, its neighbouring edits joined."""
# mypy: allow-untyped-defs

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled

SAME, OTHER, LOST, ADDED = range(4)
LONGEST = 3  # characters on either side of a pair


@compiled
def _steps(a, b, table, steps):
    """Fill table[len(a) + 1, len(b) + 1] with distances of the beginnings; write steps last first: how many."""
    n, m = a.shape[0], b.shape[0]
    for j in range(m + 1):
        table[0, j] = j
    for i in range(1, n + 1):
        table[i, 0] = i
        for j in range(1, m + 1):
            moved = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            table[i, j] = min(moved, table[i - 1, j] + 1, table[i, j - 1] + 1)
    i, j, count = n, m, 0
    while i or j:
        if i and j and a[i - 1] == b[j - 1] and table[i, j] == table[i - 1, j - 1]:
            step = SAME
        elif i and j and table[i, j] == table[i - 1, j - 1] + 1:
            step = OTHER
        elif i and table[i, j] == table[i - 1, j] + 1:
            step = LOST
        else:
            step = ADDED
        steps[count] = step
        count += 1
        i -= step != ADDED
        j -= step != LOST
    return count


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def script(truth: str, read: str) -> str:
    """One of SAME, OTHER, LOST, ADDED for each step, as digits; its non-zero steps are the edit distance.

    Takes len(truth) * len(read) * 4 bytes: for pages, not for books.
    """
    a, b = _codes(truth), _codes(read)
    steps = np.zeros(len(a) + len(b) + 1, np.uint8)
    count = _steps(a, b, np.zeros((len(a) + 1, len(b) + 1), np.int32), steps)
    return "".join(map(str, steps[:count][::-1]))


def confusions(truth: str, read: str) -> Iterator[tuple[str, str]]:
    """(what was printed, what was read) of each run of edits of up to LONGEST characters; longer runs are left out:
    where whole words are lost or added, it is the page's order that was misread, not its letters."""
    i = j = first = second = 0
    running = False
    for step in [*map(int, script(truth, read)), SAME]:
        if step != SAME and not running:
            first, second, running = i, j, True
        elif step == SAME and running:
            if i - first <= LONGEST and j - second <= LONGEST:
                yield truth[first:i], read[second:j]
            running = False
        i += step != ADDED
        j += step != LOST


def rate(truth: str, read: str) -> float:
    """Character error rate: edit distance over the characters of the truth, white space taken as one blank."""
    truth, read = " ".join(truth.split()), " ".join(read.split())
    return (len(steps := script(truth, read)) - steps.count("0")) / max(1, len(truth))
