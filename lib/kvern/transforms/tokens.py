"""Final text to token ids, and only for documents whose ids are not there yet."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame, Observation
from pyspark.sql import functions as F

from kvern.kernels import encoding, sentencepieces
from kvern.kernels import final_text as kernel
from kvern.kernels.parts import CACHE_BYTES
from kvern.params import FinalText
from kvern.transforms.final_text import decided, kept

_PLACE = ("source", "batch", "part")
# What shards need to know of a document. It lies beside the ids, so that they are never shuffled to be joined with it.
_DETAILS = ("language", "tier", "cluster", "source_id", "title", "licence", "year")
_COLUMNS = ("doc_id", "ids", "count", "text_hash", "edits", "tokenizer", "made_from", *_DETAILS, *_PLACE)


@dataclass(frozen=True)
class Encoding:
    """The bytes that a worker may keep of words encoded before, and who counts.

    `seen` counts, in the action that writes: documents `encoded`, those of them that the fast encoder left to the
    library, whole or in part (`by_library`), and the bytes of that.
    """

    cache_bytes: int = CACHE_BYTES
    seen: Observation | None = None


_BY = Encoding()


def tokens(  # noqa: PLR0913 - six tables, what was made before, and how
    documents: DataFrame,
    signals: DataFrame,
    selection: DataFrame,
    eligibility: DataFrame,
    repeats: DataFrame,
    near_duplicates: DataFrame,
    previous: DataFrame,
    model: sentencepieces.Model,
    params: FinalText,
    by: Encoding = _BY,
) -> DataFrame:
    """tables.TOKENS for the documents given (one part). `previous` holds the rows that this part has already.

    A row of `previous` whose `made_from` is still wanted is kept as it is; its document's text is not encoded again.
    The model travels to the workers inside the plan.
    """
    clusters = near_duplicates.select("doc_id", "cluster")
    judged = kept(eligibility, selection).join(clusters, "doc_id", "left")
    texts = decided(documents, signals, judged, repeats, params, ("cluster",))
    wanted = F.sha2(F.concat_ws(" ", "made_from", F.lit(model.sha256)), 256)
    texts = texts.withColumn("made_from", wanted)
    same = texts.select("doc_id", "made_from", *_DETAILS, *_PLACE)
    still = previous.drop(*_DETAILS, *_PLACE).join(F.broadcast(same), ["doc_id", "made_from"])
    had = F.broadcast(previous.select("doc_id", "made_from"))
    missing = texts.join(had, ["doc_id", "made_from"], "left_anti")
    fresh = _encoded(missing, model, by.cache_bytes)
    if by.seen is not None:
        left = F.count(F.when(F.col("by_library") > 0, 1)).alias("by_library")
        size = F.coalesce(F.sum("by_library"), F.lit(0)).alias("bytes_by_library")
        fresh = fresh.observe(by.seen, F.count("doc_id").alias("encoded"), left, size)
    return still.select(*_COLUMNS).unionByName(fresh.select(*_COLUMNS))


def _encoded(texts: DataFrame, model: sentencepieces.Model, cache_bytes: int) -> DataFrame:
    """The columns of tables.TOKENS and by_library, the bytes that the library encoded."""
    data, lossless = model.data, model.lossless
    narrow = ["doc_id", "made_from", *_DETAILS, *_PLACE]

    def encoded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = encoding.encoded(kernel.finished(batches), data, lossless, cache_bytes)
        return (batch.select([*narrow, "edits", "ids", "count", "text_hash", "by_library"]) for batch in rows)

    given = texts.select(*narrow, "text", "spans")
    added = "edits array<struct<start:int,end:int,replacement:string>>, ids array<int>, count int, text_hash string"
    named = ", ".join(f"{name} {kind}" for name, kind in given.select(*narrow).dtypes)
    rows = given.mapInArrow(encoded, f"{named}, {added}, by_library long")
    return rows.withColumn("tokenizer", F.lit(model.sha256))
