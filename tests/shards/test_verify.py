"""A build read back: every changed byte in every file is named, and files that disagree under right checksums too."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyarrow import fs
from shards_data import BUCKET, EVERY, documents, folder_build, row, same_files

from kvern.shards import manifest, parquet, reading, storage
from kvern.shards.verify import Differs, verify


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return [row(each, i) for i, each in enumerate(documents(12))]


@pytest.fixture(scope="module")
def built(rows: list[dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_build(tmp_path_factory.mktemp("out"), rows, EVERY)


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "demo-0"))


def test_a_whole_build_is_told(built: Path, rows: list[dict]) -> None:
    lines: list[str] = []
    told = verify(str(built), tell=lines.append)
    assert (
        told.pop("bytes")
        == sum(path.stat().st_size for path in built.rglob("*") if path.is_file())
        - (built / "manifest.json").stat().st_size
    )
    tokens = sum(len(each["ids"]) + 1 for each in rows)
    assert told == {
        "build": "demo-0", "generation": 1, "documents": 16, "tokens": tokens, "shards": 3, "files": 40, "decoded": 9, "leftovers": [],
    }  # fmt: skip
    assert len(lines) == 39
    assert verify(f"file://{built}") | {"bytes": 0} == {**told, "bytes": 0}


def test_a_changed_byte_anywhere_is_named(copy: Path) -> None:
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for at in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}:
            for flip in (1, 0x20, 0x80):
                broken = bytearray(whole)
                broken[at] ^= flip
                path.write_bytes(broken)
                with pytest.raises(Differs, match=f"^{path.relative_to(copy)}: "):
                    verify(str(copy))
        path.write_bytes(whole)
    verify(str(copy))


def test_every_byte_of_the_manifest_counts(copy: Path) -> None:
    path = copy / "manifest.json"
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (0x20 if whole[at] == 0x20 else 1)]) + whole[at + 1 :])
        with pytest.raises(manifest.NoBuild, match=r"^manifest\.json: wanted the bytes that its seal is over"):
            manifest.open_build(str(copy))
    path.write_bytes(whole.replace(b"\n ", b"\n\t", 1))
    with pytest.raises(Differs, match=r"^manifest\.json"):
        verify(str(copy))


def test_a_lost_an_added_and_a_cut_file_are_named_and_leftovers_are_told(copy: Path) -> None:
    for left in (
        "megatron/cache/index.npy",
        "megatron/books.nob.public-domain/shard-00000.bin.x1.tmp",
        "receipts/shard-00000.json",
        "blends/0/x.json",
    ):
        (copy / left).parent.mkdir(exist_ok=True, parents=True)
        (copy / left).write_bytes(b"")
    assert verify(str(copy))["leftovers"] == [
        "blends/0/x.json",
        "megatron/books.nob.public-domain/shard-00000.bin.x1.tmp",
        "megatron/cache/index.npy",
        "receipts/shard-00000.json",
    ]
    manifest.sweep(manifest.open_build(str(copy)))
    assert verify(str(copy))["leftovers"] == ["megatron/cache/index.npy"]
    assert not (copy / "receipts").exists()
    assert not (copy / "blends/0").exists()
    (copy / "megatron/books.nob.public-domain/shard-00009.bin").write_bytes(b"")
    with pytest.raises(
        Differs, match=r"^megatron/books.nob.public-domain/shard-00009\.bin: the manifest does not name it"
    ):
        verify(str(copy))
    (copy / "megatron/books.nob.public-domain/shard-00009.bin").unlink()
    cut = copy / "parquet/books.nob.public-domain/shard-00001.parquet"
    cut.write_bytes(cut.read_bytes()[:-1])
    with pytest.raises(
        Differs, match=r"^parquet/books.nob.public-domain/shard-00001\.parquet: wanted \d+ bytes, got \d+"
    ):
        verify(str(copy))
    cut.unlink()
    with pytest.raises(
        Differs, match=r"^parquet/books.nob.public-domain/shard-00001\.parquet: the manifest names it, nothing is there"
    ):
        verify(str(copy))
    (copy / "manifest.json").unlink()
    with pytest.raises(Differs, match=r"^manifest\.json: wanted a build, nothing is there"):
        verify(str(copy))


def resealed(root: Path, name: str, data: bytes) -> None:
    """A wrong file under a manifest that calls it right, as a fault in a writer would leave it."""
    found = manifest.open_build(str(root)).manifest
    found.pop("seal")
    (root / name).write_bytes(data)
    size, digest = storage.sha256(str(root), name)
    files = [each | {"bytes": size, "sha256": digest} if each["name"] == name else each for each in found["files"]]
    manifest.publish(str(root), {**found, "files": files})


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        (
            "megatron/books.nob.public-domain/shard-00000.idx",
            lambda data: data[:34] + bytes([data[34] ^ 1]) + data[35:],
            "idx: lengths differ from the index",
        ),
        (
            "megatron/books.nob.public-domain/shard-00000.idx",
            lambda data: b"X" + data[1:],
            "idx: wanted a Megatron index",
        ),
        (
            "megatron/books.nob.public-domain/shard-00000.idx",
            lambda data: data[:-8] + b"\x63" + data[-7:],
            "idx: wanted one sequence a document",
        ),
        (
            "megatron/books.nob.public-domain/shard-00000.bin",
            lambda data: data[:-2] + b"\x05\x00",
            "document 5: wanted the end mark 2, got 5",
        ),
        (
            "megatron/books.nob.public-domain/shard-00000.bin",
            lambda data: data[:-4] + b"\x05\x00" + data[-2:],
            "document 5: wanted token \\d+, got 5",
        ),
        (
            "megatron/books.nob.public-domain/shard-00000.bin",
            lambda data: data + b"\x05\x00",
            r"bin: bytes: wanted \d+, got \d+",
        ),
    ],
)
def test_files_that_disagree_are_named_under_right_checksums(copy: Path, name: str, change: object, told: str) -> None:
    resealed(copy, name, change((copy / name).read_bytes()))
    with pytest.raises(Differs, match=f"^{name[:-4]}.*{told}"):
        verify(str(copy))


BY_FORMAT = {
    "datatrove": ("ds", "ds.index"),
    "dolma": ("npy", "csv.gz"),
    "mds": ("mds", "mds"),
    "webdataset": ("tar", "tar"),
}


@pytest.mark.parametrize("kind", BY_FORMAT)
def test_other_documents_in_one_format_are_named_under_right_checksums(
    rows: list[dict], copy: Path, tmp_path: Path, kind: str
) -> None:
    """The same documents in another order give another stream and other documents, in files of the same sizes."""
    order = [0, 1, 2, 6, 4, 5, 3, *range(7, len(rows))]
    other = folder_build(tmp_path / "other", [rows[i] for i in order], EVERY)
    for ending in BY_FORMAT[kind]:
        name = f"{kind}/{BUCKET}/shard-00000.{ending}"
        whole = (copy / name).read_bytes()
        resealed(copy, name, (other / name).read_bytes())
        with pytest.raises(Differs, match=f"^{name}"):
            verify(str(copy))
        resealed(copy, name, whole)
    verify(str(copy))


def test_sums_that_the_index_does_not_have_are_named(copy: Path) -> None:
    told = {key: value for key, value in manifest.open_build(str(copy)).manifest.items() if key != "seal"}
    manifest.publish(str(copy), {**told, "held": {**told["held"], "year": {"1900": told["tokens"]}}})
    with pytest.raises(Differs, match=r"^manifest\.json: held by year: it differs from the index files"):
        verify(str(copy))


@pytest.mark.parametrize("kind", BY_FORMAT)
def test_one_format_alone_is_verified_and_a_token_found_in_it(rows: list[dict], tmp_path: Path, kind: str) -> None:
    build = manifest.open_build(str(folder_build(tmp_path, rows, (kind,))))
    assert verify(build.root)["decoded"] == 9
    for shard in build.shards:
        index = reading.index_of(build, shard).to_pylist()
        for position, each in enumerate(index):
            ids = reading.ids_at(build, shard, position, each["start"], each["count"])
            assert ids == rows[shard + 3 * position]["ids"]


def test_wide_vocabularies_take_the_type_that_each_reader_expects() -> None:
    form = manifest.Form("b", "r", EVERY, 2, 65_536, (BUCKET,), 8)
    wide = manifest.Form("b", "r", EVERY, 2, 65_537, (BUCKET,), 8)
    assert {kind: form.dtype(kind).str for kind in EVERY} == dict.fromkeys(EVERY, "<u2") | {"megatron": "<i4"}
    assert {kind: wide.dtype(kind).str for kind in EVERY} == dict.fromkeys(EVERY, "<i4") | {
        "datatrove": "<u4",
        "dolma": "<u4",
    }


def test_ids_that_are_not_their_text_are_named(rows: list[dict], tmp_path: Path) -> None:
    swapped = [each | {"ids": [*each["ids"][:-1], each["ids"][-1] ^ 1]} if each["ids"] else each for each in rows]
    with pytest.raises(
        Differs,
        match=r"^megatron/books.nob.public-domain/shard-00000\.bin, document \d+: its ids do not decode to its text",
    ):
        verify(str(folder_build(tmp_path, swapped)))
    with pytest.raises(
        Differs,
        match=r"^parquet/books.nob.public-domain/shard-00000\.parquet, document \d+: its ids do not decode to its text",
    ):
        verify(str(folder_build(tmp_path / "b", swapped, ("parquet",))))


def test_row_groups_are_cut_by_size_whatever_the_batches(
    rows: list[dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_BYTES", 300)
    whole, single = (
        folder_build(tmp_path / name, rows, ("parquet",), 2, batch) for name, batch in (("a", 99), ("b", 1))
    )
    assert same_files(whole) == same_files(single)
    file = pq.ParquetFile(whole / "parquet/books.nob.public-domain/shard-00001.parquet")
    assert file.num_row_groups > 2
    assert verify(str(whole))["decoded"] > 2
    build = manifest.open_build(str(whole))
    for position, each in enumerate(rows[1::2]):
        assert reading.ids_at(build, 1, position, 0, 0) == each["ids"]


def test_an_object_store_gets_whole_objects_only(
    rows: list[dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    monkeypatch.setattr(storage, "system", lambda root: (store, root.removeprefix("s3://")))
    with pytest.raises(OSError, match="broke off"), storage.writing("s3://bucket", "a.bin") as sink:
        sink.write(b"half")
        raise OSError("broke off")
    assert not (tmp_path / "bucket/a.bin").exists()
    storage.put("s3://bucket", "a.bin", b"whole")
    storage.put("s3://bucket", "empty.bin", b"")
    assert storage.names("s3://bucket") == {"a.bin": 5, "empty.bin": 0}
    assert [path.name for path in sorted((tmp_path / "bucket").iterdir())] == ["a.bin", "empty.bin"]
    storage.take("s3://bucket", "a.bin", "s3://other")
    assert storage.get("s3://other", "a.bin") == b"whole"


def test_a_token_outside_the_vocabulary_leaves_no_file(rows: list[dict], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wanted token ids from 0 to"):
        folder_build(tmp_path, [each | {"ids": [100_000]} for each in rows], ("megatron",))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
