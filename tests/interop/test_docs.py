"""The lines of docs/formats.md, run as they stand there over a build."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/formats.md"
LINES = dict(re.findall(r"^## ([^\n]+)\n\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.M | re.S))
NEEDS = {
    "Megatron": "megatron.core",
    "datatrove and nanotron": "datatrove.utils.dataset",
    "MosaicML Streaming": "streaming",
    "Dolma": "numpy",
    "WebDataset": "webdataset",
    "Hugging Face datasets": "datasets",
}


def test_every_format_has_its_lines() -> None:
    assert set(LINES) == set(NEEDS)
    assert all(len(code.replace("\n\n", "\n").splitlines()) <= 6 for code in LINES.values())


@pytest.mark.parametrize("title", NEEDS)
def test_the_lines_give_the_first_document(built, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = pytest.importorskip(
        NEEDS[title], reason=f"{NEEDS[title]} is not here: `make interop` builds an environment that has it"
    )
    if title == "MosaicML Streaming":
        module.base.util.clean_stale_shared_memory()
    monkeypatch.chdir(built.root)
    (blend,) = built.root.glob("blends/*")
    code = LINES[title].replace("BUILD", str(built.root)).replace("BUCKET", built.bucket).replace("HASH", blend.name)
    sizes = {2: ("seq_len=32", "token_size=2", "numpy.uint16"), 4: ("seq_len=32", "token_size=4", "numpy.uint32")}
    for old, new in zip(("seq_len=2048", "token_size=2", "numpy.uint16"), sizes[built.bytes_a_token], strict=True):
        code = code.replace(old, new)
    found: dict = {}
    exec(code, found)
    first, stream = built.rows[0][0], built.streams[0]
    if title == "Megatron":
        assert found["document"].tolist() == [*first["ids"], 2]
    elif title == "datatrove and nanotron":
        assert found["sample"].tolist() == stream[:33]
    elif title == "MosaicML Streaming":
        assert found["tokens"].tolist() == stream[:64]
    elif title == "Dolma":
        assert found["tokens"].tolist() == stream
    elif title == "WebDataset":
        assert (found["ids"].tolist(), found["known"]["source_id"]) == ([*first["ids"], 2], first["source_id"])
    else:
        assert (found["text"], found["ids"]) == ("", first["ids"])
