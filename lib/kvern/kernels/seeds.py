"""Seeds of a unigram model, counted from units: parts of words by how often they occur times their length.

The library finds its own seeds in the running text, or in units written out as often as they were counted: 20 bytes of
memory for each byte of the corpus. A table of seeds that is given replaces that, and everything else the trainer does
follows from units and counts alone. With ten seeds a piece the model needs fewer tokens than with the library's own.
"""
# mypy: allow-untyped-defs

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from kvern.kernels.arrow import utf8_view
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled, inlined
from kvern.kernels.hashing import mix

LONGEST = 16  # characters of a seed
UNITS = 2_000_000  # most frequent units that seeds are taken from
_BLANK, _LAST_CONTROL, _DIGITS = 0x20, 0x1F, (0x30, 0x39)
_ZERO, _NINE = _DIGITS
_FREE = np.uint64(0)
_KINDS: tuple[Any, ...] = (np.uint64, np.int64, np.uint8, np.uint8, np.int64)


class _Table(NamedTuple):
    """Open addressing by hash, which is never _FREE: where the part first stood, its bytes, characters and count."""

    hashes: Any  # uint64[2 ** n]
    starts: Any  # int64
    sizes: Any  # uint8: bytes
    characters: Any  # uint8
    counts: Any  # int64
    used: Any  # int64[1]


def _table(room: int) -> _Table:
    hashes, starts, sizes, characters, counts = (np.zeros(room, kind) for kind in _KINDS)
    return _Table(hashes, starts, sizes, characters, counts, np.zeros(1, np.int64))


def seeds(units: pa.Array, counts: Any, wanted: int) -> list[tuple[str, int]]:
    """The `wanted` parts of 2 to LONGEST characters of most weight (count times characters), the weightiest first.

    `units`: strings, each with its count (int64), most frequent first; ties go by code points. No part holds a control
    character (the library's file of seeds has a line for each) or two digits; blanks stand at its front alone.
    """
    units, counts = units[:UNITS], np.asarray(counts[:UNITS], np.int64)
    data, offsets = utf8_view(units)
    table, place = _table(1 << 16), np.zeros(1, np.int64)
    while not _count(readonly(data), offsets, counts, place, table):
        table = _grown(table)
    return list(_weightiest(data, table, wanted))


def _weightiest(data: Any, table: _Table, wanted: int) -> Iterator[tuple[str, int]]:
    found = np.flatnonzero(table.hashes)
    weights = table.counts[found] * table.characters[found].astype(np.int64)
    if len(found) > wanted:
        least = np.partition(weights, len(found) - wanted)[len(found) - wanted]
        found, weights = found[weights >= least], weights[weights >= least]
    rows = []
    for slot, weight in zip(found.tolist(), weights.tolist(), strict=True):
        start = int(table.starts[slot])
        part = data[start : start + int(table.sizes[slot])].tobytes().decode()
        rows.append((-weight, part, int(table.counts[slot])))
    yield from ((part, count) for _, part, count in sorted(rows)[:wanted])


def _grown(table: _Table) -> _Table:
    larger = _table(2 * len(table.hashes))
    _move(table, larger)
    return larger


@inlined
def _slot(h, hashes):
    mask = hashes.shape[0] - 1
    slot = np.int64(h & np.uint64(mask))
    while hashes[slot] != _FREE and hashes[slot] != h:
        slot = (slot + 1) & mask
    return slot


@compiled
def _move(table, larger):
    for i in range(table.hashes.shape[0]):
        if table.hashes[i] != _FREE:
            slot = _slot(table.hashes[i], larger.hashes)
            larger.hashes[slot], larger.starts[slot], larger.sizes[slot] = (
                table.hashes[i],
                table.starts[i],
                table.sizes[i],
            )
            larger.characters[slot], larger.counts[slot] = table.characters[i], table.counts[i]
    larger.used[0] = table.used[0]


@inlined
def _add(h, start, size, characters, n, table):
    slot = _slot(h, table.hashes)
    if table.hashes[slot] == _FREE:
        table.hashes[slot], table.starts[slot], table.sizes[slot], table.characters[slot] = h, start, size, characters
        table.used[0] += 1
    table.counts[slot] += n


@compiled
def _parts_from(data, at, end, n, table):
    """Count every part that begins at byte `at`: byte by byte, entered where a character is whole."""
    h, characters, digits, blank, i = _FREE, 0, np.int64(0), True, at
    while i < end and characters < LONGEST:
        byte = np.int64(data[i])
        digits += byte >= _ZERO and byte <= _NINE
        if byte <= _LAST_CONTROL or digits > 1 or (byte == _BLANK and not blank):
            return
        blank = byte == _BLANK
        h = mix(h ^ np.uint64(byte + 1)) * np.uint64(0x9E3779B97F4A7C15)
        i += 1
        while i < end and data[i] & 0xC0 == 0x80:
            h = mix(h ^ np.uint64(data[i] + 1)) * np.uint64(0x9E3779B97F4A7C15)
            i += 1
        characters += 1
        if characters > 1:
            _add(h | np.uint64(1), at, i - at, characters, n, table)


@compiled
def _count(data, offsets, counts, place, table):
    """Count the parts of all units from place[0] on. False: the table must grow."""
    for row in range(place[0], counts.shape[0]):
        start, end = offsets[row], offsets[row + 1]
        if 2 * (table.used[0] + LONGEST * (end - start)) > table.hashes.shape[0]:
            place[0] = row
            return False
        for at in range(start, end):
            if data[at] & 0xC0 != 0x80:
                _parts_from(data, at, end, counts[row], table)
    return True
