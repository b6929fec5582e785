"""Peers in environments of their own, under .build/peers: what they pin would break ours (dolma wants numpy 1)."""

import subprocess
import sys
from pathlib import Path

from figures import ROOT

PINNED = {
    "datatrove": ("datatrove==0.10.1", "spacy==3.8.18", "regex", "orjson"),
    "dolma": ("dolma==1.2.1",),
}


def python_of(name: str) -> Path:
    """The Python of a peer's environment; made with pip the first time."""
    folder = ROOT / ".build" / "peers" / name
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PINNED[name]], check=True)
        done.write_text("\n".join(PINNED[name]) + "\n")
    return python


def run(name: str, *words: object) -> str:
    """Run a script under bench/ by the peer's Python; its standard output."""
    call = [python_of(name), *map(str, words)]
    return subprocess.run(call, check=True, capture_output=True, text=True, cwd=ROOT / "bench").stdout
