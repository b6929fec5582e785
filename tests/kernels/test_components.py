"""Components by union-find are those of a plain search, whatever the order of the edges."""

import random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from kvern.kernels.components import component_batches

Edge = tuple[int, int]


def reference(edges: list[Edge]) -> dict[int, int]:
    beside: dict[int, set[int]] = {}
    for a, b in edges:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    label: dict[int, int] = {}
    for first in sorted(beside):
        reach = [first]
        while reach:
            if (node := reach.pop()) not in label:
                label[node] = first
                reach.extend(beside[node])
    return label


def labels(edges: list[Edge], rows: int = 5000) -> dict[int, int]:
    def column(values: list[int]) -> pa.Array:
        return pa.array([value.to_bytes(16, "big") for value in values], pa.binary())

    cuts = [edges[at : at + rows] for at in range(0, len(edges), rows)]
    found = component_batches(
        pa.record_batch({"doc_id": column([a for a, _ in cut]), "other": column([b for _, b in cut])}) for cut in cuts
    )
    return {
        int.from_bytes(row["id"], "big"): int.from_bytes(row["cluster"], "big")
        for out in found
        for row in out.to_pylist()
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))), st.randoms(use_true_random=False), st.integers(1, 9)
)
def test_random_graphs_have_the_components_of_a_plain_search(edges, chance, rows):
    edges = [(a << 64 | b % 3, b << 64 | a % 3) for a, b in edges]
    expected = reference(edges)
    chance.shuffle(edges)
    assert labels(edges, rows) == expected


def test_a_chain_of_100000_in_random_order_is_one_component():
    chain = [(n, n + 1) for n in range(100_000)]
    random.Random(1).shuffle(chain)
    assert set(labels(chain).values()) == {0} and len(labels(chain)) == 100_001


def test_one_giant_star_is_one_component_named_after_its_smallest_leaf():
    star = [(10**6, n) for n in np.random.default_rng(1).permutation(200_000).tolist()]
    assert set(labels(star).values()) == {0}
