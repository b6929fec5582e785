"""Floor 4: what is stale. A fingerprint for each (table, batch, part) over all that decides its rows.

Recorded fingerprints are `<own>.<inputs>`: `own` is the stage's version, what it depends on and the content of the
files that it names; `inputs` are the recorded fingerprints of the units that it reads.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from kvern import rules, stages
from kvern.recipe import Recipe
from kvern.stage import Settings, Stage
from kvern.tables import Table

Unit = tuple[str, int]
Recorded = dict[tuple[str, str, int], str]
WHOLE: Unit = ("*", -1)
GONE = "gone"
STALE = "stale"


def digest(value: Any) -> str:
    """16 hex characters over one spelling of a value."""
    return hashlib.sha256(rules.compact_json(value).encode()).hexdigest()[:16]


def own(stage: Stage, settings: Settings) -> str:
    """What the stage itself and its settings decide."""
    return _own(stage, settings, settings.recipe, _contents(stage, settings))


def own_by_batch(stage: Stage, settings: Settings, batches: Iterable[str]) -> dict[str, str]:
    """`own` for the parts of each batch, which only the batch's sources can decide; the stage's files are read once.

    A recipe that gains a batch makes no part of the old ones stale.
    """
    contents = _contents(stage, settings)
    return {batch: _own(stage, settings, settings.recipe.of_batch(batch), contents) for batch in batches}


def _own(stage: Stage, settings: Settings, recipe: Recipe, contents: list[str]) -> str:
    return digest([stage.name, stage.version, stage.depends(recipe, settings.rules), contents])


def find_files(chosen: Iterable[Stage], settings: Settings) -> None:
    """ConfigError for the first file that the recipe names for these stages and that is not there."""
    for stage in chosen:
        _contents(stage, settings)


def _contents(stage: Stage, settings: Settings) -> list[str]:
    return [file.read()[1].sha256 for file in stage.files(settings)]


def parts(recorded: Recorded) -> list[Unit]:
    """Every (batch, part) that was ever dealt out, in order."""
    dealt = stages.DELIVERIES.writes.name
    return sorted((batch, part) for table, batch, part in recorded if table == dealt)


def stale(
    stage: Stage, settings: Settings, recorded: Recorded, renew: frozenset[str] = frozenset()
) -> Iterator[tuple[Unit, str]]:
    """(unit, its fingerprint) for every unit of the stage that is not recorded as it would be made now.

    `renew` names pinned stages that are asked for anew.
    """
    if not _wanted(stage, settings, recorded, renew):
        return
    narrow = stage.writes.scope == "part"
    units = parts(recorded) if narrow else [WHOLE]
    batches = {batch for batch, _ in units}
    itself = own_by_batch(stage, settings, batches) if narrow else {WHOLE[0]: own(stage, settings)}
    for unit in units:
        fingerprint = f"{itself[unit[0]]}.{digest(_inputs(stage, unit, recorded))}"
        if not _holds(recorded.get((stage.writes.name, *unit)), fingerprint, stage.pinned and stage.name not in renew):
            yield unit, fingerprint


def survey(settings: Settings, recorded: Recorded) -> dict[str, int]:
    """Stage name to how many of its units are stale, and whatever follows from a stale one. Lists no deliveries."""
    seen = dict(recorded)
    counts = {}
    for stage in stages.PIPELINE:
        units = [] if stage is stages.DELIVERIES else [unit for unit, _ in stale(stage, settings, seen)]
        seen |= {(stage.writes.name, *unit): STALE for unit in units}
        counts[stage.name] = len(units)
    return counts


def _wanted(stage: Stage, settings: Settings, recorded: Recorded, renew: frozenset[str]) -> bool:
    if not stage.needed(settings.recipe):
        return False
    if stage.serves is None or stage.serves in renew:
        return True
    served = stages.BY_NAME[stage.serves]
    return not _holds(recorded.get((served.writes.name, *WHOLE)), own(served, settings), pinned=True)


def _holds(have: str | None, wanted: str, pinned: bool) -> bool:
    if pinned:
        return have is not None and have.split(".")[0] == wanted.split(".")[0]
    return have == wanted


def _inputs(stage: Stage, unit: Unit, recorded: Recorded) -> list[tuple[str, str, int, str | None]]:
    """What is recorded of all that a unit reads; None for what is not made."""
    keys = [(table.name, *each) for table in stage.reads for each in _units_read(stage, table, unit, recorded)]
    return [(*key, recorded.get(key)) for key in keys]


def _units_read(stage: Stage, table: Table, unit: Unit, recorded: Recorded) -> list[Unit]:
    """Its own part of a part table, or all parts where the stage's table is whole; a corpus table whole."""
    if table.scope != "part":
        return [WHOLE]
    return [unit] if stage.writes.scope == "part" else parts(recorded)


def missing(stage: Stage, unit: Unit, recorded: Recorded, recipe: Recipe) -> list[str]:
    """Tables that the unit reads and that are not made; those made for a pinned stage alone are never missed, nor
    those that the recipe has no need of."""
    optional = {each.writes.name for each in stages.PIPELINE if each.serves or not each.needed(recipe)}
    return sorted(
        {name for name, _, _, have in _inputs(stage, unit, recorded) if have is None and name not in optional}
    )
