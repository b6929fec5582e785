"""Jobs as an operator runs them: spark-submit with a properties file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from holdings import RECIPE, book, jsonl

# Two short texts pass no threshold; the tokenizer wants something to learn from.
ANYTHING = """
[eligibility]
measures = false
languages = ["nob", "nno", "nor", "dan", "und"]

[tokenizer]
vocabulary = 600
"""


def submit(job: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    import pyspark

    words = [
        str(Path(pyspark.__file__).parent / "bin" / "spark-submit"),
        "--properties-file",
        str(ROOT / "conf/spark/ci.conf"),
    ]
    words += [
        str(ROOT / "jobs" / f"{job}.py"),
        "--recipe",
        str(tmp_path / "recipe.toml"),
        "--env",
        str(ROOT / "conf/env/ci.toml"),
    ]
    words += ["--input", str(tmp_path / "in"), "--warehouse", str(tmp_path / "w"), "--output", str(tmp_path / "o")]
    place = {
        "PYTHONPATH": str(ROOT / "lib"),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
    }
    java = {"JAVA_HOME": str(Path(sys.prefix) / "java")} if (Path(sys.prefix) / "java").exists() else {}
    return subprocess.run(words, capture_output=True, text=True, env={**os.environ, **place, **java}, check=False)


@pytest.mark.long
def test_the_pipeline_runs_under_spark_submit_and_a_job_alone_finds_nothing_to_do(tmp_path: Path) -> None:
    book(tmp_path / "in" / "books" / "bok")
    jsonl(tmp_path / "in" / "records" / "a.jsonl.gz", [{"id": "1", "body": "En post"}])
    (tmp_path / "recipe.toml").write_text(RECIPE.format(conf=ROOT / "conf") + ANYTHING)
    done = submit("pipeline", tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    documents = next(line for line in lines if line.startswith("documents: "))
    assert documents.startswith("documents: read 2, kept 2, refused 0, wrote 2 rows in 1 part(s), took ")
    assert lines[-1].startswith("kvern: made 18 of 21 tables, took ")
    again = submit("pages", tmp_path)
    assert again.returncode == 0, again.stderr[-2000:]
    assert again.stdout.splitlines()[0] == "pages: nothing to do, up to date"
