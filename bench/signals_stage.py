"""The stage `signals` as `kvern run --from signals --until signals` makes it: Delta in, Delta out, MB a CPU second.

    python bench/signals_stage.py [ROUNDS]

Documents are those of `real_documents`, in COPIES with ids of their own, brought in by `kvern run --until documents`.
CPU is that of the driver, the JVM and all Python workers, from /proc. Not counted: the session's start, and one whole
round before, in which the kernels are loaded and the JVM compiles most of what it will. Each round has another seed of
the permutations, which makes the stage stale and costs the same.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from buckets import cpu_seconds, jvm, session
from figures import ROOT, of_rounds, write
from real_documents import documents

COPIES = 25
RECIPE = """
name = "bench"
as_of = 2026-01-01
rights_file = "{conf}/rights.toml"
languages_folder = "{conf}/languages"
{{signals}}

[[sources]]
name = "real"
batch = "b"
format = "jsonl"
path = "real.jsonl"
tier = "{tier}"
"""


def settings(place: Path, seed: int) -> Any:
    from kvern import rules
    from kvern.recipe import Env, Recipe, read
    from kvern.stage import Settings

    tier = read(Recipe, ROOT / "conf/recipes/demo.toml").sources[0].tier
    text = RECIPE.format(conf=ROOT / "conf", tier=tier).format(signals=f"[signals]\nseed = {seed}")
    (place / "recipe.toml").write_text(text, encoding="utf-8")
    recipe = read(Recipe, place / "recipe.toml")
    places = {"input": place, "warehouse": place / "warehouse", "output": place / "shards"}
    env = Env(**{name: str(path) for name, path in places.items()}, partitions=1)
    return Settings(recipe, rules.load(recipe, place), env, place)


def through_spark(place: Path, rounds: int) -> tuple[list[float], str]:
    """(MB of text a CPU second of each round, what was read)."""
    from kvern import stages
    from kvern.run import run
    from kvern.warehouse import Warehouse

    texts = sorted(set(documents()))
    lines = (
        json.dumps({"text": f"{copy}\n{text}"}, ensure_ascii=False) + "\n" for copy in range(COPIES) for text in texts
    )
    (place / "real.jsonl").write_text("".join(lines), encoding="utf-8")
    size = COPIES * sum(len(text.encode()) for text in texts)
    before = stages.PIPELINE[: stages.PIPELINE.index(stages.BY_NAME["documents"]) + 1]
    speeds = []
    with session(place) as spark:
        warehouse, pid = Warehouse(spark, str(place / "warehouse")), jvm()
        list(run(warehouse, settings(place, 1), before))
        for at in range(rounds + 1):
            started = time.process_time() + cpu_seconds(pid)
            (made,) = run(warehouse, settings(place, at + 1), (stages.BY_NAME["signals"],))
            spent = time.process_time() + cpu_seconds(pid) - started
            assert made.counts.rows_in == COPIES * len(texts), made.line()
            speeds += [size / 1e6 / spent] if at else []
    return speeds, f"{COPIES * len(texts)} real documents in {COPIES} copies, {size / 1e6:.0f} MB, one partition"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        speeds, what = through_spark(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    figure = of_rounds("signals_stage_mb_s", speeds, "MB/s", 12, what)
    print(write("signals_stage", [figure]), figure.value, figure.low, figure.high)
