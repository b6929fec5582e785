"""Two readings of one text become a row, whatever the partitions are; other texts do not."""

import hashlib

import pyarrow as pa
import pytest

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import minhash, noisy
from kvern.kernels.arrow import utf8_view
from kvern.transforms.noisy_pairs import noisy_candidates, noisy_pairs

TEXT = """Da den gamle kom ned til stranden, var baaten alt rodd langt ut paa fjorden, og ingen hørte ham rope. Han satte
sig på en sten og ventet til solen gikk ned bak øyene. Siden gikk han hjem gjennom skogen, trett og uten et ord til
noen, og la ved i ovnen. Om natten kom stormen, og båten var ikke å se mer da det lysnet over havet neste morgen."""
OTHER = """Kongen gav det aar en lov om skatter og avgifter, som alle amtmenn skulde lese høit ved kirkedøren; men folk lo av
den og gikk hver til sitt, for penger var der ingen av i dalen, og korn enda mindre efter den lange vinter."""


def doc_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


TEXTS = {
    **{doc_id(f"telegram {seed}"): corrupt(TEXT, 0.1, seed) for seed in (1, 2)},
    **{doc_id("kort"): "Kort.", doc_id("tom"): "", doc_id("annet"): OTHER, doc_id("kopi"): OTHER.upper()},
}


def frames(spark, partitions: int):
    data, offsets = utf8_view(pa.array(list(TEXTS.values()), pa.string()))
    _, words, orders = minhash.signatures(data, offsets, bands=14, rows=8, ngram=5, seed=1)
    found = noisy.noisy_signatures(data, offsets, keys=64, seed=1)
    blobs = minhash.blobs(found.keys, found.present, noisy.VERSION).to_pylist()
    rows = list(zip(TEXTS, minhash.hexadecimal(orders, words > 0).to_pylist(), blobs, strict=True))
    signals = spark.createDataFrame(rows, "doc_id string, words_hash string, noisy binary")
    texts = [(name, text, True) for name, text in TEXTS.items()]
    documents = spark.createDataFrame(texts, "doc_id string, text string, scanned boolean")
    return signals.repartition(partitions), documents.repartition(partitions)


@pytest.mark.parametrize("partitions", [1, 5])
def test_two_readings_are_a_pair_and_nothing_else_is(spark, partitions):
    signals, documents = frames(spark, partitions)
    met = noisy_candidates(signals, bucket=8, meetings=2)
    one, other = sorted(doc_id(f"telegram {seed}") for seed in (1, 2))
    assert list(map(tuple, met.collect())) == [(int(one[:12], 16), int(other[:12], 16))]
    found = noisy_pairs(met, documents, 0.5)
    assert found.columns == ["doc_id", "other", "jaccard", "kind"]
    assert [(*row[:2], round(row[2], 2), row[3]) for row in found.collect()] == [(one, other, 0.77, "noisy")]
    assert noisy_pairs(met, documents, 0.9).collect() == []
