"""A document goes only with a survivor that it is near to."""

import random

import pyarrow as pa
import pytest
from kernels_reference import bare_words

from kvern.kernels.survivors import set_batches, survivor_batches

CLUSTER, GROUP, DOC, TEXT = range(4)


def grams(text: str) -> set[tuple[str, ...]]:
    words = bare_words(text.encode())
    return {tuple(words[at : at + 2]) for at in range(len(words) - 1)}


ALIGNED = pa.list_(pa.struct([("of_group", pa.string()), ("jaccard", pa.float64())]))


def survivors(rows, threshold=0.6, size=2, aligned=None):
    """Rows are (cluster, group, doc_id, text) in order; `aligned`: group to what it is near to under alignment."""
    given = pa.record_batch({"doc_id": [row[GROUP] for row in rows], "text": [row[TEXT] for row in rows]})
    sets = {row["group"]: row["shingles"] for out in set_batches([given], 2) for row in out.to_pylist()}
    columns = {
        "cluster": [row[CLUSTER] for row in rows],
        "group": [row[GROUP] for row in rows],
        "doc_id": pa.array([row[DOC] for row in rows], pa.string()),
        "shingles": [sets[row[GROUP]] for row in rows],
        "aligned": pa.array([(aligned or {}).get(row[GROUP]) for row in rows], ALIGNED),
    }
    whole = pa.record_batch(columns)
    cuts = [whole.slice(at, size) for at in range(0, len(rows), size)]
    return [tuple(row.values()) for out in survivor_batches(cuts, threshold) for row in out.to_pylist()]


def reference(rows, threshold):
    found, kept = [], []
    for cluster, group, doc, text in rows:
        near = [
            (d, g, len(grams(text) & grams(t)) / len(grams(text) | grams(t))) for c, g, d, t in kept if c == cluster
        ]
        near = [other for other in near if other[2] >= threshold]
        if not near and doc is not None:
            kept.append((cluster, group, doc, text))
            near = [(doc, group, 1.0)]
        if near:
            found.append((group, *near[0]))
    return found


def test_a_chain_keeps_what_differs_from_what_is_kept():
    words = [f"o{n}" for n in range(40)]
    chain = [("c", f"g{n}", f"d{n}", " ".join(words[4 * n : 4 * n + 20])) for n in range(5)]
    assert [(row[0], row[1]) for row in survivors(chain)] == [
        ("g0", "d0"), ("g1", "d0"), ("g2", "d2"), ("g3", "d2"), ("g4", "d4")
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 50])
def test_survivors_are_those_of_plain_sets_whatever_the_batches(size):
    chance = random.Random(size)
    rows = []
    for n in range(60):
        start, length = chance.randrange(12), chance.randrange(2, 15)
        doc = None if chance.random() < 0.2 else f"d{n}"
        rows.append((f"c{n // 20}", f"g{n}", doc, " ".join(f"o{k}" for k in range(start, start + length))))
    assert survivors(rows, 0.6, size) == reference(rows, 0.6)


def test_a_cluster_in_which_none_may_stay_has_no_survivor():
    assert survivors([("c", "g", None, "ei kvern mel"), ("c", "h", None, "ei kvern mel")]) == []


def test_what_is_near_under_alignment_goes_though_no_word_is_the_same():
    rows = [("c", "a", "1", "en to tre fire"), ("c", "b", "2", "xx yy zz ww"), ("c", "d", "3", "qq rr ss tt")]
    aligned = {"b": [{"of_group": "a", "jaccard": 0.55}], "d": [{"of_group": "b", "jaccard": 0.9}]}
    assert survivors(rows, aligned=aligned) == [("a", "1", "a", 1.0), ("b", "1", "a", 0.55), ("d", "3", "d", 1.0)]
