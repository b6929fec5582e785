"""What a changed [tokenizer] makes stale: the model and what follows, never the words, so no text is read."""

import json
import re
from pathlib import Path

import pytest

from kvern import fingerprints, rules, stages
from kvern.build_params import Tokenizer
from kvern.recipe import ConfigError, Env, Recipe, read
from kvern.stage import Settings

CONF = Path(__file__).parents[2] / "conf"
PART = ("2026-11", 0)


def settings(**tokenizer) -> Settings:
    folder = CONF / "recipes"
    recipe = read(Recipe, folder / "norwegian.toml")
    recipe = recipe.model_copy(update={"tokenizer": recipe.tokenizer.model_copy(update=tokenizer)})
    return Settings(recipe, rules.load(recipe, folder), Env(input="i", warehouse="w", output="o"), folder)


def recorded(given: Settings) -> fingerprints.Recorded:
    """All that a run of the pipeline over one part would have recorded."""
    known: fingerprints.Recorded = {("deliveries", *PART): "listed"}
    for stage in stages.PIPELINE[1:]:
        if stage.needed(given.recipe):
            unit = PART if stage.writes.scope == "part" else fingerprints.WHOLE
            inputs = fingerprints.digest(fingerprints._inputs(stage, unit, known))
            known[stage.writes.name, *unit] = f"{fingerprints.own(stage, given)}.{inputs}"
    return known


@pytest.mark.parametrize(
    "changed",
    [
        {"alpha": 0.3},
        {"floors": {"sme": 0.1}},
        {"top_ups": {"fkv": 3.0}},
        {"kind": "unigram"},
        {"normal_form": "nmt_nfkc"},
        {"markers": ("<|page|>",)},
        {"max_units": 1_000_000},
    ],
)
def test_a_changed_option_trains_again_from_the_same_words(changed):
    known = recorded(settings())
    assert {name for name, n in fingerprints.survey(settings(), known).items() if n} == set()
    found = fingerprints.survey(settings(**changed), known)
    assert {name for name, n in found.items() if n} == {"tokenizer", "tokens", "shards"}


def test_languages_that_nobody_knows_and_floors_without_room_are_errors(tmp_path):
    with pytest.raises(ConfigError, match=r"tokenizer\.floors: unknown language 'xxx'"):
        settings(floors={"xxx": 0.1})
    text = (CONF / "recipes/norwegian.toml").read_text(encoding="utf-8")
    file = tmp_path / "recipe.toml"
    file.write_text(text.replace("alpha = 0.5", "floors = { sme = 0.5, sma = 0.5 }"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tokenizer: Value error, floors: want less than 1 together, have 1"):
        read(Recipe, file)


@pytest.mark.parametrize(
    ("markers", "told"),
    [
        (("<|page|>", "</s>"), "want other names than the model's own pieces, have </s>: leave it out"),
        (("<unk>",), "want other names than the model's own pieces, have <unk>: leave it out"),
        (("<s>",), "want other names than the model's own pieces, have <s>: leave it out"),
        (("<0x4A>",), "want other names than the model's own pieces, have <0x4A>: leave it out"),
        (("<|page|>", "<|doc|>", "<|page|>"), "want each name once, have <|page|> twice"),
        (("<|doc|>", ""), "want names of two or more of the characters ! to ~, have ''"),
        (("<|en side|>",), "want names of two or more of the characters ! to ~, have '<|en side|>'"),
        (("x",), "want names of two or more of the characters ! to ~, have 'x'"),
        (("<|page|>\n",), r"want names of two or more of the characters ! to ~, have '<|page|>\n'"),
    ],
)
def test_markers_that_no_model_takes_are_errors_that_say_so(markers, told, tmp_path):
    text, file = (CONF / "recipes/norwegian.toml").read_text(encoding="utf-8"), tmp_path / "recipe.toml"
    file.write_text(text.replace("alpha = 0.5", f"markers = {json.dumps(markers)}"), encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(f"tokenizer.markers: Value error, {told}")):
        read(Recipe, file)


def test_other_markers_are_taken():
    known = ("<|page|>", "<pad>", "<0x4A", "<s", "[S]")
    assert Tokenizer(markers=known).markers == known
