"""Mixtures over buckets, as the blend files of Megatron, Streaming and nanotron: a changed weight rewrites no shard.

A bucket's share of a phase is w n N^(alpha - 1), scaled to 1: n its tokens, N those of its language (so that languages
have p ~ N^alpha), w the product of the weights whose pattern its name matches. Epochs are asked tokens over n. Paths
are relative to the build's folder.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from kvern.shards.form import Facts, Form

TRAIN = "train"
VALIDATION = "validation"
_DIGITS = 9
Inside = Mapping[str, Mapping[str, Mapping[str, int]]]  # bucket, year or licence, its value: tokens
_SHOWN = 5


def check(train: Sequence[str], phases: Iterable[Mapping[str, Any]]) -> None:
    """ValueError for a pattern that matches no training bucket (`train`: their names), and a phase that reads none.

    For a build that is planned. In a redacted one a bucket may be gone: its blends are written as they come.
    """
    for phase in phases if train else ():
        there = f"{', '.join(train[:_SHOWN])}{', …' if len(train) > _SHOWN else ''} ({len(train)} in all)"
        if idle := [pattern for pattern in phase["weights"] if not any(fnmatchcase(name, pattern) for name in train)]:
            raise ValueError(
                f"shards.phases {phase['name']}: wanted weights by patterns of training buckets, "
                f"{', '.join(map(repr, idle))} matches none of {there}: correct it or take it out"
            )
        if not any(_weight(name, phase["weights"]) for name in train):
            raise ValueError(
                f"shards.phases {phase['name']}: wanted a weight above 0 for some bucket, all are 0 of {there}: "
                "raise one or take the phase out"
            )


def mixture(
    buckets: Sequence[Mapping[str, Any]], phases: Iterable[Mapping[str, Any]], inside: Inside | None = None
) -> list[dict[str, Any]]:
    """For each phase what it asks of each training bucket, in tokens, share and epochs, and what there is.

    And both by source, language and tier, and by year and licence where their tokens `inside` of buckets are known.
    """
    train = [each for each in buckets if each["split"] == TRAIN and each["tokens"]]
    return [_phase(train, each, inside or {}) for each in phases]


def _phase(train: Sequence[Mapping[str, Any]], phase: Mapping[str, Any], inside: Inside) -> dict[str, Any]:
    languages: dict[str, int] = {}
    for each in train:
        languages[each["language"]] = languages.get(each["language"], 0) + each["tokens"]
    wanted = [
        _weight(each["name"], phase["weights"]) * each["tokens"] * languages[each["language"]] ** (phase["alpha"] - 1)
        for each in train
    ]
    total, had = sum(wanted), sum(each["tokens"] for each, w in zip(train, wanted, strict=True) if w > 0)
    tokens, rows = phase["tokens"] or had, []
    for each, w in zip(train, wanted, strict=True):
        share = round(w / total, _DIGITS) if total else 0.0
        asked = round(share * tokens)
        epochs = round(asked / each["tokens"], 4)
        rows.append({"bucket": each["name"], "had": each["tokens"], "share": share, "asked": asked, "epochs": epochs})
    by = {key: _sums(train, rows, key) for key in ("source", "language", "tier")}
    by |= _inside(rows, inside)
    return {"phase": phase["name"], "tokens": tokens, "buckets": rows, "by": by}


def _weight(name: str, weights: Mapping[str, float]) -> float:
    found = 1.0
    for pattern, factor in weights.items():
        found *= factor if fnmatchcase(name, pattern) else 1.0
    return found


def _sums(train: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for bucket, row in zip(train, rows, strict=True):
        sums = found.setdefault(bucket[key], {"asked": 0, "had": 0})
        sums["asked"] += row["asked"]
        sums["had"] += row["had"]
    return found


def _inside(rows: Sequence[Mapping[str, Any]], inside: Inside) -> dict[str, dict[str, dict[str, int]]]:
    """A bucket is asked for as a whole: of what is inside, each value in proportion, rounded to tokens."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        for key, values in inside.get(row["bucket"], {}).items():
            for value, n in values.items():
                sums = found.setdefault(key, {}).setdefault(value, {"asked": 0, "had": 0})
                sums["asked"] += (2 * row["asked"] * n + row["had"]) // (2 * row["had"])
                sums["had"] += n
    return {key: dict(sorted(values.items())) for key, values in sorted(found.items())}


def files(
    form: Form, facts: Facts, buckets: Sequence[Mapping[str, Any]], phases: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Blend files, name to content: a folder named by what is in it, so that other weights never overwrite these."""
    held = {each["name"] for each in buckets if each["split"] == VALIDATION and each["tokens"]}
    found: dict[str, Any] = {}
    for phase in mixture(buckets, phases):
        shares = {each["bucket"]: each["share"] for each in phase["buckets"] if each["share"] > 0}
        for kind, write in _WRITERS.items():
            if kind in form.formats:
                found[f"{phase['phase']}.{kind}.json"] = write(form, facts, phase["tokens"], shares, sorted(held))
    folder = hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:8]
    return {f"blends/{folder}/{name}": content for name, content in found.items()}


def _megatron(form: Form, facts: Facts, _: int, shares: Mapping[str, float], held: Sequence[str]) -> dict[str, Any]:
    """As --per-split-data-args-path takes it: weight and prefix of each shard."""
    lists: dict[str, list[str]] = {bucket: [] for bucket in (*shares, *held)}
    for shard, (tokens, total) in _shard_tokens(form, facts).items():
        bucket = form.buckets[shard]
        if bucket in lists:
            weight = shares.get(bucket, 1.0) * tokens / total if bucket in shares else float(tokens)
            lists[bucket] += [repr(round(weight, 12)), form.file("megatron", shard).removesuffix(".bin")]
    train, valid = ([each for name in names for each in lists[name]] for names in (shares, held))
    return {"train": train or None, "valid": valid or None, "test": None}


def _streaming(form: Form, _: Facts, tokens: int, shares: Mapping[str, float], held: Sequence[str]) -> dict[str, Any]:
    """Arguments of streaming.Stream, and an epoch in samples."""
    return {
        "train": [{"local": f"mds/{name}", "proportion": share} for name, share in shares.items()],
        "validation": [{"local": f"mds/{name}"} for name in held],
        "epoch_size": -(-tokens // form.sequence_length),
    }


def _nanotron(form: Form, _: Facts, tokens: int, shares: Mapping[str, float], held: Sequence[str]) -> dict[str, Any]:
    """The dataset section of a data stage of nanotron, and how long the stage is."""
    return {
        "dataset": {
            "dataset_folder": [f"datatrove/{name}" for name in shares],
            "dataset_weights": list(shares.values()),
            "vocab_size": form.vocabulary,
            "token_size_in_bytes": form.dtype("datatrove").itemsize,
        },
        "validation_folder": [f"datatrove/{name}" for name in held],
        "tokens": tokens,
    }


_WRITERS = {"megatron": _megatron, "mds": _streaming, "datatrove": _nanotron}


def _shard_tokens(form: Form, facts: Facts) -> dict[int, tuple[int, int]]:
    """Shard to its tokens and those of its bucket."""
    own = {fact["shard"]: fact["tokens"] for fact in facts}
    totals: dict[str, int] = {}
    for shard, tokens in own.items():
        totals[form.buckets[shard]] = totals.get(form.buckets[shard], 0) + tokens
    return {shard: (own[shard], totals[form.buckets[shard]]) for shard in sorted(own)}
