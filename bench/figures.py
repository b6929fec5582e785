"""A figure of a benchmark: what was measured, against whom, and how it is written down."""

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Figure:
    """See contracts: `better` is higher or lower; `against` names the peer that ran in the same round, or is null."""

    name: str
    value: float
    unit: str
    floor: float
    better: str
    against: str | None
    ratio: float | None
    low: float
    high: float
    rounds: int
    input: str
    when: str


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def of_rounds(
    name: str, values: Sequence[float], unit: str, floor: float, input: str, against: str | None = None
) -> Figure:
    """A higher-is-better figure from one value a round: median, least and most. With a peer the values are ratios."""
    middle = round(statistics.median(values), 3)
    ratio, low, high = middle if against else None, round(min(values), 3), round(max(values), 3)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return Figure(name, middle, unit, floor, "higher", against, ratio, low, high, len(values), input, when)


def write(topic: str, figures: Sequence[Figure]) -> Path:
    """bench/results/<topic>.json, whole; a figure that misses its floor stays in."""
    file = ROOT / "bench" / "results" / f"{topic}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=1, ensure_ascii=False) + "\n")
    return file


def shared() -> Path:
    """Real documents: ../shared/data, or what KVERN_SHARED names."""
    folder = Path(os.environ.get("KVERN_SHARED", ROOT / ".." / "shared")) / "data"
    if not folder.is_dir():
        raise SystemExit(
            "no ../shared/data here (KVERN_SHARED names another place): this benchmark needs real documents"
        )
    return folder
