"""Counts to one SentencePiece model, or a given model taken in."""

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import sentencepieces, vocabulary
from kvern.params import Tokenizer

_WORD = ("language", "word", "n")


def tokenizer(words: DataFrame, params: Tokenizer, model: bytes | None, fingerprint: str) -> DataFrame:
    """tables.TOKENIZER, one row. `fingerprint` is the selection's, as the words saw it.

    The one transform that acts: training is one thread over one table of counts. What comes to the driver is the table
    of units counted at least `min_count` times. With a given `model` (a file's bytes) the words are not read.
    CannotTrain and ValueError say what is wrong with counts or model.
    """
    made = (
        vocabulary.train(_totals(words, params), _training(params)) if model is None else sentencepieces.describe(model)
    )
    trained_on = fingerprint if model is None else None
    row = (params.name, made.sha256, made.data, made.vocabulary, made.lossless, made.library, trained_on, made.settings)
    return words.sparkSession.createDataFrame([row], tables.TOKENIZER.ddl)


def model_of(row: Any) -> sentencepieces.Model:
    """The model out of a row of tables.TOKENIZER (anything with its columns as attributes)."""
    return sentencepieces.Model(
        bytes(row.model), row.sha256, row.vocabulary, row.lossless, row.library or "", row.settings or "{}"
    )


def _training(params: Tokenizer) -> vocabulary.Training:
    return vocabulary.Training(
        vocabulary=params.vocabulary,
        alpha=params.alpha,
        required_chars=params.required_chars or "",
        character_coverage=params.character_coverage,
        min_count=params.min_count,
    )


def _totals(words: DataFrame, params: Tokenizer) -> Any:
    """Arrow table (language, word, n) of the words that count enough in all languages together."""
    totals = words.groupBy("language", "word").agg(F.sum("n").alias("n"))
    enough = words.groupBy("word").agg(F.sum("n").alias("n")).where(F.col("n") >= params.min_count).select("word")
    return (totals.join(enough, "word", "left_semi") if params.min_count > 1 else totals).select(*_WORD).toArrow()
