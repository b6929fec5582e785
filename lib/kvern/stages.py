"""Floor 3: the pipeline as data. A stage says which table is made, from what, by which transform, with which settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from kvern import rules, tables
from kvern.recipe import Env, Recipe
from kvern.rules import Rules
from kvern.tables import Table
from kvern.transforms import (
    contamination,
    deliveries,
    documents,
    duplicate_pairs,
    eligibility,
    near_duplicates,
    pages,
    records,
    refusals,
    rights,
    selection,
    signals,
    suppressions,
    tokenizer,
    tokens,
    words,
)


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
    A `pinned` stage is not made stale by its inputs, only by its settings or by `--from`.
    """

    writes: Table
    reads: tuple[Table, ...]
    make: Callable[[Given], DataFrame]
    settings: Callable[[Recipe, Rules], Any]
    version: int = 1
    files: Callable[[Recipe], tuple[str, ...]] = lambda recipe: ()
    pinned: bool = False

    @property
    def name(self) -> str:
        return self.writes.name


def _sources(given: Given) -> DataFrame:
    ddl = "source STRING, batch STRING, format STRING, fields STRING, ceiling STRING, source_licence STRING, valid_from DATE, valid_until DATE, priority INT"
    rows = [
        (
            s.name,
            s.batch,
            s.format,
            rules.compact_json(s.fields),
            s.tier,
            s.licence,
            s.valid_from,
            s.valid_until,
            s.priority,
        )
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
        *(given.read(table) for table in REFUSALS.reads), known=given.others(tables.DOCUMENTS)
    ),
    settings=lambda recipe, _: None,
)
SIGNALS = Stage(
    writes=tables.SIGNALS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: signals.signals(
        given.read(tables.DOCUMENTS), given.recipe.signals, rules.stop_words(given.rules)
    ),
    settings=lambda recipe, rule: [recipe.signals, rules.stop_words(rule)],
)
CONTAMINATION = Stage(
    writes=tables.CONTAMINATION,
    reads=(tables.DOCUMENTS,),
    make=lambda given: contamination.contamination(
        given.read(tables.DOCUMENTS),
        contamination.grams(given.env.input, given.recipe.contamination),
        given.recipe.contamination,
    ),
    settings=lambda recipe, _: recipe.contamination,
    files=lambda recipe: tuple(benchmark.path for benchmark in recipe.contamination.benchmarks),
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
DUPLICATE_PAIRS = Stage(
    writes=tables.DUPLICATE_PAIRS,
    reads=(tables.SIGNALS, tables.DOCUMENTS),
    make=lambda given: duplicate_pairs.duplicate_pairs(
        given.read(tables.SIGNALS), given.read(tables.DOCUMENTS), given.recipe.duplicate_pairs
    ),
    settings=lambda recipe, _: recipe.duplicate_pairs,
)
ELIGIBILITY = Stage(
    writes=tables.ELIGIBILITY,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.CONTAMINATION, tables.RIGHTS, tables.SUPPRESSIONS),
    make=lambda given: eligibility.eligibility(
        *(given.read(table) for table in ELIGIBILITY.reads),
        _sources(given),
        given.recipe.eligibility,
        rules.bounds(given.rules),
        given.rules.rights,
        given.recipe.as_of,
    ),
    settings=lambda recipe, rule: [
        recipe.eligibility,
        recipe.as_of,
        rules.bounds(rule),
        rule.rights,
        [[s.name, s.batch, s.priority] for s in recipe.sources],
    ],
)
NEAR_DUPLICATES = Stage(
    writes=tables.NEAR_DUPLICATES,
    reads=(tables.DUPLICATE_PAIRS, tables.ELIGIBILITY),
    make=lambda given: near_duplicates.near_duplicates(
        given.read(tables.DUPLICATE_PAIRS),
        given.read(tables.ELIGIBILITY),
        given.rows(rules.closes(given.rules), "closed_tier STRING, tier STRING"),
        given.recipe.near_duplicates,
    ),
    settings=lambda recipe, rule: [recipe.near_duplicates, rules.closes(rule)],
)
SELECTION = Stage(
    writes=tables.SELECTION,
    reads=(tables.ELIGIBILITY, tables.NEAR_DUPLICATES),
    make=lambda given: selection.selection(given.read(tables.ELIGIBILITY), given.read(tables.NEAR_DUPLICATES)),
    settings=lambda recipe, _: recipe.selection,
)
WORDS = Stage(
    writes=tables.WORDS,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY),
    make=lambda given: words.words(*(given.read(table) for table in WORDS.reads), given.recipe.final_text),
    settings=lambda recipe, _: [recipe.tokenizer, recipe.final_text],
    pinned=True,
)
TOKENIZER = Stage(
    writes=tables.TOKENIZER,
    reads=(tables.WORDS,),
    make=lambda given: given.rows(
        tokenizer.tokenizer(given.read(tables.WORDS), given.recipe.tokenizer, given.folder, given.fingerprint),
        tables.TOKENIZER.ddl,
    ),
    settings=lambda recipe, _: recipe.tokenizer,
    pinned=True,
)
TOKENS = Stage(
    writes=tables.TOKENS,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY, tables.TOKENIZER),
    make=lambda given: tokens.tokens(
        *(given.read(table) for table in TOKENS.reads), given.read(tables.TOKENS), given.recipe.final_text
    ),
    settings=lambda recipe, _: recipe.final_text,
)

PIPELINE = (
    DELIVERIES, PAGES, RECORDS, FIXITY, DOCUMENTS, REFUSALS, SIGNALS, CONTAMINATION, RIGHTS, SUPPRESSIONS,
    DUPLICATE_PAIRS, ELIGIBILITY, NEAR_DUPLICATES, SELECTION, WORDS, TOKENIZER, TOKENS,
)  # fmt: skip
BY_NAME = {stage.name: stage for stage in PIPELINE}
SHARDS = "shards"
NAMES = (*BY_NAME, SHARDS)
