"""One recipe with 1, 3 and 16 partitions, in two batches or more: the same shards, byte for byte."""

import shutil
from pathlib import Path

import pytest

from demo_run import Demo, finished, settings, shard_bytes
from kvern import tables
from kvern.warehouse import Warehouse
from long.submitting import recipe_with

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def model(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tokenizer that the demo run trained, as a given model."""
    path = tmp_path_factory.mktemp("model") / "given.model"
    row = Warehouse(demo.spark, demo.settings.env.warehouse).read(tables.TOKENIZER).head()
    path.write_bytes(bytes(row["model"]))
    return path


@pytest.fixture(scope="module")
def narrow(demo: Demo, model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    place = tmp_path_factory.mktemp("narrow")
    return built(demo, place, 1, model)


GIVEN = ('name = "demo"\nvocabulary = 4000', 'name = "demo"\nmodel = "given.model"')


def built(
    demo: Demo, place: Path, partitions: int, model: Path | None = None, *changes: tuple[str, str]
) -> dict[str, bytes]:
    recipe = recipe_with(place / "conf", *([GIVEN] if model else []), *changes)
    if model:
        shutil.copy(model, recipe.parent / "given.model")
    asked = settings(Path(demo.settings.env.input), place, recipe, partitions)
    before = demo.spark.conf.get("spark.sql.shuffle.partitions")
    demo.spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    try:
        finished(demo.spark, asked)
    finally:
        demo.spark.conf.set("spark.sql.shuffle.partitions", before)
    return shard_bytes(Path(asked.env.output))


@pytest.mark.parametrize("partitions", [3, 16])
def test_the_number_of_partitions_does_not_show(
    demo: Demo, model: Path, narrow: dict[str, bytes], partitions: int, tmp_path: Path
) -> None:
    assert len(narrow) > 4
    assert built(demo, tmp_path, partitions, model) == narrow


def test_the_same_data_in_another_batch_gives_the_same_shards(
    demo: Demo, model: Path, narrow: dict[str, bytes], tmp_path: Path
) -> None:
    moved = [
        (f'path = "{name}/2026-09/*/*"\nbatch = "2026-09"', f'path = "{name}/2026-09/*/*"\nbatch = "2026-09b"')
        for name in ("srt", "articles", "deposit")
    ]
    assert built(demo, tmp_path, 2, model, *moved) == narrow


def test_a_model_trained_after_all_is_loaded_does_not_depend_on_partitions(demo: Demo, tmp_path: Path) -> None:
    assert built(demo, tmp_path, 5) == shard_bytes(Path(demo.settings.env.output))
