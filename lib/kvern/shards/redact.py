"""The next generation of a build, without some documents: only the shards that held them are written again.

Everything comes from the build's own files, so that a build of any age can be redacted, whatever the tables say now.
The plan stays: shard numbers and cuts, and every file of an untouched shard, whose unchanged SHA-256 is the proof. The
certificate says what was done and never names a document: it has a keyed hash of each id, which the holder of the key
can check and nobody else can read.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import kvern
from kvern.shards import held, manifest, reading, storage
from kvern.shards.form import INDEX, Facts, Form
from kvern.shards.manifest import CERTIFICATE, MODEL, Build, NoBuild
from kvern.shards.parquet import SUMMED
from kvern.shards.verify import Differs
from kvern.shards.writer import write_shard

_KEY_BYTES = 16


def redact(root: str, suppressed: Iterable[str], request: str, key: bytes, blank: bool = False) -> dict[str, Any]:
    """Write the next generation of the build in `root` beside it, without the documents of these ids.

    Gives the certificate and `build` (the new folder), or `build` None where none of them is in the build. `blank`: a
    document gives way to a lone end mark, so that the others keep their numbers; for builds of Megatron alone, where a
    running training must go on. `standing` lists older generations, which still hold the text until they are deleted
    (`delete`). A second call with the same ids changes nothing, and `note` says so. ValueError where the key is short,
    the build is not Megatron alone and `blank` is asked for, or the next generation is there with other documents gone;
    Differs where a file to be read is not what the manifest says.
    """
    old = manifest.open_build(root)
    _possible(old, key, blank)
    touched = _touched(old, set(suppressed))
    if not touched:
        none = "none of these documents is in the build: nothing was written"
        return {"build": None, "documents": 0, "shards": [], "note": none, "standing": _before(root, old.manifest)}
    new_root = _next_root(old)
    certificate = _certificate(old, touched, request, key, blank)
    done = _done(new_root, certificate, {each for ids in touched.values() for each in ids})
    note = f"redacted before, under request {done['request']}: that certificate stands" if done else None
    if done is None:
        done = _written(old, new_root, touched, certificate, blank)
    return {**done, "build": new_root, "note": note, "standing": _before(root, done)}


def _before(root: str, facts: dict[str, Any]) -> list[str]:
    return [each.root for each in generations(root) if each.manifest["generation"] < facts["generation"]]


def delete(root: str) -> None:
    """Delete a build: its manifest first, so that it never looks like one with files missing."""
    manifest.open_build(root)
    storage.remove(root, manifest.NAME)
    storage.remove(root)


def generations(root: str) -> list[Build]:
    """The builds beside `root` that are generations of the same build, oldest first."""
    of = _first(manifest.open_build(root))
    found = [each for each in manifest.standing(_parent(root)) if _first(each) == of]
    return sorted(found, key=lambda each: int(each.manifest["generation"]))


def _first(build: Build) -> str:
    return str(build.manifest.get("first", build.name))


def _parent(root: str) -> str:
    return root.rstrip("/").rpartition("/")[0] or "."


def _next_root(old: Build) -> str:
    return f"{_parent(old.root)}/{_first(old)}-g{old.manifest['generation'] + 1}"


def _possible(old: Build, key: bytes, blank: bool) -> None:
    if len(key) < _KEY_BYTES:
        raise ValueError(
            f"key: wanted at least {_KEY_BYTES} secret bytes, got {len(key)}: ids could be guessed from their hashes"
        )
    if blank and old.manifest["formats"] != ["megatron"]:
        raise ValueError(
            f"blank: wanted a build of Megatron alone, got {', '.join(old.manifest['formats'])}: redact without it"
        )


def _touched(old: Build, suppressed: set[str]) -> dict[int, list[str]]:
    """Shard number to the ids in it that have to go, in order."""
    wanted, found = pa.array(sorted(suppressed), pa.string()), {}
    for shard in old.shards:
        ids = reading.index_of(old, shard)["doc_id"]
        if gone := ids.filter(pc.is_in(ids, value_set=wanted)).to_pylist():
            found[shard] = gone
    return found


def _certificate(old: Build, touched: dict[int, list[str]], request: str, key: bytes, blank: bool) -> dict[str, Any]:
    """All that is known before the new files are written."""
    gone = sorted(each for ids in touched.values() for each in ids)
    return {
        "request": request,
        "from": {"build": old.name, "generation": old.manifest["generation"], "seal": old.manifest["seal"]},
        "generation": old.manifest["generation"] + 1,
        "how": "blanked" if blank else "rewritten",
        "documents": len(gone),
        "shards": sorted(touched),
        "keyed_ids": sorted(hmac.new(key, each.encode(), hashlib.sha256).hexdigest() for each in gone),
        "key_id": hashlib.sha256(b"kvern certificate " + key).hexdigest()[:16],
        "kvern": kvern.__version__,
    }


def _done(root: str, certificate: dict[str, Any], gone: set[str]) -> dict[str, Any] | None:
    """The certificate of the next generation where it stands already; ValueError where other documents went."""
    try:
        build = manifest.open_build(root)
    except NoBuild:
        return None
    found = manifest.certificate(build)
    if any(found[name] != certificate[name] for name in ("from", "documents", "how")) or _touched(build, gone):
        raise ValueError(f"{build.name}: it is there, without other documents: redact that generation instead")
    return found


def _written(
    old: Build, root: str, touched: dict[int, list[str]], certificate: dict[str, Any], blank: bool
) -> dict[str, Any]:
    form = replace(old.form, build=root.rpartition("/")[2], root=root)
    files, changed = _shards(old, form, touched, blank)
    storage.take(old.root, MODEL, root)
    papers = {**certificate, "files": changed}
    written = storage.put(root, CERTIFICATE, manifest.spelt(papers))
    content = {key: value for key, value in old.manifest.items() if key not in ("seal", "held")}
    index = [fact for fact in files if fact["format"] == INDEX]
    content |= {
        "build": form.build,
        "first": _first(old),
        "generation": certificate["generation"],
        "previous": certificate["from"],
        "documents": sum(fact["documents"] for fact in index),
        "tokens": sum(fact["tokens"] for fact in index),
        "files": sorted(files, key=lambda each: str(each["name"])),
        "certificate": {"name": CERTIFICATE, "bytes": written.size, "sha256": written.sha256},
    }
    content |= {"held": held.of(Build(root, content))}
    manifest.sweep(Build(root, manifest.publish(root, manifest.with_papers(root, content))))
    return papers


def _shards(old: Build, form: Form, touched: dict[int, list[str]], blank: bool) -> tuple[Facts, Facts]:
    """Files of the new generation; and name, hash before and after of those that changed (none: no document left)."""
    files: Facts = []
    changed: Facts = []
    for shard, before in old.shards.items():
        if shard not in touched:
            for fact in before:
                storage.take(old.root, fact["name"], form.root)
            files += before
            continue
        _as_told(old, before)
        after = _rewritten(old, form, shard, touched[shard], blank)
        hashes = {fact["name"]: fact["sha256"] for fact in after}
        changed += [{"name": f["name"], "before": f["sha256"], "after": hashes.get(f["name"])} for f in before]
        files += after
    return files, changed


def _as_told(old: Build, facts: Facts) -> None:
    """What is read is what the manifest says, or a damaged shard would be sealed as a whole one."""
    for fact in facts:
        if storage.sha256(old.root, fact["name"]) != (fact["bytes"], fact["sha256"]):
            raise Differs(f"{fact['name']}: its bytes are not what the manifest says: take the build from a copy first")


def _rewritten(old: Build, form: Form, shard: int, gone: list[str], blank: bool) -> Facts:
    if not blank and len(gone) == len(reading.index_of(old, shard)):
        return []
    without = _blanked if blank else _left
    wanted = pa.array(gone, pa.string())
    return write_shard(shard, without(reading.documents(old, shard), wanted), form)


def _left(batches: Iterable[pa.RecordBatch], gone: pa.Array) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.filter(pc.invert(pc.is_in(batch["doc_id"], value_set=gone)))


def _blanked(batches: Iterable[pa.RecordBatch], gone: pa.Array) -> Iterator[pa.RecordBatch]:
    """Their ids and tokens become empty, and what is known of them null; the writers put the end mark."""
    for batch in batches:
        hit = pc.is_in(batch["doc_id"], value_set=gone)
        kept: npt.NDArray[np.bool_] = ~hit.to_numpy(zero_copy_only=False)
        counts = batch["ids"].value_lengths().to_numpy()
        values = batch["ids"].flatten().to_numpy()[np.repeat(kept, counts)]
        offsets = np.concatenate([[0], np.cumsum(np.where(kept, counts, 0))]).astype(np.int32)
        ids = pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))
        known = {name: pc.if_else(hit, None, batch[name]) for name in SUMMED.names if name in batch.schema.names}
        yield pa.RecordBatch.from_pydict({"doc_id": pc.if_else(hit, "", batch["doc_id"]), **known, "ids": ids})
