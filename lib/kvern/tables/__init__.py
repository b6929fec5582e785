"""Floor 1: what every table holds. The comments on the columns are the column reference (docs/tables.md)."""

from kvern.tables.contract import Scope, Table
from kvern.tables.decisions import ELIGIBILITY, NEAR_DUPLICATES, SELECTION
from kvern.tables.holdings import DELIVERIES, DOCUMENTS, FIXITY, PAGES, RECORDS, REFUSALS
from kvern.tables.measures import CONTAMINATION, DUPLICATE_PAIRS, RIGHTS, SIGNALS, SUPPRESSIONS
from kvern.tables.products import RUNS, SHARD_INDEX, TOKENIZER, TOKENS, WORDS
from kvern.tables.repeats import LINE_COUNTS, PASSAGES, REPEATS

TABLES = (
    DELIVERIES,
    PAGES,
    RECORDS,
    FIXITY,
    DOCUMENTS,
    REFUSALS,
    SIGNALS,
    DUPLICATE_PAIRS,
    PASSAGES,
    CONTAMINATION,
    RIGHTS,
    SUPPRESSIONS,
    ELIGIBILITY,
    NEAR_DUPLICATES,
    SELECTION,
    LINE_COUNTS,
    REPEATS,
    WORDS,
    TOKENIZER,
    TOKENS,
    SHARD_INDEX,
    RUNS,
)
BY_NAME = {table.name: table for table in TABLES}

__all__ = [
    "BY_NAME",
    "CONTAMINATION",
    "DELIVERIES",
    "DOCUMENTS",
    "DUPLICATE_PAIRS",
    "ELIGIBILITY",
    "FIXITY",
    "LINE_COUNTS",
    "NEAR_DUPLICATES",
    "PAGES",
    "PASSAGES",
    "RECORDS",
    "REFUSALS",
    "REPEATS",
    "RIGHTS",
    "RUNS",
    "SELECTION",
    "SHARD_INDEX",
    "SIGNALS",
    "SUPPRESSIONS",
    "TABLES",
    "TOKENIZER",
    "TOKENS",
    "WORDS",
    "Scope",
    "Table",
]
