"""Floor 4: a session and settings in, finished tables out. Makes what is stale and nothing else."""

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import __version__, delivered, stages
from kvern.delivered import Pending
from kvern.fingerprints import WHOLE, Recorded, Unit, missing, stale
from kvern.recipe import ConfigError, Recipe
from kvern.stage import Given, Settings, Stage, Store, parts_of
from kvern.tables import Table
from kvern.warehouse import Counts, GateError, Warehouse

Tell = Callable[[str], None]


@dataclass
class Made:
    """What one stage did in this run: counts summed over its parts, and how many were made."""

    stage: str
    parts: int = 0
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0, {}, 0.0))
    warnings: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> int:
        return self.counts.rows_in - sum(self.counts.refusals.values())

    def line(self) -> str:
        return "\n".join([self._counted(), *(f"{self.stage}: {warning}" for warning in self.warnings)])

    def _counted(self) -> str:
        if not self.parts:
            return f"{self.stage}: nothing to do, up to date"
        c = self.counts
        left = "".join(f", {count} {reason}" for reason, count in sorted(c.refusals.items()))
        notes = "".join(f", {count} {name.replace('_', ' ')}" for name, count in c.notes.items())
        return (
            f"{self.stage}: read {c.rows_in}, kept {c.kept}, refused {c.refused}{left}, "
            f"wrote {self.wrote} rows in {self.parts} part(s){notes}, took {c.seconds:.1f} s"
        )


def run(
    warehouse: Warehouse,
    settings: Settings,
    chosen: tuple[Stage, ...],
    batch: str | None = None,
    tell: Tell = lambda line: None,
    renew: frozenset[str] = frozenset(),
) -> Iterator[Made]:
    """Make each chosen stage where it is stale; yields what each did, in order. `renew`: pinned stages made anew."""
    with ThreadPoolExecutor() as pool:
        # The first queries of a session cost seconds each, however small: they run side by side.
        listings = delivered.listings(pool, warehouse, settings) if stages.DELIVERIES in chosen else {}
        recorded = warehouse.recorded()
        silent = delivered.without_files(listings, settings) if listings else []
        for stage in chosen:
            pending = (
                delivered.delivered(listings, recorded)
                if stage is stages.DELIVERIES
                else _pending(stage, warehouse, settings, recorded, renew)
            )
            made = _made(stage, pending, warehouse, recorded, batch, tell)
            made.warnings += silent if stage is stages.DELIVERIES else []
            yield made


def _made(
    stage: Stage, pending: Iterator[Pending], warehouse: Warehouse, recorded: Recorded, batch: str | None, tell: Tell
) -> Made:
    """Make the pending units of a stage, of one batch where it is named."""
    made = Made(stage.name)
    for unit, given, publish in pending:
        if batch and unit[0] not in ("*", batch):
            continue
        tell(f"{stage.name} {unit[0]}/{unit[1]}" if unit != WHOLE else stage.name)
        made.counts += _write(stage, unit, given, publish, warehouse)
        recorded[stage.writes.name, *unit] = given.fingerprint
        made.parts += 1
    return made


def _pending(
    stage: Stage, warehouse: Warehouse, settings: Settings, recorded: Recorded, renew: frozenset[str]
) -> Iterator[Pending]:
    units = list(stale(stage, settings, recorded, renew))
    if not units and stage.writes.scope == "corpus" and not _intact(stage, warehouse, settings, recorded):
        units = [(WHOLE, recorded[stage.writes.name, *WHOLE])]
    for unit, fingerprint in units:
        if lacking := missing(stage, unit, recorded, settings.recipe):
            raise ConfigError(
                f"{stage.name} reads {lacking[0]}, which is not made yet; run it first (--from {lacking[0]})."
            )
        given = _given(stage, unit, warehouse, settings, fingerprint, recorded)
        yield unit, given, partial(_publish, stage, given)


def _intact(stage: Stage, warehouse: Warehouse, settings: Settings, recorded: Recorded) -> bool:
    known = recorded.get((stage.writes.name, *WHOLE))
    return known is None or stage.intact(_given(stage, WHOLE, warehouse, settings, known, recorded))


def _publish(stage: Stage, given: Given, store: Store) -> object:
    return store(stage.rows(given)) if stage.publish is None else stage.publish(given, store)


def _write(stage: Stage, unit: Unit, given: Given, publish: Callable[[Store], object], warehouse: Warehouse) -> Counts:
    started = time.monotonic()
    table, recipe = stage.writes, given.recipe
    place: dict[str, Any] = {"table": table.name, "batch": unit[0], "part": unit[1]}
    made_by = {"fingerprint": given.fingerprint, "kvern": __version__, "recipe": recipe.name}
    if stage.remembers:
        place["parts"] = parts_of(stage.remembers, given.recorded)
    written: list[Counts] = []

    def store(frame: DataFrame) -> DataFrame:
        written.append(warehouse.write(frame, table, *unit, place | made_by))
        return warehouse.read(table)

    publish(store)
    notes = {name: int(count) for seen in given.watched for name, count in seen.get.items()}
    counts = replace(written[0], seconds=time.monotonic() - started, notes=notes)
    _gate(stage.name, counts, recipe)
    warehouse.log(table, *unit, given.fingerprint, counts)
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


def _given(
    stage: Stage, unit: Unit, warehouse: Warehouse, settings: Settings, fingerprint: str, recorded: Recorded
) -> Given:
    narrow = stage.writes.scope == "part"

    def read(table: Table) -> DataFrame:
        return warehouse.read_part(table, *unit) if narrow and table.scope == "part" else warehouse.read(table)

    def others(table: Table) -> DataFrame:
        return warehouse.read(table).where(~((F.col("batch") == unit[0]) & (F.col("part") == unit[1])))

    rows, last_commit = warehouse.spark.createDataFrame, warehouse.last_commit
    return Given(read, others, rows, settings, stage.reads, fingerprint, recorded, last_commit)


def progress() -> Tell:
    """Lines on standard error where that is a terminal; silence else."""
    if not sys.stderr.isatty():
        return lambda line: None
    started = time.monotonic()
    return lambda line: print(f"[{time.monotonic() - started:6.1f} s] {line}", file=sys.stderr, flush=True)
