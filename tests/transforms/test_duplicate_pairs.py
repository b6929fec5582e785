"""Verified pairs do not depend on partitions or order, and agree with exact Jaccard of real law versions."""

import hashlib
import json
import random
import re

import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from kvern.demo.ocr_noise import corrupt
from kvern.kernels import minhash, noisy
from kvern.kernels.arrow import utf8_view
from kvern.params import DuplicatePairs
from kvern.transforms.candidates import Known
from kvern.transforms.duplicate_pairs import duplicate_pairs

PARAMS = DuplicatePairs(threshold=0.5, bucket=8)
SIGNALS = "doc_id string, words long, words_hash string, minhash binary, noisy binary"


def doc_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def frames(spark, texts: dict[str, str], partitions: int = 2):
    data, offsets = utf8_view(pa.array(list(texts.values()), pa.string()))
    keys, words, orders = minhash.signatures(data, offsets, bands=14, rows=8, ngram=5, seed=1)
    blobs, hashes = minhash.blobs(keys, words > 0).to_pylist(), minhash.hexadecimal(orders, words > 0).to_pylist()
    read = noisy.noisy_signatures(data, offsets, keys=64, seed=1)
    letters = minhash.blobs(read.keys, read.present, noisy.VERSION).to_pylist()
    signals = list(zip(texts, words.tolist(), hashes, blobs, letters, strict=True))
    return (
        spark.createDataFrame(signals, SIGNALS).repartition(partitions),
        spark.createDataFrame(list(texts.items()), "doc_id string, text string").repartition(partitions),
    )


def pairs(spark, texts: dict[str, str], partitions: int = 2):
    found = duplicate_pairs(*frames(spark, texts, partitions), PARAMS, 5).collect()
    rows = sorted(map(tuple, found))
    assert len(rows) == len({row[:2] for row in rows})
    return rows


def later(
    spark, texts: dict[str, str], old: set[str], params: DuplicatePairs, blank: set[str] = frozenset(), scanned=None
):
    """Pairs of `old` at first, then of all with those known; in the second run `blank` documents have no text."""
    batch = F.when(F.col("doc_id").isin(list(old)), "old").otherwise("new")
    signals, documents = frames(spark, texts)
    place = {"source": F.lit("s"), "batch": batch, "part": F.lit(0)}
    signals, documents = signals.withColumns(place), documents.withColumns(place)
    first = duplicate_pairs(signals.where("batch = 'old'"), documents, params, 5, scanned=scanned).collect()
    known = Known(
        spark.createDataFrame(first, "doc_id string, other string, jaccard double, kind string"),
        spark.createDataFrame([("old", 0)], "batch string, part int"),
    )
    unread = documents.where(~F.col("doc_id").isin(list(blank)))
    return sorted(map(tuple, duplicate_pairs(signals, unread, params, 5, known, scanned).collect()))


def versions() -> dict[str, str]:
    chance = random.Random(5)
    vocabulary = [f"ord{n}" for n in range(400)]
    texts = {}
    for family in range(12):
        words = chance.choices(vocabulary, k=120)
        for version in range(5):
            texts[doc_id(f"{family}/{version}")] = " ".join(words)
            words = [chance.choice(vocabulary) if chance.random() < 0.02 else word for word in words]
    hot = chance.choices(vocabulary, k=300)
    texts |= {doc_id(f"hot/{n}"): " ".join([*hot, f"hale{n}"]) for n in range(30)}
    texts |= {doc_id(f"copy/{n}"): "Samme ord, hver gang" + "!" * n for n in range(20)}
    return texts | {
        doc_id("tom"): "",
        doc_id("tom/2"): " .",
        doc_id("ett"): "Hei",
        doc_id("ett/2"): "hei!",
        doc_id("tre"): "tre små ord",
        **{doc_id(f"smil/{n}"): "😀 👍🏽 ❤️" for n in range(3)},
        **{doc_id(f"kinesisk/{n}"): "挪威國家圖書館 奧斯陸" + "。" * n for n in range(3)},
    }


def exact(a: str, b: str) -> float:
    def grams(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))}

    return len(grams(a) & grams(b)) / len(grams(a) | grams(b))


def test_the_same_documents_in_1_7_or_64_partitions_and_another_order_give_the_same_pairs(spark):
    texts = versions()
    once = pairs(spark, texts, 1)
    for doc, other, jaccard, kind in once:
        assert doc < other and jaccard == exact(texts[doc], texts[other]) >= 0.5
        assert (kind == "exact") == (re.findall(r"\w+", texts[doc].lower()) == re.findall(r"\w+", texts[other].lower()))
    words = {name: tuple(re.findall(r"\w+", text.lower())) for name, text in texts.items()}
    worded = [own for own in words.values() if own]
    assert sum(kind == "exact" for *_, kind in once) == len(worded) - len(set(worded))
    hot = sorted(doc_id(f"hot/{n}") for n in range(30))
    met = {row[:2] for row in once}
    assert {(a, b) for a in hot[:8] for b in hot if a < b} <= met
    shuffled = dict(random.Random(2).sample(list(texts.items()), len(texts)))
    assert pairs(spark, shuffled, 64) == pairs(spark, texts, 7) == once


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_later_batch_gives_the_pairs_of_all_at_once_though_buckets_overflow(spark, share):
    texts, chance = versions(), random.Random(share)
    params = DuplicatePairs(threshold=0.5, bucket=3)
    old = {name for name in texts if chance.random() < share}
    whole = sorted(map(tuple, duplicate_pairs(*frames(spark, texts), params, 5).collect()))
    assert later(spark, texts, old, params) == whole
    alone = sorted(map(tuple, duplicate_pairs(*frames(spark, {n: texts[n] for n in old}), params, 5).collect()))
    assert {row[:2] for row in alone} - {row[:2] for row in whole}, "no old pair left its bucket: nothing was shown"


def test_a_later_batch_reads_no_text_of_old_documents_but_of_those_beside_a_new_one(spark):
    texts = {name: text for name, text in versions().items() if text.startswith("ord")}
    new = {sorted(texts)[0]}
    whole = pairs(spark, texts)
    beside = {name for row in whole if new & {row[0], row[1]} for name in row[:2]}
    far = texts.keys() - beside
    assert beside and any({a, b} <= far for a, b, _, _ in whole)
    assert later(spark, texts, texts.keys() - new, PARAMS, far) == whole


def readings() -> dict[str, str]:
    """Texts that were read with errors, some of them often, one read with so few that its words show it."""
    chance = random.Random(8)
    vocabulary = ["".join(chance.choices("abdefghiklmnoprstuvy", k=chance.randint(3, 9))) for _ in range(500)]
    clean = [" ".join(chance.choices(vocabulary, k=120)) for _ in range(5)]
    texts = {doc_id(f"r{n}/{seed}"): corrupt(text, 0.08, seed) for n, text in enumerate(clean) for seed in range(3)}
    texts |= {doc_id(f"hot/{seed}"): corrupt(clean[0], 0.05, seed) for seed in range(20, 34)}
    return texts | {doc_id(f"near/{seed}"): corrupt(clean[1], 0.004, seed) for seed in range(50, 56)}


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_pairs_read_with_errors_are_the_same_in_one_batch_or_two(spark, share):
    texts, chance = readings(), random.Random(share)
    params = DuplicatePairs(threshold=0.5, bucket=3)
    old = {name for name in texts if chance.random() < share}
    whole = sorted(map(tuple, duplicate_pairs(*frames(spark, texts, 3), params, 5, scanned=F.lit(True)).collect()))
    assert {row[3] for row in whole} == {"words", "noisy"} and len(whole) == len({row[:2] for row in whole})
    assert all(row[2] >= params.noisy_threshold for row in whole)
    assert later(spark, texts, old, params, scanned=F.lit(True)) == whole
    words = sorted(map(tuple, duplicate_pairs(*frames(spark, texts), params, 5).collect()))
    assert [row for row in whole if row[3] != "noisy"] == words
    clean = duplicate_pairs(*frames(spark, texts), params, 5, scanned=F.lit(False)).collect()
    assert sorted(map(tuple, clean)) == words


def test_law_versions_are_found_with_the_jaccard_that_the_pairs_file_tells(spark, shared):
    folder = shared / "dedup" / "law_versions"
    if not folder.is_dir():
        pytest.skip("no dedup/law_versions among the shared documents")
    rows = [json.loads(line) for line in (folder / "docs.jsonl").read_text("utf-8").splitlines()]
    names = {doc_id(row["id"]): row["id"] for row in rows}
    texts = {doc_id(row["id"]): re.sub(r"\A---\n.*?\n---\n", "", row["text"], flags=re.S) for row in rows}
    lines = [line.split("\t") for line in (folder / "pairs.tsv").read_text("utf-8").splitlines()[1:]]
    told = {frozenset(line[:2]): float(line[2]) for line in lines}
    rows = pairs(spark, texts)
    found = {frozenset((names[a], names[b])): jaccard for a, b, jaccard, _ in rows}
    assert all(abs(jaccard - told[pair]) <= 0.5e-4 + 1e-9 for pair, jaccard in found.items() if pair in told)
    first = {names[b]: names[a] for a, b, _, kind in rows if kind == "exact"}
    high = [frozenset(first.get(name, name) for name in pair) for pair, jaccard in told.items() if jaccard >= 0.8]
    recall = sum(len(pair) == 1 or pair in found for pair in high) / len(high)
    print(
        f"recall at .8: {recall:.4f} of {len(high)} pairs; found {len(found)}, of them told {len(found.keys() & told.keys())}"
    )
    assert recall >= 0.95
