"""Floor 3: the only door to tables. Conforms a frame to its contract, writes it, counts it in the same pass."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from kvern.tables import BY_NAME, RUNS, Table

# Reasons under which a frame may ask for a row not to be written (its column `refusal`).
REFUSALS = ("repeated", "second source_id", "no readable page")


class ContractError(ValueError):
    """A frame is not what its table promises (exit 1)."""


class GateError(ValueError):
    """A table was written, but its counts do not pass the recipe's gate (exit 1)."""


@dataclass(frozen=True)
class Counts:
    rows_in: int
    kept: int
    refused: int
    refusals: dict[str, int]
    seconds: float
    notes: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.rows_in + other.rows_in,
            self.kept + other.kept,
            self.refused + other.refused,
            _sums(self.refusals, other.refusals),
            self.seconds + other.seconds,
            _sums(self.notes, other.notes),
        )


def _sums(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


@dataclass(frozen=True)
class Warehouse:
    spark: SparkSession
    root: str
    _created: set[str] = field(default_factory=set)

    def path(self, table: Table) -> str:
        return f"{self.root.rstrip('/')}/{table.name}"

    def read(self, table: Table) -> DataFrame:
        """The table as its contract has it; an empty frame where nothing was written. ContractError for an old one."""
        schema = _schema(table.ddl)
        stored = self._stored(table)
        if stored is None:
            return self.spark.createDataFrame([], schema)
        if wrong := _unlike(stored, table):
            raise ContractError(
                f"{table.name} is of another version of kvern ({'; '.join(wrong)}). Remove {self.path(table)} and run "
                "again: it is made anew, from the tables before it."
            )
        return stored.select(*schema.names)

    def read_part(self, table: Table, batch: str, part: int) -> DataFrame:
        return self.read(table).where((F.col("batch") == batch) & (F.col("part") == part))

    def write(self, frame: DataFrame, table: Table, batch: str, part: int, lineage: dict[str, Any]) -> Counts:
        """Replace the table, or its (batch, part), by `frame`; the lineage goes into the Delta commit."""
        started = time.monotonic()
        contract = conform(frame, table)
        seen = Observation(f"{table.name}-{uuid4().hex}")
        counted = frame.observe(seen, *_counters(frame, table))
        if "refusal" in frame.columns:
            counted = counted.where("refusal IS NULL")
        self._create(table)
        writer = counted.select(*contract).write.format("delta").mode("overwrite")
        if table.scope == "part":
            writer = writer.option("replaceWhere", f"batch = '{batch}' AND part = {part}")
        writer.option("userMetadata", json.dumps(lineage, sort_keys=True)).save(self.path(table))
        return _counts(seen.get, time.monotonic() - started)

    def last_commit(self, table: Table) -> dict[str, Any]:
        """Delta's `version`, `timestamp`, `userMetadata` and more of the table's last commit; empty where none is."""
        if not self.exists(table):
            return {}
        return self.spark.sql(f"DESCRIBE HISTORY delta.`{self.path(table)}` LIMIT 1").collect()[0].asDict()

    def log(self, table: Table, batch: str, part: int, fingerprint: str, counts: Counts) -> None:
        """Record a finished run: only what is recorded here counts as made."""
        row = (
            table.name,
            batch,
            part,
            fingerprint,
            counts.rows_in,
            counts.kept,
            counts.refused,
            counts.refusals,
            round(counts.seconds, 3),
        )
        names = (
            "table STRING, batch STRING, part INT, fingerprint STRING, rows_in LONG, rows_kept LONG, "
            "rows_refused LONG, refusals MAP<STRING, LONG>, seconds DOUBLE"
        )
        frame = self.spark.createDataFrame([row], names).withColumn("finished", F.current_timestamp())
        self._create(RUNS)
        frame.write.format("delta").mode("append").save(self.path(RUNS))

    def recorded(self) -> dict[tuple[str, str, int], str]:
        """(table, batch, part) to the fingerprint of its last recorded run; nothing of a table that was removed."""
        last = (
            self.read(RUNS)
            .groupBy("table", "batch", "part")
            .agg(F.max_by("fingerprint", "finished").alias("fingerprint"))
        ).collect()
        there = self._there({row["table"] for row in last})
        rows = [row for row in last if row["table"] in there]
        return {(row["table"], row["batch"], row["part"]): row["fingerprint"] for row in rows}

    def _there(self, names: set[str]) -> set[str]:
        """Those whose table is there. Where the warehouse is a folder a look does; Spark takes a second over it."""

        def has_log(name: str) -> bool:
            return (Path(self.root) / name / "_delta_log").is_dir()

        def is_table(name: str) -> bool:
            return name not in BY_NAME or self.exists(BY_NAME[name])

        if has_log(RUNS.name):
            return set(filter(has_log, names))
        with ThreadPoolExecutor() as pool:
            return {name for name, found in zip(names, pool.map(is_table, names), strict=True) if found}

    def exists(self, table: Table) -> bool:
        return self._stored(table) is not None

    def _stored(self, table: Table) -> DataFrame | None:
        try:
            frame = self.spark.read.format("delta").load(self.path(table))
            frame.schema  # noqa: B018 - under Spark Connect the table is looked for here
        except AnalysisException:
            return None
        return frame

    def _create(self, table: Table) -> None:
        if table.name in self._created or self.exists(table):
            self._created.add(table.name)
            return
        place = "PARTITIONED BY (source, batch, part)" if table.scope == "part" else ""
        self.spark.sql(
            f"CREATE TABLE IF NOT EXISTS delta.`{self.path(table)}` ({table.ddl}) USING DELTA {place} "
            "TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 3650 days')"
        )
        self._created.add(table.name)


def lineage_of(commit: Mapping[str, Any]) -> dict[str, Any]:
    """What `Warehouse.write` was told of how the rows were made; empty for another program's commit."""
    try:
        said = json.loads(commit.get("userMetadata") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def conform(frame: DataFrame, table: Table) -> list[str]:
    """The contract's columns in order, or every difference at once."""
    want = _schema(table.ddl).names
    wrong = _unlike(frame, table)
    wrong += [f"{name}: not in the contract" for name in frame.columns if name not in (*want, "refusal")]
    if wrong:
        raise ContractError(f"{table.name} breaks its contract: {'; '.join(wrong)}")
    return list(want)


def _unlike(frame: DataFrame, table: Table) -> list[str]:
    """Each column of the contract that the frame lacks or has as another type, members of structs among them."""
    want = {item.name: item.dataType.simpleString() for item in _schema(table.ddl)}
    have = {item.name: item.dataType.simpleString() for item in frame.schema}
    return [
        f"{name}: want {kind}, have {have.get(name, 'nothing')}"
        for name, kind in want.items()
        if have.get(name) != kind
    ]


@cache
def _schema(ddl: str) -> StructType:
    schema = StructType.fromDDL(ddl)
    assert isinstance(schema, StructType), ddl
    return schema


def _counters(frame: DataFrame, table: Table) -> Sequence[Any]:
    written = F.col("refusal").isNull() if "refusal" in frame.columns else F.lit(True)
    counters = [
        F.count(F.lit(1)).alias("rows_in"),
        F.count(F.when(written & ~F.expr(table.refused), 1)).alias("kept"),
    ]
    if "refusal" in frame.columns:
        counters += [F.count(F.when(F.col("refusal") == reason, 1)).alias(reason) for reason in REFUSALS]
    return counters


def _counts(seen: dict[str, Any], seconds: float) -> Counts:
    rows, kept = int(seen.get("rows_in", 0)), int(seen.get("kept", 0))
    reasons = {reason: int(seen[reason]) for reason in REFUSALS if seen.get(reason)}
    return Counts(rows, kept, rows - kept, reasons, seconds)
