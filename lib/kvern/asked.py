"""Floor 3: what stages ask of recipe and rules: what their output depends on, what their transforms are given."""

from typing import Any

from pyspark.sql import DataFrame

from kvern import rules, tables
from kvern.build_params import Tokenizer
from kvern.code import code_hash
from kvern.kernels import benchmarks, files, sentencepieces
from kvern.recipe import ConfigError, Recipe
from kvern.rules import Rules
from kvern.stage import File, Given, Settings, parts_of
from kvern.transforms import eligibility
from kvern.transforms.candidates import Known
from kvern.warehouse import lineage_of


def sources(given: Given) -> DataFrame:
    ddl = (
        "source STRING, batch STRING, fields STRING, ceiling STRING, source_licence STRING, "
        "valid_from DATE, valid_until DATE, priority INT"
    )
    rows = [
        (s.name, s.batch, rules.compact_json(s.fields), s.tier, s.licence, s.valid_from, s.valid_until, s.priority)
        for s in given.recipe.sources
    ]
    return given.rows(rows, ddl)


def formats(recipe: Recipe, _: Rules) -> Any:
    return [[s.name, s.batch, s.format, s.fields] for s in recipe.sources]


def terms(recipe: Recipe, rule: Rules) -> Any:
    return [rule.rights, [[s.name, s.batch, s.tier, s.licence, s.valid_from, s.valid_until] for s in recipe.sources]]


def limits(recipe: Recipe, rule: Rules) -> eligibility.Limits:
    return eligibility.Limits(recipe.eligibility, rules.bounds(rule), rule.rights, recipe.final_text, recipe.as_of)


def judged_by(recipe: Recipe, rule: Rules) -> Any:
    priorities = [[s.name, s.batch, s.priority] for s in recipe.sources]
    dropped = {tier: [k for k, act in by.items() if act == "drop"] for tier, by in recipe.final_text.pii.items()}
    sure = recipe.final_text.min_confidence if any(dropped.values()) else None
    return [recipe.eligibility, recipe.as_of, rules.bounds(rule), rule.rights, priorities, dropped, sure]


def repeats_cut(recipe: Recipe) -> list[str]:
    return sorted({"boilerplate", "passage"} & set(recipe.final_text.cuts))


def repeated(recipe: Recipe, _: Rules) -> Any:
    cuts = repeats_cut(recipe)
    return [cuts, recipe.boilerplate if "boilerplate" in cuts else None]


def requested(settings: Settings) -> tuple[File, ...]:
    wanted = ("suppressions.files", "a file of requests, one a line", "the input", settings.env.input)
    return tuple(File(*wanted, name) for name in settings.recipe.suppressions.files)


def benchmark_files(settings: Settings) -> tuple[File, ...]:
    wanted = ("contamination.benchmarks", "a JSONL file", "the input", settings.env.input)
    return tuple(File(*wanted, each.path) for each in settings.recipe.contamination.benchmarks)


def benchmark_items(given: Given) -> list[tuple[str, str]]:
    named = given.recipe.contamination.benchmarks
    return [
        item
        for b in named
        for item in benchmarks.benchmark_items(b.name, files.read(given.env.input, b.path)[0], b.field)
    ]


def known_pairs(given: Given) -> Known | None:
    """What is known of `duplicate_pairs`; None where settings are others now, or a part was made anew since."""
    before = lineage_of(given.last_commit(tables.DUPLICATE_PAIRS))
    compared: dict[str, str] = before.get("parts", {})
    now = parts_of(tables.SIGNALS, given.recorded)
    same = str(before.get("fingerprint")).split(".")[0] == given.fingerprint.split(".")[0]
    if not same or not compared or not compared.items() <= now.items():
        return None
    units = [(batch, int(part)) for batch, part in (unit.rsplit("/", 1) for unit in compared)]
    return Known(given.read(tables.DUPLICATE_PAIRS), given.rows(units, "batch STRING, part INT"), given.watch())


def made_from(given: Given) -> dict[str, Any]:
    """What a build's manifest says of its making: settings, code, the Delta version of every table that was read."""
    versions = {table.name: given.last_commit(table).get("version") for table in given.reads}
    settings = {"fingerprint": given.fingerprint, "recipe": rules.as_json(given.recipe)}
    return {**settings, "code": code_hash(), "tables": versions}


def contractions(given: Given) -> int:
    """Rounds of contraction until what is left of the clusters fits one task: each leaves a third of the ends or less.

    Ends are counted as if no two pairs shared one; Delta knows the number of pairs without a scan.
    """
    ends, rounds = 2 * given.read(tables.DUPLICATE_PAIRS).count(), 0
    while ends > given.env.union_find_documents * 3**rounds:
        rounds += 1
    return rounds


def model(settings: Settings) -> tuple[File, ...]:
    named = settings.recipe.tokenizer.model
    wanted = ("tokenizer.model", "a SentencePiece .model or a tokenizer.json", "the recipe", str(settings.folder))
    return (File(*wanted, named),) if named else ()


def given_model(given: Given) -> sentencepieces.Model | None:
    """The recipe's model; None where it names none, ConfigError where the file is no model."""
    for file in model(given.settings):
        data = file.read()[0]
        try:
            return sentencepieces.describe(data)
        except ValueError as error:
            raise ConfigError(f"{file.key}: {file.name}: {error}.") from error
    return None


def trained(recipe: Recipe, rule: Rules) -> Tokenizer:
    """The section with its letters spelt out: those of the kept languages where the recipe names none."""
    named = recipe.tokenizer.required_chars
    found = rules.letters(rule, recipe.eligibility.languages) if named is None else named
    return recipe.tokenizer.model_copy(update={"required_chars": found})


def selection_seen(given: Given) -> str:
    return given.recorded.get((tables.SELECTION.name, "*", -1), "")
