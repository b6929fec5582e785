"""Documents in capitals only, in lower case: py3langid's features were counted over text that has both."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled


@compiled
def _mark_without_lower(data, offsets, marks):
    for d in range(marks.shape[0]):
        at = offsets[d]
        while at < offsets[d + 1] and not 0x61 <= data[at] <= 0x7A:
            at += 1
        marks[d] = at == offsets[d + 1] and at > offsets[d]


def lowered(data: Bytes, offsets: Offsets) -> tuple[Bytes, Offsets]:
    """The same documents, those in capitals only in lower case where that changes no length; else as they are."""
    marks = np.empty(len(offsets) - 1, np.bool_)
    _mark_without_lower(readonly(data), offsets, marks)
    rows = np.flatnonzero(marks)
    changed = {int(row): _lower(data[offsets[row] : offsets[row + 1]].tobytes()) for row in rows}
    changed = {row: text for row, text in changed.items() if text}
    if not changed:
        return readonly(data), offsets
    copy = data.copy()
    for row, text in changed.items():
        copy[offsets[row] : offsets[row + 1]] = np.frombuffer(text, np.uint8)
    return readonly(copy), offsets


def _lower(text: bytes) -> bytes:
    """In lower case, empty where it is not in capitals only, is no UTF-8, or has another length then."""
    try:
        said = text.decode()
    except UnicodeDecodeError:
        return b""
    low = said.lower().encode() if said.isupper() else b""
    return low if len(low) == len(text) else b""
