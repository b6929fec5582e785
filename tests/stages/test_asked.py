"""What stages are told of earlier runs and of sizes."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kvern import asked, build_params, recipe, tables
from kvern.stage import Given, Settings

PARTS = {"2026-09/0": "own.a", "2026-09/1": "own.b"}
RECORDED = {(tables.SIGNALS.name, "2026-09", 0): "own.a", (tables.SIGNALS.name, "2026-09", 1): "own.b"}


class Table:
    def __init__(self, rows: int) -> None:
        self.rows = rows

    def count(self) -> int:
        return self.rows


def given(rows: int = 0, **more: Any) -> Given:
    env = recipe.Env(input="", warehouse="", output="", union_find_documents=100)
    settings = Settings(None, None, env, None)  # type: ignore[arg-type]

    def read(_: tables.Table) -> Any:
        return Table(rows)

    return Given(read, read, lambda rows, ddl: sorted(rows), settings, **more)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(("pairs", "rounds"), [(0, 0), (50, 0), (51, 1), (150, 1), (151, 2), (10**6, 10)])
def test_clusters_are_contracted_until_one_task_holds_them(pairs: int, rounds: int) -> None:
    assert asked.contractions(given(pairs)) == rounds


@pytest.mark.parametrize("key", ["threshold", "noisy_threshold"])
def test_clusters_take_no_pair_that_is_not_stored(key: str, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"

    def read(stored: float, used: float) -> float:
        sections = f"[duplicate_pairs]\n{key} = {stored}\n[near_duplicates]\n{key} = {used}\n"
        source = '[[sources]]\nname = "books"\nformat = "text"\npath = "*.txt"\nbatch = "1"\ntier = "open"\n'
        file.write_text(f'name = "test"\nas_of = 2026-09-01\n{sections}{source}', encoding="utf-8")
        return float(getattr(recipe.read(recipe.Recipe, file).near_duplicates, key))

    assert read(0.6, 0.6) == 0.6
    with pytest.raises(recipe.ConfigError, match=rf"near_duplicates\.{key}: want at least 0\.6, have 0\.55"):
        read(0.6, 0.55)


def known(lineage: dict[str, Any], recorded: dict[tuple[str, str, int], str], fingerprint: str = "f.1") -> Any:
    return asked.known_pairs(
        given(
            fingerprint=fingerprint, recorded=recorded, last_commit=lambda table: {"userMetadata": json.dumps(lineage)}
        )
    )


def test_pairs_are_known_where_settings_and_all_old_parts_are_the_same() -> None:
    before = {"fingerprint": "f.0", "parts": PARTS}
    more = RECORDED | {(tables.SIGNALS.name, "2026-10", 0): "own.c", (tables.PAGES.name, "2026-09", 0): "x"}
    assert known(before, more).parts == [("2026-09", 0), ("2026-09", 1)]
    assert known(before, more, "g.1") is None, "other settings"
    assert known(before, more | {(tables.SIGNALS.name, "2026-09", 1): "own.z"}) is None, "a part was made anew"
    assert known(before, dict(list(RECORDED.items())[:1])) is None, "a part is gone"
    assert known({}, more) is None and known({"fingerprint": "f.0"}, more) is None, "nothing is said of earlier runs"


def with_model(folder: Path, name: str) -> Given:
    section = build_params.Tokenizer(model=name)
    settings = Settings(SimpleNamespace(tokenizer=section), None, None, folder)  # type: ignore[arg-type]
    return replace(given(), settings=settings)


@pytest.mark.parametrize("data", [b"", b"a letter to a friend", b'{"a": 1}'])
def test_a_model_that_is_none_is_a_wrong_recipe(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.model").write_bytes(data)
    with pytest.raises(recipe.ConfigError, match=r"tokenizer\.model: a\.model: wanted a "):
        asked.given_model(with_model(tmp_path, "a.model"))
