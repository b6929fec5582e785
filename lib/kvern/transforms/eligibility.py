"""The rules that look at one document: reasons, in SQL over columns. Reads no text."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from kvern.params import Eligibility, FinalText
from kvern.rules import Rights
from kvern.transforms.documents import OF_PAGES
from kvern.transforms.final_text import dropped

# Until the reform of 1938 Norwegian looks Danish to every classifier (39 of 39 novels to 1907): a declared
# Norwegian of those years is believed.
REFORM = 1938
NARROW = (
    *("doc_id", "source", "batch", "source_id", "kind", "declared_language", "year", "uri", "text_hash"),
    "ocr_confidence",
)


@dataclass(frozen=True)
class Limits:
    """What a document is judged by: `bounds` is a threshold's name to {language: bound}."""

    params: Eligibility
    bounds: dict[str, dict[str, float]]
    rights: Rights
    final_text: FinalText
    as_of: date


def eligibility(
    documents: DataFrame,
    signals: DataFrame,
    contamination: DataFrame,
    rights: DataFrame,
    suppressions: DataFrame,
    sources: DataFrame,
    limits: Limits,
) -> DataFrame:
    """A row for every document. `sources`: (source, batch, priority, …)."""
    narrow = documents.select(*NARROW)
    known = (
        narrow.withColumn("superseded", _superseded())
        .join(signals.drop("source", "batch", "part", "minhash", "noisy", "cuts"), "doc_id", "left")
        .join(rights.select("doc_id", "tier", "valid_from", "valid_until"), "doc_id", "left")
        .join(_worst_overlap(contamination), "doc_id", "left")
        .join(suppressed(narrow, suppressions), "doc_id", "left")
        .join(F.broadcast(sources.select("source", "batch", "priority")), ["source", "batch"], "left")
    )
    unknown = F.lit(limits.rights.unknown)
    judged = known.withColumns({"decided": _language(), "tier": F.coalesce("tier", unknown)})
    judged = judged.withColumn("closed", _closed(limits))
    rules = [*_document_rules(limits), *_measure_rules(limits)]
    return judged.select(
        "doc_id",
        F.array_sort(F.array_compact(F.array(*rules))).alias("reasons"),
        "source",
        F.col("decided").alias("language"),
        "tier",
        "closed",
        F.coalesce("suppressed_copies", F.lit(False)).alias("suppressed_copies"),
        F.coalesce("priority", F.lit(100)).alias("priority"),
        F.coalesce("ocr_confidence", F.lit(1.0)).alias("ocr"),
        _quality().alias("quality"),
        F.coalesce("words", F.lit(0)).cast("long").alias("words"),
    )


def suppressed(documents: DataFrame, suppressions: DataFrame) -> DataFrame:
    """(doc_id, suppressed, suppressed_copies) of the documents that a request names, by any kind of key.

    A request for an issue or book holds for its articles too (`object#unit`).
    """
    kinds = ("doc_id", "source", "source_id", "text_hash")
    names = [F.struct(F.lit(kind).alias("kind"), F.col(kind).alias("key")) for kind in kinds]
    whole = F.struct(F.lit("source_id").alias("kind"), F.substring_index("source_id", "#", 1).alias("key"))
    by_key = documents.select("doc_id", F.explode(F.array(*names, whole)).alias("name")).select("doc_id", "name.*")
    wanted = suppressions.select("kind", "key", F.coalesce("near_copies", F.lit(False)).alias("near"))
    exact = by_key.join(F.broadcast(wanted), ["kind", "key"]).select("doc_id", "near")
    prefixes = wanted.where("kind = 'uri_prefix'").select("key", "near")
    by_uri = documents.join(F.broadcast(prefixes), F.col("uri").startswith(F.col("key"))).select("doc_id", "near")
    hits = exact.unionByName(by_uri).groupBy("doc_id").agg(F.max("near").alias("suppressed_copies"))
    return hits.select("doc_id", F.lit(True).alias("suppressed"), "suppressed_copies")


def _superseded() -> Column:
    """The same thing was delivered again in a later batch; batches are ordered by their names.

    An issue or book is delivered whole: its articles (`object#unit`) go together, even where a unit's name is gone.
    """
    delivered_whole = F.col("kind").isin(*OF_PAGES)
    thing = F.when(delivered_whole, F.substring_index("source_id", "#", 1)).otherwise(F.col("source_id"))
    return F.col("batch") < F.max("batch").over(Window.partitionBy("source", thing))


def _quality() -> Column:
    """What decides between copies: words that are words, less the errors that `signals` estimates."""
    return F.round(F.col("alpha_word_ratio") * (1 - F.coalesce("ocr_score", F.lit(0.0))), 6)


def _worst_overlap(contamination: DataFrame) -> DataFrame:
    return contamination.groupBy("doc_id").agg(F.max("overlap").alias("overlap"))


def _language() -> Column:
    norwegian = F.col("declared_language").isin("nob", "nno", "nor")
    old = F.col("language").isin("dan", "nor") & norwegian & (F.col("year") < REFORM)
    declared = F.when(F.col("declared_language") == "nor", "nob").otherwise(F.col("declared_language"))
    return F.coalesce(F.when(old, declared), F.col("language"), F.lit("und"))


def _closed(limits: Limits) -> Column:
    trainable = [name for name, tier in limits.rights.tiers.items() if tier.train]
    day = F.lit(limits.as_of)
    out_of_term = (day < F.col("valid_from")) | (day > F.col("valid_until"))
    return ~F.col("tier").isin(trainable) | F.coalesce(out_of_term, F.lit(False))


def _document_rules(limits: Limits) -> list[Column]:
    rules = {
        "empty": F.coalesce(F.col("words") == 0, F.lit(True)),
        "language": ~F.col("decided").isin(list(limits.params.languages)),
        "rights": F.col("closed"),
        "suppressed": F.col("suppressed"),
        "superseded": F.col("superseded"),
        "contaminated": F.col("overlap") >= limits.params.contamination_overlap,
        "personal_data": dropped(F.col("pii"), F.col("tier"), limits.final_text),
        "lorem_ipsum": F.col("lorem_ipsum"),
        "unjudged": F.col("flag").isNotNull(),
    }
    if limits.params.curly_brackets:
        rules["curly_brackets"] = F.col("curly_brackets")
    return [F.when(rule, name) for name, rule in rules.items()]


def _measure_rules(limits: Limits) -> list[Column]:
    """`min_x` and `max_x` of the language's thresholds against the measure `x`; no bound, no rule."""
    if not limits.params.measures:
        return []
    judged = ~_protected(limits.params)
    if limits.params.exempt:
        judged = judged & ~F.col("source").isin(list(limits.params.exempt))
    rules = [F.when(judged & _broken(name, by_language), name) for name, by_language in limits.bounds.items()]
    few = judged & (F.col("c4_sentences") < limits.params.c4_min_sentences)
    return [*rules, F.when(few, "c4_sentences")]


def _protected(params: Eligibility) -> Column:
    """Partly in a small language but called by a larger one's name: the larger one's thresholds are not for it.

    Each text of a small language counts, and classifiers take much of it for its neighbours. It is partly in one where
    its mixture says so with `protected_share`, or with any share where the document declares it.
    """
    small = list(params.protected)
    shares = F.coalesce("languages", F.array().cast("array<struct<language: string, score: double>>"))

    def says_so(entry: Column) -> Column:
        declared = F.coalesce(entry["language"] == F.col("declared_language"), F.lit(False))
        return entry["language"].isin(small) & (declared | (entry["score"] >= params.protected_share))

    return ~F.col("decided").isin(small) & F.exists(shares, says_so)


def _broken(name: str, by_language: dict[str, float]) -> Column:
    pairs = [F.lit(item) for pair in sorted(by_language.items()) for item in pair]
    bound = F.create_map(*pairs)[F.col("decided")]
    measure = F.col(name[4:])
    return measure < bound if name.startswith("min_") else measure > bound
