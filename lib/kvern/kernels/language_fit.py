"""Weights over the features of py3langid's automaton, fitted to labelled texts: counts, and a ridge regression."""
# mypy: allow-untyped-defs

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.compiled import compiled
from kvern.kernels.language_model import LANGUAGES, Tables
from kvern.kernels.language_walk import MARKER, scratch, walk
from kvern.kernels.markers import speak

MASS = 1.25e6  # a column's counts, about as many as py3langid's own stand for
RARE = 3  # a feature of fewer texts is not corrected
RIDGE = 0.3
STEPS = 150
FEW = 50  # a language of fewer texts weighs no more than one of so many


class Sparse(NamedTuple):
    """Rows of features: `features[ends[i]:ends[i + 1]]` and their log(1 + visits)."""

    ends: Offsets
    features: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]


@compiled
def _features(data, offsets, tables, scratch, sparse):
    at = 0
    for d in range(offsets.shape[0] - 1):
        n = walk(data, offsets[d], offsets[d + 1], tables, scratch)
        for j in range(n):
            feature = scratch.visited[j]
            sparse.features[at] = feature
            sparse.weights[at] = np.log1p(scratch.visits[feature])
            scratch.visits[feature] = 0
            at += 1
        scratch.visits[scratch.visits.shape[0] - 1] = 1
        sparse.ends[d + 1] = at


@compiled
def _markers(data, offsets, markers, scores):
    for d in range(offsets.shape[0] - 1):
        speak(data, offsets[d], offsets[d + 1], markers, MARKER, scores[d])


@compiled
def _times(sparse, matrix, out):
    """out[:, :matrix.shape[1]] += sparse @ matrix."""
    for d in range(out.shape[0]):
        for i in range(sparse.ends[d], sparse.ends[d + 1]):
            for k in range(matrix.shape[1]):
                out[d, k] += sparse.weights[i] * matrix[sparse.features[i], k]


@compiled
def _transposed_times(sparse, matrix, out):
    """out += sparse.T @ matrix[:, :out.shape[1]]."""
    for d in range(matrix.shape[0]):
        for i in range(sparse.ends[d], sparse.ends[d + 1]):
            for k in range(out.shape[1]):
                out[sparse.features[i], k] += sparse.weights[i] * matrix[d, k]


def features(data: Bytes, offsets: Offsets, known: Tables) -> Sparse:
    """The features of each text."""
    room = int(offsets[-1]) + 1
    sparse = Sparse(np.zeros(len(offsets), np.int64), np.empty(room, np.int32), np.empty(room, np.float32))
    _features(data, offsets, known, scratch(known), sparse)
    met = int(sparse.ends[-1])
    return Sparse(sparse.ends, sparse.features[:met].copy(), sparse.weights[:met].copy())


def scores(sparse: Sparse, data: Bytes, offsets: Offsets, known: Tables) -> npt.NDArray[np.float32]:
    """float32[texts, columns]: prior, weights and marker words."""
    found = np.tile(known.prior, (len(offsets) - 1, 1))
    _times(sparse, known.weights, found)
    _markers(data, offsets, known.markers, found)
    return found


def column(sparse: Sparse, chosen: npt.NDArray[np.bool_], total: int) -> npt.NDArray[np.float64]:
    """Logarithms of the shares of `total` features over the chosen texts."""
    lengths = np.diff(sparse.ends)
    used = np.repeat(chosen, lengths)
    n = np.bincount(sparse.features[used], sparse.weights[used], total)
    n *= MASS / n.sum()
    return np.log((n + 1) / (MASS + total))


def correction(sparse: Sparse, start: Any, wanted: Any, sizes: Any, total: int) -> npt.NDArray[np.float32]:
    """float32[features, LANGUAGES] by Nesterov's accelerated gradient (1983) with restarts (O'Donoghue & Candès 2015).

    `start`: scores float32[texts, columns]; `wanted`: column of each text; `sizes`: bytes.
    """
    root = np.sqrt(sizes)[:, None].astype(np.float32)
    scaled = Sparse(sparse.ends, sparse.features, sparse.weights / np.repeat(root, np.diff(sparse.ends)))
    counts = np.bincount(wanted, minlength=len(LANGUAGES))
    weight = 1 / np.maximum(counts, FEW)[wanted]
    weight = (weight / weight.mean()).astype(np.float32)[:, None]
    truth = np.eye(start.shape[1], dtype=np.float32)[wanted]
    seen = np.bincount(sparse.features, minlength=total) >= RARE

    def gradient(at: Any) -> Any:
        logits = start / root
        _times(scaled, at, logits)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = weight * (p / p.sum(axis=1, keepdims=True) - truth)
        slope = RIDGE * at
        _transposed_times(scaled, error, slope)
        return slope * seen[:, None]

    return _descend(gradient, np.zeros((total, len(LANGUAGES)), np.float32), _steepest(scaled, weight, total))


def _steepest(sparse: Sparse, weight: Any, total: int) -> float:
    """A bound of the loss's second derivative: half the largest eigenvalue of X'WX (Böhning 1992), and the ridge."""
    vector, largest = np.full((total, 1), total**-0.5, np.float32), 0.0
    for _ in range(30):
        seen = np.zeros((len(sparse.ends) - 1, 1), np.float32)
        _times(sparse, vector, seen)
        vector = np.zeros_like(vector)
        _transposed_times(sparse, weight * seen, vector)
        largest = float(np.linalg.norm(vector))
        vector /= np.float32(largest)
    return 0.55 * largest + RIDGE


def _descend(gradient: Any, at: Any, steepest: float) -> Any:
    """Follow the gradient for STEPS steps; momentum starts anew where it points uphill."""
    ahead, momentum = at, 1.0
    for _ in range(STEPS):
        slope = gradient(ahead)
        step = ahead - slope / np.float32(steepest)
        if float((slope * (step - at)).sum()) > 0:
            momentum = 1.0
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = step + np.float32((momentum - 1) / following) * (step - at)
        at, momentum = step, following
    return at
