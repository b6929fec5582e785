"""Language identification beside py3langid, same text: `python bench/language.py [FOLDER]` (../shared/data/bulk).

Writes bench/results/language.json. Documents are the laws, books and novels of FOLDER. In each round kvern reads all
of them, with windows and whole, and py3langid as many bytes of them as SAMPLE; figures are MB of UTF-8 text a second of
CPU time, the first round left out (it compiles).
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from kvern.kernels import language
from kvern.kernels.language_model import CODES, LANGUAGES

ROUNDS = 7
SAMPLE = 500_000  # bytes for the peer, which reads 2 to 3 MB a second
FLOORS = {"language_whole_mb_s": 25.0, "language_windows_mb_s": 100.0}
RESULTS = Path(__file__).parent / "results"


def documents(folder: Path) -> list[bytes]:
    """Markdown and text files, and the novels of eltec-nor.jsonl."""
    files = sorted([*folder.rglob("*.md"), *folder.rglob("*.txt")])
    novels = [json.loads(line)["text"] for line in (folder / "eltec-nor.jsonl").read_text("utf-8").splitlines()]
    return [*(file.read_bytes() for file in files), *(novel.encode() for novel in novels)]


def speed(run: Callable[[], object], size: int) -> float:
    start = process_time()
    run()
    return size / 1e6 / (process_time() - start)


def rounds(texts: list[bytes]) -> dict[str, list[float]]:
    """MB/s of each figure and of the peer, round by round."""
    data, offsets = np.frombuffer(b"".join(texts), np.uint8), np.cumsum([0, *map(len, texts)], dtype=np.int64)
    model = language.load(LANGUAGES)
    peer = LanguageIdentifier.from_model_file(MODEL_FILE)
    peer.set_languages(list(CODES.values()))
    sample = [text[:20_000].decode("utf-8", "ignore") for text in texts][: SAMPLE // 20_000]
    read = sum(len(text.encode()) for text in sample)
    found: dict[str, list[float]] = {"language_whole_mb_s": [], "language_windows_mb_s": [], "py3langid": []}
    for _ in range(ROUNDS + 1):
        found["language_windows_mb_s"].append(speed(lambda: language.measure(data, offsets, model), len(data)))
        found["language_whole_mb_s"].append(
            speed(lambda: language.measure(data, offsets, model, whole=True), len(data))
        )
        found["py3langid"].append(speed(lambda: [peer.classify(text) for text in sample], read))
    return {name: values[1:] for name, values in found.items()}


def figures(folder: Path) -> list[dict[str, Any]]:
    texts = documents(folder)
    found = rounds(texts)
    said = f"{len(texts)} documents, {sum(map(len, texts)):,} bytes of {folder.name}"
    return [figure(name, found[name], found["py3langid"], said) for name in FLOORS]


def figure(name: str, values: list[float], peer: list[float], said: str) -> dict[str, Any]:
    return {
        **{"name": name, "value": round(median(values), 1), "unit": "MB/s", "floor": FLOORS[name], "better": "higher"},
        **{"against": "py3langid 0.4", "ratio": round(median(a / b for a, b in zip(values, peer, strict=True)), 1)},
        **{"low": round(min(values), 1), "high": round(max(values), 1), "rounds": len(values), "input": said},
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main(folder: Path) -> None:
    RESULTS.mkdir(exist_ok=True)
    found = figures(folder)
    (RESULTS / "language.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(
        *(f"{row['name']}: {row['value']} {row['unit']}, {row['ratio']} times {row['against']}" for row in found),
        sep="\n",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / ".." / "shared/data/bulk").resolve())
