"""Floor 3: the pipeline as data. A stage says which table is made, from what, by which transform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from kvern import rules, tables
from kvern.recipe import Env, Recipe
from kvern.rules import Rules
from kvern.tables import Table
from kvern.transforms import deliveries, documents, pages, records, refusals, rights, suppressions


@dataclass(frozen=True)
class Given:
    """What a stage's adapter may ask for: frames of the tables it reads, and the settings."""

    read: Callable[[Table], DataFrame]
    others: Callable[[Table], DataFrame]
    rows: Callable[[Sequence[tuple[Any, ...]], str], DataFrame]
    recipe: Recipe
    rules: Rules
    env: Env
    folder: Path
    fingerprint: str = ""


@dataclass(frozen=True)
class Stage:
    """`version` is raised when the stage's output changes for the same input and settings.

    `settings` is what of recipe and rules can change the output; `files` are paths whose content can.
    """

    writes: Table
    reads: tuple[Table, ...]
    make: Callable[[Given], DataFrame]
    settings: Callable[[Recipe, Rules], Any]
    version: int = 1
    files: Callable[[Recipe], tuple[str, ...]] = lambda recipe: ()

    @property
    def name(self) -> str:
        return self.writes.name


def _sources(given: Given) -> DataFrame:
    ddl = (
        "source STRING, batch STRING, fields STRING, ceiling STRING, source_licence STRING, "
        "valid_from DATE, valid_until DATE"
    )
    rows = [
        (s.name, s.batch, rules.compact_json(s.fields), s.tier, s.licence, s.valid_from, s.valid_until)
        for s in given.recipe.sources
    ]
    return given.rows(rows, ddl)


def _formats(recipe: Recipe, _: Rules) -> Any:
    return [[s.name, s.batch, s.format, s.fields] for s in recipe.sources]


DELIVERIES = Stage(
    writes=tables.DELIVERIES,
    reads=(),
    make=lambda given: deliveries.deliveries(
        given.read(tables.DELIVERIES),
        given.others(tables.DELIVERIES),
        given.env.input,
        given.recipe.deliveries,
    ),
    settings=lambda recipe, _: recipe.deliveries,
)
PAGES = Stage(
    writes=tables.PAGES,
    reads=(tables.DELIVERIES,),
    make=lambda given: pages.pages(
        given.read(tables.DELIVERIES), given.env.input, given.env.partitions, given.recipe.pages
    ),
    settings=lambda recipe, _: recipe.pages,
)
RECORDS = Stage(
    writes=tables.RECORDS,
    reads=(tables.DELIVERIES,),
    make=lambda given: records.records(
        given.read(tables.DELIVERIES), _sources(given), given.env.input, given.env.partitions
    ),
    settings=_formats,
)
FIXITY = Stage(
    writes=tables.FIXITY,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS),
    make=lambda given: deliveries.fixity(
        given.read(tables.DELIVERIES), given.read(tables.PAGES), given.read(tables.RECORDS)
    ),
    settings=lambda recipe, _: None,
)
DOCUMENTS = Stage(
    writes=tables.DOCUMENTS,
    reads=(tables.PAGES, tables.RECORDS),
    make=lambda given: documents.documents(
        given.read(tables.PAGES),
        given.read(tables.RECORDS),
        given.others(tables.DOCUMENTS),
        given.recipe.documents,
    ),
    settings=lambda recipe, _: recipe.documents,
)
REFUSALS = Stage(
    writes=tables.REFUSALS,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS, tables.FIXITY, tables.DOCUMENTS),
    make=lambda given: refusals.refusals(
        given.read(tables.DELIVERIES),
        given.read(tables.PAGES),
        given.read(tables.RECORDS),
        given.read(tables.FIXITY),
        given.read(tables.DOCUMENTS),
        given.others(tables.DOCUMENTS),
    ),
    settings=lambda recipe, _: None,
)
RIGHTS = Stage(
    writes=tables.RIGHTS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: rights.rights(given.read(tables.DOCUMENTS), _sources(given), given.rules.rights),
    settings=lambda recipe, rule: [
        rule.rights,
        [[s.name, s.batch, s.tier, s.licence, s.valid_from, s.valid_until] for s in recipe.sources],
    ],
)
SUPPRESSIONS = Stage(
    writes=tables.SUPPRESSIONS,
    reads=(),
    make=lambda given: given.rows(
        suppressions.requests(given.env.input, given.recipe.suppressions), tables.SUPPRESSIONS.ddl
    ),
    settings=lambda recipe, _: recipe.suppressions,
    files=lambda recipe: recipe.suppressions.files,
)

PIPELINE = (DELIVERIES, PAGES, RECORDS, FIXITY, DOCUMENTS, REFUSALS, RIGHTS, SUPPRESSIONS)
BY_NAME = {stage.name: stage for stage in PIPELINE}
