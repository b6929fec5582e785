"""From documents and decisions to final text, words, a model and token ids."""

import hashlib
from typing import Any

import pytest
from pyspark.sql import Observation
from pyspark.sql import functions as F

from kvern import tables
from kvern.build_params import Tokenizer
from kvern.kernels import sentencepieces
from kvern.params import FinalText
from kvern.transforms import fertility, final_text, tokenizer, tokens, words
from pieces import lossless, trained_elsewhere

CACHE = 1 << 16
BY = tokens.Encoding(CACHE)
PLACE = "source string, batch string, part int"
DETAILS = "source_id string, title string, licence string, year int"
CLUSTERS = [("1", "0"), ("2", "2")]
PARAMS = FinalText(
    cuts=("c4_line", "passage"),
    pii={"*": {"*": "mask", "organisation": "keep", "phone": "cut"}, "closed": {"iban": "drop", "email": "keep"}},
)
TEXTS = {
    "1": "skriv ola@x.no\nbort\nslutt",
    "2": "ring 12345678 no",
    "3": "ja ja  nei",
    "4": "skriv ola@x.no",
    "5": "ikkje med",
}
REPEATS = [("5", 0, 6, "passage", "1"), ("4", 0, 5, "boilerplate", "1")]
REPEATS_OF = "doc_id string, start int, end int, kind string, of string"


@pytest.fixture(scope="module")
def frames(spark: Any) -> dict[str, Any]:
    rows = [
        (doc, text, hashlib.sha256(text.encode()).hexdigest(), f"nr {doc}", "Tittel", None, 1900, "kjelde", "b", 1)
        for doc, text in TEXTS.items()
    ]
    spans = "array<struct<kind:string,start:int,end:int,confidence:double>>"
    signals = [
        ("1", [("email", 6, 14, 0.9)], [("c4_line", 15, 19), ("other", 0, 1)]),
        ("2", [("phone", 5, 13, None), ("organisation", 5, 13, 1.0), ("email", 0, 4, 0.1)], []),
        ("3", None, None),
        ("4", [("email", 6, 14, 1.0)], []),
    ]
    return {
        "documents": spark.createDataFrame(rows, f"doc_id string, text string, text_hash string, {DETAILS}, {PLACE}"),
        "signals": spark.createDataFrame(signals, f"doc_id string, pii {spans}, cuts array<struct<kind:string,start:int,end:int>>"),
        "selection": spark.createDataFrame([(doc, doc != "5") for doc in TEXTS], "doc_id string, keep boolean"),
        "eligibility": spark.createDataFrame(
            [("1", "nob", "open"), ("2", "nno", "open"), ("3", "nno", "open"), ("4", "nob", "closed"), ("5", "nob", "open")],
            "doc_id string, language string, tier string",
        ),
        "repeats": spark.createDataFrame(REPEATS, REPEATS_OF),
    }  # fmt: skip


@pytest.fixture(scope="module")
def decided(spark: Any, frames: dict[str, Any]) -> dict[str, Any]:
    """All that tokens are made from, but for what was made before."""
    return {**frames, "near_duplicates": spark.createDataFrame(CLUSTERS, "doc_id string, cluster string")}


FINAL = {"1": "skriv [e-post]\nslutt", "2": "ring  no", "3": "ja ja  nei", "4": "skriv ola@x.no", "5": "med"}


def test_cuts_and_masks_follow_kind_tier_and_confidence(frames):
    given = {name: frames[name] for name in ("documents", "signals", "eligibility", "repeats")}
    rows = {row.doc_id: row for row in final_text.final_text(**given, params=PARAMS).collect()}
    assert {doc: row.text for doc, row in rows.items()} == FINAL
    assert [tuple(edit) for edit in rows["1"].edits] == [(6, 14, "[e-post]"), (15, 20, "")]
    assert [tuple(edit) for edit in rows["2"].edits] == [(5, 13, "")]
    assert rows["3"].edits == rows["4"].edits == []
    assert {doc: row.language for doc, row in rows.items()} == {
        "1": "nob",
        "2": "nno",
        "3": "nno",
        "4": "nob",
        "5": "nob",
    }


def test_without_rules_personal_data_is_masked_and_an_unknown_kind_by_its_name(spark, frames):
    spans = "array<struct<kind:string,start:int,end:int,confidence:double>>"
    signals = spark.createDataFrame(
        [("3", [("sha1_sum", 0, 2, None), ("ipv6", 3, 5, 1.0)], [])],
        f"doc_id string, pii {spans}, cuts array<struct<kind:string,start:int,end:int>>",
    )
    made = final_text.final_text(
        frames["documents"], signals, frames["eligibility"], frames["repeats"], FinalText(pii={})
    )
    assert made.where("doc_id = '3'").first().text == "[sha-sum] [ip-adresse]  nei"


def test_a_document_goes_where_the_tier_drops_a_kind(spark):
    pii = "array<struct<kind:string,start:int,end:int,confidence:double>>"
    rows = [
        ("1", "closed", [("iban", 0, 1, 0.9), ("email", 0, 1, 0.9)]),
        ("2", "open", [("iban", 0, 1, 0.9)]),
        ("3", "closed", [("iban", 0, 1, 0.1)]),
        ("4", "closed", None),
        ("5", None, [("iban", 0, 1, 0.9)]),
    ]
    frame = spark.createDataFrame(rows, f"doc_id string, tier string, pii {pii}")
    judged = frame.select("doc_id", final_text.dropped(frame.pii, frame.tier, PARAMS).alias("goes"))
    assert {row.doc_id: row.goes for row in judged.collect()} == dict.fromkeys("2345", False) | {"1": True}


def test_words_of_final_text_are_counted_by_language_and_place(frames):
    made = words.words(**frames, params=PARAMS)
    assert (
        made.schema.simpleString() == "struct<language:string,word:string,n:bigint,source:string,batch:string,part:int>"
    )
    place = ("kjelde", "b", 1)
    assert sorted(map(tuple, made.collect())) == sorted(
        [
            ("nob", "skriv", 2, *place),
            ("nob", " [e-post]\nslutt", 1, *place),
            ("nob", " ola@x.no", 1, *place),
            *(("nno", word, 1, *place) for word in ("ring", "  no", "ja", " ja", "  nei")),
        ]
    )


def test_the_tokenizer_is_trained_on_sums_and_is_one_row_of_its_table(spark, frames):
    counted = words.words(**frames, params=PARAMS)
    params = Tokenizer(name="liten", vocabulary=450, min_count=2)
    made = tokenizer.tokenizer(counted.unionByName(counted), params, None, "abc")
    assert made.columns == spark.createDataFrame([], tables.TOKENIZER.ddl).columns
    row = made.first()
    assert (row.name, row.trained_on, row.lossless, row.library) == ("liten", "abc", True, "sentencepiece 0.2.3")
    assert row.sha256 == hashlib.sha256(row.model).hexdigest()
    # the same counts in other rows, and once: the same bytes
    again = tokenizer.tokenizer(counted.unionByName(counted).repartition(3), params, None, "abc").first()
    assert again == row
    model = tokenizer.model_of(row)
    assert (model.data, model.sha256, model.lossless) == (bytes(row.model), row.sha256, True)


def test_the_weightiest_units_come_to_the_driver(spark):
    counts = {"nob": 900, "sme": 40}
    rows = [(language, f" {language}{n}", counts[language] - n) for language in counts for n in range(30)]
    frame = spark.createDataFrame(rows * 2, "language string, word string, n long").repartition(3)
    params = Tokenizer(alpha=1, max_units=1000)
    whole = tokenizer._totals(frame, params)
    assert sorted(row["n"] for row in whole.to_pylist()) == sorted(2 * n for _, _, n in rows)

    def kept(**other):
        found = tokenizer._totals(frame, params.model_copy(update={"max_units": 40, **other})).to_pylist()
        assert len(found) == 40
        return {row["word"] for row in found}

    assert kept() == {f" nob{n}" for n in range(30)} | {f" sme{n}" for n in range(10)}
    assert kept(alpha=0.0, top_ups={"sme": 50.0}) == {f" sme{n}" for n in range(30)} | {f" nob{n}" for n in range(10)}
    assert tokenizer._totals(frame.limit(0), params).num_rows == 0


def test_a_given_model_is_taken_in_as_it_is(spark):
    model = trained_elsewhere(model_type="bpe", normalization_rule_name="nmt_nfkc")
    unread = spark.createDataFrame([], "language string, word string, n long")
    row = tokenizer.tokenizer(unread, Tokenizer(), sentencepieces.describe(model), "abc").first()
    assert (bytes(row.model), row.lossless, row.trained_on, row.vocabulary) == (model, False, None, 400)
    with pytest.raises(ValueError, match="wanted a SentencePiece model or a tokenizer"):
        sentencepieces.describe(b"abc")


def test_ids_are_those_of_the_final_text_and_decode_to_it(spark, decided):
    made = tokens.tokens(**decided, previous=_none(spark), model=lossless(), params=PARAMS, by=BY)
    assert made.columns == spark.createDataFrame([], tables.TOKENS.ddl).columns
    rows = {row.doc_id: row for row in made.collect()}
    decoder = sentencepieces.decoder(lossless().data)
    assert {doc: decoder.decode(row.ids) for doc, row in rows.items()} == {doc: FINAL[doc] for doc in "1234"}
    assert {doc: row["count"] for doc, row in rows.items()} == {doc: len(row.ids) for doc, row in rows.items()}
    assert rows["2"].text_hash == hashlib.sha256(FINAL["2"].encode()).hexdigest()
    assert [tuple(edit) for edit in rows["1"].edits] == [(6, 14, "[e-post]"), (15, 20, "")]
    assert {row.tokenizer for row in rows.values()} == {lossless().sha256}
    assert {(row.source, row.batch, row.part) for row in rows.values()} == {("kjelde", "b", 1)}
    details = {doc: (row.language, row.tier, row.cluster, row.source_id) for doc, row in rows.items()}
    assert details == {
        "1": ("nob", "open", "0", "nr 1"),
        "2": ("nno", "open", "2", "nr 2"),
        "3": ("nno", "open", None, "nr 3"),
        "4": ("nob", "closed", None, "nr 4"),
    }
    assert {(row.title, row.licence, row.year) for row in rows.values()} == {("Tittel", None, 1900)}


def test_only_what_changed_is_encoded_again(spark, decided):
    first = tokens.tokens(**decided, previous=_none(spark), model=lossless(), params=PARAMS, by=BY).collect()
    marked = spark.createDataFrame([row.asDict() | {"ids": [7]} for row in first], tables.TOKENS.ddl)

    def made(**other: Any) -> dict[str, Any]:
        given = {**decided, "previous": marked, "model": lossless(), "params": PARAMS, "by": BY, **other}
        return {row.doc_id: row for row in tokens.tokens(**given).collect()}

    same = made()
    assert {doc: row.ids for doc, row in same.items()} == {doc: [7] for doc in "1234"}
    assert {doc: row.made_from for doc, row in same.items()} == {row.doc_id: row.made_from for row in first}
    fewer_cuts = made(params=FinalText(cuts=(), pii=PARAMS.pii))
    assert sorted(doc for doc, row in fewer_cuts.items() if row.ids != [7]) == ["1"]
    fewer = made(selection=decided["selection"].where("doc_id <> '2'"))
    assert sorted(fewer) == ["1", "3", "4"]
    moved = made(
        near_duplicates=decided["near_duplicates"].where("doc_id = '1'").withColumn("cluster", F.lit("9")),
        documents=decided["documents"].withColumn("title", F.lit("Ny")),
        eligibility=decided["eligibility"].withColumn("language", F.lit("sme")),
    )
    assert {(row.doc_id, *row.ids) for row in moved.values()} == {(doc, 7) for doc in "1234"}
    assert {row.doc_id: row.cluster for row in moved.values()} == {"1": "9", "2": None, "3": None, "4": None}
    assert {(row.title, row.language) for row in moved.values()} == {("Ny", "sme")}
    other_model = made(model=sentencepieces.describe(trained_elsewhere(model_type="bpe")))
    assert all(row.ids != [7] for row in other_model.values())


def test_what_the_fast_encoder_leaves_to_the_library_is_counted(spark, decided):
    def counts(model: sentencepieces.Model, **other: Any) -> dict[str, Any]:
        seen = Observation()
        by = tokens.Encoding(CACHE, seen)
        given = {**decided, "previous": _none(spark), "model": model, "params": PARAMS, "by": by, **other}
        tokens.tokens(**given).write.format("noop").mode("overwrite").save()
        return dict(seen.get)

    size = sum(len(FINAL[doc].encode()) for doc in "1234")
    other = sentencepieces.describe(trained_elsewhere(model_type="bpe", byte_fallback=False))
    assert counts(lossless()) == {"encoded": 4, "by_library": 0, "bytes_by_library": 0}
    assert counts(other) == {"encoded": 4, "by_library": 4, "bytes_by_library": size}
    none = decided["selection"].where("false")
    assert counts(lossless(), selection=none) == {"encoded": 0, "by_library": 0, "bytes_by_library": 0}


def test_fertility_is_summed_over_the_first_documents_of_each_language(spark, frames):
    given = {**frames, "documents": frames["documents"].withColumn("year", F.lit(None).cast("int"))}
    models = {"kvern": lossless().data, "other": trained_elsewhere(model_type="bpe")}
    made = fertility.fertility(**given, params=PARAMS, models=models, each=9)
    assert made.columns == [*fertility.kernel.KEYS, *fertility.kernel.COUNTS]
    rows = {(row.language, row.model): row for row in made.collect()}
    assert {key: row.documents for key, row in rows.items()} == {(a, b): 2 for a in ("nob", "nno") for b in models}
    for language, documents in (("nob", "14"), ("nno", "23")):
        row, texts = rows[language, "kvern"], [FINAL[doc] for doc in documents]
        assert row.bytes == sum(len(text.encode()) for text in texts)
        assert row.tokens == sum(len(sentencepieces.encoder(lossless().data).encode(text)) for text in texts)
        assert row.returned == 2
    fewer = fertility.fertility(**given, params=PARAMS, models={"kvern": models["kvern"]}, each=1).collect()
    assert [(row.language, row.documents) for row in fewer] == [("nno", 1), ("nob", 1)]


def test_rows_do_not_depend_on_partitions(spark, decided):
    one, many = ({**decided, "documents": decided["documents"].repartition(n)} for n in (1, 4))
    rows = [
        sorted(
            map(
                repr,
                tokens.tokens(**given, previous=_none(spark), model=lossless(), params=PARAMS, by=BY).collect(),
            )
        )
        for given in (one, many)
    ]
    assert rows[0] == rows[1]


def _none(spark: Any) -> Any:
    return spark.createDataFrame([], tables.TOKENS.ddl)
