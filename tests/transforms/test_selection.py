"""One decision from two lists of reasons."""

from pyspark.sql import SparkSession

from kvern import tables
from kvern.params import Selection
from kvern.transforms.selection import selection


def test_reasons_of_document_and_cluster_are_joined_and_sources_weigh(spark: SparkSession) -> None:
    judged = spark.createDataFrame(
        [
            ("a", [], "books"),
            ("b", ["language"], "web"),
            ("c", [], "web"),
            ("d", ["rights"], "books"),
            ("e", [], "x"),
        ],
        "doc_id STRING, reasons ARRAY<STRING>, source STRING",
    )
    clusters = spark.createDataFrame(
        [("a", []), ("b", []), ("c", ["duplicate"]), ("d", ["closed_twin", "duplicate"])],
        "doc_id STRING, reasons ARRAY<STRING>",
    )
    got = selection(judged, clusters, Selection(weights={"books": 2.0}))
    assert [(name, kind) for name, kind in got.dtypes] == spark.createDataFrame([], tables.SELECTION.ddl).dtypes
    assert sorted(tuple(row) for row in got.collect()) == [
        ("a", True, [], 2.0),
        ("b", False, ["language"], 1.0),
        ("c", False, ["duplicate"], 1.0),
        ("d", False, ["closed_twin", "duplicate", "rights"], 2.0),
        ("e", True, [], 1.0),
    ]
    assert all(row["weight"] == 1.0 for row in selection(judged, clusters, Selection()).collect())
