"""Floor 1: what a knob may be. `Recipe` holds what can change an output, `Env` what cannot.

Both are read from TOML (YAML reads the language code `no` as false), frozen, and refuse a key they do not know.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Format = Literal["mets-alto", "alto", "warc", "arc", "wet", "html", "jsonl", "parquet", "text", "srt", "vtt"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]


P = TypeVar("P", bound="Params")


class ConfigError(ValueError):
    """The call or the configuration is wrong (exit 2)."""


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Params):
    """One delivery of one source; (name, batch) is unique."""

    name: Name
    format: Format
    path: str
    batch: Name
    tier: str
    licence: str | None = None
    priority: int = 100
    valid_from: date | None = None
    valid_until: date | None = None
    text: str = "text"
    id: str | None = None
    title: str | None = None
    published: str | None = None
    language: str | None = None
    uri: str | None = None
    licence_field: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Our field names to the source's, for JSONL and Parquet."""
        named = {
            "text": self.text,
            "id": self.id,
            "title": self.title,
            "published": self.published,
            "language": self.language,
            "uri": self.uri,
            "licence": self.licence_field,
        }
        return {ours: theirs for ours, theirs in named.items() if theirs}


class Deliveries(Params):
    part_bytes: int = Field(default=256_000_000, ge=1)


class Pages(Params):
    noise_confidence: Share = 0.5


class Documents(Params):
    head_repeats: int = Field(default=3, ge=2)


class Suppressions(Params):
    files: tuple[str, ...] = ()


class Gate(Params):
    max_refused: Share = 1.0
    min_kept: int = Field(default=0, ge=0)


class Recipe(Params):
    """All that can change an output, one section for each stage."""

    name: Name
    as_of: date
    rights_file: str = "../rights.toml"
    sources: tuple[Source, ...] = Field(min_length=1)
    deliveries: Deliveries = Field(default_factory=Deliveries)
    pages: Pages = Field(default_factory=Pages)
    documents: Documents = Field(default_factory=Documents)
    suppressions: Suppressions = Field(default_factory=Suppressions)
    gates: dict[str, Gate] = {}

    @model_validator(mode="after")
    def _sources_are_unique(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for source in self.sources:
            if (source.name, source.batch) in seen:
                raise ValueError(f"sources: want each (name, batch) once, have ({source.name}, {source.batch}) twice")
            seen.add((source.name, source.batch))
        return self


class Env(Params):
    """All that cannot: where things lie and how wide a job runs."""

    input: str
    warehouse: str
    output: str
    partitions: int = Field(default=4, ge=1)
    spark: str | None = None


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
