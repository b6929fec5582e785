"""Runs of folded letters, buckets and chains, against plain Python."""

from collections import defaultdict

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from kernels_reference import decoded, hostile

from kvern.kernels import passage_chains, passage_runs
from kvern.kernels.bands import ENTRIES
from kvern.kernels.folding import folded

LENGTH = passage_runs.LENGTH
texts = st.lists(st.sampled_from(["Stortinget ", "blåbær", "ØL ", "12 ", "\n", "kornpris "]), max_size=30).map("".join)
hits = st.lists(st.tuples(*(st.integers(0, most) for most in (1, 2, 6000, 6000))), max_size=30)


def letters(data: bytes) -> list[tuple[str, int]]:
    """Folded letters with the byte where each stood."""
    found, at = [], 0
    for character in decoded(data):
        found += [(folded(character), at)] if folded(character) else []
        at += len(character.encode("utf-8", "surrogatepass"))
    return found


def found(data: bytes, every: int = 1) -> list[tuple[int, int]]:
    hashes, starts = passage_runs.runs(np.frombuffer(data, np.uint8), 0, len(data), every)
    return list(zip(hashes.tolist(), starts.tolist(), strict=True))


@given(texts.map(str.encode))
def test_runs_begin_where_their_letters_do_and_hash_alike_where_they_are_alike(data):
    got, plain = found(data), letters(data)
    runs = ["".join(letter for letter, _ in plain[n : n + LENGTH]) for n in range(len(plain) - LENGTH + 1)]
    assert [start for _, start in got] == [plain[n][1] for n in range(len(runs))]
    by_hash, by_run = defaultdict(set), defaultdict(set)
    for (h, _), run in zip(got, runs, strict=True):
        by_hash[h].add(run)
        by_run[run].add(h)
    assert all(len(each) == 1 for each in (*by_hash.values(), *by_run.values()))


@given(texts.map(str.encode), st.integers(1, 9))
def test_which_runs_are_looked_up_is_said_by_their_hash(data, every):
    assert found(data, every) == [(h, start) for h, start in found(data) if h % every == 0]


@given(hostile)
def test_any_bytes_are_read_and_their_runs_lie_in_order_inside_them(data):
    starts = [start for _, start in found(data, 3)]
    assert starts == sorted(set(starts)) and all(0 <= start <= len(data) - LENGTH for start in starts)


def entries(library: dict[int, str], every: int = 1) -> list[dict]:
    ids = pa.array([number.to_bytes(6, "big") + bytes(10) for number in library], pa.binary())
    batch = pa.RecordBatch.from_pydict({"id": ids, "text": pa.array(library.values(), pa.string())})
    return [row for each in passage_runs.entry_batches([batch], every) for row in each.to_pylist()]


def met(rows: list[dict], k: int) -> list[tuple[int, ...]]:
    rows = sorted(rows, key=lambda row: row["range"])
    batches = [pa.RecordBatch.from_pylist([row], schema=ENTRIES) for row in rows]
    return sorted(tuple(row.values()) for each in passage_runs.hit_batches(batches, k) for row in each.to_pylist())


@given(st.dictionaries(st.integers(0, 2**48 - 1), texts, max_size=5), st.integers(2, 4))
def test_a_bucket_pairs_its_smallest_documents_with_all_larger_ones(library, k):
    buckets = defaultdict(dict)
    for number, text in library.items():
        for h, start in found(text.encode()):
            buckets[h].setdefault(number, start)
    wanted = []
    for members in map(sorted, (each.items() for each in buckets.values())):
        wanted += [(a, b, at, to) for n, (a, at) in enumerate(members[:k]) for b, to in members[n + 1 :]]
    assert met(entries(library), k) == sorted(wanted)
    parts = [row for number, text in reversed(library.items()) for row in entries({number: text})]
    assert met(parts, k) == sorted(wanted)


@given(hits, st.integers(1, 3), st.integers(1, 7))
def test_chains_hold_hits_of_nearly_one_shift_that_lie_near_one_another(rows, meetings, size):
    rows = sorted(rows)
    table = pa.Table.from_pylist(
        [dict(zip(("a", "b", "at_a", "at_b"), row, strict=True)) for row in rows], passage_runs.HITS
    )
    got = [row for each in passage_chains.chain_batches(table.to_batches(size), meetings) for row in each.to_pylist()]
    wanted = []
    for pair in sorted({row[:2] for row in rows}):
        lines = grouped([row[2:] for row in rows if row[:2] == pair], lambda hit: hit[1] - hit[0], passage_chains.DRIFT)
        chains = [chain for line in lines for chain in grouped(line, lambda hit: hit[0], passage_chains.GAP)]
        wanted += [(*pair, sorted(chain)) for chain in chains if len(chain) >= meetings]
    chains = [(row["a"], row["b"], sorted(zip(row["places_a"], row["places_b"], strict=True))) for row in got]
    assert sorted(chains) == sorted(wanted)
    assert all(row["chain"] == min(row["places_a"]) == row["places_a"][0] for row in got)


def grouped(items: list, value: object, most: int) -> list[list]:
    """Sorted by value, and parted where it rises by more than `most`."""
    out: list[list] = []
    for item in sorted(items, key=value):
        if out and value(item) - value(out[-1][-1]) <= most:
            out[-1].append(item)
        else:
            out.append([item])
    return out
