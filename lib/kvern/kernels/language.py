"""Which languages a document is in: probabilities, and spans where there are several.

A document is first read in windows (`language_spans.windows`): all of a short text, 400 bytes in each 1,500 of a long
one. Where all windows say the same and their sum is SURE, that is the document's language. Otherwise, and always with
`whole`, every paragraph is scored, and the document's probabilities are the average over its spans, weighed by bytes.

Scores are py3langid's, with the columns and corrections of `language_model` and the marker words of `markers`; they
become probabilities as py3langid's do (`language_walk.softmax`). Text is taken as NFC; one in capitals only is
lower-cased. Norwegian of before 1907 looks Danish and is called so: the declared language and the year decide
elsewhere, with `orthography` beside them.
"""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import language_spans
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.language_capitals import lowered
from kvern.kernels.language_model import NOR, Floats, Model, load
from kvern.kernels.language_spans import Stretches, add_up, agree, best_path, paragraphs, stretches, windows
from kvern.kernels.language_walk import Scratch, largest, scratch

__all__ = ["MARGIN", "Found", "Model", "identify", "label", "load", "measure", "names"]

SURE = 0.7
MARGIN = 0.2  # of the Norwegian mass, between Bokmål and Nynorsk; less: nor
LETTERS = 6  # fewer: und
LETTER_SHARE = 0.3  # of the code points that are no white space; less: zxx

Integers = npt.NDArray[np.int64]


class Found(NamedTuple):
    """`probabilities` float32[n, labels], each row sums to 1; spans of one language that cover each document in order.

    `document`: row of the document; `start`, `end`: bytes from its start; `name`: place in `names(model)`; `score`:
    probability of that name in the span, float32; where spans of one name were joined, their average by bytes.
    """

    probabilities: Floats
    document: Integers
    start: Integers
    end: Integers
    name: Integers
    score: Floats


class _Room(NamedTuple):
    """Scratch, and where spans go: `spans` int64[3, room] (start, end, name) and `scores` float32[room]."""

    scratch: Scratch
    stretches: Stretches
    fold: Integers
    norwegian: Integers
    spans: Integers
    scores: Floats
    share: Floats


def names(model: Model) -> tuple[str, ...]:
    """What a span may be called: the model's labels, then `nor`."""
    return (*model.labels, NOR)


@compiled
def _fold(probabilities, fold, share):
    """Write the columns' probabilities by label."""
    share[:] = np.float32(0)
    for k in range(fold.shape[0]):
        share[fold[k]] += probabilities[k]


@compiled
def _name(share, norwegian):
    """The best label's place; one after the last where it is Norwegian and neither form leads by MARGIN."""
    best = largest(share)
    nob, nno = norwegian
    if nob < 0 or nno < 0:
        return best
    one, other = share[nob], share[nno]
    if one + other < share[best] or abs(one - other) >= MARGIN * (one + other):
        return best
    return share.shape[0]


@compiled
def _score(share, name, norwegian):
    """The probability of a name; `nor` has Bokmål's and Nynorsk's together. A sum of float32 may pass 1 by rounding."""
    if name < share.shape[0]:
        return min(share[name], np.float32(1))
    return min(share[norwegian[0]] + share[norwegian[1]], np.float32(1))


@compiled
def _write_span(start, end, name, score, room, n, first):
    """Write span n of a document whose first is `first`, or make the one before longer; returns the next number."""
    if n > first and room.spans[2, n - 1] == name:
        before = np.float32(start - room.spans[0, n - 1]) / np.float32(end - room.spans[0, n - 1])
        room.scores[n - 1] = score + (room.scores[n - 1] - score) * before
        room.spans[1, n - 1] = end
        return n
    room.spans[0, n], room.spans[1, n], room.spans[2, n] = start, end, name
    room.scores[n] = score
    return n + 1


@compiled
def _no_language(visible, letters):
    """1: hardly a letter in what is visible, zxx; 2: too few letters to say, und; else 0."""
    if visible >= LETTERS and letters < LETTER_SHARE * visible:
        return 1
    return 2 if letters < LETTERS else 0


@compiled
def _only(label, size, probabilities, room, n):
    """All of a document is one label."""
    probabilities[:] = np.float32(0)
    probabilities[label] = np.float32(1)
    return _write_span(0, size, label, np.float32(1), room, n, n)


@compiled
def _by_windows(data, start, end, tables, room, probabilities, n):
    """Returns (whether the windows settled it, the next span's number)."""
    found = room.stretches
    count = windows(data, start, end, found)
    visible, letters = language_spans.measure(data, count, tables, room.scratch, found)
    none = _no_language(visible, letters)
    if none:
        return True, _only(probabilities.shape[0] - none, end - start, probabilities, room, n)
    best = add_up(0, count, tables, found)
    _fold(found.sum[1], room.fold, probabilities)
    if probabilities[largest(probabilities)] < SURE or not agree(count, best, tables.prior, found):
        return False, n
    name = _name(probabilities, room.norwegian)
    return True, _write_span(0, end - start, name, _score(probabilities, name, room.norwegian), room, n, n)


@compiled
def _by_paragraphs(data, start, end, tables, room, probabilities, n):
    """Returns the next span's number."""
    found, first = room.stretches, n
    count = paragraphs(data, start, end, found)
    visible, letters = language_spans.measure(data, count, tables, room.scratch, found)
    none = _no_language(visible, letters)
    if none:
        return _only(probabilities.shape[0] - none, end - start, probabilities, room, n)
    best_path(count, tables.prior, found)
    probabilities[:] = np.float32(0)
    s = 0
    while s < count:
        last = s + 1
        while last < count and found.path[last] == found.path[s]:
            last += 1
        add_up(s, last, tables, found)
        _fold(found.sum[1], room.fold, room.share)
        size = found.ends[last - 1] - found.starts[s]
        for k in range(probabilities.shape[0]):
            probabilities[k] += room.share[k] * np.float32(size / (end - start))
        name = _name(room.share, room.norwegian)
        sure = _score(room.share, name, room.norwegian)
        n = _write_span(found.starts[s] - start, found.ends[last - 1] - start, name, sure, room, n, first)
        s = last
    return n


@compiled
def _documents(data, offsets, tables, whole, room, probabilities, ends):
    n = 0
    for d in range(offsets.shape[0] - 1):
        start, end = offsets[d], offsets[d + 1]
        settled = False
        if not whole or start == end:
            settled, n = _by_windows(data, start, end, tables, room, probabilities[d], n)
        if not settled:
            n = _by_paragraphs(data, start, end, tables, room, probabilities[d], n)
        ends[d] = n


def measure(data: Bytes, offsets: Offsets, model: Model, *, whole: bool = False) -> Found:
    """Probabilities of each document's labels and its spans; `whole` scores every paragraph of every document.

    `und` has all of it where there are fewer than LETTERS letters, `zxx` where less than LETTER_SHARE of the visible
    characters are letters. An empty document is `und` and has one empty span.
    """
    data, offsets = lowered(data, offsets)
    sizes = np.diff(offsets)
    most = int(np.minimum(sizes // language_spans.PARAGRAPH + 2, language_spans.MOST + 2).sum())
    places = [model.labels.index(code) if code in model.labels else -1 for code in ("nob", "nno")]
    room = _Room(
        scratch(model.tables),
        stretches(len(model.tables.prior)),
        model.fold,
        np.array(places),
        np.empty((3, most), np.int64),
        np.empty(most, np.float32),
        np.empty(len(model.labels), np.float32),
    )
    probabilities, ends = np.zeros((len(sizes), len(model.labels)), np.float32), np.zeros(len(sizes), np.int64)
    _documents(data, offsets, model.tables, whole, room, probabilities, ends)
    count = int(ends[-1]) if len(ends) else 0
    document = np.repeat(np.arange(len(sizes)), np.diff(ends, prepend=0))
    start, end, name = room.spans[:, :count].copy()
    return Found(probabilities, document, start, end, name, room.scores[:count].copy())


def identify(data: Bytes, offsets: Offsets, model: Model, *, whole: bool = False) -> Floats:
    """Probability of each of `model.labels`: float32[n, K], each row sums to 1."""
    return measure(data, offsets, model, whole=whole).probabilities


def label(probabilities: Floats, model: Model) -> tuple[list[str], npt.NDArray[np.float64]]:
    """(best label of each document, its probability).

    Bokmål and Nynorsk compete as one where neither leads by MARGIN of their sum: then the label is `nor`, with both
    probabilities. The first of equals, in the model's order.
    """
    table = np.hstack([probabilities.astype(np.float64), np.zeros((len(probabilities), 1))])
    if {"nob", "nno"} <= set(model.labels):
        one, other = (table[:, model.labels.index(code)] for code in ("nob", "nno"))
        undecided = np.abs(one - other) < MARGIN * (one + other)
        table[undecided, -1] = (one + other)[undecided]
    last = table.shape[1] - 1
    chosen = np.where(table[:, -1] >= table[:, :-1].max(axis=1), last, table[:, :-1].argmax(axis=1))
    scores = np.minimum(table[np.arange(len(table)), chosen], 1.0)  # a sum of float32 may pass 1 by its rounding
    return list(np.array(names(model), dtype=object)[chosen]), scores
