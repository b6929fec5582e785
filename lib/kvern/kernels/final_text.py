"""Final text: what is cut and masked in a document before anything is counted or encoded, and the way back.

The only owner of these rules: words, tokens, shards and trace use it. A span with an empty replacement is a cut, any
other a mask; where they meet the cut wins, and what is left of the mask goes with it. Spans come from `signals`, the
decision per kind and tier from the recipe; here they become **edits**: sorted, apart, on character borders.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from kvern.kernels.arrow import utf8_view

VERSION = 1
_LF = 0x0A

EDITS = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32()), ("replacement", pa.string())]))

# Readable, typed, without a digit, so that no mask can be taken for a valid number. Any other kind is [kind].
_PERSON = (
    "fodselsnummer",
    "d_number",
    "h_number",
    "d_h_number",
    *(f"synthetic_{office}{day}" for office in ("nav", "nhn", "tenor") for day in ("", "_d")),
)
MASKS = {
    **{f"{kind}{rule}": "[fødselsnummer]" for kind in _PERSON for rule in ("", "_2032")},
    "fh_number": "[fødselsnummer]",
    "email": "[e-post]",
    "phone": "[telefon]",
    "bank_account": "[kontonummer]",
    "iban": "[iban]",
    "card": "[kortnummer]",
    "organisation": "[organisasjonsnummer]",
    "ipv4": "[ip-adresse]",
    "ipv6": "[ip-adresse]",
    "passport": "[passnummer]",
    "licence_plate": "[bilskilt]",
    "address": "[adresse]",
}


@dataclass(frozen=True)
class Edit:
    """Bytes [start, end) of the document's text give way to `replacement`; an empty one is a cut."""

    start: int
    end: int
    replacement: str


def edits_of(text: bytes, spans: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits in order, apart from each other and on character borders, from any spans over `text` (UTF-8).

    A cut of whole lines takes their line feed, and the empty lines that would pile up. Spans outside the text are
    clipped; empty ones are dropped.
    """
    found: list[Edit] = []
    for span in sorted(_aligned(text, spans), key=lambda each: (each.start, -each.end, each.replacement)):
        found.append(_with_line_feeds(text, span))
        while len(found) > 1 and _meet(found[-2], found[-1]):
            second, first = found.pop(), found.pop()
            found.append(_with_line_feeds(text, _union(first, second)))
    return tuple(found)


def _aligned(text: bytes, spans: Iterable[Edit]) -> Iterator[Edit]:
    for span in spans:
        start, end = max(0, span.start), min(len(text), span.end)
        if start >= end:
            continue
        while start > 0 and text[start] & 0xC0 == 0x80:
            start -= 1
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end += 1
        yield Edit(start, end, span.replacement)


def _meet(first: Edit, second: Edit) -> bool:
    """They overlap, or are two cuts side by side."""
    touching = second.start == first.end and not first.replacement and not second.replacement
    return second.start < first.end or touching


def _union(first: Edit, second: Edit) -> Edit:
    cut = not first.replacement or not second.replacement
    start, end = min(first.start, second.start), max(first.end, second.end)
    return Edit(start, end, "" if cut else first.replacement)


def _with_line_feeds(text: bytes, edit: Edit) -> Edit:
    start, end = edit.start, edit.end
    opens = start == 0 or text[start - 1] == _LF
    closes = end == len(text) or text[end] == _LF or text[end - 1] == _LF
    if edit.replacement or not opens or not closes:
        return edit
    if text[end - 1] != _LF:
        end = min(len(text), end + 1)
    after_empty_line = start < 2 or text[start - 2] == _LF  # an empty line, or nothing, stands before
    while after_empty_line and end < len(text) and text[end] == _LF:
        end += 1
    while end == len(text) and start > 0 and text[start - 1] == _LF:
        start -= 1
    return Edit(start, end, "")


def apply(text: bytes, edits: Sequence[Edit]) -> bytes:
    """The final text. `edits` as `edits_of` gives them."""
    if not edits:
        return text
    pieces = [text[: edits[0].start]]
    for edit, following in pairwise([*edits, Edit(len(text), len(text), "")]):
        pieces += [edit.replacement.encode(), text[edit.end : following.start]]
    return b"".join(pieces)


def origin_of(edits: Sequence[Edit], offset: int) -> int:
    """Byte of the document's text that byte `offset` of the final text came from; of a mask, where it starts."""
    shift = 0
    for edit in edits:
        at = edit.start + shift
        if offset < at:
            break
        size = len(edit.replacement.encode())
        if offset < at + size:
            return edit.start
        shift += size - (edit.end - edit.start)
    return offset - shift


def edits_from(rows: Iterable[dict[str, Any]] | None) -> tuple[Edit, ...]:
    """Edits (or spans) out of Arrow's Python rows; null is none."""
    return tuple(Edit(row["start"], row["end"], row["replacement"] or "") for row in rows or ())


def finished(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Decided documents to final text: `text` is replaced, and `spans` becomes `edits`; other columns stay."""
    for batch in batches:
        if not len(batch["spans"].flatten()):
            yield _untouched(batch)
            continue
        texts, spans = _bytes(batch["text"]), batch["spans"].to_pylist()
        edits = [edits_of(text, edits_from(each)) if each else () for text, each in zip(texts, spans, strict=True)]
        yield _replaced(batch, texts, edits, "spans")


def _untouched(batch: pa.RecordBatch) -> pa.RecordBatch:
    """What `_replaced` gives where nothing is cut or masked, without a copy of the text."""
    columns = {name: batch[name] for name in batch.schema.names if name not in ("text", "spans")}
    none = pa.ListArray.from_arrays(pa.array(np.zeros(len(batch) + 1, np.int32)), pa.array([], EDITS.value_type))
    return pa.RecordBatch.from_pydict({**columns, "text": batch["text"], "edits": none})


def edited(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents with the stored `edits` to final text; other columns stay."""
    for batch in batches:
        edits = [edits_from(each) for each in batch["edits"].to_pylist()]
        yield _replaced(batch, _bytes(batch["text"]), edits, "edits")


def _bytes(column: pa.Array) -> list[bytes]:
    data, offsets = utf8_view(column)
    return [data[start:end].tobytes() for start, end in pairwise(offsets.tolist())]


def _replaced(batch: pa.RecordBatch, texts: list[bytes], edits: list[tuple[Edit, ...]], old: str) -> pa.RecordBatch:
    final = [apply(text, each) for text, each in zip(texts, edits, strict=True)]
    rows = [[vars(edit) for edit in each] for each in edits]
    columns = {name: batch[name] for name in batch.schema.names if name not in ("text", old)}
    columns["text"] = pa.array(final, pa.binary()).view(pa.string())
    columns["edits"] = pa.array(rows, EDITS)
    return pa.RecordBatch.from_pydict(columns)
