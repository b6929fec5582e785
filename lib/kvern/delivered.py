"""Floor 4: what lies in the folders now: every batch is listed on every run, and its new or gone parts are made."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from kvern import stages
from kvern.fingerprints import GONE, Recorded, Unit, digest, own, parts
from kvern.kernels import listing
from kvern.recipe import ConfigError, Recipe
from kvern.stage import Given, Settings, Store
from kvern.tables import DELIVERIES
from kvern.warehouse import Warehouse

Pending = tuple[Unit, Given, Callable[[Store], object]]


@dataclass(frozen=True)
class Listing:
    """A batch as it lies there now: its rows, each part's fingerprint, and the sources that have a file."""

    given: Given
    rows: DataFrame
    found: dict[int, str]
    sources: frozenset[str]


def listings(pool: ThreadPoolExecutor, warehouse: Warehouse, settings: Settings) -> dict[str, Future[Listing]]:
    """Every batch, listed: each part's rows and fingerprint. Listing is cheap, so it is done on every run."""
    batches = sorted({source.batch for source in settings.recipe.sources})
    return {batch: pool.submit(_listed, batch, warehouse, settings) for batch in batches}


def _listed(batch: str, warehouse: Warehouse, settings: Settings) -> Listing:
    given = _listing(batch, warehouse, settings)
    rows = stages.DELIVERIES.rows(given).persist()
    return Listing(given, rows, *_contents(rows, own(stages.DELIVERIES, settings)))


def without_files(listings: dict[str, Future[Listing]], settings: Settings) -> list[str]:
    """A sentence for each source without a file; ConfigError where none has one.

    A folder that is not mounted must not look like a library that withdrew everything.
    """
    lacking = [s for s in settings.recipe.sources if s.name not in listings[s.batch].result().sources]
    said = [f"source {s.name} ({s.batch}): no file matches {s.path!r} under the input" for s in lacking]
    if len(lacking) == len(settings.recipe.sources):
        raise ConfigError(f"{'; '.join(said)}. Check the sources' paths and --input.")
    return said


def delivered(listings: dict[str, Future[Listing]], recorded: Recorded) -> Iterator[Pending]:
    """The parts whose listing is new, or gone."""
    for batch, listing_of in listings.items():
        listing = listing_of.result()
        before = [part for name, part in parts(recorded) if name == batch]
        for part in sorted({*listing.found, *before}):
            fingerprint = listing.found.get(part, GONE)
            if recorded.get((DELIVERIES.name, batch, part)) != fingerprint:
                given = replace(listing.given, fingerprint=fingerprint)
                yield (batch, part), given, partial(_store_part, listing.rows, part)
        listing.rows.unpersist()


def _store_part(listed: DataFrame, part: int, store: Store) -> object:
    return store(listed.where(F.col("part") == part))


def _contents(listed: DataFrame, itself: str) -> tuple[dict[int, str], frozenset[str]]:
    """Part to fingerprint, a sum of hashes over its rows that no order can show in; and the sources with files."""
    content = F.sum(F.xxhash64(*sorted(listed.columns)).cast("decimal(38,0)")).alias("content")
    sources = F.collect_set("source").alias("sources")
    rows = listed.groupBy("part").agg(content, F.count(F.lit(1)).alias("n"), sources).collect()
    found = {row["part"]: f"{itself}.{digest([str(row['content']), row['n']])}" for row in rows}
    return found, frozenset(name for row in rows for name in row["sources"])


def _listing(batch: str, warehouse: Warehouse, settings: Settings) -> Given:
    """What `deliveries` is given: folders to list as the table it reads, and what was dealt before as the others."""
    rows = [row for each in _sources(settings.recipe, batch) for row in listing.places(settings.env.input, *each)]
    columns = ", ".join(f"{name} STRING" for name in listing.WORK.names)
    work = warehouse.spark.createDataFrame(listing.rows_of(rows), columns)
    dealt = warehouse.read(DELIVERIES).where(F.col("batch") == batch).select("source", "object_id", "part").distinct()
    wide = settings.env.partitions
    return Given(lambda _: work.repartition(wide), lambda _: dealt, warehouse.spark.createDataFrame, settings)


def _sources(recipe: Recipe, batch: str) -> list[tuple[str, str, str, str]]:
    return [(each.name, each.batch, each.format, each.path) for each in recipe.of_batch(batch).sources]
