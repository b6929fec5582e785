"""The command line: kvern run, status, explain, and the doors of the jobs. Errors are one paragraph; see EXIT."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException

from kvern import __version__, rules, stages
from kvern.recipe import ConfigError, Env, Recipe, read
from kvern.run import Made, Settings, progress, run
from kvern.session import EnvironmentMissing, open_session
from kvern.warehouse import ContractError, GateError, Warehouse

DONE, DATA, CALL, ENVIRONMENT = 0, 1, 2, 3
EXIT: tuple[tuple[type[BaseException], int], ...] = (
    (ContractError, DATA),
    (GateError, DATA),
    (ConfigError, CALL),
    (EnvironmentMissing, ENVIRONMENT),
    (PermissionError, ENVIRONMENT),
    (PySparkException, ENVIRONMENT),
    (OSError, ENVIRONMENT),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, act, exit with 0 done, 1 data, 2 call, 3 environment."""
    options = _parser().parse_args(arguments)
    sys.exit(_guarded(lambda: options.act(options), options.debug))


def job(stage: str | None = None) -> None:
    """The door of a script in jobs/: one stage, or the whole pipeline."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    _common(parser)
    options = parser.parse_args()
    options.from_stage = options.until = stage
    sys.exit(_guarded(lambda: run_command(options), options.debug))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kvern", description="Raw holdings in, traceable training shards out.")
    parser.add_argument("--version", action="version", version=f"kvern {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = _command(commands, "run", run_command, "run the pipeline, or a part of it")
    run_parser.add_argument("--from", dest="from_stage", metavar="STAGE", help="begin here")
    run_parser.add_argument("--until", metavar="STAGE", help="end here")
    _command(commands, "status", status_command, "every table: rows, version, when, by which recipe; what is stale")
    explain = _command(commands, "explain", explain_command, "all that is known of a document")
    explain.add_argument("doc_id", metavar="DOC_ID")
    return parser


def _command(commands: Any, name: str, act: Callable[[Any], int], told: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=told, description=told)
    parser.set_defaults(act=act)
    _common(parser)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", required=True, metavar="FILE", help="what can change an output")
    parser.add_argument("--env", required=True, metavar="FILE", help="where things lie")
    for name in ("input", "warehouse", "output"):
        parser.add_argument(f"--{name}", metavar="DIR", help=f"instead of the env's {name}")
    parser.add_argument("--batch", metavar="NAME", help="only this batch")
    parser.add_argument("--json", action="store_true", help="results as JSON")
    parser.add_argument("--debug", action="store_true", help="errors with their stack trace")


def _guarded(act: Callable[[], int], debug: bool) -> int:
    try:
        return act()
    except tuple(kind for kind, _ in EXIT) as error:
        if debug:
            raise
        print(f"kvern: {_paragraph(error)}", file=sys.stderr)
        return next(code for kind, code in EXIT if isinstance(error, kind))


def _paragraph(error: BaseException) -> str:
    return " ".join(str(error).split("JVM stacktrace")[0].split())[:600]


def _settings(options: Any) -> Settings:
    recipe, env = read(Recipe, options.recipe), read(Env, options.env)
    given = {name: getattr(options, name) for name in ("input", "warehouse", "output") if getattr(options, name)}
    folder = Path(options.recipe).parent
    settings = Settings(recipe, rules.load(recipe, folder), env.model_copy(update=given), folder)
    if "://" not in settings.env.input and not Path(settings.env.input).is_dir():
        raise ConfigError(
            f"input: want a folder of deliveries, have nothing at {settings.env.input!r}; "
            "set it in the env or by --input."
        )
    return settings


def _open(options: Any, settings: Settings) -> Warehouse:
    place = settings.env.warehouse
    if "://" not in place:
        try:
            Path(place).mkdir(parents=True, exist_ok=True)
            probe = Path(place) / f".probe-{time.monotonic_ns()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise EnvironmentMissing(
                f"warehouse: want a folder that can be written, have {place!r} ({error.strerror})."
            ) from error
        place = str(Path(place).resolve())
    properties = Path(options.env).parent / settings.env.spark if settings.env.spark else None
    return Warehouse(open_session(properties, f"kvern {settings.recipe.name}"), place)


def run_command(options: Any) -> int:
    chosen = _chosen(options.from_stage, options.until)
    settings = _settings(options)
    started = time.monotonic()
    warehouse = _open(options, settings)
    report = []
    for made in run(warehouse, settings, chosen, options.batch, progress()):
        report.append(made)
        if not options.json:
            print(made.line(), flush=True)
    _close(report, time.monotonic() - started, options.json)
    return DONE


def _close(report: list[Made], seconds: float, as_json: bool) -> None:
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "stage": m.stage,
                        "parts": m.parts,
                        "rows_in": m.counts.rows_in,
                        "kept": m.counts.kept,
                        "refused": m.counts.refused,
                        "seconds": round(m.counts.seconds, 3),
                    }
                    for m in report
                ]
            )
        )
        return
    made = [m for m in report if m.parts]
    what = f"made {len(made)} of {len(report)} tables" if made else "nothing to do: every table is up to date"
    print(f"kvern: {what}, took {seconds:.1f} s")


def _chosen(first: str | None, last: str | None) -> tuple[stages.Stage, ...]:
    names = list(stages.BY_NAME)
    for name in (first, last):
        if name is not None and name not in names:
            raise ConfigError(f"unknown stage {name!r}; there are: {', '.join(names)}")
    start = names.index(first) if first else 0
    end = names.index(last) if last else len(names) - 1
    return stages.PIPELINE[start : end + 1]


def status_command(options: Any) -> int:
    settings = _settings(options)
    warehouse = _open(options, settings)
    rows = [_status(warehouse, stage) for stage in stages.PIPELINE]
    if options.json:
        print(json.dumps(rows, default=str))
    else:
        _table(rows)
    return DONE


def _status(warehouse: Warehouse, stage: stages.Stage) -> dict[str, Any]:
    row: dict[str, Any] = {"table": stage.name, "rows": 0, "version": "", "written": "", "recipe": ""}
    if warehouse.exists(stage.writes):
        path = warehouse.path(stage.writes)
        last = warehouse.spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").collect()[0]
        with suppress(ValueError, TypeError):
            row["recipe"] = json.loads(last["userMetadata"])["recipe"]
        row |= {
            "rows": warehouse.read(stage.writes).count(),
            "version": last["version"],
            "written": str(last["timestamp"])[:19],
        }
    return row


def explain_command(options: Any) -> int:
    settings = _settings(options)
    warehouse = _open(options, settings)
    known = {}
    for stage in stages.PIPELINE:
        if "doc_id" in stage.writes.key and warehouse.exists(stage.writes):
            rows = (
                warehouse.read(stage.writes)
                .where(f"doc_id = '{options.doc_id}'")
                .drop("text", "minhash", "ids")
                .collect()
            )
            known[stage.name] = [row.asDict(recursive=True) for row in rows]
    if not any(known.values()):
        raise ConfigError(f"no document {options.doc_id!r} in this warehouse; doc_id is 32 hex characters.")
    print(json.dumps(known, default=str, ensure_ascii=False, indent=None if options.json else 2))
    return DONE


def _table(rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    width = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    for row in [dict(zip(names, names, strict=True)), *rows]:
        print("  ".join(str(row[name]).ljust(width[name]) for name in names).rstrip())


if __name__ == "__main__":
    main()
