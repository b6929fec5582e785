"""What `kvern tokenizer` does: how the tokenizer fares by language and spelling, beside another; its export."""

import json
from pathlib import Path
from typing import Any

from kvern import rules, tables
from kvern.kernels import encoding, fertility, sentencepieces
from kvern.opening import open_warehouse, settings_of, show
from kvern.recipe import ConfigError
from kvern.stage import Settings
from kvern.transforms import fertility as transform
from kvern.transforms import tokenizer
from kvern.warehouse import Warehouse

_SAMI = ("sme", "smj", "sma", "smn", "sms", "fkv")


def tokenizer_command(options: Any) -> None:
    """A table for people, all of it with --json; --page and --export write files."""
    settings = settings_of(options)
    warehouse = open_warehouse(options, settings)
    model = _stored(warehouse)
    if options.export:
        _write(options.export, _exported(model.data))
    others = {"other": _other(options.against)} if options.against else {}
    told = _told(warehouse, settings, model, others, options.documents)
    if options.page:
        _write(options.page, page(told).encode())
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
        return
    if told["texts"]:
        show(told["texts"])
    print(f"kvern: {_summary(told)}")


def _stored(warehouse: Warehouse) -> sentencepieces.Model:
    row = warehouse.read(tables.TOKENIZER).head()
    if row is None:
        raise ConfigError("tokenizer: want one in this warehouse, have none; run the pipeline until tokenizer first.")
    return tokenizer.model_of(row)


def _exported(model: bytes) -> bytes:
    try:
        return sentencepieces.as_json(model)
    except ValueError as error:
        raise ConfigError(f"export: {error}.") from error


def _other(path: str) -> bytes:
    try:
        data = Path(path).read_bytes()
        sentencepieces.describe(data)
    except OSError as error:
        raise ConfigError(f"against: want a model file, have {path!r} ({error.strerror}).") from None
    except ValueError as error:
        raise ConfigError(f"against: {error}.") from error
    return data


def _write(path: str, data: bytes) -> None:
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise ConfigError(f"want a file that can be written, have {path!r} ({error.strerror}).") from None


def _told(
    warehouse: Warehouse, settings: Settings, model: sentencepieces.Model, others: dict[str, bytes], each: int
) -> dict[str, Any]:
    named = {"kvern": model.data, **others}
    reads = (tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY, tables.REPEATS)
    documents, signals, selection, eligibility, repeats = (warehouse.read(table) for table in reads)
    texts = documents, signals, selection, eligibility, repeats, settings.recipe.final_text
    rows = transform.fertility(*texts, models=named, each=each).collect()
    return {
        "sha256": model.sha256,
        "vocabulary": model.vocabulary,
        "lossless": model.lossless,
        "library": model.library,
        "through_the_library": encoding.why_not_fast(model.data),
        "texts": [_row(row.asDict()) for row in rows],
        **_read_off(settings, named),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in (*fertility.KEYS, "documents", "tokens")}, **fertility.ratios(row)}


def _read_off(settings: Settings, named: dict[str, bytes]) -> dict[str, Any]:
    """What the model itself shows, without a text."""
    sami, known = (rules.letters(settings.rules, names) for names in (_SAMI, sorted(settings.rules.languages)))
    letters = {name: fertility.letters(data, sami) for name, data in named.items()}
    found = fertility.pieces(named["kvern"])
    return {
        "letters": sami,
        "split_letters": {name: {c: n for c, n in by.items() if n != 1} for name, by in letters.items()},
        "longest": fertility.longest(found),
        "oddest": fertility.oddest(found, known),
    }


def _summary(told: dict[str, Any]) -> str:
    split = told["split_letters"]["kvern"]
    letters = f"of {len(told['letters'])} Sámi and Kven letters " + (
        f"{len(split)} take more than one token: {' '.join(split)}" if split else "each is one token"
    )
    ways = "; its text goes through the library: " + ", ".join(told["through_the_library"])
    return f"{told['vocabulary']} pieces, {letters}" + (ways if told["through_the_library"] else "")


def page(told: dict[str, Any]) -> str:
    """The same as a page to read, in Markdown."""
    lossless = "every text comes back" if told["lossless"] else "not every text comes back"
    lines = ["# Tokenizer", "", f"{_summary(told)}; {lossless}. SHA-256 {told['sha256']}, {told['library']}.", ""]
    if rows := told["texts"]:
        lines += ["## Texts", "", _cells(rows[0]), _cells(dict.fromkeys(rows[0], "---"), values=True)]
        lines += [_cells(row, values=True) for row in rows] + [""]
    for name, split in told["split_letters"].items():
        shown = ", ".join(f"{letter} {n}" for letter, n in split.items()) or "none"
        lines += [f"Letters of more than one token, {name}: {shown}", ""]
    lines += ["## Longest pieces", "", _quoted(told["longest"]), ""]
    for name, found in told["oddest"].items():
        lines += [f"## Odd: {name}", "", _quoted(found), ""]
    return "\n".join(lines)


def _cells(row: dict[str, Any], values: bool = False) -> str:
    return "| " + " | ".join(str(each) for each in (row.values() if values else row)) + " |"


def _quoted(found: list[str]) -> str:
    """Pieces as JSON strings: blanks and line feeds show."""
    return " ".join(f"`` {json.dumps(piece, ensure_ascii=False)} ``" for piece in found) or "none"
