"""Floor 1: what a knob may be. `Recipe` holds what can change an output, `Env` what cannot.

Both are read from TOML (YAML reads the language code `no` as false), frozen, and refuse a key they do not know.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from kvern.build_params import Shards, Tokenizer
from kvern.params import (
    Contamination,
    Deliveries,
    Documents,
    DuplicatePairs,
    Eligibility,
    FinalText,
    Gate,
    Name,
    NearDuplicates,
    Pages,
    Params,
    Selection,
    Signals,
    Source,
    Suppressions,
)
from kvern.repeat_params import Boilerplate, Passages

P = TypeVar("P", bound=Params)


class ConfigError(ValueError):
    """The call or the configuration is wrong (exit 2)."""


class Recipe(Params):
    """All that can change an output, one section for each stage."""

    name: Name
    """Stands in every lineage record, and before a build's hash."""
    as_of: date
    """The day on which rights are judged; never the clock."""
    rights_file: str = "../rights.toml"
    """Tiers and licences; relative to the recipe."""
    languages_folder: str = "../languages"
    """A file for each language; relative to the recipe."""
    sources: tuple[Source, ...] = Field(min_length=1)
    deliveries: Deliveries = Field(default_factory=Deliveries)
    pages: Pages = Field(default_factory=Pages)
    documents: Documents = Field(default_factory=Documents)
    signals: Signals = Field(default_factory=Signals)
    contamination: Contamination = Field(default_factory=Contamination)
    suppressions: Suppressions = Field(default_factory=Suppressions)
    duplicate_pairs: DuplicatePairs = Field(default_factory=DuplicatePairs)
    eligibility: Eligibility = Field(default_factory=Eligibility)
    near_duplicates: NearDuplicates = Field(default_factory=NearDuplicates)
    selection: Selection = Field(default_factory=Selection)
    boilerplate: Boilerplate = Field(default_factory=Boilerplate)
    passages: Passages = Field(default_factory=Passages)
    final_text: FinalText = Field(default_factory=FinalText)
    tokenizer: Tokenizer = Field(default_factory=Tokenizer)
    shards: Shards = Field(default_factory=Shards)
    gates: dict[str, Gate] = {}

    def of_batch(self, batch: str) -> Self:
        """The recipe with the sources of one batch alone; none where it names no source of it."""
        return self.model_copy(update={"sources": tuple(each for each in self.sources if each.batch == batch)})

    @model_validator(mode="after")
    def _sources_are_unique(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for source in self.sources:
            if (source.name, source.batch) in seen:
                raise ValueError(f"sources: want each (name, batch) once, have ({source.name}, {source.batch}) twice")
            seen.add((source.name, source.batch))
        return self

    @model_validator(mode="after")
    def _cuts_have_sources(self) -> Self:
        for cut, section in (("boilerplate", self.boilerplate), ("passage", self.passages)):
            if cut in self.final_text.cuts and not section.sources:
                key = "passages" if cut == "passage" else cut
                raise ValueError(f"final_text.cuts: {cut!r} wants sources to look into, name them in {key}.sources")
        return self

    @model_validator(mode="after")
    def _stored_pairs_reach(self) -> Self:
        for key in ("threshold", "noisy_threshold"):
            stored, used = getattr(self.duplicate_pairs, key), getattr(self.near_duplicates, key)
            if used < stored:
                raise ValueError(
                    f"near_duplicates.{key}: want at least {stored}, have {used}: no pair below duplicate_pairs.{key} "
                    "is stored"
                )
        return self


class Env(Params):
    """All that cannot: where things lie and how wide a job runs."""

    input: str
    """The folder or URL under which the sources' paths lie."""
    warehouse: str
    """Where the tables lie."""
    output: str
    """Where the shards lie."""
    partitions: int = Field(default=4, ge=1)
    """How many tasks a stage that parses is spread over: two or three for each core."""
    encoder_cache_bytes: int = Field(default=1 << 25, ge=1024)
    """Memory of each Python worker for words that it has encoded before; the largest power of two in it is used."""
    union_find_documents: int = Field(default=30_000_000, ge=1)
    """Documents with a pair that one task joins into clusters, 30 to 70 bytes each; more are contracted in Spark."""
    spark: str | None = None
    """Properties that start a JVM, relative to this file; not read under spark-submit."""


def read(kind: type[P], path: str | Path) -> P:
    """Read one TOML file; every error names the file, the key and what is allowed."""
    file = Path(path)
    try:
        return kind.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(f"{file}: want a {kind.__name__.lower()} file, have nothing there; check the path.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not TOML: {error}.") from None
    except ValidationError as error:
        raise ConfigError(f"{file}: " + "; ".join(_sentence(kind, item) for item in error.errors())) from None


def _sentence(kind: type[Params], item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"]) or kind.__name__.lower()
    if item["type"] == "extra_forbidden":
        return f"{key}: unknown key; allowed here: {', '.join(sorted(_keys_beside(kind, item['loc'])))}"
    return f"{key}: {item['msg']} (have {item['input']!r:.60})"


def _keys_beside(kind: type[Params], location: tuple[Any, ...]) -> set[str]:
    model: Any = kind
    for part in location[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            model = model.model_fields[part].annotation
            while hasattr(model, "__args__"):
                model = model.__args__[-1] if model.__args__[-1] is not Ellipsis else model.__args__[0]
    return set(getattr(model, "model_fields", {}))
