"""Every decision of datatrove's four filters, and every measure, against kvern's on real documents.

    python bench/parity_datatrove.py

datatrove is installed in an environment of its own (`peers`) and runs as released, except that its words are kvern's,
by a regular expression and not by kvern's kernel. Thresholds and stop words (Bokmål's) are the same on both sides.
Writes bench/results/parity.json: the share of equal decisions of each filter, and of documents in which a measure is
equal; each document that differs is explained by what takes the difference away, or counted as unexplained.
"""

import json
import math
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import peers
import pyarrow as pa
from figures import ROOT, Figure, of_rounds, write
from real_documents import documents

from kvern.kernels import quality
from kvern.kernels.arrow import utf8_view
from kvern.kernels.stop_words import stop_words

FLOORS = {"gopher_quality": 0.999, "gopher_repetition": 0.999, "fineweb": 0.999, "c4": 0.994}
# datatrove's defaults: what is refused, by measure and bound.
REFUSED = {
    "gopher_quality": {
        **{"min_words": 50, "max_words": 100_000, "min_mean_word_length": 3, "max_mean_word_length": 10},
        **{"max_symbol_to_word_ratio": 0.1, "max_bullet_line_ratio": 0.9, "max_ellipsis_line_ratio": 0.3},
        **{"min_alpha_word_ratio": 0.8, "min_stop_words": 2},
    },
    "gopher_repetition": {
        **{"max_dup_line_ratio": 0.3, "max_dup_paragraph_ratio": 0.3},
        **{"max_dup_line_char_ratio": 0.2, "max_dup_paragraph_char_ratio": 0.2},
        **{"max_top_2_gram_ratio": 0.2, "max_top_3_gram_ratio": 0.18, "max_top_4_gram_ratio": 0.16},
        **{f"max_dup_{n}_gram_ratio": (20 - n) / 100 for n in range(5, 11)},
    },
    "fineweb": {
        **{"min_line_punct_ratio": 0.12, "max_short_line_ratio": 0.67, "max_char_dup_ratio": 0.01},
        "max_new_line_ratio": 0.3,
    },
    "c4": {"min_c4_sentences": 5, "max_curly_brackets": 0, "max_lorem_ipsum": 0},
}
Measures = dict[str, npt.NDArray[Any]]


def own_measures(texts: list[str], words: list[str]) -> Measures:
    found = quality.measure(*utf8_view(pa.array(texts)), stop_words({"nob": words}), quality.scratch())
    return quality.columns(found.sums) | {"stop_words": found.stops[:, 0]}


def own_decisions(measures: Measures) -> dict[str, npt.NDArray[np.bool_]]:
    """Kept by each filter's bounds; a measure that is NaN breaks none."""
    kept = {}
    for name, bounds in REFUSED.items():
        broken = [
            measures[bound[4:]] < limit if bound.startswith("min") else measures[bound[4:]] > limit
            for bound, limit in bounds.items()
        ]
        kept[name] = ~np.any(broken, axis=0)
    return kept


def theirs(texts: list[str], words: list[str]) -> tuple[str, list[dict[str, Any]]]:
    """(version, what datatrove says of each document)."""
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "given.jsonl", Path(folder) / "out.jsonl"
        rows = (json.dumps({"text": text, "stop_words": words}) + "\n" for text in texts)
        given.write_text("".join(rows), encoding="utf-8")
        peers.run("datatrove", "datatrove_peer.py", "judge", given, out)
        head, *found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    return f"datatrove {head['version']}", found


def explain(name: str, own: bool, measures: Measures, row: int, said: dict[str, Any]) -> str:
    """What takes a difference away."""
    if name == "c4":
        return next((choice for choice, kept in said["c4"] if kept == own), "unexplained")
    if name == "gopher_repetition" and all(
        math.isclose(measures[f"dup_{n}_gram_ratio"][row], said["values"][f"apart_{n}"]) for n in range(5, 11)
    ):
        return "datatrove joins the words of an n-gram without a blank"
    return "unexplained"


def decisions(measures: Measures, found: list[dict[str, Any]], peer: str) -> list[Figure]:
    figures = []
    for name, kept in own_decisions(measures).items():
        differ = [row for row, said in enumerate(found) if said["decisions"][name][0] != kept[row]]
        why = Counter(explain(name, bool(kept[row]), measures, row, found[row]) for row in differ)
        told = "; ".join(f"{count} {reason}" for reason, count in why.most_common()) or "none differs"
        equal, theirs_kept = 1 - len(differ) / len(found), sum(said["decisions"][name][0] for said in found)
        said = f"{len(found)} documents, kept {int(kept.sum())} and by datatrove {theirs_kept}; {told}"
        figures.append(_share(f"{name}_decisions_equal", equal, FLOORS[name], said, peer))
    return figures


def values(measures: Measures, found: list[dict[str, Any]], peer: str) -> list[Figure]:
    """The share of documents in which a measure is equal; of n-grams also with datatrove's words kept apart."""
    figures = []
    for name in (name for name in found[0]["values"] if not name.startswith("apart")):
        got = measures[name].astype(float)
        wanted = np.array([said["values"][name] for said in found], float)
        grams = name.removeprefix("dup_").removesuffix("_gram_ratio")
        apart = [said["values"].get(f"apart_{grams}", np.nan) for said in found]
        equal = np.isclose(got, wanted, rtol=1e-9, atol=0, equal_nan=True)
        explained = ~equal & np.isclose(got, apart, rtol=1e-9, atol=0)
        told = f"{int((~equal).sum())} differ, {int(explained.sum())} by joining words without a blank"
        figures.append(_share(f"{name}_equal", float(equal.mean()), 0.999, f"{len(found)} documents; {told}", peer))
    return figures


def _share(name: str, value: float, floor: float, said: str, peer: str) -> Figure:
    figure = of_rounds(name, [value], "share", floor, said, peer)
    return Figure(**{**vars(figure), "value": round(value, 5), "ratio": None, "low": value, "high": value})


def main() -> None:
    language = tomllib.loads((ROOT / "conf/languages/nob.toml").read_text(encoding="utf-8"))
    words, texts = language["measures"]["stop_words"], documents(labelled=True)
    peer, found = theirs(texts, words)
    measures = own_measures(texts, words)
    figures = [*decisions(measures, found, peer), *values(measures, found, peer)]
    print(write("parity", figures))
    for figure in figures:
        print(f"{figure.name:34} {figure.value:8.5f}  (floor {figure.floor})  {figure.input}")


if __name__ == "__main__":
    main()
