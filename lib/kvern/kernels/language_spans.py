"""Stretches of a document, each scored: sampled windows, or all paragraphs and the best path of languages through them.

A paragraph here is a run of whole lines of at least PARAGRAPH bytes; a line of more than LINE bytes is cut at a blank.
In a document of more than MOST times PARAGRAPH bytes they are longer, so that scratch does not grow. The path is
Viterbi's (1967): going from one language to another costs SWITCH, in the logarithm of a probability, so that a name or
a heading in capitals does not make a span of its own.
"""
# mypy: allow-untyped-defs

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.characters import continues
from kvern.kernels.compiled import compiled
from kvern.kernels.language_model import LANGUAGES, Floats
from kvern.kernels.language_walk import largest, score, softmax

PARAGRAPH, LINE = 100, 1_500  # bytes
MOST = 8_192  # paragraphs
SWITCH = np.float32(3)
DISSENT = 1.0  # of the logarithm of a probability
WINDOW, STRIDE = 400, 1_500  # bytes
FEWEST_WINDOWS, MOST_WINDOWS = 3, 24
CUT = 60  # bytes within which a window's edge looks for a blank
FEW_LETTERS = 6  # a stretch of fewer has no say


class Stretches(NamedTuple):
    """Scratch for the stretches of one document.

    `scores` float32[stretches, columns], 0 where a stretch has no say; `letters` of each; `back[s, k]`: the language
    before stretch s on the best path that is in k at s; `best` float32[2, columns], the logarithms of those paths;
    `sum`: scores of several stretches, and their probabilities.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    visible: npt.NDArray[np.int64]
    letters: npt.NDArray[np.int64]
    scores: Floats
    back: npt.NDArray[np.int16]
    path: npt.NDArray[np.int16]
    best: Floats
    sum: Floats


def stretches(columns: int) -> Stretches:
    """Scratch for any document."""
    room = max(MOST, MOST_WINDOWS)
    starts, ends, visible, letters = np.empty((4, room), np.int64)
    scores, back = np.empty((room, columns), np.float32), np.empty((room, columns), np.int16)
    path, best = np.empty(room, np.int16), np.empty((2, columns), np.float32)
    return Stretches(starts, ends, visible, letters, scores, back, path, best, best.copy())


@compiled
def _edge(data, at, end):
    """Where a window may begin or end: behind the next blank, else between two characters."""
    for i in range(at, min(at + CUT, end)):
        if data[i] == 0x20 or data[i] == 0x0A:
            return i + 1
    while at < end and continues(data[at]):
        at += 1
    return at


@compiled
def windows(data, start, end, found):
    """Lay windows over data[start:end]; returns how many. A short text is cut into as many pieces as fit."""
    size = end - start
    n = min(max(size // STRIDE, FEWEST_WINDOWS), MOST_WINDOWS)
    if size <= n * WINDOW:
        n = max(size // WINDOW, 1)
        found.starts[0] = start
        for w in range(1, n):
            found.starts[w] = found.ends[w - 1] = _edge(data, start + w * size // n, end)
        found.ends[n - 1] = end
        return n
    for w in range(n):
        at = start + (size - WINDOW) * w // (n - 1)
        found.starts[w] = _edge(data, at, end) if w > 0 else start
        found.ends[w] = _edge(data, at + WINDOW, end) if w < n - 1 else end
    return n


@compiled
def _paragraph_end(data, start, end, least):
    """Behind a line feed, or in a long line behind a blank, or where there is none between two characters."""
    longest = max(LINE, least)
    for at in range(start + least, end):
        before, size = data[at - 1], at - start
        if before == 0x0A or (size >= longest and before == 0x20):
            return at
        if size >= 2 * longest and not continues(data[at]):
            return at
    return end


@compiled
def paragraphs(data, start, end, found):
    """Lay paragraphs over data[start:end]; returns how many, MOST at most."""
    least = max(PARAGRAPH, (end - start + MOST - 1) // MOST)
    n = 0
    while start < end:
        found.starts[n] = start
        start = _paragraph_end(data, start, end, least)
        found.ends[n] = start
        n += 1
    return n


@compiled
def measure(data, n, tables, scratch, found):
    """Score each of n stretches; returns (visible characters, letters) in them."""
    visible = letters = 0
    for s in range(n):
        seen, mine = score(data, found.starts[s], found.ends[s], tables, scratch, found.scores[s])
        if mine < FEW_LETTERS:
            found.scores[s, :] = np.float32(0)
        found.visible[s], found.letters[s] = seen, mine
        visible += seen
        letters += mine
    return visible, letters


@compiled
def add_up(first, last, tables, found):
    """Write the probabilities of stretches first to last - 1 together to `sum[1]`; returns the most probable."""
    total = found.sum[0]
    total[:] = np.float32(0)
    size = 0
    for s in range(first, last):
        size += found.ends[s] - found.starts[s]
        for k in range(total.shape[0]):
            total[k] += found.scores[s, k]
    softmax(total, tables.prior, size, found.sum[1])
    return largest(found.sum[1])


@compiled
def agree(n, best, prior, found):
    """Whether no stretch is more probably in another language than `best` by DISSENT; all strangers are one."""
    known = len(LANGUAGES)
    for s in range(n):
        own = 0
        for k in range(1, prior.shape[0]):
            if found.scores[s, k] + prior[k] > found.scores[s, own] + prior[own]:
                own = k
        lead = found.scores[s, own] + prior[own] - found.scores[s, best] - prior[best]
        said = found.letters[s] >= FEW_LETTERS and min(own, known) != min(best, known)
        if said and lead > DISSENT * math.sqrt(found.ends[s] - found.starts[s]):
            return False
    return True


@compiled
def _extend(s, prior, found, before, best):
    """Extend the best paths by stretch s: `before` are their logarithms up to s - 1, `best` after s."""
    root = np.float32(math.sqrt(found.ends[s] - found.starts[s]))
    top = largest(before)
    for k in range(best.shape[0]):
        stays = before[k] >= before[top] - SWITCH
        found.back[s, k] = k if stays else top
        said = (found.scores[s, k] + prior[k]) / root
        best[k] = (before[k] if stays else before[top] - SWITCH) + said


@compiled
def best_path(n, prior, found):
    """Write the most probable language of each of n stretches, in their order, to `path`."""
    found.best[:] = np.float32(0)
    for s in range(n):
        before, best = found.best[s & 1], found.best[(s + 1) & 1]
        _extend(s, prior, found, before, best)
        top = best[largest(best)]
        for k in range(best.shape[0]):
            best[k] -= top
    language = largest(found.best[n & 1])
    for s in range(n - 1, -1, -1):
        found.path[s] = language
        language = found.back[s, language]
