import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from kvern.kernels import files


def archive(path: Path, members: dict[str, bytes], mode: str = "w") -> None:
    with tarfile.open(path, mode) as out:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))


def test_a_file_is_read_and_hashed_in_one_go(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"snart")
    data, digest = files.read(str(tmp_path), "a", "md5")
    assert data == b"snart"
    assert digest == files.Digest(5, hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest())
    assert files.read(f"file://{tmp_path}", "a")[0] == data


def test_a_digest_covers_what_was_not_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    with files.reading(str(tmp_path), "a") as stream:
        assert stream.read(10) == b"x" * 10
        assert stream.digest().bytes == 3_000_000


def test_a_limit_stops_the_reading(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    assert files.read(str(tmp_path), "a", limit=11)[1].bytes == 11
    with pytest.raises(files.TooLarge, match="at most 10 bytes"):
        files.read(str(tmp_path), "a", limit=10)


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz")])
def test_members_of_a_tar_are_files(tmp_path: Path, name: str, mode: str) -> None:
    archive(tmp_path / name, {"./p/1.xml": b"en", "p/2.xml": b"to"}, mode)
    assert [files.read(str(tmp_path), f"{name}!/p/{n}.xml")[0] for n in (1, 2)] == [b"en", b"to"]
    with pytest.raises(FileNotFoundError):
        files.read(str(tmp_path), f"{name}!/p/3.xml")


def test_a_tar_that_is_delivered_anew_is_indexed_anew(tmp_path: Path) -> None:
    archive(tmp_path / "a.tar", {"1": b"gammel"})
    assert files.read(str(tmp_path), "a.tar!/1")[0] == b"gammel"
    archive(tmp_path / "a.tar", {"0": b"x" * 20_000, "1": b"ny"})
    assert files.read(str(tmp_path), "a.tar!/1")[0] == b"ny"


def test_headers_with_blanks_for_zeros_are_read(tmp_path: Path) -> None:
    archive(tmp_path / "a.tar", {"1.xml": b"en"})
    raw = bytearray((tmp_path / "a.tar").read_bytes())
    for start, end in ((107, 108), (115, 116), (123, 124), (135, 136), (147, 148)):
        raw[start:end] = b" "
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    (tmp_path / "a.tar").write_bytes(raw)
    assert files.read(str(tmp_path), "a.tar!/1.xml")[0] == b"en"


def test_a_cut_tar_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    archive(tmp_path / "a.tar", {"1": b"x" * 600, "2": b"y" * 6000})
    whole = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[:3000])
    assert files.read(str(tmp_path), "a.tar!/1")[0] == b"x" * 600
    with pytest.raises(OSError):
        files.read(str(tmp_path), "a.tar!/2")


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
@pytest.mark.parametrize("content", [b"", b"no archive" * 200, gzip.compress(b"no archive" * 200)[:-9]])
def test_what_is_no_archive_is_an_os_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OSError):
        files.read(str(tmp_path), f"{name}!/1")


def test_nothing_there_is_a_file_not_found_error(tmp_path: Path) -> None:
    for path in ("gone", "gone.tar!/1"):
        with pytest.raises(FileNotFoundError):
            files.read(str(tmp_path), path)
