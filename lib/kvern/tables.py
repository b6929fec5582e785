"""Floor 1: what every table holds. One block a table; the comments are the column reference (docs/tables.md)."""

from dataclasses import dataclass, replace
from typing import Literal

Scope = Literal["part", "corpus", "log"]

# Every part table ends in these; `warehouse` replaces rows by (batch, part) and lays files out by all three.
PLACE = """,
source STRING NOT NULL COMMENT 'name of the recipe''s source',
batch STRING NOT NULL COMMENT 'what was delivered together',
part INT NOT NULL COMMENT 'the share of the batch that one commit covers'"""


@dataclass(frozen=True)
class Table:
    """A Delta table with a written contract.

    `ddl` is Spark DDL with a COMMENT for each column. `refused` is a SQL condition: rows that are written but
    counted as refused. A made frame may carry one more column, `refusal`: where it is not null the row is counted
    under that reason and not written.
    """

    name: str
    ddl: str
    key: tuple[str, ...]
    scope: Scope
    refused: str = "false"


def _part(table: Table) -> Table:
    return replace(table, ddl=table.ddl.strip() + PLACE, scope="part")


DELIVERIES = _part(
    Table(
        name="deliveries",
        key=("path", "source", "batch"),
        scope="part",
        refused="state <> 'listed'",
        ddl="""
path STRING NOT NULL COMMENT 'under the env''s input; a tar member is archive.tar!/member',
format STRING NOT NULL COMMENT 'mets alto warc arc wet html jsonl parquet text srt vtt, checksums, or unknown',
bytes LONG NOT NULL COMMENT 'size as listed; 0 where nothing is there',
modified TIMESTAMP COMMENT 'of the file, as its storage tells',
object_id STRING COMMENT 'the book, issue or file that it belongs to',
sequence INT COMMENT 'order among the pages of its object, from METS or else from the file name; 0 is the METS file',
promised STRUCT<kind: STRING, value: STRING> COMMENT 'checksum from METS or a checksum list; kind: md5 sha1 sha256 sha512',
state STRING NOT NULL COMMENT 'listed, missing (promised, not there), empty (0 bytes), unsupported',
reason STRING COMMENT 'why it is not listed'
""",
    )
)

PAGES = _part(
    Table(
        name="pages",
        key=("page_id", "object_id", "source", "batch"),
        scope="part",
        refused="error IS NOT NULL",
        ddl="""
page_id STRING NOT NULL COMMENT 'URN or file name of the page; of the object itself in its row of kind object',
object_id STRING NOT NULL COMMENT 'the book or issue',
kind STRING NOT NULL COMMENT 'page, or object: the one row that carries what METS says of the whole',
path STRING NOT NULL COMMENT 'file it was read from',
sequence INT COMMENT 'order in the object; 0 for the object''s own row',
text STRING COMMENT 'words in reading order, a line feed between lines, an empty line between blocks; hyphens joined',
blocks ARRAY<STRUCT<id: STRING, kind: STRING, start: INT, end: INT, confidence: DOUBLE>> COMMENT 'byte spans in text; kind: text heading caption table advert margin_top margin_bottom margin_left margin_right noise; confidence: median word confidence 0 to 1, null where the file tells none',
units ARRAY<STRUCT<unit: STRING, position: INT, block: STRING>> COMMENT 'logical parts (articles) of METS on this page: which block comes at which place in which unit',
logical ARRAY<STRUCT<unit: STRING, kind: STRING, title: STRING>> COMMENT 'object row: the units of the logical map in order',
object_kind STRING COMMENT 'object row: book or issue',
title STRING COMMENT 'object row, from METS',
published STRING COMMENT 'object row: date as METS writes it',
declared_language STRING COMMENT 'as the file declares it, ISO 639-3 where it can be mapped',
ocr_confidence DOUBLE COMMENT 'mean word confidence of the page, 0 to 1; null where the file tells none',
word_count INT COMMENT 'words on the page',
sha256 STRING COMMENT 'of the file''s bytes',
promised_hash STRING COMMENT 'the promised kind of checksum, computed in the same read; null where none was promised',
bytes LONG COMMENT 'read',
error STRING COMMENT 'why the file could not be read, or could only be read in part'
""",
    )
)

RECORDS = _part(
    Table(
        name="records",
        key=("record_id", "source", "batch"),
        scope="part",
        refused="error IS NOT NULL",
        ddl="""
record_id STRING NOT NULL COMMENT 'path and place in the file; unique',
path STRING NOT NULL COMMENT 'file it was read from',
kind STRING NOT NULL COMMENT 'web subtitle text; file: the one row that ends a file',
source_id STRING COMMENT 'URN, URL with capture time, or the source''s own id',
revision STRING COMMENT 'SHA-256 of the record''s delivered bytes',
uri STRING COMMENT 'address of a web record',
http MAP<STRING, STRING> COMMENT 'headers that bear on rights, language and date, names in lower case',
title STRING,
published STRING COMMENT 'date as the record writes it',
declared_language STRING COMMENT 'ISO 639-3 where it can be mapped',
licence STRING COMMENT 'as the record declares it',
charset STRING COMMENT 'what the bytes were decoded as',
text STRING COMMENT 'main text of a web page, spoken text of subtitles, the text itself else',
sha256 STRING COMMENT 'file row: of the whole file''s bytes',
promised_hash STRING COMMENT 'file row: the promised kind of checksum, computed in the same read',
bytes LONG COMMENT 'file row: size read; else size of the record''s delivered bytes',
error STRING COMMENT 'why it gives no text'
""",
    )
)

FIXITY = _part(
    Table(
        name="fixity",
        key=("path", "source", "batch"),
        scope="part",
        refused="state <> 'ok'",
        ddl="""
path STRING NOT NULL,
sha256 STRING COMMENT 'computed while the file was parsed',
bytes LONG COMMENT 'read',
state STRING NOT NULL COMMENT 'ok; changed: other bytes than promised or listed; corrupt: read in part; unreadable',
reason STRING
""",
    )
)

DOCUMENTS = _part(
    Table(
        name="documents",
        key=("doc_id",),
        scope="part",
        ddl="""
doc_id STRING NOT NULL COMMENT 'first 128 bits of SHA-256 over source, source_id and revision',
source_id STRING NOT NULL COMMENT 'URN, URL with capture time, or the source''s own id',
revision STRING NOT NULL COMMENT 'hash of the delivered bytes',
origin STRING NOT NULL COMMENT 'object_id of pages (with #unit for an article) or record_id',
kind STRING NOT NULL COMMENT 'book issue article page web subtitle text',
title STRING,
published STRING COMMENT 'as delivered',
year INT COMMENT 'from published',
declared_language STRING COMMENT 'ISO 639-3',
uri STRING COMMENT 'address of a web record',
licence STRING COMMENT 'as delivered',
reserved BOOLEAN COMMENT 'the holder reserves text and data mining by a machine-readable sign',
text STRING NOT NULL COMMENT 'NFC, one space convention, a line feed between lines, an empty line between paragraphs',
text_hash STRING NOT NULL COMMENT 'SHA-256 of text',
pages ARRAY<STRUCT<page_id: STRING, start: INT, end: INT, ocr_confidence: DOUBLE>> COMMENT 'byte spans of pages in text',
blocks ARRAY<STRUCT<page_id: STRING, block_id: STRING, start: INT, end: INT>> COMMENT 'byte spans of blocks in text',
ocr_confidence DOUBLE COMMENT 'mean of its pages, weighted by words; null for born-digital text',
repairs MAP<STRING, INT> COMMENT 'what normalisation changed, counted by kind',
path STRING COMMENT 'file it was read from'
""",
    )
)

REFUSALS = _part(
    Table(
        name="refusals",
        key=("source", "batch", "stage", "origin"),
        scope="part",
        refused="true",
        ddl="""
stage STRING NOT NULL COMMENT 'deliveries, pages, records, fixity or documents: where it was refused',
origin STRING NOT NULL COMMENT 'path, page_id, record_id or the document''s origin',
path STRING COMMENT 'the file',
reason STRING NOT NULL
""",
    )
)

SIGNALS = _part(
    Table(
        name="signals",
        key=("doc_id",),
        scope="part",
        refused="flag IS NOT NULL",
        ddl="""
doc_id STRING NOT NULL,
language STRING NOT NULL COMMENT 'best label, ISO 639-3; nor where Bokmål and Nynorsk are undecided, zxx, und',
language_score DOUBLE COMMENT 'probability of the best label among the languages known, 0 to 1',
languages ARRAY<STRUCT<language: STRING, score: DOUBLE>> COMMENT 'labels with a probability of at least .05, best first',
pii ARRAY<STRUCT<kind: STRING, start: INT, end: INT, confidence: DOUBLE>> COMMENT 'byte spans of personal data; never the data',
cuts ARRAY<STRUCT<kind: STRING, start: INT, end: INT>> COMMENT 'byte spans that a line rule may remove: c4_line',
bytes LONG COMMENT 'UTF-8 bytes of the text',
chars LONG COMMENT 'code points',
words LONG COMMENT 'tokens of the word definition (docs/measures.md), punctuation not counted',
mean_word_length DOUBLE COMMENT 'code points a word (Gopher)',
symbol_to_word_ratio DOUBLE COMMENT 'the larger of # and ellipsis counts over words (Gopher)',
bullet_line_ratio DOUBLE COMMENT 'lines that start with a bullet (Gopher)',
ellipsis_line_ratio DOUBLE COMMENT 'lines that end in an ellipsis (Gopher)',
alpha_word_ratio DOUBLE COMMENT 'words with at least one letter (Gopher)',
stop_words INT COMMENT 'different stop words of the best label''s list that occur (Gopher)',
dup_line_ratio DOUBLE COMMENT 'lines that occurred before (Gopher repetition)',
dup_line_char_ratio DOUBLE COMMENT 'characters in them',
dup_paragraph_ratio DOUBLE COMMENT 'paragraphs that occurred before',
dup_paragraph_char_ratio DOUBLE COMMENT 'characters in them',
top_2_gram_ratio DOUBLE COMMENT 'characters in the most frequent word 2-gram over all characters',
top_3_gram_ratio DOUBLE,
top_4_gram_ratio DOUBLE,
dup_5_gram_ratio DOUBLE COMMENT 'characters in word 5-grams that occurred before, each counted once',
dup_6_gram_ratio DOUBLE,
dup_7_gram_ratio DOUBLE,
dup_8_gram_ratio DOUBLE,
dup_9_gram_ratio DOUBLE,
dup_10_gram_ratio DOUBLE,
c4_lines INT COMMENT 'lines that C4''s line rules keep',
c4_sentences INT COMMENT 'sentences in them',
curly_brackets BOOLEAN COMMENT 'a { occurs (C4)',
lorem_ipsum BOOLEAN COMMENT 'the filler text occurs (C4)',
words_hash STRING COMMENT '64-bit hash over the words in order, case-folded: equal for the same words',
minhash BINARY COMMENT '2 bytes of version, then little-endian uint64 band keys; null below one word',
flag STRING COMMENT 'why a kernel could not judge; null when all did'
""",
    )
)

DUPLICATE_PAIRS = Table(
    name="duplicate_pairs",
    key=("doc_id", "other"),
    scope="corpus",
    ddl="""
doc_id STRING NOT NULL COMMENT 'the smaller id',
other STRING NOT NULL COMMENT 'the larger id',
jaccard DOUBLE NOT NULL COMMENT 'exact, over sets of word 5-grams',
kind STRING NOT NULL COMMENT 'exact: the same words in the same order; words: verified word 5-grams'
""",
)

CONTAMINATION = _part(
    Table(
        name="contamination",
        key=("doc_id", "benchmark"),
        scope="part",
        ddl="""
doc_id STRING NOT NULL,
benchmark STRING NOT NULL COMMENT 'name of the evaluation set in the recipe',
overlap DOUBLE COMMENT 'share of the benchmark items'' word 13-grams of the best matching item that the document holds, 0 to 1',
grams INT COMMENT 'word 13-grams shared with the benchmark'
""",
    )
)

RIGHTS = _part(
    Table(
        name="rights",
        key=("doc_id",),
        scope="part",
        ddl="""
doc_id STRING NOT NULL,
tier STRING NOT NULL COMMENT 'of conf/rights.toml; never more open than the source''s ceiling',
licence STRING COMMENT 'SPDX id where known',
basis STRING COMMENT 'what the tier rests on',
valid_from DATE,
valid_until DATE
""",
    )
)

SUPPRESSIONS = Table(
    name="suppressions",
    key=("kind", "key"),
    scope="corpus",
    ddl="""
kind STRING NOT NULL COMMENT 'doc_id source source_id uri_prefix text_hash',
key STRING NOT NULL,
reason STRING NOT NULL,
requested DATE,
near_copies BOOLEAN COMMENT 'near copies go too'
""",
)

ELIGIBILITY = Table(
    name="eligibility",
    key=("doc_id",),
    scope="corpus",
    refused="size(reasons) > 0",
    ddl="""
doc_id STRING NOT NULL,
reasons ARRAY<STRING> NOT NULL COMMENT 'rules on the document alone that it failed, in alphabetical order; empty: eligible',
language STRING NOT NULL COMMENT 'the label that the decision used',
tier STRING NOT NULL COMMENT 'of rights',
closed BOOLEAN NOT NULL COMMENT 'its rights do not allow training on the recipe''s day',
suppressed_copies BOOLEAN NOT NULL COMMENT 'suppressed, and its near copies with it',
priority INT NOT NULL COMMENT 'of its source in the recipe; smaller is better',
quality DOUBLE COMMENT 'what the survivor rule compares: OCR confidence, 1 for born-digital text',
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
weight DOUBLE NOT NULL COMMENT 'the document''s own; mixtures belong to shards'
""",
)

WORDS = _part(
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

TOKENS = _part(
    Table(
        name="tokens",
        key=("doc_id",),
        scope="part",
        ddl="""
doc_id STRING NOT NULL,
ids ARRAY<INT> NOT NULL COMMENT 'without end mark',
text_hash STRING NOT NULL COMMENT 'SHA-256 of the final text',
edits ARRAY<STRUCT<start: INT, end: INT, replacement: STRING>> COMMENT 'byte spans of documents.text that were cut (empty) or masked, in order',
tokenizer STRING NOT NULL COMMENT 'sha256 of the model',
made_from STRING NOT NULL COMMENT 'hash of all that decides this row: the same hash is never encoded twice'
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

TABLES = (
    DELIVERIES,
    PAGES,
    RECORDS,
    FIXITY,
    DOCUMENTS,
    REFUSALS,
    SIGNALS,
    DUPLICATE_PAIRS,
    CONTAMINATION,
    RIGHTS,
    SUPPRESSIONS,
    ELIGIBILITY,
    NEAR_DUPLICATES,
    SELECTION,
    WORDS,
    TOKENIZER,
    TOKENS,
    SHARD_INDEX,
    RUNS,
)
BY_NAME = {table.name: table for table in TABLES}
