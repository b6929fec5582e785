"""Counts to one SentencePiece model, or a given model taken in."""

from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.kernels import sentencepieces
from kvern.params import Tokenizer


def tokenizer(words: DataFrame, params: Tokenizer, selection_fingerprint: str) -> DataFrame:
    """tables.TOKENIZER, one row. The one transform that acts: training is one thread over one table of counts.

    What comes to the driver is the table of units counted at least `min_count` times, summed (8.5 MB for 71 MB of
    text; types grow with the power .57 of the text, so a national corpus sets `min_count` to 5 or more). With
    `params.model` the words are not read. CannotTrain and ValueError say what is wrong with counts or model.
    """
    model = _given(params.model) if params.model else sentencepieces.train(_totals(words, params), _training(params))
    row = (
        params.name,
        model.sha256,
        model.data,
        model.vocabulary,
        model.lossless,
        model.library,
        None if params.model else selection_fingerprint,
        model.settings,
    )
    return words.sparkSession.createDataFrame([row], tables.TOKENIZER.ddl)


def _given(path: str) -> sentencepieces.Model:
    return sentencepieces.describe(Path(path).read_bytes())


def _training(params: Tokenizer) -> sentencepieces.Training:
    return sentencepieces.Training(
        vocabulary=params.vocabulary,
        alpha=params.alpha,
        required_chars=params.required_chars,
        character_coverage=params.character_coverage,
        min_count=params.min_count,
    )


def _totals(words: DataFrame, params: Tokenizer):  # type: ignore[no-untyped-def]
    """Arrow table (language, word, n) of the words that count enough in all languages together."""
    totals = words.groupBy("language", "word").agg(F.sum("n").alias("n"))
    enough = words.groupBy("word").agg(F.sum("n").alias("n")).where(F.col("n") >= params.min_count).select("word")
    return (totals.join(enough, "word", "left_semi") if params.min_count > 1 else totals).toArrow()
