"""Scores of a span of text: features found by py3langid's automaton, weighed by naive Bayes, and marker words.

A state of the automaton is the longest suffix of what was read that begins a feature, DEPTH bytes at most. So a walk
may begin anywhere, DEPTH bytes early: four lanes over four quarters of a span hide the latency of the tables (46 MB/s
with one lane, 118 with four; Xeon, 2.3 GHz), and find the same features.
"""
# mypy: allow-untyped-defs

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.language_model import LOGS, Tables
from kvern.kernels.markers import speak

DEPTH = 6  # bytes of the longest feature
LANES = 64  # bytes from which a span is read in four lanes
MARKER = np.float32(8)  # what a marker word takes from the logarithm of a language's likelihood


class Scratch(NamedTuple):
    """Visits of each feature (the last row: none, at least 1), and the features that were visited."""

    visits: npt.NDArray[np.int32]
    visited: npt.NDArray[np.int32]


def scratch(tables: Tables) -> Scratch:
    """All visits at 0."""
    visits = np.zeros(len(tables.weights), np.int32)
    visits[-1] = 1
    return Scratch(visits, np.empty(len(visits) + 1, np.int32))


@compiled
def _visit(tables, state, scratch, n):
    """Count a visit of the state's feature; returns how many different ones there are."""
    feature = tables.states[state, 1]
    scratch.visited[n] = feature
    n += scratch.visits[feature] == 0
    scratch.visits[feature] += 1
    return n


@compiled
def _next(tables, state, byte):
    return tables.following[tables.states[state, 0] + byte]


@compiled
def _early(data, at, tables):
    """The state at `at`, from the DEPTH bytes before it."""
    state = np.int32(0)
    for i in range(at - DEPTH, at):
        state = _next(tables, state, data[i])
    return state


@compiled
def _lanes(data, start, quarter, tables, scratch):
    """Walk four quarters at once; returns (different features, the state at the end)."""
    one, two, three = start + quarter, start + 2 * quarter, start + 3 * quarter
    a, b, c, d = np.int32(0), _early(data, one, tables), _early(data, two, tables), _early(data, three, tables)
    n = 0
    for i in range(quarter):
        a, b = _next(tables, a, data[start + i]), _next(tables, b, data[one + i])
        c, d = _next(tables, c, data[two + i]), _next(tables, d, data[three + i])
        n = _visit(tables, a, scratch, n)
        n = _visit(tables, b, scratch, n)
        n = _visit(tables, c, scratch, n)
        n = _visit(tables, d, scratch, n)
    return n, d


@compiled
def walk(data, start, end, tables, scratch):
    """Count the features of data[start:end]; returns how many different ones are in `scratch.visited`."""
    n, state = 0, np.int32(0)
    if end - start >= LANES:
        quarter = (end - start) // 4
        n, state = _lanes(data, start, quarter, tables, scratch)
        start += 4 * quarter
    for i in range(start, end):
        state = _next(tables, state, data[i])
        n = _visit(tables, state, scratch, n)
    return n


@compiled
def weigh(tables, scratch, n, scores):
    """Add log(1 + visits) times the weights of each feature to the scores; clears the visits."""
    for j in range(n):
        feature = scratch.visited[j]
        visits = scratch.visits[feature]
        scratch.visits[feature] = 0
        weight = tables.logs[visits] if visits < LOGS else np.float32(math.log1p(visits))
        for k in range(scores.shape[0]):
            scores[k] += weight * tables.weights[feature, k]
    scratch.visits[tables.weights.shape[0] - 1] = 1


@compiled
def score(data, start, end, tables, scratch, scores):
    """Write the score of each column without its prior; returns (visible characters, letters) in the span."""
    scores[:] = np.float32(0)
    weigh(tables, scratch, walk(data, start, end, tables, scratch), scores)
    return speak(data, start, end, tables.markers, MARKER, scores)


@compiled
def largest(values):
    """The place of the first of the largest values."""
    best = 0
    for k in range(1, values.shape[0]):
        if values[k] > values[best]:
            best = k
    return best


@compiled
def softmax(scores, prior, size, probabilities):
    """Probabilities from scores and prior; their logarithms are divided by the square root of `size` bytes.

    So does py3langid: features overlap, and without it every probability would be 0 or 1.
    """
    root = math.sqrt(max(size, 1))
    best = -np.inf
    for k in range(scores.shape[0]):
        best = max(best, scores[k] + prior[k])
    total = 0.0
    for k in range(scores.shape[0]):
        probabilities[k] = math.exp((scores[k] + prior[k] - best) / root)
        total += probabilities[k]
    for k in range(scores.shape[0]):
        probabilities[k] /= total
