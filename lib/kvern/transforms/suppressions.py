"""Requests to leave things out, from the files that the recipe names."""

import json
from datetime import date
from typing import Any

from kvern.kernels import files
from kvern.params import Suppressions
from kvern.recipe import ConfigError

KINDS = ("doc_id", "source", "source_id", "uri_prefix", "text_hash")
Request = tuple[str, str, str, date | None, bool]


def requests(root: str, params: Suppressions) -> list[Request]:
    """One request a line of JSON: kind, key, reason, and if wanted requested (a date) and near_copies.

    A line that cannot be read stops the run: a request that is silently lost is worse than a run that waits.
    """
    found = {}
    for name in params.files:
        for number, line in enumerate(files.read(root, name)[0].decode("utf-8").splitlines(), 1):
            if line.strip():
                request = _request(line, f"{name}:{number}")
                found[request[:2]] = request
    return [found[key] for key in sorted(found)]


def _request(line: str, place: str) -> Request:
    try:
        item: dict[str, Any] = json.loads(line)
        kind, key, reason = str(item["kind"]), str(item["key"]), str(item["reason"])
        day = date.fromisoformat(item["requested"]) if item.get("requested") else None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{place}: want JSON with kind, key, reason, have a line without ({type(error).__name__})."
        ) from None
    if kind not in KINDS:
        raise ConfigError(f"{place}: unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    return kind, key, reason, day, bool(item.get("near_copies", False))
