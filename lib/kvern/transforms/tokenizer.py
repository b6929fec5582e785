"""Counts to one SentencePiece model, or a given model taken in."""

from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern import tables
from kvern.build_params import Tokenizer
from kvern.kernels import sampling, sentencepieces, vocabulary

_WORD = ("language", "word", "n")


def tokenizer(words: DataFrame, params: Tokenizer, given: sentencepieces.Model | None, fingerprint: str) -> DataFrame:
    """tables.TOKENIZER, one row. `fingerprint` is the selection's, as the words saw it.

    The one transform that acts: training is one thread over one table of counts. What comes to the driver is the table
    of units counted at least `min_count` times. With a `given` model the words are not read. CannotTrain
    says what is wrong with the counts.
    """
    made = given or vocabulary.train(_totals(words, params), _training(params))
    trained_on = None if given else fingerprint
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
        large=params.large,
        required_chars=params.required_chars or "",
        character_coverage=params.character_coverage,
        min_count=params.min_count,
        kind=params.kind,
        normal_form=params.normal_form,
        split_digits=params.split_digits,
        markers=params.markers,
        floors=tuple(sorted(params.floors.items())),
        top_ups=tuple(sorted(params.top_ups.items())),
    )


def _totals(words: DataFrame, params: Tokenizer) -> Any:
    """Arrow table (language, word, n) of the words that count enough in all languages together.

    Where there may be more than `max_units` of them the heaviest stay, each language weighing as all its words say.
    """
    totals = words.groupBy("language", "word").agg(F.sum("n").alias("n"))
    sums = words.groupBy("language").agg(F.sum("n").alias("n"), F.count(F.lit(1)).alias("rows")).collect()
    many = sum(row["rows"] for row in sums) > params.max_units
    if not many and params.min_count == 1:
        return totals.select(*_WORD).toArrow()
    weights = sampling.language_weights(
        {row["language"]: row["n"] for row in sums}, params.alpha, params.floors, params.top_ups, params.large
    )
    whole = words.groupBy("word").agg(F.sum("n").alias("n"), F.sum(_weighed(weights)).alias("weight"))
    enough = whole.where(F.col("n") >= params.min_count)
    if many:
        enough = enough.orderBy(F.desc("weight"), "word").limit(params.max_units)
    return totals.join(enough.select("word"), "word", "left_semi").select(*_WORD).toArrow()


def _weighed(weights: dict[str, int]) -> Column:
    if not weights:
        return F.col("n")
    known = F.create_map(*(F.lit(each) for pair in sorted(weights.items()) for each in pair))
    return F.col("n").cast("decimal(20,0)") * F.coalesce(F.try_element_at(known, F.col("language")), F.lit(1))
