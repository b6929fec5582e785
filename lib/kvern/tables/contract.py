"""What a table promises: its name, its columns with their meaning, its key, and how it is replaced."""

from dataclasses import dataclass, replace
from typing import Literal

Scope = Literal["part", "corpus", "log"]

# Every part table ends in these; `warehouse` replaces rows by (batch, part) and lays files out by all three.
PLACE = """,
source STRING NOT NULL COMMENT 'name of the recipe''s source',
batch STRING NOT NULL COMMENT 'what was delivered together',
part INT NOT NULL COMMENT 'the share of the batch that one commit covers'"""


@dataclass(frozen=True)
class Table:
    """A Delta table with a written contract.

    `ddl` is Spark DDL with a COMMENT for each column. `refused` is a SQL condition: rows that are written but
    counted as refused. A made frame may carry one more column, `refusal`: where it is not null the row is counted
    under that reason and not written.
    """

    name: str
    ddl: str
    key: tuple[str, ...]
    scope: Scope
    refused: str = "false"


def part_table(table: Table) -> Table:
    return replace(table, ddl=table.ddl.strip() + PLACE, scope="part")
