"""What final text is made of: which spans of which documents are cut and masked, decided in SQL over narrow columns.

`decided` reads no text but carries it: words and tokens put the kernel and their own work into one pass over the text.
`final_text` is the same for readers who want the text itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.kernels import final_text as kernel
from kvern.params import FinalText

_SPAN = "struct<start:int,end:int,replacement:string>"
_PLACE = ("source", "batch", "part")
_DETAILS = ("source_id", "title", "licence", "year")


def final_text(
    documents: DataFrame, signals: DataFrame, eligibility: DataFrame, repeats: DataFrame, params: FinalText
) -> DataFrame:
    """doc_id, language, made_from, text (final), edits: a row for each document that eligibility knows.

    `made_from` is a hash of all that decides the final text: the same hash is the same text.
    """
    frame = decided(documents, signals, eligibility, repeats, params)
    frame = frame.select("doc_id", "language", "made_from", "text", "spans")
    schema = f"doc_id string, language string, made_from string, text string, edits array<{_SPAN}>"
    return frame.mapInArrow(_finished, schema)


def _finished(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return kernel.finished(batches)


def decided(
    documents: DataFrame,
    signals: DataFrame,
    eligibility: DataFrame,
    repeats: DataFrame,
    params: FinalText,
    also: Sequence[str] = (),
) -> DataFrame:
    """doc_id, text (as in documents), language, tier, `also` of eligibility, spans (what is cut and masked), made_from,
    and of documents source_id, title, licence, year, source, batch, part.

    For the documents of one part that `eligibility` holds. The decisions are narrow and travel to the text, which
    stays where it was read: about 150 bytes a document are broadcast.
    """
    judged = eligibility.select("doc_id", "language", "tier", *also)
    measured = signals.select("doc_id", "cuts", "pii")
    known = documents.select("doc_id", "text_hash").join(judged, "doc_id").join(measured, "doc_id", "left")
    known = known.join(_repeated(repeats), "doc_id", "left")
    known = known.withColumn("spans", F.concat(_cuts(params, "cuts"), _cuts(params, "repeated"), _replaced(params)))
    made_from = F.struct(F.lit(kernel.VERSION).alias("version"), "doc_id", "text_hash", "spans")
    narrow = known.select(*judged.columns, "spans", F.sha2(F.to_json(made_from), 256).alias("made_from"))
    return documents.select("doc_id", "text", *_DETAILS, *_PLACE).join(F.broadcast(narrow), "doc_id")


def kept(eligibility: DataFrame, selection: DataFrame) -> DataFrame:
    """The rows of eligibility whose documents the selection keeps."""
    return eligibility.join(selection.where("keep").select("doc_id"), "doc_id", "left_semi")


def dropped(pii: Column, tier: Column, params: FinalText) -> Column:
    """True where personal data in `pii` (of signals) makes the whole document go, by the policy `drop` of its tier."""
    return F.coalesce(
        F.exists(pii, lambda span: _sure(span, params) & (_policy(span, tier, params) == "drop")), F.lit(False)
    )


def _empty() -> Column:
    return F.array().cast(f"array<{_SPAN}>")


def _span(span: Column, replacement: Column) -> Column:
    return F.struct(span["start"].alias("start"), span["end"].alias("end"), replacement.alias("replacement"))


def _repeated(repeats: DataFrame) -> DataFrame:
    """(doc_id, repeated): what other documents keep, in order."""
    each = repeats.select("doc_id", F.struct("start", "end", "kind").alias("span"))
    return each.groupBy("doc_id").agg(F.array_sort(F.collect_list("span")).alias("repeated"))


def _cuts(params: FinalText, column: str) -> Column:
    wanted = F.filter(column, lambda cut: cut["kind"].isin(*params.cuts))
    return F.coalesce(F.transform(wanted, lambda cut: _span(cut, F.lit(""))), _empty())


def _replaced(params: FinalText) -> Column:
    """Personal data that the tier does not keep: masked, or removed.

    The span of a document that should have been dropped is removed too: whoever comes past eligibility sees none.
    """
    tier = F.col("tier")

    def edit(span: Column) -> Column:
        masked = _policy(span, tier, params) == "mask"
        return _span(span, F.when(masked, _mask(span["kind"])).otherwise(""))

    wanted = F.filter("pii", lambda span: _sure(span, params) & (_policy(span, tier, params) != "keep"))
    return F.coalesce(F.transform(wanted, edit), _empty())


def _sure(span: Column, params: FinalText) -> Column:
    """A null confidence is sure."""
    return F.coalesce(span["confidence"], F.lit(1.0)) >= params.min_confidence


def _policy(span: Column, tier: Column, params: FinalText) -> Column:
    """The tier's own rule for the kind, then its '*', then the rules of tier '*'; mask where there is none."""
    rules = {f"{each} {kind}": policy for each, by_kind in params.pii.items() for kind, policy in by_kind.items()}
    known, star = _map(rules or {"* *": "mask"}), F.lit("*")
    keys = [F.concat_ws(" ", of, kind) for of in (tier, star) for kind in (span["kind"], star)]
    return F.coalesce(*(F.try_element_at(known, key) for key in keys), F.lit("mask"))


def _mask(kind: Column) -> Column:
    unknown = F.concat(F.lit("["), F.regexp_replace(kind, "[^a-z]+", "-"), F.lit("]"))
    return F.coalesce(F.try_element_at(_map(kernel.MASKS), kind), unknown)


def _map(pairs: Mapping[str, str]) -> Column:
    return F.create_map(*(F.lit(each) for each in chain.from_iterable(sorted(pairs.items()))))
