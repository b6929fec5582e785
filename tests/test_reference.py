"""The reference pages in docs/ are what the code says now."""

import pytest

from conftest import ROOT
from kvern import reference, s_curve, tables


def test_the_pages_are_up_to_date() -> None:
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == reference.tables_page()
    assert (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8") == reference.recipe_page()
    assert (ROOT / "docs" / "s_curve.svg").read_text(encoding="utf-8") == s_curve.of_defaults()


def test_the_curve_is_that_of_the_bands() -> None:
    assert s_curve.chance(0.8, 14, 8) == pytest.approx(1 - (1 - 0.8**8) ** 14)
    assert "5 bands of 3 rows" in s_curve.s_curve(5, 3, 0.5, 0.8)
    assert f"{s_curve._x(0.5)},{s_curve._y(s_curve.chance(0.5, 5, 3))}" in s_curve.s_curve(5, 3, 0.5, 0.8)


def test_every_column_of_every_table_has_its_row() -> None:
    page = reference.tables_page()
    for table in tables.TABLES:
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        columns = [line.split()[0] for line in table.ddl.strip().splitlines()]
        assert all(f"| `{name}` |" in section for name in columns), table.name
