"""Floor 1: the files that a recipe points to: tiers of rights, and the measures and thresholds of each language."""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from kvern.params import Params
from kvern.recipe import ConfigError, Recipe, read
from kvern.tables import SIGNALS


class Tier(Params):
    """A class of rights. `rank` orders tiers from open (0) to closed; a document never moves to a smaller one."""

    rank: int = Field(ge=0)
    """0 is the most open."""
    train: bool
    """A model may be trained on it."""
    basis: str
    """What that rests on, in words."""
    closes: tuple[str, ...] = ()
    """Tiers whose near copies go when a copy in this tier is closed."""


class Rights(Params):
    """conf/rights.toml: the tiers, and the tier that a licence named on a document stands for."""

    tiers: dict[str, Tier]
    licences: dict[str, str] = {}
    """Licence as a document names it to its tier."""
    reserved: str
    """Tier of a document whose holder reserves text and data mining."""
    unknown: str
    """Tier of a licence that is not listed."""


class Measures(Params):
    """What `signals` counts by."""

    stop_words: tuple[str, ...] = ()
    """Words that any real text of the language holds, in lower case."""
    alphabet: str = ""
    """Its letters, in lower case."""


class Language(Params):
    """What is special to one language, in a file named by its ISO 639-3 code."""

    measures: Measures
    thresholds: dict[str, float] = {}
    """What `eligibility` judges by: `min_` or `max_` and the name of a measure in `signals`."""


class Rules(Params):
    """All that a recipe's own file does not hold but its outputs depend on."""

    rights: Rights
    languages: dict[str, Language]


def load(recipe: Recipe, folder: Path) -> Rules:
    """Read the files a recipe names, relative to its own folder, and check the recipe against them."""
    rights = read(Rights, folder / recipe.rights_file)
    found = sorted((folder / recipe.languages_folder).glob("*.toml"))
    if not found:
        raise ConfigError(f"languages_folder: want a folder of *.toml, have none in {recipe.languages_folder!r}")
    rules = Rules(rights=rights, languages={file.stem: read(Language, file) for file in found})
    _check_names(recipe, rules)
    return rules


def _check_names(recipe: Recipe, rules: Rules) -> None:
    """Whatever the recipe or a language file names must be there: else a rule would silently never hold."""
    tiers, sources = sorted(rules.rights.tiers), sorted({source.name for source in recipe.sources})
    for source in recipe.sources:
        _known(f"sources.{source.name}.tier", "tier", [source.tier], tiers)
    _known("eligibility.exempt", "source", recipe.eligibility.exempt, sources)
    _known("signals.ocr_sources", "source", recipe.signals.ocr_sources, sources)
    _known("boilerplate.sources", "source", recipe.boilerplate.sources, sources)
    _known("passages.sources", "source", recipe.passages.sources, sources)
    _known("selection.weights", "source", recipe.selection.weights, sources)
    _known("final_text.pii", "tier", recipe.final_text.pii, ["*", *tiers])
    _known("eligibility.languages", "language", recipe.eligibility.languages, [*rules.languages, "nor", "und", "zxx"])
    for key in ("floors", "top_ups"):
        _known(f"tokenizer.{key}", "language", getattr(recipe.tokenizer, key), [*rules.languages, "nor", "und", "zxx"])
    _known("eligibility.protected", "language", recipe.eligibility.protected, [*rules.languages])
    measures = re.findall(r"^(\w+) (?:DOUBLE|LONG|INT) ?", SIGNALS.ddl, re.MULTILINE)
    for code, language in rules.languages.items():
        bounds = [f"{side}_{measure}" for side in ("min", "max") for measure in measures]
        _known(f"{code}.toml: thresholds", "bound", language.thresholds, bounds)


def _known(key: str, what: str, have: Iterable[str], allowed: Sequence[str]) -> None:
    for name in have:
        if name not in allowed:
            raise ConfigError(f"{key}: unknown {what} {name!r}; known: {', '.join(sorted(allowed))}")


def bounds(rules: Rules) -> dict[str, dict[str, float]]:
    """Threshold name to {language: bound}; `nor` takes what `nob` has."""
    out: dict[str, dict[str, float]] = {}
    for code, language in sorted(rules.languages.items()):
        for name, bound in sorted(language.thresholds.items()):
            out.setdefault(name, {})[code] = bound
            if code == "nob":
                out[name]["nor"] = bound
    return out


def stop_words(rules: Rules) -> dict[str, tuple[str, ...]]:
    return {code: language.measures.stop_words for code, language in sorted(rules.languages.items())}


def letters(rules: Rules, languages: Iterable[str]) -> str:
    """Small and capital letters of the languages' alphabets, each once, by code point."""
    small = "".join(rules.languages[code].measures.alphabet for code in languages if code in rules.languages)
    return "".join(sorted({*small, *(letter.upper() for letter in small if len(letter.upper()) == 1)}))


def as_json(value: Any) -> Any:
    """A params object as plain JSON values, for a fingerprint or a lineage record."""
    if isinstance(value, Params):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def closes(rules: Rules) -> list[tuple[str, str]]:
    """(closed_tier, tier): a closed copy in the first closes its near copies in the second."""
    return sorted((name, other) for name, tier in rules.rights.tiers.items() for other in tier.closes)


def compact_json(value: Any) -> str:
    """One spelling of a value: keys sorted, no blanks, dates as ISO."""
    return json.dumps(as_json(value), sort_keys=True, separators=(",", ":"), default=str)
