"""Floor 3: the pipeline as data: which table is made, from what, by which transform. `stage` says what a stage is."""

from typing import Any

from pyspark.sql import DataFrame

from kvern import rules, tables
from kvern.kernels import benchmarks, files
from kvern.params import Tokenizer
from kvern.recipe import Recipe
from kvern.rules import Rules
from kvern.shards import build, plan
from kvern.stage import File, Given, Settings, Stage
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


def _sources(given: Given) -> DataFrame:
    ddl = (
        "source STRING, batch STRING, fields STRING, ceiling STRING, source_licence STRING, "
        "valid_from DATE, valid_until DATE, priority INT"
    )
    rows = [
        (s.name, s.batch, rules.compact_json(s.fields), s.tier, s.licence, s.valid_from, s.valid_until, s.priority)
        for s in given.recipe.sources
    ]
    return given.rows(rows, ddl)


def _formats(recipe: Recipe, _: Rules) -> Any:
    return [[s.name, s.batch, s.format, s.fields] for s in recipe.sources]


def _terms(recipe: Recipe, rule: Rules) -> Any:
    return [rule.rights, [[s.name, s.batch, s.tier, s.licence, s.valid_from, s.valid_until] for s in recipe.sources]]


def _limits(recipe: Recipe, rule: Rules) -> eligibility.Limits:
    return eligibility.Limits(recipe.eligibility, rules.bounds(rule), rule.rights, recipe.final_text, recipe.as_of)


def _judged_by(recipe: Recipe, rule: Rules) -> Any:
    priorities = [[s.name, s.batch, s.priority] for s in recipe.sources]
    dropped = {tier: [k for k, act in by.items() if act == "drop"] for tier, by in recipe.final_text.pii.items()}
    sure = recipe.final_text.min_confidence if any(dropped.values()) else None
    return [recipe.eligibility, recipe.as_of, rules.bounds(rule), rule.rights, priorities, dropped, sure]


def _under_input(settings: Settings, *names: str) -> tuple[File, ...]:
    return tuple((settings.env.input, name) for name in names)


def _benchmark_items(given: Given) -> list[tuple[str, str]]:
    named = given.recipe.contamination.benchmarks
    return [
        item
        for b in named
        for item in benchmarks.benchmark_items(b.name, files.read(given.env.input, b.path)[0], b.field)
    ]


def _model(settings: Settings) -> tuple[File, ...]:
    model = settings.recipe.tokenizer.model
    return ((str(settings.folder), model),) if model else ()


def _given_model(given: Given) -> bytes | None:
    return next((files.read(*file)[0] for file in _model(given.settings)), None)


def _trained(recipe: Recipe, rule: Rules) -> Tokenizer:
    """The section with its letters spelt out: those of the kept languages where the recipe names none."""
    named = recipe.tokenizer.required_chars
    found = rules.letters(rule, recipe.eligibility.languages) if named is None else named
    return recipe.tokenizer.model_copy(update={"required_chars": found})


def _selection_seen(given: Given) -> str:
    return given.recorded.get((tables.SELECTION.name, "*", -1), "")


DELIVERIES = Stage(
    writes=tables.DELIVERIES,
    reads=(),
    make=lambda given: deliveries.deliveries(
        given.read(tables.DELIVERIES), given.others(tables.DELIVERIES), given.env.input, given.recipe.deliveries
    ),
    depends=lambda recipe, _: recipe.deliveries,
)
PAGES = Stage(
    writes=tables.PAGES,
    reads=(tables.DELIVERIES,),
    make=lambda given: pages.pages(
        given.read(tables.DELIVERIES), given.env.input, given.env.partitions, given.recipe.pages
    ),
    depends=lambda recipe, _: recipe.pages,
)
RECORDS = Stage(
    writes=tables.RECORDS,
    reads=(tables.DELIVERIES,),
    make=lambda given: records.records(
        given.read(tables.DELIVERIES), _sources(given), given.env.input, given.env.partitions
    ),
    depends=_formats,
)
FIXITY = Stage(
    writes=tables.FIXITY,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS),
    make=lambda given: deliveries.fixity(*(given.read(table) for table in FIXITY.reads)),
)
DOCUMENTS = Stage(
    writes=tables.DOCUMENTS,
    reads=(tables.PAGES, tables.RECORDS),
    make=lambda given: documents.documents(
        *(given.read(table) for table in DOCUMENTS.reads), given.others(tables.DOCUMENTS), given.recipe.documents
    ),
    depends=lambda recipe, _: recipe.documents,
)
REFUSALS = Stage(
    writes=tables.REFUSALS,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS, tables.FIXITY, tables.DOCUMENTS),
    make=lambda given: refusals.refusals(
        *(given.read(table) for table in REFUSALS.reads), given.others(tables.DOCUMENTS)
    ),
)
SIGNALS = Stage(
    writes=tables.SIGNALS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: signals.signals(
        given.read(tables.DOCUMENTS), given.recipe.signals, rules.stop_words(given.rules)
    ),
    depends=lambda recipe, rule: [recipe.signals, rules.stop_words(rule)],
)
CONTAMINATION = Stage(
    writes=tables.CONTAMINATION,
    reads=(tables.DOCUMENTS,),
    make=lambda given: contamination.contamination(
        given.read(tables.DOCUMENTS), _benchmark_items(given), given.recipe.contamination
    ),
    depends=lambda recipe, _: recipe.contamination,
    files=lambda settings: _under_input(settings, *(b.path for b in settings.recipe.contamination.benchmarks)),
)
RIGHTS = Stage(
    writes=tables.RIGHTS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: rights.rights(given.read(tables.DOCUMENTS), _sources(given), given.rules.rights),
    depends=_terms,
)
SUPPRESSIONS = Stage(
    writes=tables.SUPPRESSIONS,
    reads=(),
    make=lambda given: given.rows(
        suppressions.requests(given.env.input, given.recipe.suppressions), tables.SUPPRESSIONS.ddl
    ),
    depends=lambda recipe, _: recipe.suppressions,
    files=lambda settings: _under_input(settings, *settings.recipe.suppressions.files),
)
DUPLICATE_PAIRS = Stage(
    writes=tables.DUPLICATE_PAIRS,
    reads=(tables.SIGNALS, tables.DOCUMENTS),
    make=lambda given: duplicate_pairs.duplicate_pairs(
        *(given.read(table) for table in DUPLICATE_PAIRS.reads),
        given.recipe.duplicate_pairs,
        given.recipe.signals.ngram,
    ),
    depends=lambda recipe, _: recipe.duplicate_pairs,
)
ELIGIBILITY = Stage(
    writes=tables.ELIGIBILITY,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.CONTAMINATION, tables.RIGHTS, tables.SUPPRESSIONS),
    make=lambda given: eligibility.eligibility(
        *(given.read(table) for table in ELIGIBILITY.reads), _sources(given), _limits(given.recipe, given.rules)
    ),
    depends=_judged_by,
)
NEAR_DUPLICATES = Stage(
    writes=tables.NEAR_DUPLICATES,
    reads=(tables.DUPLICATE_PAIRS, tables.ELIGIBILITY, tables.DOCUMENTS),
    make=lambda given: near_duplicates.near_duplicates(
        *(given.read(table) for table in NEAR_DUPLICATES.reads[:2]),
        given.rows(rules.closes(given.rules), "closed_tier STRING, tier STRING"),
        given.recipe.near_duplicates,
        given.read(tables.DOCUMENTS),
        given.recipe.signals.ngram,
    ),
    depends=lambda recipe, rule: [recipe.near_duplicates, recipe.signals.ngram, rules.closes(rule)],
)
SELECTION = Stage(
    writes=tables.SELECTION,
    reads=(tables.ELIGIBILITY, tables.NEAR_DUPLICATES),
    make=lambda given: selection.selection(*(given.read(table) for table in SELECTION.reads), given.recipe.selection),
    depends=lambda recipe, _: recipe.selection,
)
WORDS = Stage(
    writes=tables.WORDS,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY),
    make=lambda given: words.words(*(given.read(table) for table in WORDS.reads), given.recipe.final_text),
    depends=lambda recipe, _: recipe.final_text,
    serves=tables.TOKENIZER.name,
    needed=lambda recipe: recipe.tokenizer.model is None,
)
TOKENIZER = Stage(
    writes=tables.TOKENIZER,
    reads=(tables.WORDS,),
    make=lambda given: tokenizer.tokenizer(
        given.read(tables.WORDS), _trained(given.recipe, given.rules), _given_model(given), _selection_seen(given)
    ),
    depends=_trained,
    files=_model,
    pinned=True,
)
TOKENS = Stage(
    writes=tables.TOKENS,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY, tables.TOKENIZER),
    make=lambda given: tokens.tokens(
        *(given.read(table) for table in TOKENS.reads[:-1]),
        given.read(tables.TOKENS),
        tokenizer.model_of(given.read(tables.TOKENIZER).head()),
        given.recipe.final_text,
    ),
    depends=lambda recipe, _: recipe.final_text,
)

SHARDS = Stage(
    writes=tables.SHARD_INDEX,
    called="shards",
    reads=(tables.DOCUMENTS, tables.TOKENS, tables.SELECTION, tables.ELIGIBILITY, tables.TOKENIZER),
    publish=lambda given, store: build.make(
        plan.Inputs(*(given.read(table) for table in SHARDS.reads[:-1])),
        tokenizer.model_of(given.read(tables.TOKENIZER).head()),
        given.recipe.shards,
        given.recipe.name,
        given.env.output,
        {"fingerprint": given.fingerprint, "recipe": rules.as_json(given.recipe)},
        store,
    ),
    intact=lambda given: build.intact(given.read(tables.SHARD_INDEX), given.env.output),
    depends=lambda recipe, _: [recipe.name, recipe.shards],
)

PIPELINE = (
    *(DELIVERIES, PAGES, RECORDS, FIXITY, DOCUMENTS, REFUSALS),
    *(SIGNALS, CONTAMINATION, RIGHTS, SUPPRESSIONS, DUPLICATE_PAIRS),
    *(ELIGIBILITY, NEAR_DUPLICATES, SELECTION, WORDS, TOKENIZER, TOKENS, SHARDS),
)
BY_NAME = {stage.name: stage for stage in PIPELINE}
