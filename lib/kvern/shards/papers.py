"""Files of a build that follow from its manifest alone: Streaming's index.json, the dataset card, blend files.

They are written after the shards and again for each generation, and `verify` makes them once more to compare.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kvern.kernels import mds
from kvern.shards import blends
from kvern.shards.form import INDEX, Facts, Form

CARD = "README.md"


def papers(
    form: Form, facts: Facts, buckets: Sequence[Mapping[str, Any]], phases: Sequence[Mapping[str, Any]]
) -> dict[str, bytes]:
    """Name to bytes; `buckets` and `phases` are those of the manifest, `facts` what it says of files."""
    found: dict[str, Any] = dict(blends.files(form, facts, buckets, phases))
    if "mds" in form.formats:
        found |= {f"mds/{name}/index.json": _streaming(form, facts, name) for name in _filled(buckets)}
    data = {name: (json.dumps(each, indent=1, ensure_ascii=False) + "\n").encode() for name, each in found.items()}
    if "parquet" in form.formats:
        data[CARD] = _card(form, buckets).encode()
    return data


def counted(form: Form, facts: Facts, buckets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Buckets with the documents and tokens that their files have."""
    found = []
    for each in buckets:
        mine = [f for f in facts if f["format"] == INDEX and form.buckets[f["shard"]] == each["name"]]
        found.append({**each, **{key: sum(fact[key] for fact in mine) for key in ("documents", "tokens")}})
    return found


def _filled(buckets: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each["name"] for each in buckets if each["documents"]]


def _streaming(form: Form, facts: Facts, bucket: str) -> dict[str, Any]:
    """index.json of one bucket's folder."""
    columns = mds.columns(form.dtype("mds"), form.sequence_length)
    shards = []
    for fact in facts:
        if fact["format"] == "mds" and form.buckets[fact["shard"]] == bucket:
            raw = {"basename": fact["name"].rpartition("/")[2], "bytes": fact["bytes"], "hashes": {}}
            samples = mds.samples_of(fact["tokens"], form.sequence_length)
            shards.append({**columns, "raw_data": raw, "samples": samples, "zip_data": None})
    return {"shards": shards, "version": 2}


def _card(form: Form, buckets: Sequence[Mapping[str, Any]]) -> str:
    """A dataset card: all buckets as the configuration that is loaded by default, and one for each bucket."""
    filled = [each for each in buckets if each["documents"]]
    lines = ["---", "configs:", *_config("all", filled, True)]
    for each in filled:
        lines += _config(str(each["name"]), [each], False)
    lines += ["---", "", f"# {form.build}", "", "| bucket | split | documents | tokens |", "|---|---|--:|--:|"]
    lines += [f"| {each['name']} | {each['split']} | {each['documents']} | {each['tokens']} |" for each in filled]
    lines += ["", "A row is a document: `text`, and `ids` of `tokenizer.model` without the end mark.", ""]
    return "\n".join(lines)


def _config(name: str, buckets: Sequence[Mapping[str, Any]], default: bool) -> list[str]:
    lines = [f"- config_name: {json.dumps(name)}", *(["  default: true"] if default else []), "  data_files:"]
    for split in (blends.TRAIN, blends.VALIDATION):
        if paths := [each["name"] for each in buckets if each["split"] == split]:
            lines += [f"  - split: {split}", "    path:", *(f'    - "parquet/{path}/*.parquet"' for path in paths)]
    return lines if len(lines) > 2 + default else []
