"""What each command does: settings and a session in, results on standard output, progress on standard error."""

import json
import time
from typing import Any

from pyspark.sql import functions as F

from kvern import fingerprints, stages
from kvern.opening import open_warehouse, settings_of, show
from kvern.recipe import ConfigError
from kvern.run import Made, progress, run
from kvern.stage import Settings, Stage
from kvern.warehouse import Warehouse, lineage_of

HEAVY = ("text", "minhash", "ids", "model", "blocks")


def run_command(options: Any) -> None:
    """Make what is stale of the chosen stages; a line each, then a table and what it all took."""
    chosen = _chosen(options.from_stage, options.until)
    settings = settings_of(options)
    fingerprints.find_files(chosen, settings)
    started = time.monotonic()
    warehouse = open_warehouse(options, settings)
    pinned = [stage.name for stage in chosen if stage.pinned]
    renew = frozenset(pinned if options.renew and options.from_stage in {"words", *pinned} else ())
    report = []
    for made in run(warehouse, settings, chosen, options.batch, progress(), renew):
        report.append(made)
        if not options.json:
            print(made.line(), flush=True)
    _close(report, settings, warehouse, time.monotonic() - started, options.json)


def _close(report: list[Made], settings: Settings, warehouse: Warehouse, seconds: float, as_json: bool) -> None:
    rows = [_told(made) for made in report]
    if as_json:
        told = [
            row | {"warnings": each.warnings, "notes": each.counts.notes}
            for row, each in zip(rows, report, strict=True)
        ]
        print(json.dumps(told))
        return
    made = [each for each in report if each.parts]
    if len(made) > 1:
        print()
        show([row for row in rows if row["parts"]])
        print(f"\nwarehouse: {warehouse.root}\nshards:    {settings.env.output}")
    what = f"made {len(made)} of {len(report)} tables" if made else "nothing to do: every table is up to date"
    print(f"kvern: {what}, took {seconds:.1f} s")


def _told(made: Made) -> dict[str, Any]:
    counts = made.counts
    numbers = {"rows_in": counts.rows_in, "kept": counts.kept, "refused": counts.refused, "wrote": made.wrote}
    return {"stage": made.stage, "parts": made.parts, **numbers, "seconds": round(counts.seconds, 1)}


def _chosen(first: str | None, last: str | None) -> tuple[Stage, ...]:
    names = list(stages.BY_NAME)
    for name in (first, last):
        if name is not None and name not in names:
            raise ConfigError(f"unknown stage {name!r}; there are: {', '.join(names)}")
    start = names.index(first) if first else 0
    end = names.index(last) if last else len(names) - 1
    return stages.PIPELINE[start : end + 1]


def status_command(options: Any) -> None:
    """A row for each table. Deliveries are not listed again here: what lies new in the input is seen by `run`."""
    settings = settings_of(options)
    warehouse = open_warehouse(options, settings)
    stale = fingerprints.survey(settings, warehouse.recorded())
    rows = [_status(warehouse, stage, stale[stage.name]) for stage in stages.PIPELINE]
    if options.json:
        print(json.dumps(rows, default=str))
        return
    show(rows)
    behind = [row["table"] for row in rows if row["stale"]]
    print(f"kvern: {'stale: ' + ', '.join(behind) if behind else 'every table is up to date with the recipe'}")


def _status(warehouse: Warehouse, stage: Stage, stale: int) -> dict[str, Any]:
    row: dict[str, Any] = {"table": stage.name, "rows": 0, "bytes": 0, "version": "", "written": "", "recipe": ""}
    if last := warehouse.last_commit(stage.writes):
        size = warehouse.spark.sql(f"DESCRIBE DETAIL delta.`{warehouse.path(stage.writes)}`").collect()[0][
            "sizeInBytes"
        ]
        row |= {"rows": warehouse.read(stage.writes).count(), "bytes": size, "version": last["version"]}
        row |= {"written": str(last["timestamp"])[:19], "recipe": lineage_of(last).get("recipe", "")}
    return row | {"stale": f"{stale} part(s)" if stale and stage.writes.scope == "part" else "yes" if stale else ""}


def explain_command(options: Any) -> None:
    """Everything that the tables say of one document, but for text, signature and ids."""
    settings = settings_of(options)
    warehouse = open_warehouse(options, settings)
    known = {stage.name: _rows_of(warehouse, stage, options.doc_id) for stage in stages.PIPELINE}
    known = {name: rows for name, rows in known.items() if rows}
    if "documents" not in known:
        raise ConfigError(f"no document {options.doc_id!r} in this warehouse; doc_id is 32 hex characters.")
    print(json.dumps(known, default=str, ensure_ascii=False, indent=None if options.json else 2))


def _rows_of(warehouse: Warehouse, stage: Stage, doc_id: str) -> list[dict[str, Any]]:
    frame = warehouse.read(stage.writes)
    columns = [name for name in ("doc_id", "other") if name in frame.columns]
    if not columns:
        return []
    named = [F.col(name) == doc_id for name in columns]
    found = frame.where(named[0] if len(named) == 1 else named[0] | named[1]).drop(*HEAVY)
    return [row.asDict(recursive=True) for row in found.collect()]
