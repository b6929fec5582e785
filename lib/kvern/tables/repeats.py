"""Corpus tables of what repeats inside documents; narrow and without text."""

from kvern.tables.contract import Table

LINE_COUNTS = Table(
    name="line_counts",
    key=("source", "kind", "hash"),
    scope="corpus",
    ddl="""
source STRING NOT NULL COMMENT 'name of the recipe''s source',
kind STRING NOT NULL COMMENT 'line, or paragraph: of more than one line',
hash STRING NOT NULL COMMENT 'of signals.line_hashes',
documents LONG NOT NULL COMMENT 'kept documents of the source that have it; only what reaches the recipe''s minimum stands here',
first STRING NOT NULL COMMENT 'smallest doc_id of them'
""",
)

PASSAGES = Table(
    name="passages",
    key=("doc_id", "start"),
    scope="corpus",
    ddl="""
doc_id STRING NOT NULL,
start INT NOT NULL COMMENT 'first byte of the passage in the text',
end INT NOT NULL COMMENT 'byte behind it',
passage STRING NOT NULL COMMENT 'its cluster: 24 hex characters of the smallest doc_id and 8 of the start there',
size INT NOT NULL COMMENT 'copies in the cluster, this one too',
similarity DOUBLE NOT NULL COMMENT 'share of letters alike, 0 to 1, to the nearest copy that it was compared with'
""",
)

REPEATS = Table(
    name="repeats",
    key=("doc_id", "start", "end", "kind"),
    scope="corpus",
    ddl="""
doc_id STRING NOT NULL COMMENT 'a kept document',
start INT NOT NULL COMMENT 'byte spans in text that final text leaves out',
end INT NOT NULL,
kind STRING NOT NULL COMMENT 'boilerplate: a line or paragraph of line_counts; passage: a copy in passages',
of STRING NOT NULL COMMENT 'the kept document that keeps it'
""",
)
