"""The one scan of the text: whatever is measured of a document, in one hop from Spark to Python and back.

Numbers and spans come back, never text. Scratch is allocated once a partition. A document of more than LIMIT bytes is
measured in its first LIMIT bytes, and says so in `flag`; so does one that has no text, or bytes that are not UTF-8.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kvern.kernels import (
    fingerprints,
    language,
    language_columns,
    minhash,
    nested,
    noisy,
    ocr_columns,
    pii,
    quality,
    redundancy,
    repetition,
)
from kvern.kernels.arrow import Bytes, Offsets, utf8_view
from kvern.kernels.characters import valid_utf8
from kvern.kernels.ocr_blocks import Blocks
from kvern.kernels.stop_words import StopWords, stop_words

LIMIT = 64_000_000
NO_TEXT, NOT_UTF8, LONG = "no text", "not UTF-8 throughout", "measured to 64 MB"

_PII = pa.struct([("kind", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float64())])
_CUT = pa.struct([("kind", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
_RATIOS = (
    *("mean_word_length", "symbol_to_word_ratio", "bullet_line_ratio", "ellipsis_line_ratio", "alpha_word_ratio"),
    *("dup_line_ratio", "dup_line_char_ratio", "dup_paragraph_ratio", "dup_paragraph_char_ratio"),
    *(quality.gram_ratio(n) for n in range(2, repetition.LONGEST + 1)),
    *("line_punct_ratio", "short_line_ratio", "char_dup_ratio", "new_line_ratio"),
    *("list_line_ratio", "table_line_ratio", "code_line_ratio", "compression_ratio"),
)
INPUT = pa.schema(
    [
        *(("doc_id", pa.string()), ("text", pa.string()), ("year", pa.int32()), ("declared_language", pa.string())),
        ("scanned", pa.bool_()),
        *((name, pa.list_(ocr_columns.BLOCK)) for name in ("pages", "blocks")),
        *(("source", pa.string()), ("batch", pa.string()), ("part", pa.int32())),
    ]
)
SIGNALS = pa.schema(
    [
        *(("doc_id", pa.string()), ("language", pa.string()), ("language_score", pa.float64())),
        *(("languages", pa.list_(language_columns.SCORE)), ("language_spans", pa.list_(language_columns.SPAN))),
        *(("orthography", pa.string()), ("pii", pa.list_(_PII)), ("cuts", pa.list_(_CUT))),
        *((name, pa.int64()) for name in ("bytes", "chars", "words")),
        *((name, pa.float64()) for name in _RATIOS),
        *((name, pa.float64()) for name in ocr_columns.NAMES),
        (ocr_columns.PAGES, pa.list_(ocr_columns.PAGE)),
        *((name, pa.int32()) for name in ("stop_words", "c4_lines", "c4_sentences")),
        *(("curly_brackets", pa.bool_()), ("lorem_ipsum", pa.bool_())),
        *(("words_hash", pa.string()), ("line_hashes", pa.binary()), ("minhash", pa.binary()), ("noisy", pa.binary())),
        ("flag", pa.string()),
        *(("source", pa.string()), ("batch", pa.string()), ("part", pa.int32())),
    ]
)
Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Settings:
    """`languages`: ISO 639-3 codes to tell apart. `stop_words`: each language's list. A signature has `bands` times
    `rows` permutations drawn from `seed` over shingles of `ngram` words. A block whose engine is less sure than
    `block_confidence`, or whose score is above `block_score`, is doubtful. `noisy`: which documents get a signature of
    `noisy_keys` keys for texts with OCR errors: `none`, those that are `scanned`, or `all`."""

    languages: tuple[str, ...]
    stop_words: Mapping[str, tuple[str, ...]]
    bands: int
    rows: int
    ngram: int
    seed: int
    block_confidence: float
    block_score: float
    noisy: str
    noisy_keys: int


@dataclass(frozen=True)
class Scan:
    """What a partition holds from its first batch to its last."""

    settings: Settings
    model: language.Model
    stops: StopWords
    scratch: quality.Scratch


def signal_batches(batches: Iterable[pa.RecordBatch], settings: Settings) -> Iterator[pa.RecordBatch]:
    """Batches of INPUT in, batches of SIGNALS out, one row a document.

    ValueError for a language or a stop word that cannot be.
    """
    stops = stop_words(settings.stop_words)
    scan = Scan(settings, language.load(settings.languages), stops, quality.scratch())
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        for first, last, within in _pieces(data, offsets):
            yield _measured(batch.slice(first, last - first), data, within, scan)


def _pieces(data: Bytes, offsets: Offsets) -> Iterator[tuple[int, int, Offsets]]:
    """(first row, row after the last, their offsets): a document over LIMIT comes alone, cut at a character's start."""
    first = 0
    for row in np.flatnonzero(np.diff(offsets) > LIMIT).tolist():
        if first < row:
            yield first, row, offsets[first : row + 1]
        start = int(offsets[row])
        ends = (end for end in range(start + LIMIT, start + LIMIT - 4, -1) if data[end] & 0xC0 != 0x80)
        yield row, row + 1, np.array([start, next(ends, start + LIMIT)], np.int64)
        first = row + 1
    if first < len(offsets) - 1:
        yield first, len(offsets) - 1, offsets[first:]


def _measured(batch: pa.RecordBatch, data: Bytes, offsets: Offsets, scan: Scan) -> pa.RecordBatch:
    found = quality.measure(data, offsets, scan.stops, scan.scratch)
    labels, columns = language_columns.columns(data, offsets, scan.model, batch["year"].to_pylist())
    columns |= _quality(data, offsets, found)
    columns |= {"stop_words": language_columns.own_stop_words(labels, found.stops, tuple(scan.settings.stop_words))}
    bounds = scan.settings.block_confidence, scan.settings.block_score
    spelling = columns["orthography"].to_pylist()
    read, doubtful = ocr_columns.columns(data, offsets, batch, labels, spelling, bounds)
    columns |= read | {"cuts": _cuts(found, doubtful)}
    columns |= {"pii": _personal(data, offsets), "flag": _flags(batch["text"], data, offsets)}
    columns |= _signatures(data, offsets, scan.settings) | _noisy(data, offsets, batch["scanned"], scan.settings)
    columns |= {name: batch[name] for name in ("doc_id", "source", "batch", "part")}
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in SIGNALS], schema=SIGNALS)


def _quality(data: Bytes, offsets: Offsets, found: quality.Measured) -> Columns:
    """The measures and the fingerprints."""
    measures = quality.columns(found.sums) | {"compression_ratio": redundancy.measure(data, offsets)}
    columns: Columns = {name: pa.array(values, from_pandas=True) for name, values in measures.items()}
    columns["line_hashes"] = fingerprints.pack(found.prints, np.ascontiguousarray(found.ends[:, 0]))
    return columns


def _cuts(found: quality.Measured, doubtful: Blocks) -> pa.Array:
    """Spans that may go, by document and place: lines that C4 removes, blocks that were badly read."""
    counts = np.diff(found.ends[:, 1], prepend=0)
    document = np.concatenate([np.repeat(np.arange(len(counts)), counts), doubtful.document])
    start = np.concatenate([found.cuts.start, doubtful.start])
    end = np.concatenate([found.cuts.end, doubtful.end])
    kind = np.repeat([0, 1], [len(found.cuts.start), len(doubtful.document)])
    order = np.lexsort((kind, start, document))
    kinds = nested.named(["c4_line", ocr_columns.DOUBTFUL], kind[order])
    return nested.spans(_CUT, document[order], len(counts), [kinds, pa.array(start[order]), pa.array(end[order])])


def _personal(data: Bytes, offsets: Offsets) -> pa.Array:
    document, start, end, kind, confidence = pii.scan(data, offsets)
    kinds = nested.named(pii.KINDS, kind)
    return nested.spans(_PII, document, len(offsets) - 1, [kinds, pa.array(start), pa.array(end), pa.array(confidence)])


def _signatures(data: Bytes, offsets: Offsets, asked: Settings) -> Columns:
    keys, words, orders = minhash.signatures(
        data, offsets, bands=asked.bands, rows=asked.rows, ngram=asked.ngram, seed=asked.seed
    )
    return {"minhash": minhash.blobs(keys, words > 0), "words_hash": minhash.hexadecimal(orders, words > 0)}


def _noisy(data: Bytes, offsets: Offsets, scanned: pa.Array, asked: Settings) -> Columns:
    every = {"none": False, "scanned": scanned.fill_null(False), "all": True}[asked.noisy]
    wanted = np.broadcast_to(np.asarray(every, np.bool_), (len(offsets) - 1,)).copy()
    found = noisy.noisy_signatures(data, offsets, keys=asked.noisy_keys, seed=asked.seed, wanted=wanted)
    return {"noisy": minhash.blobs(found.keys, found.present, noisy.VERSION)}


def _flags(text: pa.Array, data: Bytes, offsets: Offsets) -> pa.Array:
    """Reasons why a row is not what it seems, `; ` between them; null for nearly all."""
    reasons = (
        (NO_TEXT, text.is_null().to_numpy(zero_copy_only=False)),
        (NOT_UTF8, ~valid_utf8(data, offsets)),
        (LONG, np.diff(utf8_view(text)[1]) > LIMIT),
    )
    marks = np.array([mark for _, mark in reasons])
    said: list[str | None] = [None] * len(text)
    for row in np.flatnonzero(marks.any(axis=0)).tolist():
        said[row] = "; ".join(reason for reason, mark in reasons if mark[row])
    return pa.array(said, pa.string())
