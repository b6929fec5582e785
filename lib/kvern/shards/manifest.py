"""The manifest: written last, in one spelling, and sealed, so that a byte changed in it shows as surely as elsewhere.

`seal` is the SHA-256 of the manifest without it. `lineage` (recipe, code, versions of the tables read) is what the
caller gives: it may differ between two builds whose shards are the same bytes. Nothing names a clock or a host.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import kvern
from kvern.kernels import sentencepieces
from kvern.kernels.sentencepieces import Model
from kvern.shards import storage
from kvern.shards.blends import mixture
from kvern.shards.form import INDEX, RECEIPTS, Facts, Form, is_ours
from kvern.shards.papers import counted
from kvern.shards.papers import papers as written

NAME = "manifest.json"
MODEL = "tokenizer.model"
CERTIFICATE = "certificate.json"
VERSION = 2


class NoBuild(ValueError):
    """There is no build here, or its manifest is not what was written (exit 1)."""


@dataclass(frozen=True)
class Build:
    """A finished build: its folder (or URL) and its manifest."""

    root: str
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.manifest["build"])

    @property
    def form(self) -> Form:
        token, m = self.manifest["tokenizer"], self.manifest
        names = tuple(each["name"] for each in m["buckets"] for _ in each["cuts"])
        formats = tuple(m["formats"])
        return Form(self.name, self.root, formats, token["eod"], token["vocabulary"], names, m["sequence_length"])

    @property
    def files(self) -> Facts:
        """What the manifest says of every file but itself, in order of name."""
        m = self.manifest
        papers = [m["certificate"]] if "certificate" in m else []
        return sorted([*m["files"], *m["papers"], m["tokenizer"], *papers], key=lambda each: str(each["name"]))

    @property
    def shards(self) -> dict[int, Facts]:
        """Shard number to what the manifest says of its files."""
        found: dict[int, Facts] = {}
        for fact in self.manifest["files"]:
            found.setdefault(fact["shard"], []).append(fact)
        return found


def spelt(value: dict[str, Any]) -> bytes:
    """The one spelling of a JSON file in a build."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def content(planned: dict[str, Any], model: Model, files: Facts, lineage: dict[str, Any]) -> dict[str, Any]:
    """What a manifest says, but its seal and papers: plan, model, files, what the caller knows of their making."""
    tokenizer = {
        "name": MODEL,
        "bytes": len(model.data),
        "sha256": model.sha256,
        "vocabulary": model.vocabulary,
        "eod": sentencepieces.eod_id(model.data),
        "lossless": model.lossless,
        "library": model.library,
    }
    return {
        "version": VERSION,
        "generation": 1,
        **planned,
        "tokenizer": tokenizer,
        "files": sorted(files, key=lambda each: str(each["name"])),
        "lineage": {"kvern": kvern.__version__, **lineage},
    }


def with_papers(root: str, value: dict[str, Any]) -> dict[str, Any]:
    """`value` with what follows from its files: counts of the buckets, the mixture, and papers, which are written."""
    papers: Facts = []
    form = Build(root, value).form
    buckets = counted(form, value["files"], value["buckets"])
    for name, data in sorted(written(form, value["files"], buckets, value["phases"]).items()):
        sink = storage.put(root, name, data)
        papers.append({"name": name, "bytes": sink.size, "sha256": sink.sha256})
    asked = mixture(buckets, value["phases"], value.get("held", {}).get("buckets"))
    return {**value, "buckets": buckets, "mixture": asked, "papers": papers}


def sealed(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "seal": hashlib.sha256(spelt(value)).hexdigest()}


def publish(root: str, value: dict[str, Any]) -> dict[str, Any]:
    """Seal and write the manifest: from here on the build exists. Gives the manifest as it is read back."""
    data = spelt(sealed(value))
    storage.put(root, NAME, data)
    return dict(json.loads(data))


def open_build(root: str) -> Build:
    """The build in a folder; NoBuild where there is none, or where its manifest was changed after it was written."""
    try:
        data = storage.get(root, NAME)
    except FileNotFoundError:
        raise NoBuild(f"{NAME}: wanted a build, nothing is there: a build without a manifest does not exist") from None
    try:
        found = json.loads(data)
        unsealed = {key: value for key, value in found.items() if key != "seal"}
        whole = spelt(found) == data and sealed(unsealed) == found and found["version"] == VERSION
    except (ValueError, AttributeError, KeyError):
        whole = False
    if not whole:
        raise NoBuild(f"{NAME}: wanted the bytes that its seal is over, got others: take the build from a copy")
    return Build(root.rstrip("/"), found)


def certificate(build: Build) -> dict[str, Any]:
    """What a redacted generation says of what went; NoBuild where the build is none, or lost it."""
    try:
        return dict(json.loads(storage.get(build.root, CERTIFICATE)))
    except (FileNotFoundError, ValueError):
        raise NoBuild(f"{CERTIFICATE}: wanted that of a redacted build, there is none") from None


def standing(output: str) -> list[Build]:
    """Every build under an output folder, in order of name. A folder without a whole manifest, or renamed, is none."""
    found = []
    for folder in storage.folders(output):
        with suppress(NoBuild):
            found.append(open_build(f"{output.rstrip('/')}/{folder}"))
    return [build for build in found if build.root.endswith(f"/{build.name}")]


def build_of(shard: str) -> tuple[str, str]:
    """(build's folder, file name in it) of the path to a file of a build, as `kvern trace` is given it."""
    path = PurePosixPath(shard)
    depth = 2 if path.parent.name == INDEX else 3
    name = "/".join(path.parts[-depth:])
    return shard[: -len(f"/{name}")] or ".", name


def sweep(build: Build) -> None:
    """Remove what killed attempts and receipts left in a finished build, and nothing that somebody else put there."""
    listed = {each["name"] for each in build.files}
    for name in storage.names(build.root):
        if name not in listed and is_ours(name):
            storage.remove(build.root, name)
    for folder in (RECEIPTS, "blends", *(f"blends/{each}" for each in storage.folders(f"{build.root}/blends"))):
        if not storage.names(f"{build.root}/{folder}"):
            storage.remove(f"{build.root}/{folder}")
