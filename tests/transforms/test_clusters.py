"""Contraction before union-find changes no label."""

import random
from itertools import pairwise

import pytest

from kvern.transforms.clusters import clusters

Edge = tuple[int, int]


def reference(edges: list[Edge]) -> dict[int, int]:
    label = {node: node for edge in edges for node in edge}
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            least = min(label[a], label[b])
            changed |= (label[a], label[b]) != (least, least)
            label[a] = label[b] = least
    return label


def graph(seed: int) -> list[Edge]:
    """A sparse random graph, a chain in random order of ids, one star around its largest id, a pair."""
    chance = random.Random(seed)
    names = chance.sample(range(10_000), 150)
    edges = [tuple(chance.sample(names[:60], 2)) for _ in range(45)]
    edges += list(pairwise(names[60:101]))
    edges += [(20_000, leaf) for leaf in names[101:140]] + [(names[141], names[142])]
    edges = [(min(edge), max(edge)) for edge in edges]
    chance.shuffle(edges)
    return edges


@pytest.mark.parametrize(("contractions", "partitions"), [(0, 3), (1, 1), (3, 2)])
def test_labels_are_those_of_a_plain_search_for_any_number_of_rounds(spark, contractions, partitions):
    edges = graph(contractions)
    rows = [(f"{a:032x}", f"{b:032x}") for a, b in edges]
    frame = spark.createDataFrame(rows, "doc_id string, other string").repartition(partitions)
    found = [(int(doc, 16), int(cluster, 16)) for doc, cluster in clusters(frame, contractions).collect()]
    assert len(found) == len(dict(found))
    assert dict(found) == reference(edges)
