import io
import tarfile
from pathlib import Path

import pytest

from holdings import library
from kvern.kernels import checksums, listing
from kvern.kernels.files import HashingReader, read
from kvern.kernels.globs import glob_expression
from kvern.kernels.ids import doc_id, sha256_hex


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("books/**/*-METS.xml", "books/a/b/x-METS.xml", True),
        ("books/**/*-METS.xml", "books/x-METS.xml", True),
        ("books/*.xml", "books/a/x.xml", False),
        ("web/crawl-?.warc", "web/crawl-1.warc", True),
        ("a.b/c", "axb/c", False),
    ],
)
def test_globs_match_whole_paths(pattern: str, path: str, matches: bool) -> None:
    assert bool(glob_expression(pattern).match(path)) is matches


def test_checksum_lists_of_both_styles_are_read() -> None:
    text = f"{'a' * 64}  data/x.xml\n{'B' * 32} *y.xml\nno checksum here\n{'c' * 40}  ./z w.xml\n"
    assert list(checksums.promises(text)) == [
        ("sha256", "a" * 64, "data/x.xml"),
        ("md5", "b" * 32, "y.xml"),
        ("sha1", "c" * 40, "z w.xml"),
    ]
    assert checksums.is_list("manifest-sha256.txt") and checksums.is_list("MD5SUMS") and not checksums.is_list("a.txt")


def test_a_source_lists_what_its_glob_finds_and_what_its_mets_names(tmp_path: Path) -> None:
    library(tmp_path)
    place = listing.Place("books", "b", "mets-alto", "books/**/*-METS.xml", "books/bok", "yes")
    found = {row["path"]: row for row in listing.list_place(str(tmp_path), place)}
    assert len(found) == 6 and not found["books/bok/bok_0005.xml"]["found"]
    assert {row["object_id"] for row in found.values()} == {"bok"}
    assert found["books/bok/bok_0003.xml"]["promised_kind"] == "md5"


def test_a_tar_member_is_read_and_hashed_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "p_0001.xml").write_bytes(b"<alto/>")
    with tarfile.open(tmp_path / "bok.tar", "w") as archive:
        archive.add(tmp_path / "p_0001.xml", "./p_0001.xml")
    data, digest = read(str(tmp_path), "bok.tar!/p_0001.xml", "md5")
    assert (data, digest.bytes, digest.sha256) == (b"<alto/>", 7, sha256_hex(b"<alto/>"))
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path), "bok.tar!/other.xml")


def test_a_reader_hashes_what_was_not_read_too(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc" * 1000)
    with (tmp_path / "x").open("rb") as raw:
        reader = HashingReader(raw)
        reader.read(5)
        assert reader.digest().sha256 == sha256_hex(b"abc" * 1000)


def test_the_id_comes_from_provenance_and_parts_cannot_run_together() -> None:
    assert len(doc_id("s", "1", "r")) == 32
    assert doc_id("s", "1", "r") != doc_id("s1", "", "r")


def test_pages_in_a_folder_below_their_mets_are_found(tmp_path: Path) -> None:
    library(tmp_path)
    (tmp_path / "books" / "bok" / "ALTO").mkdir()
    head = tmp_path / "books" / "bok" / "bok-METS.xml"
    head.write_bytes(head.read_bytes().replace(b"./bok_", b"./ALTO/bok_"))
    for page in (tmp_path / "books" / "bok").glob("bok_*.xml"):
        page.rename(page.parent / "ALTO" / page.name)
    place = listing.Place("books", "b", "mets-alto", "books/bok/*-METS.xml", "books/bok", "")
    assert sum(row["found"] for row in listing.list_place(str(tmp_path), place)) == 5


def listed(root: Path, format: str, pattern: str) -> dict[str, dict]:
    work = listing.places(str(root), "s", "b", format, pattern)
    rows = [row for place in work for row in listing.list_place(str(root), listing.Place(**place))]
    return {row["path"]: row for row in sorted(rows, key=lambda row: row["found"])}


def tarred(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


@pytest.mark.parametrize("name", ["bok.tar", "bok.tar.gz"])
def test_a_glob_finds_mets_inside_a_tar_and_its_pages_there(tmp_path: Path, name: str) -> None:
    library(tmp_path / "loose")
    files = {path.name: path.read_bytes() for path in (tmp_path / "loose" / "books" / "bok").iterdir()}
    (tmp_path / "books").mkdir()
    tarred(tmp_path / "books" / name, {f"bok/{name}": data for name, data in files.items()})
    for pattern in ("books/**/*-METS.xml", f"books/*.{name.partition('.')[2]}"):
        found = listed(tmp_path, "mets-alto", pattern)
        assert {row["object_id"] for row in found.values()} == {"bok"}
        assert found[f"books/{name}!/bok/bok-METS.xml"]["format"] == "mets"
        assert found[f"books/{name}!/bok/bok_0002.xml"]["sequence"] == 2
        assert not found[f"books/{name}!/bok/bok_0005.xml"]["found"]
        assert len(found) == 6


def test_a_tar_of_several_folders_holds_several_objects(tmp_path: Path) -> None:
    tarred(tmp_path / "a.tar", {"x/1.xml": b"<alto/>", "x/2.xml": b"<alto/>", "y/1.xml": b"<alto/>"})
    tarred(tmp_path / "b.tar", {"ALTO/1.xml": b"<alto/>"})
    found = listed(tmp_path, "alto", "*.tar")
    assert {path: (row["object_id"], row["sequence"]) for path, row in found.items()} == {
        "a.tar!/x/1.xml": ("a/x", 1),
        "a.tar!/x/2.xml": ("a/x", 2),
        "a.tar!/y/1.xml": ("a/y", 1),
        "b.tar!/ALTO/1.xml": ("b", 1),
    }


def test_records_inside_a_tar_are_listed(tmp_path: Path) -> None:
    tarred(tmp_path / "a.tar", {"x.jsonl": b"{}", "y.docx": b"PK"})
    found = listed(tmp_path, "jsonl", "*")
    assert {path: row["format"] for path, row in found.items()} == {
        "a.tar!/x.jsonl": "jsonl",
        "a.tar!/y.docx": "unknown",
    }


def test_a_tar_that_breaks_off_is_a_row_beside_the_members_before_the_break(tmp_path: Path) -> None:
    tarred(tmp_path / "a.tar", {"1.xml": b"<alto/>" * 300, "2.xml": b"<alto/>" * 300})
    (tmp_path / "a.tar").write_bytes((tmp_path / "a.tar").read_bytes()[:3000])
    (tmp_path / "b.tar").write_bytes(b"not a tar")
    found = listed(tmp_path, "alto", "*.tar")
    assert found["a.tar!/1.xml"]["format"] == "alto"
    assert found["a.tar"]["reason"] == "a tar that breaks off after 1 members"
    assert (found["b.tar"]["format"], found["b.tar"]["reason"]) == (
        "unknown",
        "a tar that breaks off after 0 members",
    )


def test_a_bags_manifest_above_its_data_promises_what_lies_below(tmp_path: Path) -> None:
    (tmp_path / "bag" / "data" / "x").mkdir(parents=True)
    (tmp_path / "bag" / "data" / "x" / "a.jsonl").write_bytes(b"{}")
    lines = [f"{'a' * 64}  data/x/{name}\n" for name in ("a.jsonl", "gone.jsonl", "gone.docx")]
    (tmp_path / "bag" / "manifest-sha256.txt").write_text("".join(lines))
    found = listed(tmp_path, "jsonl", "bag/data/**/*.jsonl")
    assert found["bag/manifest-sha256.txt"]["format"] == "checksums"
    assert not found["bag/data/x/gone.jsonl"]["found"] and found["bag/data/x/gone.jsonl"]["named"]
    assert not found["bag/data/x/gone.docx"]["named"]
    work = listing.places(str(tmp_path), "s", "b", "jsonl", "bag/data/**/*.jsonl")
    said = [
        row for p in work for row in listing.list_place(str(tmp_path), listing.Place(**p)) if row.get("promised_kind")
    ]
    assert {row["path"] for row in said if row["promised_kind"] == "sha256"} >= {"bag/data/x/a.jsonl"}
