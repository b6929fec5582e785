"""What the commands on finished builds do: verify, trace, redact."""

import json
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from kvern import tables
from kvern.opening import open_warehouse, settings_of, show
from kvern.recipe import ConfigError
from kvern.run import progress
from kvern.shards import build, manifest, redact, verify
from kvern.shards import trace as tracing
from kvern.warehouse import Warehouse

KEY_BYTES = 16


def verify_command(options: Any) -> None:
    """Read a build back; the first difference is an error. Needs no session."""
    _say(verify.verify(options.build, tell=progress()), options.json)


def trace_command(options: Any) -> None:
    """Where a token came from, or every place of a document."""
    settings = settings_of(options)
    if options.doc:
        places = list(tracing.positions(settings.env.output, options.doc))
        _places(places, options.doc, options.json)
        return
    if options.shard is None or options.token is None:
        raise ConfigError("trace: want SHARD and TOKEN, or --doc DOC_ID; have neither.")
    root, name = manifest.build_of(options.shard)
    warehouse = open_warehouse(options, settings)
    frames = (warehouse.read(table) for table in (tables.DOCUMENTS, tables.TOKENS, tables.PAGES))
    _say(_asked(lambda: tracing.trace(root, name, options.token, *frames)), options.json)


def _places(places: list[dict[str, Any]], doc_id: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(places))
    elif places:
        show(places)
    else:
        print(f"kvern: {doc_id} stands in no build here")


def redact_command(options: Any) -> None:
    """The next generation of a build, without what the warehouse's requests suppress now."""
    settings = settings_of(options)
    key = _key(options.key)
    warehouse = open_warehouse(options, settings)
    gone = _suppressed(warehouse)
    told = _asked(lambda: redact.redact(options.build, gone, options.request, key, options.blank))
    older = [root for root in told["standing"] if root != told["build"]]
    if told["build"] and options.delete:
        for root in older:
            redact.delete(root)
        older = []
    stored = build.index(warehouse.spark, manifest.standing(settings.env.output))
    warehouse.write(stored, tables.SHARD_INDEX, "*", -1, {"table": tables.SHARD_INDEX.name, "request": options.request})
    _say({**told, "standing": older}, options.json)


def _suppressed(warehouse: Warehouse) -> list[str]:
    """Documents that a request names, and near copies where it asks for them too."""
    named = F.exists("reasons", lambda reason: reason.isin("suppressed", "suppressed_twin"))
    return [row["doc_id"] for row in warehouse.read(tables.SELECTION).where(named).select("doc_id").collect()]


def _key(path: str) -> bytes:
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"key: want a file of secret bytes, have {path!r} ({error.strerror}).") from None
    if len(key) < KEY_BYTES:
        raise ConfigError(f"key: want at least {KEY_BYTES} bytes, have {len(key)}; make one from a random source.")
    return key


def _asked(act: Any) -> dict[str, Any]:
    """What was asked for cannot be: a wrong call, unless the build itself is at fault."""
    try:
        return dict(act())
    except (manifest.NoBuild, verify.Differs):
        raise
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _say(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, default=str, ensure_ascii=False))
        return
    width = max(len(name) for name in told)
    for name, value in told.items():
        shown = json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else value
        print(f"{name.ljust(width)}  {shown}")
