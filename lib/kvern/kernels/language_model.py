"""What the language kernels know: py3langid's automaton and weights, and this project's own table beside them.

py3langid 0.4 (BSD-3, a dependency) brings an automaton over bytes that finds 100,053 features, and for each of its
languages the logarithm of a feature's share (naive Bayes). `language_table.npz` adds to it, over the same features:

* columns for Lule, South, Inari and Skolt Sámi and Kven, counted over public documents in them;
* a small correction to the columns of all LANGUAGES, from a ridge-regularised logistic regression.

`python -m kvern.kernels.language_training` makes that table and says from what. STRANGERS are languages that no label
names: each group's column is the mean of its members' shares, lowered by DOUBT, so that Polish is not forced to be
one of the Nordic languages.
"""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from kvern.kernels.markers import Markers, markers

CODES = {  # ISO 639-3 to py3langid's label
    **{"nob": "no", "nno": "nn", "dan": "da", "swe": "sv", "eng": "en", "sme": "se", "isl": "is", "fin": "fi"},
    **{"deu": "de", "fao": "fo"},
}
COUNTED = ("smj", "sma", "smn", "sms", "fkv")  # languages py3langid does not know
LANGUAGES = (*CODES, *COUNTED)
STRANGERS = (
    "fr es it pt ca ro oc gl la wa lij vec ext an gcf gcr ht eo",
    "nl af fy lb",
    "pl cs sk sl hr bs sr lt lv ltg hu sq tr az",
    "et",
    "ru uk be bg mk kk ky tg mn ba tt",
    "cy ga gd br mt eu",
)  # and one more of all the rest
DOUBT = 5.0
UND, ZXX, NOR = "und", "zxx", "nor"
FILE = Path(__file__).with_name("language_table.npz")
LOGS = 4096  # visits up to which the logarithm is looked up

Floats = npt.NDArray[np.float32]


class Tables(NamedTuple):
    """`following[states[s, 0] + byte]` is the state after s, `states[s, 1]` its feature or `len(prior)`'s row.

    `weights` float32[features + 1, columns]: LANGUAGES, then STRANGERS; the last row stands for no feature.
    """

    following: npt.NDArray[np.int32]
    states: npt.NDArray[np.int32]
    weights: Floats
    prior: Floats
    logs: Floats
    markers: Markers


@dataclass(frozen=True)
class Model:
    """`labels`: the languages asked for, then `und` and `zxx`. `fold[k]` is the label of the tables' column k."""

    labels: tuple[str, ...]
    tables: Tables
    fold: npt.NDArray[np.int64]


def identifier() -> Any:
    """py3langid with all its languages."""
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def digest(known: Any) -> str:
    """SHA-256 over what py3langid's features are and mean: a table fits one automaton only."""
    return hashlib.sha256(np.asarray(known.tk_output).tobytes() + known.nb_ptc.tobytes()).hexdigest()


def base(known: Any) -> tuple[Floats, Floats]:
    """py3langid's own (weights, prior) by column; the columns of COUNTED are still empty."""
    features = len(known.nb_ptc)
    weights = np.zeros((features + 1, len(LANGUAGES) + len(STRANGERS) + 1), np.float32)
    prior = np.zeros(weights.shape[1], np.float32)
    taken = [known.nb_classes.index(code) for code in CODES.values()]
    weights[:-1, : len(taken)], prior[: len(taken)] = known.nb_ptc[:, taken], known.nb_pc[taken]
    for k, members in enumerate(_strangers(known.nb_classes), len(LANGUAGES)):
        weights[:-1, k] = np.log(np.exp(known.nb_ptc[:, members].astype(np.float32)).mean(axis=1))
        prior[k] = known.nb_pc[members].mean() - DOUBT
    return weights, prior


def _strangers(classes: list[str]) -> list[list[int]]:
    """The columns of each group of strangers; the last holds what no other has. `zxx` is no language."""
    groups = [group.split() for group in STRANGERS]
    named = {*CODES.values(), *(code for group in groups for code in group), ZXX}
    groups.append([code for code in classes if code not in named])
    return [[k for k, code in enumerate(classes) if code in group] for group in groups]


def add_table(known: Any, weights: Floats, prior: Floats) -> None:
    """Add the shipped table to py3langid's weights. ValueError where it was made for other features."""
    # From the package, which on a cluster may lie in a zip.
    packed = io.BytesIO(resources.files("kvern.kernels").joinpath(FILE.name).read_bytes())
    with np.load(packed) as table:
        if str(table["automaton"]) != digest(known):
            raise ValueError(
                f"wanted the features that {FILE.name} was made for (py3langid 0.4.0), found others: "
                "install that version or make the table anew with `python -m kvern.kernels.language_training`"
            )
        counted = slice(len(CODES), len(LANGUAGES))
        weights[:-1, counted], prior[counted] = table["unseen"], table["prior"]
        weights[table["counted_rows"], counted] = table["counted"]
        weights[table["corrected_rows"], : len(LANGUAGES)] += table["corrections"]


def automaton(known: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(`following`, `states`) of Tables."""
    output = np.asarray(known.tk_output).astype(np.int32)
    states = np.empty((len(output), 2), np.int32)
    states[:, 0] = np.asarray(known.tk_row).astype(np.int32) << 8
    states[:, 1] = np.where(output < 0, len(known.nb_ptc), output)
    return np.asarray(known.tk_nextmove).astype(np.int32), states


def tables(known: Any, weights: Floats, prior: Floats) -> Tables:
    """Tables with these weights."""
    logs = np.log1p(np.arange(LOGS)).astype(np.float32)
    return Tables(*automaton(known), weights, prior, logs, markers(LANGUAGES, len(prior)))


@cache
def load(codes: tuple[str, ...]) -> Model:
    """The model whose labels are these ISO 639-3 codes; 55 MB. ValueError names codes that are not in LANGUAGES.

    All of LANGUAGES compete whatever is asked for; what is not asked for counts as `und`.
    """
    unknown = sorted(set(codes) - set(LANGUAGES))
    if unknown or not codes or len(set(codes)) < len(codes):
        got, why = ", ".join(codes) or "none", f": {', '.join(unknown)} cannot be told apart here" if unknown else ""
        raise ValueError(f"wanted different codes among {', '.join(sorted(LANGUAGES))}; got {got}{why}")
    known = identifier()
    weights, prior = base(known)
    add_table(known, weights, prior)
    labels = (*codes, UND, ZXX)
    fold = [labels.index(code) if code in codes else len(codes) for code in LANGUAGES]
    return Model(labels, tables(known, weights, prior), np.array(fold + [len(codes)] * (len(prior) - len(fold))))
