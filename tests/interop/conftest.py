"""Builds for the real readers. They live in an environment of their own (`make interop`), without Spark."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "shards"))
from shards_data import BUCKET, EVERY, documents, folder_build, row

EOD = 2


@dataclass(frozen=True)
class Built:
    """A build, its bucket, and of each shard the rows and the tokens with end marks."""

    root: Path
    bucket: str
    rows: list[list[dict]]
    bytes_a_token: int

    @property
    def streams(self) -> list[list[int]]:
        return [[token for each in rows for token in (*each["ids"], EOD)] for rows in self.rows]

    @property
    def tokens(self) -> int:
        return sum(map(len, self.streams))


@pytest.fixture(scope="session", params=[2, 4], ids=["16 bits", "32 bits"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Two shards with an empty document, one of a single token, one that is long, and 230 others."""
    rows = [row(each, i) for i, each in enumerate(documents(230))]
    pieces = 66_000 if request.param == 4 else 0
    root = folder_build(tmp_path_factory.mktemp("interop"), rows, EVERY, 2, pieces=pieces)
    return Built(root, BUCKET, [rows[0::2], rows[1::2]], request.param)
