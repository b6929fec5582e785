"""Mixtures: shares by weight and by temperature over languages, epochs, and what the blend files of trainers say."""

from dataclasses import fields

import pytest
from shards_data import EVERY

from kvern import stages
from kvern.build_params import Shards
from kvern.shards import blends
from kvern.shards.contents import Inputs
from kvern.shards.form import Form

BUCKETS = [
    {"name": f"{source}.{language}.open{end}", "source": source, "language": language, "tier": "open", "split": split, "tokens": n}
    for source, language, end, split, n in (
        ("books", "nob", "", "train", 9_000),
        ("web", "nob", "", "train", 7_000),
        ("web", "sme", "", "train", 100),
        ("web", "sme", ".validation", "validation", 50),
        ("web", "zxx", "", "train", 0),
    )
]  # fmt: skip
PHASE = {"name": "all", "tokens": None, "alpha": 1.0, "weights": {}}


def shares(**changed) -> dict[str, float]:
    (found,) = blends.mixture(BUCKETS, [PHASE | changed])
    return {each["bucket"]: each["share"] for each in found["buckets"]}


def test_two_phases_of_one_name_would_be_one_file() -> None:
    with pytest.raises(ValueError, match="have all twice"):
        Shards(phases=({"name": "all"}, {"name": "all", "alpha": 0.5}))


def test_without_wishes_a_phase_is_one_epoch() -> None:
    (found,) = blends.mixture(BUCKETS, [PHASE])
    assert found["tokens"] == 16_100
    assert [(each["asked"], each["epochs"]) for each in found["buckets"]] == [(9_000, 1.0), (7_000, 1.0), (100, 1.0)]
    assert found["by"]["source"] == {"books": {"asked": 9_000, "had": 9_000}, "web": {"asked": 7_100, "had": 7_100}}
    assert found["by"]["language"]["sme"] == {"asked": 100, "had": 100}


def test_what_is_inside_of_a_bucket_is_asked_for_in_proportion() -> None:
    train = [each for each in BUCKETS if each["split"] == "train" and each["tokens"]]
    inside = {each["name"]: {"year": {"1999": each["tokens"] - 30, "unknown": 30}} for each in train}
    (found,) = blends.mixture(BUCKETS, [PHASE | {"tokens": 33_000, "weights": {"books.*": 0.0}}], inside)
    assert set(found["by"]) == {"source", "language", "tier", "year"}
    asked = {each["bucket"]: each["asked"] for each in found["buckets"]}
    assert {value: sums["had"] for value, sums in found["by"]["year"].items()} == {
        "1999": 16_100 - 30 * len(train),
        "unknown": 30 * len(train),
    }
    unknown = sum(round(asked[each["name"]] * 30 / each["tokens"]) for each in train)
    assert unknown > 0
    assert found["by"]["year"]["unknown"]["asked"] == pytest.approx(unknown, abs=1)
    assert found["by"]["year"]["1999"]["asked"] == pytest.approx(sum(asked.values()) - unknown, abs=2)


def test_temperature_is_over_languages_and_keeps_the_shares_inside_one() -> None:
    found = shares(alpha=0.5)
    nob, sme = 16_000**0.5, 100**0.5
    assert found["web.sme.open"] == pytest.approx(sme / (nob + sme))
    assert found["books.nob.open"] / found["web.nob.open"] == pytest.approx(9 / 7)
    assert shares(alpha=0.0)["web.sme.open"] == pytest.approx(0.5)


def test_weights_multiply_and_zero_leaves_out() -> None:
    found = shares(weights={"web.*": 2.0, "*.sme.*": 5.0, "books.*": 0.0})
    assert found == {
        "books.nob.open": 0.0, "web.nob.open": pytest.approx(14 / 15), "web.sme.open": pytest.approx(1 / 15),
    }  # fmt: skip
    (phase,) = blends.mixture(BUCKETS, [PHASE | {"tokens": 30_000, "weights": {"books.*": 0.0}}])
    assert [each["epochs"] for each in phase["buckets"]] == [0.0, 4.2253, 4.23]
    assert shares(weights={"*": 0.0}) == dict.fromkeys(found, 0.0)


TRAIN = [each["name"] for each in BUCKETS if each["split"] == "train"]


def test_a_pattern_that_matches_no_training_bucket_is_an_error_that_names_both() -> None:
    blends.check(TRAIN, [PHASE, PHASE | {"weights": {"books.*": 0.0, "*.sme.*": 2.0, "web.nob.open": 1.0}}])
    said = r"^shards\.phases late: .* 'boks\.\*' matches none of books\.nob\.open, web\.nob\.open, .* \(4 in all\): "
    with pytest.raises(ValueError, match=said):
        blends.check(TRAIN, [PHASE, PHASE | {"name": "late", "weights": {"boks.*": 2.0, "web.*": 1.0}}])
    with pytest.raises(ValueError, match=r"'\*\.validation' matches none"):
        blends.check(TRAIN, [PHASE | {"weights": {"*.validation": 1.0}}])
    with pytest.raises(ValueError, match=r"of a0, a1, a2, a3, a4, … \(7 in all\)"):
        blends.check([f"a{i}" for i in range(7)], [PHASE | {"weights": {"b*": 1.0}}])


def test_a_phase_that_reads_nothing_is_an_error() -> None:
    blends.check(TRAIN, [PHASE | {"weights": {"web.*": 0.0, "books.*": 0.1}}])
    for weights in ({"*": 0.0}, {"web.*": 0.0, "books.*": 0.0}):
        with pytest.raises(
            ValueError, match=r"^shards\.phases all: wanted a weight above 0 .* all are 0 of books\.nob"
        ):
            blends.check(TRAIN, [PHASE | {"weights": weights}])
    blends.check([], [PHASE | {"weights": {"*": 0.0}}])


def test_blend_files_weigh_shards_by_their_tokens_and_never_train_on_validation() -> None:
    names = ("books.nob.open", "books.nob.open", "web.nob.open", "web.sme.open", "web.sme.open.validation")
    form = Form("b", "r", EVERY, 2, 600, names, 64)
    facts = [{"shard": i, "tokens": n} for i, n in enumerate((6_000, 3_000, 7_000, 100, 50))]
    phases = [PHASE, PHASE | {"name": "late", "weights": {"books.*": 0.0}}]
    found = {name.rpartition("/")[2]: each for name, each in blends.files(form, facts, BUCKETS, phases).items()}
    assert set(found) == {
        f"{phase}.{kind}.json" for phase in ("all", "late") for kind in ("megatron", "mds", "datatrove")
    }
    train, valid = found["all.megatron.json"]["train"], found["all.megatron.json"]["valid"]
    assert train[1::2] == [
        *(f"megatron/books.nob.open/shard-0000{i}" for i in (0, 1)), "megatron/web.nob.open/shard-00002", "megatron/web.sme.open/shard-00003",
    ]  # fmt: skip
    assert [float(each) for each in train[0::2]] == pytest.approx([n / 16_100 for n in (6_000, 3_000, 7_000, 100)])
    assert valid == ["50.0", "megatron/web.sme.open.validation/shard-00004"]
    assert [each["local"] for each in found["late.mds.json"]["train"]] == ["mds/web.nob.open", "mds/web.sme.open"]
    assert found["late.mds.json"]["epoch_size"] == -(-7_100 // 64)
    assert found["late.datatrove.json"]["dataset"]["dataset_weights"] == pytest.approx([7_000 / 7_100, 100 / 7_100])
    (folder,) = {name.rpartition("/")[0] for name in blends.files(form, facts, BUCKETS, phases)}
    (other,) = {name.rpartition("/")[0] for name in blends.files(form, facts, BUCKETS, phases[:1])}
    assert folder != other


def test_the_stage_hands_over_the_tables_in_the_order_that_inputs_have() -> None:
    names = [each.name for each in stages.SHARDS.reads]
    assert names == [*(each.name for each in fields(Inputs)), "tokenizer"]
