"""Tables that decide: corpus tables, narrow and without text."""

from kvern.tables.contract import Table

ELIGIBILITY = Table(
    name="eligibility",
    key=("doc_id",),
    scope="corpus",
    refused="size(reasons) > 0",
    ddl="""
doc_id STRING NOT NULL,
reasons ARRAY<STRING> NOT NULL COMMENT 'rules on the document alone that it failed, in alphabetical order; empty: eligible',
source STRING NOT NULL COMMENT 'name of the recipe''s source',
language STRING NOT NULL COMMENT 'the label that the decision used',
tier STRING NOT NULL COMMENT 'of rights',
closed BOOLEAN NOT NULL COMMENT 'its rights do not allow training on the recipe''s day',
suppressed_copies BOOLEAN NOT NULL COMMENT 'suppressed, and its near copies with it',
priority INT NOT NULL COMMENT 'of its source in the recipe; smaller is better',
ocr DOUBLE COMMENT 'the OCR engine''s confidence, 1 for text that was not scanned',
quality DOUBLE COMMENT 'words with a letter, of all words, times one less the estimated character error rate; null without words',
words LONG NOT NULL
""",
)

NEAR_DUPLICATES = Table(
    name="near_duplicates",
    key=("doc_id",),
    scope="corpus",
    refused="NOT survivor",
    ddl="""
doc_id STRING NOT NULL,
cluster STRING NOT NULL COMMENT 'smallest doc_id of the connected component',
size INT NOT NULL COMMENT 'documents in the cluster, refused ones too',
survivor BOOLEAN NOT NULL COMMENT 'the one of its cluster that stays; false for all where none is eligible',
of STRING COMMENT 'the survivor''s doc_id',
jaccard DOUBLE COMMENT 'to the survivor; null where that pair was never compared',
reasons ARRAY<STRING> NOT NULL COMMENT 'duplicate, closed_twin, suppressed_twin'
""",
)

SELECTION = Table(
    name="selection",
    key=("doc_id",),
    scope="corpus",
    refused="NOT keep",
    ddl="""
doc_id STRING NOT NULL,
keep BOOLEAN NOT NULL,
reasons ARRAY<STRING> NOT NULL COMMENT 'every rule it failed, in alphabetical order',
weight DOUBLE NOT NULL COMMENT 'of its source in the recipe, else 1; mixtures belong to shards'
""",
)
