"""Tables of what is learnt about a document."""

from kvern.tables.contract import Table, part_table

SIGNALS = part_table(
    Table(
        name="signals",
        key=("doc_id",),
        scope="part",
        refused="flag IS NOT NULL",
        ddl="""
doc_id STRING NOT NULL,
language STRING NOT NULL COMMENT 'best label, ISO 639-3; nor where Bokmål and Nynorsk are undecided, zxx, und',
language_score DOUBLE COMMENT 'probability of the best label among the languages known, 0 to 1',
languages ARRAY<STRUCT<language: STRING, score: DOUBLE>> COMMENT 'the mixture: labels with a probability of at least .05, averaged over the text by bytes, best first',
language_spans ARRAY<STRUCT<language: STRING, start: INT, end: INT, score: DOUBLE>> COMMENT 'paragraphs of one language, one after the other through the whole text; score: probability in the span',
orthography STRING COMMENT 'spelling of Norwegian: pre1907 landsmål 1907 1917 1938 modern, by marker words, else by the year; null where neither says',
pii ARRAY<STRUCT<kind: STRING, start: INT, end: INT, confidence: DOUBLE>> COMMENT 'byte spans of personal data; never the data',
cuts ARRAY<STRUCT<kind: STRING, start: INT, end: INT>> COMMENT 'byte spans that may be cut or masked: c4_line, what C4''s line rules remove; doubtful_block, a block that was badly read',
bytes LONG COMMENT 'UTF-8 bytes of the text',
chars LONG COMMENT 'code points',
words LONG COMMENT 'tokens of the word definition (docs/measures.md), punctuation not counted',
mean_word_length DOUBLE COMMENT 'code points a word (Gopher)',
symbol_to_word_ratio DOUBLE COMMENT 'the larger of # and ellipsis counts over words (Gopher)',
bullet_line_ratio DOUBLE COMMENT 'lines that start with a hyphen or bullet, of all lines (Gopher)',
ellipsis_line_ratio DOUBLE COMMENT 'lines that end in an ellipsis, of all lines (Gopher)',
alpha_word_ratio DOUBLE COMMENT 'words with at least one letter (Gopher)',
dup_line_ratio DOUBLE COMMENT 'lines that occurred before, of lines that are not empty (Gopher repetition)',
dup_line_char_ratio DOUBLE COMMENT 'characters in them, of all characters (Gopher repetition)',
dup_paragraph_ratio DOUBLE COMMENT 'paragraphs that occurred before (Gopher repetition)',
dup_paragraph_char_ratio DOUBLE COMMENT 'characters in them, of all characters (Gopher repetition)',
top_2_gram_ratio DOUBLE COMMENT 'characters in the most frequent word 2-gram, of all characters (Gopher repetition)',
top_3_gram_ratio DOUBLE COMMENT 'the same of word 3-grams',
top_4_gram_ratio DOUBLE COMMENT 'the same of word 4-grams',
dup_5_gram_ratio DOUBLE COMMENT 'characters in word 5-grams that occurred before, each counted once, of all characters (Gopher repetition)',
dup_6_gram_ratio DOUBLE COMMENT 'the same of word 6-grams',
dup_7_gram_ratio DOUBLE COMMENT 'the same of word 7-grams',
dup_8_gram_ratio DOUBLE COMMENT 'the same of word 8-grams',
dup_9_gram_ratio DOUBLE COMMENT 'the same of word 9-grams',
dup_10_gram_ratio DOUBLE COMMENT 'the same of word 10-grams',
line_punct_ratio DOUBLE COMMENT 'lines that end in a full stop, question or exclamation mark of any script, of lines that are not blank (FineWeb)',
short_line_ratio DOUBLE COMMENT 'lines of 30 code points at most, of lines that are not blank (FineWeb)',
char_dup_ratio DOUBLE COMMENT 'characters in lines that occurred before, of all but line feeds (FineWeb)',
new_line_ratio DOUBLE COMMENT 'line feeds over words (FineWeb list_ratio, FineWeb-2 new_line_ratio)',
list_line_ratio DOUBLE COMMENT 'lines that begin as an entry of a list does, of lines that are not blank',
table_line_ratio DOUBLE COMMENT 'lines with borders of cells or mostly numbers, of lines that are not blank',
code_line_ratio DOUBLE COMMENT 'lines with the marks of program code, of lines that are not blank',
compression_ratio DOUBLE COMMENT 'bytes that a Lempel-Ziv parse leaves, of all bytes: small where much was said before',
ocr_letters DOUBLE COMMENT 'the language''s own letters found, over those that its clean text has, 0 to 1; null where too short, as all of ocr_* where the text was not scanned (docs/ocr.md)',
ocr_known_words DOUBLE COMMENT 'words that a lexicon of language and era has, or whose letter 4-grams all occur in it',
ocr_single_letters DOUBLE COMMENT 'words of one letter that are no word of the language',
ocr_vowelless_words DOUBLE COMMENT 'unknown words without a vowel',
ocr_mixed_words DOUBLE COMMENT 'unknown words with a capital or a digit inside',
ocr_noise_pieces DOUBLE COMMENT 'pieces between blanks without letter or digit that print has seldom',
ocr_score DOUBLE COMMENT 'estimated character error rate, 0 to 1',
ocr_noise_blocks DOUBLE COMMENT 'bytes in blocks that were badly read, of all bytes in blocks',
ocr_pages ARRAY<STRUCT<start: INT, end: INT, letters: DOUBLE, score: DOUBLE>> COMMENT 'ocr_letters and ocr_score of each page, by its bytes; null where there is none',
stop_words INT COMMENT 'different stop words of the best label''s list that occur (Gopher)',
c4_lines INT COMMENT 'lines that C4''s line rules keep',
c4_sentences INT COMMENT 'sentences in them',
curly_brackets BOOLEAN COMMENT 'a { occurs (C4)',
lorem_ipsum BOOLEAN COMMENT 'the filler text occurs in a line (C4)',
words_hash STRING COMMENT '64-bit hash over the words in order, case-folded: equal for the same words',
line_hashes BINARY COMMENT 'fingerprints of lines that are not blank: 2 bytes of version, then of each 8 bytes of hash, little-endian, and LEB128 twice the gap before it plus 1 at a paragraph''s start, and its length; null without one',
minhash BINARY COMMENT '2 bytes of version, then little-endian uint64 band keys; null below one word',
noisy BINARY COMMENT 'the same of runs of folded letters, for texts read with errors (docs/noisy.md); null below 12 letters, and where signals.noisy leaves it out',
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
jaccard DOUBLE NOT NULL COMMENT 'exact, over sets of word 5-grams; of noisy ones over letters that the alignment pairs',
kind STRING NOT NULL COMMENT 'exact: the same words in the same order; words: verified word 5-grams; noisy: one text read with different errors, aligned'
""",
)

CONTAMINATION = part_table(
    Table(
        name="contamination",
        key=("doc_id", "benchmark"),
        scope="part",
        ddl="""
doc_id STRING NOT NULL,
benchmark STRING NOT NULL COMMENT 'name of the evaluation set in the recipe',
overlap DOUBLE COMMENT 'share of the best matching item''s long word n-grams (13 by default) that the document holds, 0 to 1',
grams INT COMMENT 'different long n-grams shared with the benchmark',
items INT COMMENT 'items of the benchmark that it shares an n-gram with, long or short',
short_overlap DOUBLE COMMENT 'overlap in short n-grams (8 by default): how near a miss was',
short_grams INT COMMENT 'different short n-grams shared with the benchmark',
spans ARRAY<STRUCT<start: INT, end: INT, ngram: STRING>> COMMENT 'bytes of the text that shared n-grams cover, long ones first; ngram: long or short'
""",
    )
)

RIGHTS = part_table(
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
