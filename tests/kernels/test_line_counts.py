"""In how many documents lines and paragraphs stand, against counting them in plain Python."""

from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import packed

from kvern.kernels import fingerprints, line_counts, quality
from kvern.kernels.stop_words import stop_words

NO_STOPS = stop_words({})
SCRATCH = quality.scratch(64)
lines = st.sampled_from(["Hjem", "Om oss", "ei lang linje", " ei lang linje", "", " ", "blåbær"])
library = st.lists(st.tuples(st.sampled_from("ab"), st.lists(lines, max_size=8).map("\n".join)), min_size=1, max_size=6)


def batch(documents: list[tuple[str, str]]) -> pa.RecordBatch:
    found = quality.measure(*packed([text.encode() for _, text in documents]), NO_STOPS, SCRATCH)
    hashes = fingerprints.pack(found.prints, found.ends[:, 0].copy())
    ids, sources = [f"{9 - n}" for n in range(len(documents))], [source for source, _ in documents]
    return pa.RecordBatch.from_pydict({"doc_id": ids, "source": sources, "line_hashes": hashes})


def reference(documents: list[tuple[str, str]], least: int) -> dict[tuple[str, str, str], set[str]]:
    """(source, kind, what stands there without white space around lines) to the documents that have it."""
    found = defaultdict(set)
    for n, (source, text) in enumerate(documents):
        for paragraph in "\n".join(line.strip() for line in text.split("\n")).split("\n\n"):
            held = [line for line in paragraph.split("\n") if line]
            for kind, each in [*(("line", [line]) for line in held), *([("paragraph", held)] if len(held) > 1 else [])]:
                if kind == "paragraph" or len(each[0].encode()) >= least:
                    found[source, kind, "\n".join(each)].add(f"{9 - n}")
    return found


@given(library)
def test_counts_are_those_of_the_documents(documents):
    rows = [row for each in line_counts.count_batches([batch(documents)], 7) for row in each.to_pylist()]
    got = sorted((row["source"], row["kind"], row["documents"], row["first"]) for row in rows)
    wanted = reference(documents, 7).items()
    assert got == sorted((source, kind, len(docs), min(docs)) for (source, kind, _), docs in wanted)


@given(library)
def test_places_hold_what_was_counted(documents):
    texts = {f"{9 - n}": text.encode() for n, (_, text) in enumerate(documents)}
    found = defaultdict(set)
    for each in line_counts.place_batches([batch(documents)], 7):
        for row in each.to_pylist():
            piece = texts[row["doc_id"]][row["start"] : row["end"]].decode()
            inside = "\n".join(line.strip() for line in piece.split("\n"))
            found[row["source"], row["kind"], inside].add(row["doc_id"])
    assert found == reference(documents, 7)


def test_no_line_is_no_row():
    assert sum(map(len, line_counts.count_batches([batch([("a", "")])], 1))) == 0


def test_prints_of_another_version_are_refused():
    old = pa.RecordBatch.from_pydict({"doc_id": ["1"], "source": ["a"], "line_hashes": [b"\xff\xff" + bytes(10)]})
    with pytest.raises(ValueError, match="wanted fingerprints of version"):
        list(line_counts.count_batches([old], 1))
