"""Commands as an operator runs them: spark-submit and kvern, each in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pyspark

from conftest import ROOT

SPARK = Path(pyspark.__file__).parent
JAVA = Path(sys.prefix) / "java"


def environment(**more: str) -> dict[str, str]:
    place = {"PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1"}
    java = {"JAVA_HOME": str(JAVA)} if JAVA.exists() else {}
    archive = Path(sys.prefix) / "classes.jsa"
    classes = {"SPARK_SUBMIT_OPTS": f"-XX:SharedArchiveFile={archive}"} if archive.exists() else {}
    return {**os.environ, **place, **java, **classes, **more}


def arguments(recipe: Path, holdings: Path, place: Path, env: str = "local") -> list[str]:
    words = ["--recipe", str(recipe), "--env", str(ROOT / "conf" / "env" / f"{env}.toml"), "--input", str(holdings)]
    return [*words, "--warehouse", str(place / "warehouse"), "--output", str(place / "shards")]


def kvern(recipe: Path, holdings: Path, place: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kvern.cli", "run", *arguments(recipe, holdings, place, "ci"), *more]


def run(words: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, capture_output=True, text=True, env=environment(**more), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def recipe_with(folder: Path, *changes: tuple[str, str]) -> Path:
    """The demo recipe with changed lines, in a folder of its own; what it names stays where it is."""
    text = (ROOT / "conf" / "recipes" / "demo.toml").read_text(encoding="utf-8")
    files = f'rights_file = "{ROOT}/conf/rights.toml"\nlanguages_folder = "{ROOT}/conf/languages"\n'
    text = text.replace("as_of = 2026-11-01\n", f"as_of = 2026-11-01\n{files}")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "demo.toml").write_text(text, encoding="utf-8")
    return folder / "demo.toml"
