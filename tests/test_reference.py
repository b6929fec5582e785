"""The reference pages in docs/ are what the code says now."""

from conftest import ROOT
from kvern import reference, tables


def test_the_pages_are_up_to_date() -> None:
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == reference.tables_page()
    assert (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8") == reference.recipe_page()


def test_every_column_of_every_table_has_its_row() -> None:
    page = reference.tables_page()
    for table in tables.TABLES:
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        columns = [line.split()[0] for line in table.ddl.strip().splitlines()]
        assert all(f"| `{name}` |" in section for name in columns), table.name
