"""Tables of what was delivered and what was read from it."""

from kvern.tables.contract import Table, part_table

DELIVERIES = part_table(
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
home STRING COMMENT 'the METS file, or else the folder, archive or file, that makes the object: one object_id may come twice',
sequence INT COMMENT 'order among the pages of its object, from METS or else from the file name; 0 is the METS file',
promised STRUCT<kind: STRING, value: STRING> COMMENT 'checksum from METS or a checksum list; kind: md5 sha1 sha256 sha512',
state STRING NOT NULL COMMENT 'listed, missing (promised, not there), empty (0 bytes), unsupported',
reason STRING COMMENT 'why it is not listed'
""",
    )
)

PAGES = part_table(
    Table(
        name="pages",
        key=("page_id", "object_id", "home", "source", "batch"),
        scope="part",
        refused="error IS NOT NULL",
        ddl="""
page_id STRING NOT NULL COMMENT 'URN or file name of the page; of the object itself in its row of kind object',
object_id STRING NOT NULL COMMENT 'the book or issue',
home STRING COMMENT 'what makes it an object, as in deliveries',
revision STRING COMMENT 'object row: SHA-256 over the hashes of its files, in sequence',
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

RECORDS = part_table(
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

FIXITY = part_table(
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

DOCUMENTS = part_table(
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
blocks ARRAY<STRUCT<page_id: STRING, block_id: STRING, start: INT, end: INT, confidence: DOUBLE>> COMMENT 'byte spans of blocks in text, and the engine''s confidence',
ocr_confidence DOUBLE COMMENT 'mean of its pages, weighted by words; null for born-digital text',
repairs MAP<STRING, INT> COMMENT 'what normalisation changed, counted by kind',
path STRING COMMENT 'file it was read from'
""",
    )
)

REFUSALS = part_table(
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
