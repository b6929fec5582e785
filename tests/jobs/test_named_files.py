"""Files that a recipe names and that are not there: exit 2 and one sentence, before anything starts."""

from pathlib import Path

import pytest

from conftest import ROOT
from holdings import RECIPE
from kvern import cli

MODEL = "want a SentencePiece .model or a tokenizer.json, have"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[tokenizer]\nmodel = "nope.model"', "tokenizer.model: {model} nothing at {tmp}/nope.model; the path is relative to the recipe."),
        ('[tokenizer]\nmodel = "in"', "tokenizer.model: {model} a folder at {tmp}/in; the path is relative to the recipe."),
        ('[tokenizer]\nmodel = "recipe.toml/a"', "tokenizer.model: {model} nothing at {tmp}/recipe.toml/a; the path is relative to the recipe."),
        (
            '[[contamination.benchmarks]]\nname = "quiz"\npath = "quiz.jsonl"\nfield = "text"',
            "contamination.benchmarks: want a JSONL file, have nothing at {tmp}/in/quiz.jsonl; the path is relative to the input.",
        ),
        (
            '[suppressions]\nfiles = ["requests.jsonl"]',
            "suppressions.files: want a file of requests, one a line, have nothing at {tmp}/in/requests.jsonl; the path is relative to the input.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_is_named_with_its_key(
    section: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "recipe.toml").write_text(f"{RECIPE.format(conf=ROOT / 'conf')}\n{section}\n", encoding="utf-8")
    files = ["--recipe", str(tmp_path / "recipe.toml"), "--env", str(ROOT / "conf/env/ci.toml")]
    places = [f"--{name}={tmp_path / name[:2]}" for name in ("input", "warehouse", "output")]
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", *files, *places])
    assert ended.value.code == cli.CALL
    assert capsys.readouterr().err == f"kvern: {said.format(model=MODEL, tmp=tmp_path)}\n"
    assert not (tmp_path / "wa").exists()
