"""The one scan of the text: whatever is measured of a document, in one hop from Spark to Python and back.

Numbers and spans come back, never text. Scratch is allocated once a partition. A document of more than LIMIT bytes is
measured in its first LIMIT bytes, and says so in `flag`; so does one that has no text, or bytes that are not UTF-8.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kvern.kernels import (
    fingerprints,
    language,
    language_columns,
    minhash,
    nested,
    pii,
    quality,
    redundancy,
    repetition,
)
from kvern.kernels.arrow import Bytes, Offsets, utf8_view
from kvern.kernels.characters import valid_utf8
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
SIGNALS = pa.schema(
    [
        *(("doc_id", pa.string()), ("language", pa.string()), ("language_score", pa.float64())),
        *(("languages", pa.list_(language_columns.SCORE)), ("language_spans", pa.list_(language_columns.SPAN))),
        *(("orthography", pa.string()), ("pii", pa.list_(_PII)), ("cuts", pa.list_(_CUT))),
        *((name, pa.int64()) for name in ("bytes", "chars", "words")),
        *((name, pa.float64()) for name in _RATIOS),
        *((name, pa.int32()) for name in ("stop_words", "c4_lines", "c4_sentences")),
        *(("curly_brackets", pa.bool_()), ("lorem_ipsum", pa.bool_())),
        *(("words_hash", pa.string()), ("line_hashes", pa.binary()), ("minhash", pa.binary()), ("flag", pa.string())),
        *(("source", pa.string()), ("batch", pa.string()), ("part", pa.int32())),
    ]
)
Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Scan:
    """What a partition holds from its first batch to its last."""

    model: language.Model
    lists: tuple[str, ...]
    stops: StopWords
    scratch: quality.Scratch
    bands: int
    rows: int
    ngram: int
    seed: int


def signal_batches(
    batches: Iterable[pa.RecordBatch],
    *,
    languages: tuple[str, ...],
    stop_words: Mapping[str, tuple[str, ...]],
    bands: int,
    rows: int,
    ngram: int,
    seed: int,
) -> Iterator[pa.RecordBatch]:
    """Batches of doc_id, text, year, source, batch and part in; batches of SIGNALS out, one row a document.

    `languages`: ISO 639-3 codes to tell apart. `stop_words`: each language's list. A signature has `bands` times `rows`
    permutations drawn from `seed` over shingles of `ngram` words. ValueError for a code or a stop word that cannot be.
    """
    scan = _scan(languages, stop_words, bands=bands, rows=rows, ngram=ngram, seed=seed)
    for batch in batches:
        data, offsets = utf8_view(batch["text"])
        for first, last, within in _pieces(data, offsets):
            yield _measured(batch.slice(first, last - first), data, within, scan)


def _scan(languages: tuple[str, ...], lists: Mapping[str, tuple[str, ...]], **signature: int) -> Scan:
    return Scan(language.load(languages), tuple(lists), stop_words(lists), quality.scratch(), **signature)


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
    columns, found = _quality(data, offsets, scan)
    labels, told = language_columns.columns(data, offsets, scan.model, batch["year"].to_pylist())
    columns |= told | {"stop_words": language_columns.own_stop_words(labels, found, scan.lists)}
    columns |= {"pii": _personal(data, offsets), "flag": _flags(batch["text"], data, offsets)}
    columns |= _signatures(data, offsets, scan)
    columns |= {name: batch[name] for name in ("doc_id", "source", "batch", "part")}
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in SIGNALS], schema=SIGNALS)


def _quality(data: Bytes, offsets: Offsets, scan: Scan) -> tuple[Columns, npt.NDArray[np.int32]]:
    """(the measures, fingerprints and cuts; stop words of each list)."""
    found = quality.measure(data, offsets, scan.stops, scan.scratch)
    measures = quality.columns(found.sums) | {"compression_ratio": redundancy.measure(data, offsets)}
    columns: Columns = {name: pa.array(values, from_pandas=True) for name, values in measures.items()}
    kinds = nested.named(["c4_line"], np.zeros(len(found.cuts.start), np.int64))
    cuts = np.diff(found.ends[:, 1], prepend=0)
    columns["cuts"] = nested.lists(_CUT, cuts, [kinds, *map(pa.array, found.cuts)])
    columns["line_hashes"] = fingerprints.pack(found.prints, np.ascontiguousarray(found.ends[:, 0]))
    return columns, found.stops


def _personal(data: Bytes, offsets: Offsets) -> pa.Array:
    document, start, end, kind, confidence = pii.scan(data, offsets)
    kinds = nested.named(pii.KINDS, kind)
    return nested.spans(_PII, document, len(offsets) - 1, [kinds, pa.array(start), pa.array(end), pa.array(confidence)])


def _signatures(data: Bytes, offsets: Offsets, scan: Scan) -> Columns:
    keys, words, orders = minhash.signatures(
        data, offsets, bands=scan.bands, rows=scan.rows, ngram=scan.ngram, seed=scan.seed
    )
    return {"minhash": minhash.blobs(keys, words > 0), "words_hash": minhash.hexadecimal(orders, words > 0)}


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
