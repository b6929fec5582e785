"""What a build holds, in tokens by what is known of its documents, from its own index files."""

from collections import Counter
from typing import Any

import pyarrow as pa

from kvern.shards import reading
from kvern.shards.manifest import Build
from kvern.shards.parquet import SUMMED

UNKNOWN = "unknown"


def of(build: Build) -> dict[str, dict[str, Any]]:
    """Tokens (end marks counted) by source, language and tier, and by year and licence where all its index has them:
    of the build and, under `buckets`, of each bucket."""
    known = {"source", "language", "tier", *SUMMED.names}
    sums: dict[str, Counter[str]] = {}
    inside: dict[str, dict[str, Counter[str]]] = {}
    buckets = {each["name"]: each for each in build.manifest["buckets"]}
    for shard in build.shards:
        index, bucket = reading.index_of(build, shard), buckets[build.form.buckets[shard]]
        tokens = int(reading.counts_of(index).sum())
        for key in ("source", "language", "tier"):
            sums.setdefault(key, Counter())[bucket[key]] += tokens
        for key in SUMMED.names:
            if key in index.column_names:
                for found in (sums, inside.setdefault(bucket["name"], {})):
                    found.setdefault(key, Counter()).update(_by(index, key))
            else:  # an index of an older kvern
                known.discard(key)
    held: dict[str, dict[str, Any]] = {key: _sorted(found) for key, found in sums.items() if key in known}
    if known.issuperset(SUMMED.names) and inside:
        held["buckets"] = {name: {key: _sorted(n) for key, n in each.items()} for name, each in inside.items()}
    return held


def _sorted(found: Counter[str]) -> dict[str, int]:
    return dict(sorted(found.items()))


def _by(index: pa.Table, key: str) -> dict[str, int]:
    rows = index.group_by(key).aggregate([("count", "sum")]).to_pylist()
    return {UNKNOWN if row[key] is None else str(row[key]): row["count_sum"] for row in rows}
