"""What final text is made of: which spans of which documents are cut and masked, decided in SQL over narrow columns.

`decided` reads no text column but carries it: words and tokens put the kernel and their own work into one pass over
the text. `final_text` is the same for readers who want the text itself.
"""

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from kvern.kernels import final_text as kernel
from kvern.params import FinalText

_SPAN = "struct<start:int,end:int,replacement:string>"
_PLACE = ("source", "batch", "part")


def final_text(documents: DataFrame, signals: DataFrame, eligibility: DataFrame, params: FinalText) -> DataFrame:
    """doc_id, language, made_from, text (final), edits: a row for each document that eligibility knows.

    `made_from` is a hash of all that decides the final text: the same hash is the same text.
    """
    frame = decided(documents, signals, eligibility, params).select("doc_id", "language", "made_from", "text", "spans")
    schema = f"doc_id string, language string, made_from string, text string, edits array<{_SPAN}>"
    return frame.mapInArrow(_finished, schema)


def _finished(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return kernel.finished(batches)


def decided(documents: DataFrame, signals: DataFrame, eligibility: DataFrame, params: FinalText) -> DataFrame:
    """doc_id, text (as in documents), language, spans (what is cut and masked), made_from, source, batch, part."""
    judged = eligibility.select("doc_id", "language", "tier")
    measured = signals.select("doc_id", "cuts", "pii")
    spans = F.concat(_cuts(params), _masks(params))
    frame = documents.select("doc_id", "text", "text_hash", *_PLACE).join(judged, "doc_id")
    frame = frame.join(measured, "doc_id", "left").withColumn("spans", spans)
    made_from = F.struct(F.lit(kernel.VERSION).alias("version"), "doc_id", "text_hash", "spans")
    hashed = F.sha2(F.to_json(made_from), 256)
    return frame.select("doc_id", "text", "language", "spans", hashed.alias("made_from"), *_PLACE)


def kept(documents: DataFrame, selection: DataFrame) -> DataFrame:
    """The documents that the selection keeps."""
    return documents.join(selection.where("keep").select("doc_id"), "doc_id", "left_semi")


def _empty() -> Column:
    return F.array().cast(f"array<{_SPAN}>")


def _span(span: Column, replacement: Column) -> Column:
    return F.struct(span["start"].alias("start"), span["end"].alias("end"), replacement.alias("replacement"))


def _cuts(params: FinalText) -> Column:
    wanted = F.filter("cuts", lambda cut: cut["kind"].isin(*params.cuts))
    return F.coalesce(F.transform(wanted, lambda cut: _span(cut, F.lit(""))), _empty())


def _masks(params: FinalText) -> Column:
    """Personal data that the tier does not keep: masked by a placeholder, or dropped. A null confidence is sure."""

    def acted_on(span: Column) -> Column:
        sure = F.coalesce(span["confidence"], F.lit(1.0)) >= params.min_confidence
        return sure & (_action(span["kind"], params) != "keep")

    def edit(span: Column) -> Column:
        return _span(span, F.when(_action(span["kind"], params) == "drop", "").otherwise(_placeholder(span["kind"])))

    return F.coalesce(F.transform(F.filter("pii", acted_on), edit), _empty())


def _action(kind: Column, params: FinalText) -> Column:
    """keep, mask or drop: the tier's own rule first, then its '*', then the rules of tier '*'; mask where none is."""
    rules = {f"{tier} {each}": action for tier, by_kind in params.pii.items() for each, action in by_kind.items()}
    known = _map(rules or {"* *": "mask"})
    blank, star = F.lit(" "), F.lit("*")
    keys = [F.concat(tier, blank, of) for tier in (F.col("tier"), star) for of in (kind, star)]
    return F.coalesce(*(F.try_element_at(known, key) for key in keys), F.lit("mask"))


def _placeholder(kind: Column) -> Column:
    unknown = F.concat(F.lit("["), F.regexp_replace(kind, "[^a-z]+", "-"), F.lit("]"))
    return F.coalesce(F.try_element_at(_map(kernel.PLACEHOLDERS), kind), unknown)


def _map(pairs: dict[str, str]) -> Column:
    return F.create_map(*(F.lit(each) for each in chain.from_iterable(sorted(pairs.items()))))
