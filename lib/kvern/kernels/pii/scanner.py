"""The one pass: it stops at digits, @, colons and brackets, and asks the detectors what begins there."""
# mypy: allow-untyped-defs

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.compiled import compiled
from kvern.kernels.pii import (
    accounts,
    email,
    ip,
    persons,
    phones_elsewhere,
    phones_international,
    phones_norwegian,
    places,
)
from kvern.kernels.pii.context import context_words
from kvern.kernels.pii.digits import collect, scratch
from kvern.kernels.pii.kinds import NOTHING
from kvern.kernels.pii.marks import CLASS, TRIGGER


class Spans(NamedTuple):
    """Sorted by document and start, apart from each other; `start` and `end` are bytes from the document's start."""

    document: npt.NDArray[np.int64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float64]


_iban, _organisation, _card, _account = accounts.iban, accounts.organisation, accounts.card, accounts.bank_account
_person, _ipv4, _ipv6, _email, _spelt_email = persons.person, ip.ipv4, ip.ipv6, email.email, email.spelt_email
_international, _norwegian = phones_international.international, phones_norwegian.norwegian
_elsewhere = phones_elsewhere.elsewhere
_address, _passport, _plate = places.address, places.passport, places.plate


@compiled
def _lettered(data, start, end, at, groups, words):
    """What letters before the digits may make of them."""
    found = _iban(data, start, end, at)
    if found[2] < 0:
        found = _passport(data, start, end, groups, words)
    if found[2] < 0:
        found = _plate(data, start, end, groups, words)
    if found[2] < 0:
        found = _address(data, start, end, groups, words)
    return found


@compiled
def _checked(data, start, end, groups, n, words):
    """Numbers with check digits, the surest first."""
    found = _person(data, start, end, groups, n, words)
    if found[2] < 0:
        found = _account(data, start, end, groups, n, words)
    if found[2] < 0:
        found = _card(data, start, end, groups, n, words)
    if found[2] < 0:
        found = _organisation(data, start, end, groups, n, words)
    return found


@compiled
def _telephone(data, start, end, since, groups, n, words):
    found = _international(data, start, end, groups, n, words)
    if found[2] < 0:
        found = _norwegian(data, start, end, since, groups, n, words)
    if found[2] < 0:
        found = _elsewhere(data, start, end, since, groups, n, words)
    return found


@compiled
def _number(data, start, end, at, since, groups, n, words):
    """The number that begins with the digit at `at`; `since`: where the span before ends."""
    found = _lettered(data, start, end, at, groups, words)
    if found[2] < 0 and n >= 4:
        found = _ipv4(data, start, end, groups, n, words)
    if found[2] < 0 and groups.first[n] >= 9:
        found = _checked(data, start, end, groups, n, words)
    if found[2] < 0 and groups.first[n] >= 5:
        found = _telephone(data, start, end, since, groups, n, words)
    return found


@compiled
def _keep(spans, first, n, start, found):
    """Write a span as number n, over those of this document that it meets; returns the next number."""
    low = found[0] - start
    while n > first and spans.end[n - 1] > low:
        n -= 1
        low = min(low, spans.start[n])
    spans.start[n], spans.end[n] = low, found[1] - start
    spans.kind[n], spans.confidence[n] = found[2], found[3] / 100
    return n + 1


@compiled
def _run_end(data, at, end):
    while at < end and 0x30 <= data[at] <= 0x39:
        at += 1
    return at


@compiled
def _next_trigger(data, at, end):
    """The first byte from `at` on where a candidate may begin, or `end`: eight at a time while there are eight."""
    while at + 8 <= end:
        some = CLASS[data[at]] | CLASS[data[at + 1]] | CLASS[data[at + 2]] | CLASS[data[at + 3]]
        some |= CLASS[data[at + 4]] | CLASS[data[at + 5]] | CLASS[data[at + 6]] | CLASS[data[at + 7]]
        if some & TRIGGER:
            break
        at += 8
    while at < end and not CLASS[data[at]] & TRIGGER:
        at += 1
    return at


@compiled
def _document(data, start, end, groups, words, spans, n):
    first = n
    at = since = start
    while True:
        at = _next_trigger(data, at, end)
        if at >= end:
            return n
        byte = data[at]
        following = at + 1
        found = NOTHING
        if byte == 0x40:
            found = _email(data, start, end, at)
        elif byte == 0x3A:
            found = _ipv6(data, start, end, at)
        elif byte == 0x28 or byte == 0x5B:
            found = _spelt_email(data, start, end, at)
        else:
            count = collect(data, at, end, groups)
            if count:
                found = _number(data, start, end, at, since, groups, count, words)
            following = groups.end[0] if count else _run_end(data, at, end)
        if found[2] >= 0:
            n = _keep(spans, first, n, start, found)
            following = since = max(following, found[1])
        at = following


@compiled
def _documents(data, offsets, groups, words, spans):
    n = 0
    for d in range(offsets.shape[0] - 1):
        first = n
        n = _document(data, offsets[d], offsets[d + 1], groups, words, spans, n)
        spans.document[first:n] = d
    return n


def scan(data: Bytes, offsets: Offsets) -> Spans:
    """Personal data in each document: `kind` is an index into KINDS, `confidence` 0 to 1.

    The text may be any bytes: what is no UTF-8 is no letter.
    """
    # The shortest spans have three bytes (::1), and at least one stands between two.
    most = len(offsets) + int(offsets[-1] - offsets[0]) // 4
    starts, ends, kinds = np.empty((3, most), np.int32)
    spans = Spans(np.empty(most, np.int64), starts, ends, kinds, np.empty(most, np.float64))
    count = _documents(readonly(data), offsets, scratch(), context_words(), spans)
    kinds, confidence = spans.kind[:count].copy(), spans.confidence[:count].copy()
    return Spans(spans.document[:count].copy(), spans.start[:count].copy(), spans.end[:count].copy(), kinds, confidence)
