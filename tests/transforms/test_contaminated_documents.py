"""One row for a document and a benchmark that share a gram, none else."""

from pyspark.sql import Observation

from kvern.params import Contamination
from kvern.transforms.contamination import contamination


def test_only_documents_with_a_shared_gram_have_a_row(spark):
    item = " ".join(f"spørsmål{n}" for n in range(20))
    rows = [
        ("a", f"Før. {item.upper()}. Etter", "s", "b", 0),
        ("b", "noe helt annet", "s", "b", 1),
        ("c", "", "s", "b", 1),
    ]
    documents = spark.createDataFrame(rows, "doc_id string, text string, source string, batch string, part int")
    seen = Observation()
    params = Contamination(ngram=13, short_ngram=8, benchmarks=[{"name": "quiz", "path": "quiz.jsonl"}])
    found = contamination(documents, [("quiz", item)], params, seen).collect()
    spans = [(6, 6 + len(item.encode()), name) for name in ("long", "short")]
    assert [tuple(row) for row in found] == [("a", "quiz", 1.0, 8, 1, 1.0, 13, spans, "s", "b", 0)]
    assert seen.get == {"in quiz": 1}
