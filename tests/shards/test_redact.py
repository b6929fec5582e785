"""The next generation of a build: without the documents, the rest untouched, and a certificate that names nobody."""

import hashlib
import hmac
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shards_data import BUCKET, EVERY, SCHEMA, documents, folder_build, megatron, model, row, same_files

from kvern.kernels import sentencepieces
from kvern.shards import manifest
from kvern.shards.form import ENDINGS, Form
from kvern.shards.parquet import DETAILS
from kvern.shards.redact import delete, redact
from kvern.shards.trace import positions
from kvern.shards.verify import Differs, verify
from kvern.shards.writer import written

KEY = b"a secret of sixteen bytes"


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [row(each, i) for i, each in enumerate(documents(12))]


@pytest.fixture(scope="module")
def built(rows: list[dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_build(tmp_path_factory.mktemp("out"), rows, EVERY)


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "demo-0"))


def test_only_the_shards_that_held_them_are_written_again(copy: Path, rows: list[dict]) -> None:
    gone = [rows[1]["doc_id"], rows[4]["doc_id"]]  # both in shard 1
    before = same_files(copy)
    told = redact(str(copy), [*gone, "f" * 32], "request 7", KEY)
    new = Path(told["build"])
    assert new.name == "demo-0-g2"
    assert same_files(copy) == before
    assert told["standing"] == [str(copy)]
    after = same_files(new)
    changed = {name for name in before if after.get(name) != before[name]}
    assert {name for name in changed if "shard-" in name} == {name for name in before if "shard-00001." in name}
    assert {name for name in changed if "shard-" not in name} == {
        "README.md", "manifest.json", f"mds/{BUCKET}/index.json", *(name for name in before if name.startswith("blends/")),
    }  # fmt: skip
    report = verify(str(new))
    assert (report["generation"], report["documents"]) == (2, len(rows) - 2)
    assert report["tokens"] == sum(len(each["ids"]) + 1 for each in rows if each["doc_id"] not in gone)
    assert all(each.encode() not in data for each in gone for data in after.values())
    assert [each["build"] for each in positions(str(copy.parent), gone[0])] == ["demo-0"]
    assert [each["generation"] for each in positions(str(copy.parent), rows[0]["doc_id"])] == [1, 2]


@pytest.mark.parametrize("formats", [*((each,) for each in EVERY), ("dolma", "webdataset"), EVERY], ids="+".join)
def test_a_redacted_shard_is_what_a_build_without_them_would_hold(
    rows: list[dict], tmp_path: Path, formats: tuple[str, ...]
) -> None:
    gone = rows[4]["doc_id"]
    new = Path(redact(str(folder_build(tmp_path, rows, formats)), [gone], "request 7", KEY)["build"])
    verify(str(new))
    others = [each for i, each in enumerate(rows) if i % 3 == 1 and i != 4]
    fresh = folder_build(tmp_path / "fresh", others, formats, shards=1)
    files = [path.relative_to(fresh) for path in fresh.rglob("shard-00000.*")]
    assert len(files) == 1 + sum(len(ENDINGS[each]) for each in formats)
    for path in files:
        assert (new / str(path).replace("00000", "00001")).read_bytes() == (fresh / path).read_bytes()


@pytest.mark.parametrize("formats", [("megatron",), ("dolma",), ("webdataset",), ("parquet", "megatron")], ids="+".join)
def test_a_generation_tells_what_it_holds(rows: list[dict], tmp_path: Path, formats: tuple[str, ...]) -> None:
    told = [{**each, "licence": ("CC0-1.0", None)[i % 2]} for i, each in enumerate(rows)]
    root = folder_build(tmp_path, told, formats)
    new = redact(str(root), [told[4]["doc_id"]], "1", KEY)["build"]
    left = [each for i, each in enumerate(told) if i != 4]
    sizes = [len(each["ids"]) + 1 for each in left]
    by_licence = {name: sum(n for n, each in zip(sizes, left, strict=True) if each["licence"] == licence)
                  for name, licence in (("CC0-1.0", "CC0-1.0"), ("unknown", None))}  # fmt: skip
    held = manifest.open_build(new).manifest["held"]
    inside = {"year": {str(each["year"]): n for n, each in zip(sizes, left, strict=True)}, "licence": by_licence}
    assert held == {
        "source": {"books": sum(sizes)},
        "language": {"nob": sum(sizes)},
        "tier": {"public-domain": sum(sizes)},
        **inside,
        "buckets": {BUCKET: inside},
    }


def test_a_build_with_an_older_index_is_redacted_and_tells_what_it_can(rows: list[dict], tmp_path: Path) -> None:
    root = folder_build(tmp_path, rows, ("megatron", "parquet"))
    told = {key: value for key, value in manifest.open_build(str(root)).manifest.items() if key != "seal"}
    for fact in told["files"]:
        if fact["format"] == "index":
            old = pq.read_table(root / fact["name"]).select(["doc_id", "start", "count"])
            pq.write_table(old, root / fact["name"])
            data = (root / fact["name"]).read_bytes()
            fact |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest.publish(str(root), told)
    verify(str(root))
    new = redact(str(root), [rows[4]["doc_id"]], "1", KEY)["build"]
    assert verify(new)["documents"] == len(rows) - 1
    assert set(manifest.open_build(new).manifest["held"]) == {"source", "language", "tier"}


def test_a_blanked_document_is_held_as_its_end_mark(rows: list[dict], tmp_path: Path) -> None:
    root = folder_build(tmp_path, rows, ("megatron",))
    before = manifest.open_build(str(root)).manifest["held"]["year"]
    new = redact(str(root), [rows[6]["doc_id"]], "8", KEY, blank=True)["build"]
    held = manifest.open_build(new).manifest["held"]["year"]
    del before["1906"]
    assert held == {**before, "unknown": 1}


def test_the_certificate_has_hashes_and_no_id(copy: Path, rows: list[dict]) -> None:
    gone = rows[2]["doc_id"]
    old = manifest.open_build(str(copy)).manifest
    told = redact(str(copy), [gone], "request 7", KEY)
    found = json.loads((Path(told["build"]) / "certificate.json").read_text())
    assert found["keyed_ids"] == [hmac.new(KEY, gone.encode(), hashlib.sha256).hexdigest()]
    assert (found["request"], found["documents"], found["shards"]) == ("request 7", 1, [2])
    assert found["from"] == {"build": "demo-0", "generation": 1, "seal": old["seal"]}
    new = manifest.open_build(told["build"])
    for each in found["files"]:
        assert each["before"] == next(f["sha256"] for f in old["files"] if f["name"] == each["name"])
        assert each["after"] == next(f["sha256"] for f in new.manifest["files"] if f["name"] == each["name"])
    cuts = [[(each["name"], each["cuts"]) for each in held["buckets"]] for held in (old, new.manifest)]
    assert cuts[0] == cuts[1]
    assert gone not in json.dumps(found)


def test_generations_follow_each_other_and_old_ones_can_go(copy: Path, rows: list[dict]) -> None:
    first = redact(str(copy), [rows[1]["doc_id"]], "1", KEY)
    again = redact(str(copy), [rows[1]["doc_id"]], "2", KEY)
    assert again == first | {"note": "redacted before, under request 1: that certificate stands"}
    with pytest.raises(ValueError, match="demo-0-g2: it is there, without other documents"):
        redact(str(copy), [rows[1]["doc_id"], rows[2]["doc_id"]], "2", KEY)
    none = redact(first["build"], [rows[1]["doc_id"]], "1", KEY)
    assert (none["build"], none["standing"]) == (None, [str(copy)])
    assert none["note"] == "none of these documents is in the build: nothing was written"
    second = redact(first["build"], [rows[1]["doc_id"], rows[2]["doc_id"]], "2", KEY)
    assert Path(second["build"]).name == "demo-0-g3"
    assert second["standing"] == [str(copy), first["build"]]
    assert second["from"]["generation"] == 2
    for each in second["standing"]:
        delete(each)
    assert [path.name for path in copy.parent.iterdir()] == ["demo-0-g3"]
    verify(second["build"])


def test_a_killed_redaction_leaves_no_build_and_a_second_completes_it(
    copy: Path, rows: list[dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> dict:
        raise KeyboardInterrupt

    other = Path(shutil.copytree(copy, tmp_path / "other/demo-0"))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(manifest, "publish", killed)
        redact(str(copy), [rows[0]["doc_id"], rows[1]["doc_id"]], "1", KEY)
    assert [each.name for each in manifest.standing(str(copy.parent))] == ["demo-0"]
    told = redact(str(copy), [rows[1]["doc_id"]], "1", KEY)
    assert same_files(Path(told["build"])) == same_files(
        Path(redact(str(other), [rows[1]["doc_id"]], "1", KEY)["build"])
    )
    verify(told["build"])
    verify(str(copy))


def test_a_shard_that_loses_all_its_documents_goes(copy: Path, rows: list[dict]) -> None:
    told = redact(str(copy), [each["doc_id"] for each in rows[1::3]], "all", KEY)
    report = verify(told["build"])
    assert (report["shards"], report["documents"]) == (2, len(rows[0::3]) + len(rows[2::3]))
    assert {each["after"] for each in told["files"]} == {None}
    assert not list(Path(told["build"]).rglob("shard-00001.*"))


def test_blanked_documents_leave_the_numbers_of_others_alone(rows: list[dict], tmp_path: Path) -> None:
    root = folder_build(tmp_path, rows, ("megatron",))
    told = redact(str(root), [rows[6]["doc_id"]], "8", KEY, blank=True)
    verify(told["build"])
    before, after = (
        megatron(root / "megatron/books.nob.public-domain/shard-00000"),
        megatron(Path(told["build"]) / "megatron/books.nob.public-domain/shard-00000"),
    )
    assert after == [*before[:2], [2], *before[3:]]
    assert "" in pq.read_table(Path(told["build"]) / "index/shard-00000.parquet")["doc_id"].to_pylist()
    assert told["how"] == "blanked"


def test_megatron_alone_is_redacted_from_its_own_files(rows: list[dict], tmp_path: Path) -> None:
    root = folder_build(tmp_path, rows, ("megatron",))
    told = redact(str(root), [rows[3]["doc_id"]], "9", KEY)
    verify(told["build"])
    before, after = (
        megatron(root / "megatron/books.nob.public-domain/shard-00000"),
        megatron(Path(told["build"]) / "megatron/books.nob.public-domain/shard-00000"),
    )
    assert after == [before[0], *before[2:]]


def test_what_cannot_be_done_is_said_and_a_damaged_shard_is_not_sealed_again(copy: Path, rows: list[dict]) -> None:
    gone = [rows[0]["doc_id"]]
    with pytest.raises(ValueError, match="key: wanted at least 16 secret bytes, got 1"):
        redact(str(copy), gone, "1", b"k")
    with pytest.raises(
        ValueError,
        match="blank: wanted a build of Megatron alone, got datatrove, dolma, mds, megatron, parquet, webdataset",
    ):
        redact(str(copy), gone, "1", KEY, blank=True)
    path = copy / "parquet/books.nob.public-domain/shard-00000.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.raises(
        Differs,
        match=r"^parquet/books.nob.public-domain/shard-00000\.parquet: its bytes are not what the manifest says",
    ):
        redact(str(copy), gone, "1", KEY)
    assert len(manifest.standing(str(copy.parent))) == 1


def test_a_build_with_an_end_mark_inside_a_document_is_not_made_and_an_old_one_can_be_redacted(
    rows: list[dict], tmp_path: Path
) -> None:
    end = sentencepieces.eod_id(model().data)
    marked = [{**each, "ids": [end, 6]} if n in (4, 7) else each for n, each in enumerate(rows)]
    columns = ["doc_id", "ids", "edits", "text", *DETAILS]
    held = pa.Table.from_pylist([{name: each[name] for name in columns} for each in marked], SCHEMA)
    (batch,) = held.append_column("shard", pa.array([0] * len(held), pa.int32())).combine_chunks().to_batches()
    form = Form("x-0", str(tmp_path / "x-0"), ("megatron",), end, model().vocabulary, (BUCKET,), 64)
    told = f"^{marked[4]['doc_id']}: wanted ids without the end mark, got {end} among them"
    with pytest.raises(ValueError, match=told):
        list(written([batch.slice(0, 3), batch.slice(3)], form))
    root = folder_build(tmp_path, marked, ("megatron", "parquet"))
    assert redact(str(root), [marked[1]["doc_id"]], "1", KEY)["documents"] == 1
