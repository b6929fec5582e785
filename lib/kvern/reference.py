"""Renders tables.md, recipe.md and s_curve.svg of docs/ from what the code says: `python -m kvern.reference FOLDER`.

A column's meaning stands in its table's DDL, a key's meaning beside it in `params`; neither is written twice.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from kvern import s_curve, tables
from kvern.build_params import Phase
from kvern.params import Gate, Params, Source
from kvern.recipe import Env, Recipe
from kvern.rules import Language, Rights, Tier

COLUMN = re.compile(r"^(\w+) (.+?)( NOT NULL)?(?: COMMENT '((?:[^']|'')*)')?,?$")
SCOPES = {
    "part": "replaced by (`batch`, `part`)",
    "corpus": "overwritten whole",
    "log": "appended to",
}


def tables_page() -> str:
    """Every table with its key, scope, and columns, in the order of the pipeline."""
    head = "# Tables\n\nMade by `make docs` from `lib/kvern/tables/`. NN: never null. Positions are bytes of UTF-8.\n"
    return head + "".join(_table(table) for table in tables.TABLES)


def _table(table: tables.Table) -> str:
    refused = f" Rows counted as refused: `{table.refused}`." if table.refused != "false" else ""
    head = (
        f"\n## {table.name}\n\nKey: {', '.join(f'`{name}`' for name in table.key)}; {SCOPES[table.scope]}.{refused}\n"
    )
    rows = [COLUMN.match(line) for line in table.ddl.strip().splitlines()]
    cells = [_row(*found.groups()) for found in rows if found]
    return head + "\n| column | type | | meaning |\n|---|---|---|---|\n" + "".join(cells)


def _row(name: str, kind: str, never_null: str | None, comment: str | None) -> str:
    meaning = (comment or "").replace("''", "'").replace("|", "\\|")
    return f"| `{name}` | `{kind}` | {'NN' if never_null else ''} | {meaning} |\n"


def recipe_page() -> str:
    """Every key of a recipe, an env, the rights and a language file, with its type, default and meaning."""
    head = (
        "# Recipe\n\nMade by `make docs` from `lib/kvern/params.py`, `recipe.py` and `rules.py`. TOML; a key that "
        "stands nowhere here is an error.\n"
    )
    pages: list[tuple[str, type[Params]]] = [
        ("[[sources]]", Source),
        *_sections(Recipe),
        ("[[shards.phases]]", Phase),
        ("[gates.STAGE]", Gate),
    ]
    named: list[tuple[str, type[Params]]] = [("at the top", Recipe), *pages]
    rest: list[tuple[str, type[Params]]] = [
        ("Env: conf/env/*.toml", Env),
        ("Rights: conf/rights.toml", Rights),
        ("[tiers.NAME]", Tier),
    ]
    language: list[tuple[str, type[Params]]] = [("Language: conf/languages/*.toml", Language), *_sections(Language)]
    return head + "".join(_section(title, model) for title, model in [*named, *rest, *language])


def _sections(model: type[Params]) -> Iterator[tuple[str, type[Params]]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Params):
            yield f"[{name}]", field.annotation


def _section(title: str, model: type[Params]) -> str:
    nested = {name[1:-1] for name, _ in _sections(model)} | {"sources", "gates", "tiers"}
    fields = [(name, field) for name, field in model.model_fields.items() if name not in nested]
    rows = "".join(
        f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {_line(field.description)} |\n"
        for name, field in fields
    )
    told = _line(model.__doc__)
    table = f"\n| key | type | default | meaning |\n|---|---|---|---|\n{rows}" if rows else ""
    return f"\n## {title}\n\n{told}\n{table}"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_kind(each) for each in inner if each is not type(None)) + ", or absent"
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if origin is dict:
        return f"{_kind(inner[0])} to {_kind(inner[1])}"
    if origin is not None and inner and isinstance(inner[0], str):
        return ", ".join(f"`{each}`" for each in inner)
    if origin is not None:
        return _kind(inner[0])
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)).lower())


def _default(field: Any) -> str:
    value = field.default_factory() if field.default_factory else field.default
    if value is PydanticUndefined:
        return "needed"
    if value is None:
        return ""
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_plain(each) for each in value) + "]"
    return repr(value).replace("'", '"').replace("True", "true").replace("False", "false")


def main() -> None:
    folder = Path(sys.argv[1])
    (folder / "tables.md").write_text(tables_page(), encoding="utf-8")
    (folder / "recipe.md").write_text(recipe_page(), encoding="utf-8")
    (folder / "s_curve.svg").write_text(s_curve.of_defaults(), encoding="utf-8")


if __name__ == "__main__":
    main()
