"""Floor 3: what a stage is: the record "this table is made by this transform from those tables"."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, Observation

from kvern.kernels import files
from kvern.recipe import ConfigError, Env, Recipe
from kvern.rules import Rules
from kvern.tables import Table

Store = Callable[[DataFrame], DataFrame]  # writes a stage's table, once, and gives back what is stored


def parts_of(table: Table, recorded: Mapping[tuple[str, str, int], str]) -> dict[str, str]:
    """Recorded fingerprints of the parts of a part table, by "batch/part"."""
    return {f"{batch}/{part}": have for (name, batch, part), have in sorted(recorded.items()) if name == table.name}


@dataclass(frozen=True)
class File:
    """A file that the recipe names: `key` is where it does, `name` lies under `root` (a folder or URL)."""

    key: str
    wanted: str
    """As in `want a JSONL file`."""
    beside: str
    """What `root` is, in words."""
    root: str
    name: str

    def read(self) -> tuple[bytes, files.Digest]:
        """All bytes and their digest; ConfigError where there is no such file."""
        try:
            return files.read(self.root, self.name)
        except OSError as error:
            place = f"{self.root}/{self.name}"
            folder = "://" not in self.root and Path(place).is_dir()
            if not folder and not isinstance(error, FileNotFoundError | NotADirectoryError):
                raise
            raise ConfigError(
                f"{self.key}: want {self.wanted}, have {'a folder' if folder else 'nothing'} at {place}; "
                f"the path is relative to {self.beside}."
            ) from None


@dataclass(frozen=True)
class Settings:
    """All that a run is told: what can change an output, what cannot, and the folder that the recipe lies in."""

    recipe: Recipe
    rules: Rules
    env: Env
    folder: Path


@dataclass(frozen=True)
class Given:
    """What a stage's adapter may ask for: frames of the tables it reads, and the settings.

    `read` gives a part table's own part to a part stage, and a whole table else; `others` gives the other parts.
    `reads` are the stage's tables, `frames` what they hold, in that order; `over` calls a transform with them,
    or with the first few.
    `watch` gives an observation whose counts stand in the stage's line once its table is written.
    `fingerprint` is the stage's own for this unit, `recorded` all that are known: (table, batch, part) to fingerprint.
    `last_commit` gives Delta's version of a table and what was said of how it was made (`warehouse.lineage_of`).
    """

    read: Callable[[Table], DataFrame]
    others: Callable[[Table], DataFrame]
    rows: Callable[[Sequence[tuple[Any, ...]], str], DataFrame]
    settings: Settings
    reads: tuple[Table, ...] = ()
    fingerprint: str = ""
    recorded: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    last_commit: Callable[[Table], Mapping[str, Any]] = lambda table: {}
    watched: list[Observation] = field(default_factory=list)

    def watch(self) -> Observation:
        self.watched.append(Observation())
        return self.watched[-1]

    @property
    def frames(self) -> tuple[DataFrame, ...]:
        return tuple(self.read(table) for table in self.reads)

    def over(self, transform: Callable[..., DataFrame], first: int | None = None, **settings: Any) -> DataFrame:
        return transform(*self.frames[:first], **settings)

    @property
    def recipe(self) -> Recipe:
        return self.settings.recipe

    @property
    def rules(self) -> Rules:
        return self.settings.rules

    @property
    def env(self) -> Env:
        return self.settings.env


@dataclass(frozen=True)
class Stage:
    """`version` is raised when the stage's output changes for the same input and settings.

    `depends` is what of recipe and rules can change the output; `files` are those whose content can.
    A `pinned` stage is not made stale by its inputs, only by what it depends on, or when it is asked for anew.
    `serves` names the pinned stage that this one is made for: it is made when that one is, and `needed` by the recipe.
    A stage that leaves files beside its table has `publish`, which stores what it makes through the door it is given,
    and `intact`, false where those files are gone.
    `remembers`: a part table whose parts, as they were when this whole table was made, stand in its commit.
    """

    writes: Table
    reads: tuple[Table, ...]
    make: Callable[[Given], DataFrame] | None = None
    depends: Callable[[Recipe, Rules], Any] = lambda recipe, rules: None
    version: int = 1
    files: Callable[[Settings], tuple[File, ...]] = lambda settings: ()
    pinned: bool = False
    serves: str | None = None
    needed: Callable[[Recipe], bool] = lambda recipe: True
    publish: Callable[[Given, Store], object] | None = None
    intact: Callable[[Given], bool] = lambda given: True
    called: str = ""
    remembers: Table | None = None

    @property
    def name(self) -> str:
        return self.called or self.writes.name

    def rows(self, given: Given) -> DataFrame:
        if self.make is None:
            raise TypeError(f"{self.name} is published, it has no rows of its own to make")
        return self.make(given)
