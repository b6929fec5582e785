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

from kvern.shards import storage
from kvern.shards.form import Facts, Form

NAME = "manifest.json"
MODEL = "tokenizer.model"
CERTIFICATE = "certificate.json"
VERSION = 1


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
        return Form(self.name, self.root, tuple(m["formats"]), token["eod"], token["vocabulary"])

    @property
    def shards(self) -> dict[int, Facts]:
        """Shard number to what the manifest says of its files."""
        found: dict[int, Facts] = {}
        for fact in self.manifest["files"]:
            found.setdefault(fact["shard"], []).append(fact)
        return found


def spelt(content: dict[str, Any]) -> bytes:
    """The one spelling of a JSON file in a build."""
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "seal": hashlib.sha256(spelt(content)).hexdigest()}


def publish(root: str, content: dict[str, Any]) -> dict[str, Any]:
    """Seal and write the manifest: from here on the build exists. Gives the manifest."""
    manifest = sealed(content)
    storage.put(root, NAME, spelt(manifest))
    return manifest


def open_build(root: str) -> Build:
    """The build in a folder; NoBuild where there is none, or where its manifest was changed after it was written."""
    try:
        data = storage.get(root, NAME)
    except FileNotFoundError:
        raise NoBuild(f"{NAME}: wanted a build, nothing is there: a build without a manifest does not exist") from None
    try:
        content = json.loads(data)
        unsealed = {key: value for key, value in content.items() if key != "seal"}
        whole = spelt(content) == data and sealed(unsealed) == content and content["version"] == VERSION
    except (ValueError, AttributeError, KeyError):
        whole = False
    if not whole:
        raise NoBuild(f"{NAME}: wanted the bytes that its seal is over, got others: take the build from a copy")
    return Build(root.rstrip("/"), content)


def standing(output: str) -> list[Build]:
    """Every build under an output folder, in order of name; a folder without a whole manifest is none."""
    found = []
    for folder in storage.folders(output):
        with suppress(NoBuild):
            found.append(open_build(f"{output.rstrip('/')}/{folder}"))
    return found


def build_of(shard: str) -> tuple[str, str]:
    """(build's folder, file name in it) of the path to a file of a build, as `kvern trace` is given it."""
    path = PurePosixPath(shard)
    return shard[: -len(f"/{path.parent.name}/{path.name}")] or ".", f"{path.parent.name}/{path.name}"
