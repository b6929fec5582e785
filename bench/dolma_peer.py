"""dolma's gopher tagger, run by a Python that has it: PYTHON bench/dolma_peer.py TEXTS.jsonl → version, CPU seconds."""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

from dolma.taggers.gopher import get_attributes

if __name__ == "__main__":
    texts = [json.loads(line)["text"] for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
    started = time.process_time()
    for text in texts:
        get_attributes(text).as_spans()
    print(f"dolma {version('dolma')}", time.process_time() - started, sep="\t")
