"""Floor 4: a session and settings in, finished tables out. Makes what is stale and nothing else."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import __version__, rules, stages
from kvern.kernels import files, listing
from kvern.recipe import ConfigError, Env, Recipe
from kvern.rules import Rules
from kvern.stages import Given, Stage
from kvern.tables import DELIVERIES, Table
from kvern.warehouse import Counts, GateError, Warehouse

Unit = tuple[str, int]
WHOLE: Unit = ("*", -1)
GONE = "gone"


@dataclass(frozen=True)
class Settings:
    recipe: Recipe
    rules: Rules
    env: Env
    folder: Path


@dataclass
class Made:
    """What one stage did in this run: counts summed over its parts, and how many were made."""

    stage: str
    parts: int = 0
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0, {}, 0.0))

    def line(self) -> str:
        if not self.parts:
            return f"{self.stage}: nothing to do, up to date"
        c = self.counts
        left = "".join(f", {count} {reason}" for reason, count in sorted(c.refusals.items()))
        wrote = c.rows_in - sum(c.refusals.values())
        return (
            f"{self.stage}: read {c.rows_in}, kept {c.kept}, refused {c.refused}{left}, "
            f"wrote {wrote} rows in {self.parts} part(s), took {c.seconds:.1f} s"
        )


def run(
    warehouse: Warehouse,
    settings: Settings,
    chosen: tuple[Stage, ...],
    batch: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Made]:
    """Make each chosen stage where it is stale; yields what each did, in order."""
    recorded = warehouse.recorded()
    for stage in chosen:
        made = Made(stage.name)
        units = _deliver if stage is stages.DELIVERIES else _units
        for unit, fingerprint, make in units(stage, warehouse, settings, recorded):
            if batch and unit[0] not in ("*", batch):
                continue
            tell(f"{stage.name} {unit[0]}/{unit[1]}" if unit != WHOLE else stage.name)
            made.counts += _write(stage.writes, unit, fingerprint, make, warehouse, settings)
            recorded[stage.name, *unit] = fingerprint
            made.parts += 1
        yield made


Pending = tuple[Unit, str, Callable[[], DataFrame]]


def _write(
    table: Table, unit: Unit, fingerprint: str, make: Callable[[], DataFrame], warehouse: Warehouse, settings: Settings
) -> Counts:
    started = time.monotonic()
    lineage = {
        "table": table.name,
        "batch": unit[0],
        "part": unit[1],
        "fingerprint": fingerprint,
        "kvern": __version__,
        "recipe": settings.recipe.name,
    }
    counts = warehouse.write(make(), table, *unit, lineage)
    counts = Counts(counts.rows_in, counts.kept, counts.refused, counts.refusals, time.monotonic() - started)
    _gate(table.name, counts, settings.recipe)
    warehouse.log(table, *unit, fingerprint, counts)
    return counts


def _gate(name: str, counts: Counts, recipe: Recipe) -> None:
    gate = recipe.gates.get(name)
    if gate is None:
        return
    share = counts.refused / counts.rows_in if counts.rows_in else 0.0
    if share > gate.max_refused:
        raise GateError(
            f"{name}: want at most {gate.max_refused:.1%} refused, have {share:.1%} ({counts.refused} of "
            f"{counts.rows_in}); look into the table, or raise gates.{name}.max_refused."
        )
    if counts.kept < gate.min_kept:
        raise GateError(
            f"{name}: want at least {gate.min_kept} rows kept, have {counts.kept}; look into the table, "
            f"or lower gates.{name}.min_kept."
        )


def _units(stage: Stage, warehouse: Warehouse, settings: Settings, recorded: dict[Any, str]) -> Iterator[Pending]:
    """The (batch, part)s of a stage that are stale, each with its fingerprint and how to make it."""
    own = _settings_hash(stage, settings)
    for unit in _parts(recorded) if stage.writes.scope == "part" else [WHOLE]:
        inputs = digest(_inputs(stage, unit, recorded))
        fingerprint = f"{own}.{inputs}"
        if recorded.get((stage.name, *unit)) != fingerprint:
            given = _given(stage, unit, warehouse, settings, fingerprint)
            yield unit, fingerprint, lambda given=given: stage.make(given)  # type: ignore[misc]


def _settings_hash(stage: Stage, settings: Settings) -> str:
    contents = [files.read(settings.env.input, name)[1].sha256 for name in stage.files(settings.recipe)]
    return digest([stage.name, stage.version, stage.settings(settings.recipe, settings.rules), contents])


def _inputs(stage: Stage, unit: Unit, recorded: dict[Any, str]) -> list[Any]:
    return [_input(table, unit, recorded, stage) for table in stage.reads]


def _input(table: Table, unit: Unit, recorded: dict[Any, str], stage: Stage) -> Any:
    if table.scope == "part" and unit == WHOLE:
        live = [(part, recorded.get((table.name, *part))) for part in _parts(recorded)]
        if all(found for _, found in live):
            return live
    elif found := recorded.get((table.name, *(unit if table.scope == "part" else WHOLE))):
        return found
    raise ConfigError(f"{stage.name} reads {table.name}, which is not made yet; run it first (--from {table.name}).")


def _parts(recorded: dict[Any, str]) -> list[Unit]:
    return sorted((b, p) for (table, b, p), found in recorded.items() if table == DELIVERIES.name and found)


def _given(stage: Stage, unit: Unit, warehouse: Warehouse, settings: Settings, fingerprint: str) -> Given:
    narrow = stage.writes.scope == "part"

    def read(table: Table) -> DataFrame:
        return warehouse.read_part(table, *unit) if narrow and table.scope == "part" else warehouse.read(table)

    def others(table: Table) -> DataFrame:
        return warehouse.read(table).where(~((F.col("batch") == unit[0]) & (F.col("part") == unit[1])))

    return Given(
        read,
        others,
        warehouse.spark.createDataFrame,
        settings.recipe,
        settings.rules,
        settings.env,
        settings.folder,
        fingerprint,
    )


def _deliver(stage: Stage, warehouse: Warehouse, settings: Settings, recorded: dict[Any, str]) -> Iterator[Pending]:
    """List every batch; yield the parts whose listing is new. Listing is cheap, so it is done on every run."""
    own = _settings_hash(stage, settings)
    for batch in sorted({source.batch for source in settings.recipe.sources}):
        listed = _listing(stage, batch, warehouse, settings).persist()
        content = F.sum(F.xxhash64(*sorted(listed.columns)).cast("decimal(38,0)")).alias("content")
        parts = {
            row["part"]: f"{own}.{digest([str(row['content']), row['n']])}"
            for row in listed.groupBy("part").agg(content, F.count(F.lit(1)).alias("n")).collect()
        }
        before = [part for name, part in _parts(recorded) if name == batch]
        for part in sorted({*parts, *before}):
            fingerprint = parts.get(part, GONE)
            if recorded.get((DELIVERIES.name, batch, part)) != fingerprint:
                yield (batch, part), fingerprint, lambda part=part, listed=listed: listed.where(F.col("part") == part)  # type: ignore[misc]
        listed.unpersist()


def _listing(stage: Stage, batch: str, warehouse: Warehouse, settings: Settings) -> DataFrame:
    sources = [source for source in settings.recipe.sources if source.batch == batch]
    rows = [row for s in sources for row in listing.places(settings.env.input, s.name, s.batch, s.format, s.path)]
    work = warehouse.spark.createDataFrame(
        listing.rows_of(rows), ", ".join(f"{name} STRING" for name in listing.WORK.names)
    )
    dealt = warehouse.read(DELIVERIES).where(F.col("batch") == batch).select("source", "object_id", "part").distinct()
    given = Given(
        lambda _: work.repartition(settings.env.partitions),
        lambda _: dealt,
        warehouse.spark.createDataFrame,
        settings.recipe,
        settings.rules,
        settings.env,
        settings.folder,
    )
    return stage.make(given)


def digest(value: Any) -> str:
    """16 hex characters over one spelling of a value."""
    return hashlib.sha256(rules.compact_json(value).encode()).hexdigest()[:16]


def progress() -> Callable[[str], None]:
    """Lines on standard error where that is a terminal; silence else."""
    if not sys.stderr.isatty():
        return lambda line: None
    started = time.monotonic()
    return lambda line: print(f"[{time.monotonic() - started:6.1f} s] {line}", file=sys.stderr, flush=True)
