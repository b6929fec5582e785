"""Tables that training data is made from, and the log of runs."""

from kvern.tables.contract import Table, part_table

WORDS = part_table(
    Table(
        name="words",
        key=("language", "word", "source", "batch", "part"),
        scope="part",
        ddl="""
language STRING NOT NULL,
word STRING NOT NULL COMMENT 'counting unit of the tokenizer: a run of blanks and all up to the next blank',
n LONG NOT NULL COMMENT 'in final text of kept documents'
""",
    )
)

TOKENIZER = Table(
    name="tokenizer",
    key=("name",),
    scope="corpus",
    ddl="""
name STRING NOT NULL,
sha256 STRING NOT NULL COMMENT 'of model',
model BINARY NOT NULL COMMENT 'SentencePiece model file',
vocabulary INT COMMENT 'pieces',
lossless BOOLEAN COMMENT 'decode(encode(x)) = x for every valid text, derived from the model file',
library STRING COMMENT 'name and version that trained it',
trained_on STRING COMMENT 'fingerprint of the selection that it saw; null for a given model',
settings STRING COMMENT 'JSON'
""",
)

TOKENS = part_table(
    Table(
        name="tokens",
        key=("doc_id",),
        scope="part",
        ddl="""
doc_id STRING NOT NULL,
ids ARRAY<INT> NOT NULL COMMENT 'without end mark',
count INT NOT NULL COMMENT 'of the ids: whoever plans or sums reads this column and no ids',
text_hash STRING NOT NULL COMMENT 'SHA-256 of the final text',
edits ARRAY<STRUCT<start: INT, end: INT, replacement: STRING>> COMMENT 'byte spans of documents.text that were cut (empty) or masked, in order',
tokenizer STRING NOT NULL COMMENT 'sha256 of the model',
made_from STRING NOT NULL COMMENT 'hash of all that decides ids and edits: the same hash is never encoded twice',
language STRING COMMENT 'of eligibility',
tier STRING COMMENT 'of eligibility',
cluster STRING COMMENT 'of near_duplicates; null where the document stands alone',
source_id STRING COMMENT 'of documents, as are title, licence and year: shards are made from this table alone',
title STRING,
licence STRING,
year INT
""",
    )
)

SHARD_INDEX = Table(
    name="shard_index",
    key=("build", "shard", "position"),
    scope="corpus",
    ddl="""
build STRING NOT NULL,
shard INT NOT NULL,
position INT NOT NULL COMMENT 'of the document in the shard, from 0',
doc_id STRING NOT NULL,
start LONG NOT NULL COMMENT 'first token in the shard',
count INT NOT NULL COMMENT 'tokens, the end mark included'
""",
)

RUNS = Table(
    name="runs",
    key=("table", "batch", "part", "finished"),
    scope="log",
    ddl="""
table STRING NOT NULL,
batch STRING NOT NULL COMMENT '* for a corpus table',
part INT NOT NULL COMMENT '-1 for a corpus table',
fingerprint STRING NOT NULL,
rows_in LONG NOT NULL,
rows_kept LONG NOT NULL,
rows_refused LONG NOT NULL,
refusals MAP<STRING, LONG> COMMENT 'rows refused and not written, by reason',
seconds DOUBLE NOT NULL,
finished TIMESTAMP NOT NULL
""",
)
