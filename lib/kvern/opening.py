"""From a command's options to settings and an open warehouse, and rows to a table for people."""

import time
from pathlib import Path
from typing import Any

from kvern import rules
from kvern.recipe import ConfigError, Env, Recipe, read
from kvern.session import EnvironmentMissing, open_session
from kvern.stage import Settings
from kvern.warehouse import Warehouse


def settings_of(options: Any) -> Settings:
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


def open_warehouse(options: Any, settings: Settings) -> Warehouse:
    place = _writable(settings.env.warehouse)
    properties = Path(options.env).parent / settings.env.spark if settings.env.spark else None
    return Warehouse(open_session(properties, f"kvern {settings.recipe.name}", options.debug), place)


def _writable(place: str) -> str:
    """The warehouse's place, absolute; EnvironmentMissing where nothing can be written there."""
    if "://" in place:
        return place
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
        probe = Path(place) / f".probe-{time.monotonic_ns()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EnvironmentMissing(
            f"warehouse: want a folder that can be written, have {place!r} ({error.strerror})."
        ) from error
    return str(Path(place).resolve())


def show(rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    cells = [dict(zip(names, names, strict=True)), *rows]
    width = {name: max(len(str(row[name])) for row in cells) for name in names}
    number = {name: any(isinstance(row[name], int | float) for row in rows) for name in names}
    for row in cells:
        line = (
            str(row[name]).rjust(width[name]) if number[name] else str(row[name]).ljust(width[name]) for name in names
        )
        print("  ".join(line).rstrip())
