"""Draws the S-curve of a recipe's bands as SVG: `python -m kvern.s_curve RECIPE > curve.svg`.

A pair of Jaccard s shares a band key with a chance of 1 - (1 - s^rows)^bands (Leskovec, Rajaraman & Ullman, chapter 3).
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kvern.params import DuplicatePairs, NearDuplicates, Signals
from kvern.recipe import Recipe, read

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 360, 60, 20, 50
OTHERS = ((20, 5), (32, 4), (9, 13))  # drawn thin beside it: more recall, more still, less
_COLOURS = ("#1d3557", "#2a9d8f", "#e9c46a", "#e76f51")


def chance(jaccard: float, bands: int, rows: int) -> float:
    """That a pair becomes a candidate."""
    return 1 - (1 - jaccard**rows) ** bands


def s_curve(bands: int, rows: int, stored: float, near: float) -> str:
    """SVG of the curve, with `stored` and `near`, the thresholds of stored pairs and of near duplicates, marked."""
    shapes = list(dict.fromkeys([(bands, rows), *OTHERS]))
    parts = [*_axes(), *_marks(stored, near)]
    for place, (shape, colour) in enumerate(zip(shapes, _COLOURS, strict=False)):
        parts += _curve(shape, colour, 3 if place == 0 else 1.2, place)
    form = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {form}>'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *parts, "</svg>\n"])


def _x(jaccard: float) -> float:
    return round(LEFT + jaccard * (WIDTH - LEFT - 20), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _axes() -> Iterator[str]:
    for step in range(0, 11, 2):
        share = step / 10
        yield f'<line x1="{_x(0)}" x2="{_x(1)}" y1="{_y(share)}" y2="{_y(share)}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{_y(share) + 4}" text-anchor="end">{share:g}</text>'
        yield f'<text x="{_x(share)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{share:g}</text>'
    yield f'<text x="{_x(0.5)}" y="{HEIGHT - 10}" text-anchor="middle">exact Jaccard of two documents</text>'
    middle = _y(0.5)
    turned = f'text-anchor="middle" transform="rotate(-90 16 {middle})"'
    yield f'<text x="16" y="{middle}" {turned}>share that is found</text>'


def _marks(stored: float, near: float) -> Iterator[str]:
    for jaccard, name in ((stored, "stored"), (near, "near duplicates")):
        place = f'x1="{_x(jaccard)}" x2="{_x(jaccard)}" y1="{_y(0)}" y2="{_y(1)}"'
        yield f'<line {place} stroke="#c1121f" stroke-dasharray="4 3"/>'
        yield f'<text x="{_x(jaccard) + 4}" y="{_y(0) - 6}" fill="#c1121f">{name} ≥ {jaccard:g}</text>'


def _curve(shape: tuple[int, int], colour: str, width: float, place: int) -> Iterator[str]:
    points = " ".join(f"{_x(step / 200)},{_y(chance(step / 200, *shape))}" for step in range(201))
    pen = f'stroke="{colour}" stroke-width="{width:g}"'
    yield f'<polyline points="{points}" fill="none" {pen}/>'
    line = TOP + 18 + 18 * place
    yield f'<line x1="{LEFT + 14}" x2="{LEFT + 40}" y1="{line - 4}" y2="{line - 4}" {pen}/>'
    yield f'<text x="{LEFT + 46}" y="{line}">{shape[0]} bands of {shape[1]} rows</text>'


def of_defaults() -> str:
    return _of(Signals(), DuplicatePairs(), NearDuplicates())


def _of(signals: Signals, pairs: DuplicatePairs, near: NearDuplicates) -> str:
    return s_curve(signals.bands, signals.rows, pairs.threshold, near.threshold)


def main(words: Sequence[str]) -> None:
    recipe = read(Recipe, Path(words[0]))
    sys.stdout.write(_of(recipe.signals, recipe.duplicate_pairs, recipe.near_duplicates))


if __name__ == "__main__":
    main(sys.argv[1:])
