"""What the scan says of languages: the label, the mixture, the spans, and the spelling of a Norwegian text."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import language, nested, orthography
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.language_model import NOR

LEAST = 0.05  # probability from which a label stands in `languages`
SCORE = pa.struct([("language", pa.string()), ("score", pa.float64())])
SPAN = pa.struct([("language", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("score", pa.float64())])


def columns(
    data: Bytes, offsets: Offsets, model: language.Model, years: Sequence[int | None]
) -> tuple[list[str], dict[str, pa.Array]]:
    """(the label of each document, the columns). `years`: of each document, where known."""
    found = language.measure(data, offsets, model)
    labels, scores = language.label(found.probabilities, model)
    spelling = orthography.label(orthography.measure(data, offsets, labels), labels, years)
    return labels, {
        "language": pa.array(labels, pa.string()),
        "language_score": pa.array(scores, pa.float64()),
        "languages": ranked(found.probabilities, model.labels),
        "language_spans": spans(found, len(labels), language.names(model)),
        "orthography": pa.array(spelling, pa.string()),
    }


def ranked(probabilities: npt.NDArray[np.float32], labels: tuple[str, ...]) -> pa.Array:
    """Labels of at least LEAST, best first; equal ones in the model's order."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    sorted_ = np.take_along_axis(probabilities, order, axis=1)
    listed = sorted_ >= LEAST
    return nested.lists(SCORE, listed.sum(axis=1), [nested.named(labels, order[listed]), pa.array(sorted_[listed])])


def spans(found: language.Found, n: int, names: tuple[str, ...]) -> pa.Array:
    """Spans of one language that follow one another through each of n documents."""
    fields = [nested.named(names, found.name), *map(pa.array, (found.start, found.end, found.score))]
    return nested.spans(SPAN, found.document, n, fields)


def own_stop_words(labels: Sequence[str], found: npt.NDArray[np.int32], lists: tuple[str, ...]) -> pa.Array:
    """The count by the label's own list; the larger of nob's and nno's for nor; null where the label has no list."""
    places = {code: (at, at) for at, code in enumerate(lists)}
    norwegian = [at for at, code in enumerate(lists) if code in {"nob", "nno"}]
    if norwegian:
        places[NOR] = (norwegian[0], norwegian[-1])
    mine = np.array([places.get(code, (-1, -1)) for code in labels], np.int64).reshape(len(labels), 2)
    none = mine[:, 0] < 0
    padded = np.hstack([found, np.zeros((len(found), 1), np.int32)])  # place -1
    own = np.take_along_axis(padded, mine, axis=1).max(axis=1)
    return pa.array(own, pa.int32(), mask=none)
