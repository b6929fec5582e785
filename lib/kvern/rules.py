"""Floor 1: the files that a recipe points to: the tiers of rights."""

import json
from pathlib import Path
from typing import Any

from pydantic import Field

from kvern.recipe import ConfigError, Params, Recipe, read


class Tier(Params):
    """A class of rights. `rank` orders tiers from open (0) to closed; a document never moves to a smaller one."""

    rank: int = Field(ge=0)
    train: bool
    basis: str
    closes: tuple[str, ...] = ()


class Rights(Params):
    """conf/rights.toml: the tiers, and the tier that a licence named on a document stands for."""

    tiers: dict[str, Tier]
    licences: dict[str, str] = {}
    reserved: str
    unknown: str


class Rules(Params):
    """All that a recipe's own file does not hold but its outputs depend on."""

    rights: Rights


def load(recipe: Recipe, folder: Path) -> Rules:
    """Read the files a recipe names, relative to its own folder, and check the recipe against them."""
    rights = read(Rights, folder / recipe.rights_file)
    for source in recipe.sources:
        if source.tier not in rights.tiers:
            raise ConfigError(
                f"sources.{source.name}.tier: unknown tier {source.tier!r}; "
                f"{recipe.rights_file} knows: {', '.join(sorted(rights.tiers))}"
            )
    return Rules(rights=rights)


def as_json(value: Any) -> Any:
    """A params object as plain JSON values, for a fingerprint or a lineage record."""
    if isinstance(value, Params):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def compact_json(value: Any) -> str:
    """One spelling of a value: keys sorted, no blanks, dates as ISO."""
    return json.dumps(as_json(value), sort_keys=True, separators=(",", ":"), default=str)
