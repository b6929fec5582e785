from pathlib import Path

import pytest

from holdings import library
from kvern.kernels import checksums, listing
from kvern.kernels.files import HashingReader, read
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
    assert bool(listing.glob_expression(pattern).match(path)) is matches


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
    place = listing.Place("books", "b", "mets-alto", "books/**/*-METS.xml", "books/bok", True)
    found = {row["path"]: row for row in listing.list_place(str(tmp_path), place)}
    assert len(found) == 6 and not found["books/bok/bok_0005.xml"]["found"]
    assert {row["object_id"] for row in found.values()} == {"bok"}
    assert found["books/bok/bok_0003.xml"]["promised_kind"] == "md5"


def test_a_tar_member_is_read_and_hashed_like_a_file(tmp_path: Path) -> None:
    import tarfile

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
    place = listing.Place("books", "b", "mets-alto", "books/bok/*-METS.xml", "books/bok", False)
    assert sum(row["found"] for row in listing.list_place(str(tmp_path), place)) == 5
