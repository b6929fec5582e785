"""The only place where tests make a session: one for the whole run, local[2], with Delta."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
collect_ignore = ["interop"]  # `make interop`: in an environment of its own
# A first call compiles, and the machine is shared: a time limit per example would fail at random.
# The same examples in every run: what passed here passes in CI. `pytest --hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, max_examples=1000)
settings.register_profile("kvern", deadline=None, derandomize=True)
settings.load_profile("kvern")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real documents under open licences; they are no part of the repository, so their tests skip without them."""
    folder = Path(os.environ.get("KVERN_SHARED", ROOT / ".." / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data here (KVERN_SHARED names another place): this test needs real documents")
    return folder.resolve()


@pytest.fixture(scope="session")
def demo_holdings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One shelf of the demo library: about 100 documents, 1 MB."""
    from kvern.demo import generate

    folder = tmp_path_factory.mktemp("demo") / "holdings"
    generate(folder, scale=0.1, seed=1)
    return folder


@pytest.fixture(scope="session")
def demo(spark: "SparkSession", demo_holdings: Path) -> "Demo":  # noqa: F821
    """The whole pipeline over it, run once for all tests that look at its outcome."""
    from demo_run import made

    return made(spark, demo_holdings, demo_holdings.parent)


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:  # noqa: F821
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--properties-file {ROOT / 'conf/spark/ci.conf'} pyspark-shell"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "lib"), os.environ.get("PYTHONPATH", "")])
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("kvern tests").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
