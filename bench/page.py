"""docs/benchmarks.md from bench/results/*.json: what was measured, beside its floor.

python bench/page.py
"""

import json
from pathlib import Path
from typing import Any

from figures import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Made by `make bench` from `bench/results/*.json`; `bench/TOPIC.py` says how each figure comes about. One core, CPU
seconds unless the figure names something else; the value is the median of the rounds, the spread the least and the
most. Peers ran in the same rounds, from their released packages. A figure that misses its floor is **bold**. The
machine is small and shared: ratios tell more than absolutes.
"""
COLUMNS = ("figure", "value", "floor", "spread", "rounds", "against", "input", "day")


def missed(row: dict[str, Any]) -> bool:
    value, floor = row["value"], row["floor"]
    return bool(value < floor if row["better"] == "higher" else value > floor)


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    value, sign = f"{row['value']:g} {row['unit']}", "≥" if row["better"] == "higher" else "≤"
    ratio = f" ({row['ratio']:g} ×)" if row["ratio"] and row["unit"] != "ratio" else ""
    return (
        row["name"],
        f"**{value}**" if missed(row) else value,
        f"{sign} {row['floor']:g}" if row["floor"] else "",
        f"{row['low']:g} to {row['high']:g}" if row["rounds"] > 1 else "",
        str(row["rounds"]),
        f"{row['against']}{ratio}" if row["against"] else "",
        row["input"].replace("|", "\\|"),
        row["when"][:10],
    )


def table(file: Path) -> str:
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(cells, json.loads(file.read_text(encoding="utf-8")))]
    return f"\n## {file.stem}\n\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(HEAD + "".join(map(table, sorted((ROOT / "bench/results").glob("*.json")))), encoding="utf-8")
    print(PAGE.relative_to(ROOT))
