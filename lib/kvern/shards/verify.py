"""A build read back: seal, sizes, checksums, counts, the index against every format, and a decoded sample.

Plain Python and pyarrow, on a folder or a URL. Hashing lets go of the interpreter lock, so threads run side by side.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kvern.kernels import sentencepieces
from kvern.shards import held, manifest, storage
from kvern.shards.agreement import Differs, Sample, shard_agrees
from kvern.shards.form import INDEX
from kvern.shards.manifest import Build, NoBuild
from kvern.shards.papers import papers
from kvern.shards.storage import TEMPORARY

__all__ = ["Differs", "verify"]


def verify(
    root: str, sample: int = 3, threads: int = 4, tell: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Read a build back; Differs names the first difference, in order of files. Gives what was looked at.

    `sample`: documents of each shard that are decoded and compared between the formats. `tell` gets a line for each
    file. The report's `leftovers` are files that the manifest does not name and no reader takes: what killed attempts
    left, a trainer's caches.
    """
    build = _opened(root)
    leftovers, files = _listed(build), build.files
    _in_order(lambda fact: _same_bytes(build, fact, tell), files, threads)
    looked = Sample(sample, *_processors(build))
    decoded = _in_order(lambda shard: shard_agrees(build, shard, looked), list(build.shards), threads)
    _totals(build)
    _held(build)
    _papers(build)
    told = {key: build.manifest[key] for key in ("build", "generation", "documents", "tokens")}
    sizes = {"files": len(files) + 1, "bytes": sum(each["bytes"] for each in files)}
    return {**told, "shards": len(build.shards), **sizes, "decoded": sum(decoded), "leftovers": leftovers}


def _opened(root: str) -> Build:
    try:
        return manifest.open_build(root)
    except NoBuild as error:
        raise Differs(str(error)) from None


def _in_order(check: Callable[[Any], Any], items: list[Any], threads: int) -> list[Any]:
    """Every check, side by side; the first failure in the order of items is the one that is raised."""
    with ThreadPoolExecutor(max(1, threads)) as pool:
        pending = [pool.submit(check, item) for item in items]
        try:
            return [each.result() for each in pending]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _listed(build: Build) -> list[str]:
    there, wanted = storage.names(build.root), {each["name"] for each in build.files} | {manifest.NAME}
    if missing := sorted(wanted - set(there)):
        raise Differs(f"{missing[0]}: the manifest names it, nothing is there")
    extra, folders = sorted(set(there) - wanted), {each["name"].rpartition("/")[0] for each in build.manifest["files"]}
    if taken := [each for each in extra if each.rpartition("/")[0] in folders and not each.endswith(TEMPORARY)]:
        raise Differs(f"{taken[0]}: the manifest does not name it: remove it, or readers that list folders take it")
    return extra


def _same_bytes(build: Build, fact: dict[str, Any], tell: Callable[[str], None]) -> None:
    size, digest = storage.sha256(build.root, fact["name"])
    if size != fact["bytes"]:
        raise Differs(f"{fact['name']}: wanted {fact['bytes']} bytes, got {size}")
    if digest != fact["sha256"]:
        raise Differs(f"{fact['name']}: wanted SHA-256 {fact['sha256']}, got {digest}")
    tell(f"{fact['name']}: {size} bytes")


def _processors(build: Build) -> tuple[Any, Any]:
    """The model's encoder and decoder, once what the manifest says of it is true."""
    told, data = build.manifest["tokenizer"], storage.get(build.root, manifest.MODEL)
    decoder = sentencepieces.decoder(data)
    have = {"vocabulary": decoder.get_piece_size(), "eod": decoder.eos_id()}
    for key, value in have.items():
        if told[key] != value:
            raise Differs(f"{manifest.MODEL}: wanted {key} {told[key]}, got {value}")
    return sentencepieces.encoder(data), decoder


def _papers(build: Build) -> None:
    """Papers are what the manifest's files and buckets make them."""
    m = build.manifest
    wanted = papers(build.form, m["files"], m["buckets"], m["phases"])
    if set(wanted) != {each["name"] for each in m["papers"]}:
        raise Differs(f"{manifest.NAME}: wanted the papers {', '.join(sorted(wanted))}, it names others")
    for name, data in wanted.items():
        if storage.get(build.root, name) != data:
            raise Differs(f"{name}: it is not what follows from the manifest")


def _held(build: Build) -> None:
    """The manifest's sums are those of the index files; an older build's index knows neither year nor licence."""
    if told := build.manifest.get("held"):
        for key, found in held.of(build).items():
            if key in told and told[key] != found:
                raise Differs(f"{manifest.NAME}: held by {key}: it differs from the index files")


def _totals(build: Build) -> None:
    index = [fact for fact in build.manifest["files"] if fact["format"] == INDEX]
    for key in ("documents", "tokens"):
        if (total := sum(fact[key] for fact in index)) != build.manifest[key]:
            raise Differs(f"{manifest.NAME}: wanted {build.manifest[key]} {key}, its files have {total}")
