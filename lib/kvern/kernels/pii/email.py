"""E-mail addresses: the usual part of RFC 5322, letters of any script (RFC 6531), and (at), (a) or [at] for @."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.kinds import EMAIL, NOTHING
from kvern.kernels.pii.marks import CLASS, LOCAL, is_digit, letter_at, letter_before

_LOCAL_MOST, _LABEL_MOST, _DOMAIN_MOST = 64, 63, 253
# Domains of more than two letters that end most addresses (IANA's list), and those that RFC 2606 keeps.
_LONG_DOMAINS = (
    "com org net edu gov mil int info biz name pro museum arpa aero coop jobs mobi travel cat asia tel post xxx app "
    "dev cloud online site shop store tech blog news email live life world today space website agency digital design "
    "art bank bar bike blue cafe center city club company consulting events expert film fund group guru house legal "
    "link media network oslo press school science social software studio style support team tips tools top town video "
    "vote wiki work works xyz zone example test invalid localhost local internal lan home corp onion"
)


def _packed(letters: str) -> int:
    return int.from_bytes(letters.encode()[:8], "little")


_KNOWN = np.array(sorted(map(_packed, _LONG_DOMAINS.split())), np.int64)
_KNOWN.flags.writeable = False


@compiled
def _local_start(data, start, at):
    """First byte of the local part before the @ at `at`; `at` where there is none."""
    first = at
    while at - first < _LOCAL_MOST and first > start:
        byte = data[first - 1]
        if byte < 0x80:
            quote = byte == 0x27 and first < at and letter_before(data, start, first - 1) and letter_at(data, first, at)
            if not CLASS[byte] & LOCAL and not quote:
                break
            first -= 1
        else:
            size = letter_before(data, start, first)
            if size == 0:
                break
            first -= size
    while first < at and (data[first] == 0x2E or data[first] == 0x2D or data[first] == 0x25 or data[first] == 0x2B):
        first += 1
    return first


@compiled
def _label_end(data, at, end):
    """Where the label of a domain ends that begins at `at`: letters, digits, hyphens inside."""
    stop, inside = at, at
    while stop < end and stop - at < _LABEL_MOST:
        size = letter_at(data, stop, end) + is_digit(data, stop, at, end)
        if size:
            inside = stop + size
        elif data[stop] == 0x2D and stop > at:
            size = 1
        else:
            break
        stop += size
    return inside


@compiled
def _letters_end(data, at, end):
    """Where the letters end that a label begins with, if it may be a top-level domain cut at a hyphen; else `at`."""
    stop = at
    while stop < end and letter_at(data, stop, end):
        stop += letter_at(data, stop, end)
    return at if stop < end and 0x30 <= data[stop] <= 0x39 else stop


@compiled
def _top_level(data, at, end):
    """3: xn-- and more; 2: two letters or a well-known name; 1: other letters; 0: no top-level domain."""
    if end - at >= 6 and data[at] | 0x20 == 0x78 and data[at + 1] | 0x20 == 0x6E and data[at + 2] == 0x2D:
        return 3
    stop = _letters_end(data, at, end)
    if stop - at < 2:
        return 0
    if stop - at == 2:
        return 2
    packed = 0
    for k in range(min(stop - at, 8)):
        packed |= (data[at + k] | 0x20) << 8 * k
    for known in _KNOWN:
        if known == packed:
            return 2
    return 1


@compiled
def _capital(data, at):
    return 0x41 <= data[at] <= 0x5A


@compiled
def _domain_end(data, at, end):
    """Where the domain that begins at `at` ends: at its last valid label; `at` where no label is a top-level domain.

    `lists.debian.org-listen` ends at `org`, and `nb.no.Dette` at `no`: what is no known domain, or a capital after
    small letters, does not follow a known one.
    """
    best, best_rank, label, labels = at, 0, at, 0
    stop = min(end, at + _DOMAIN_MOST)
    small = False
    while label < stop:
        last = _label_end(data, label, stop)
        if last == label:
            break
        rank = _top_level(data, label, last) if labels else 0
        sentence = small and _capital(data, label)
        if rank and not (best_rank >= 2 and labels > 1 and (rank == 1 or sentence)):
            cut = last if rank == 3 else _letters_end(data, label, last)
            best, best_rank = cut, rank
            if cut < last:
                break
        small = not _capital(data, label)
        labels += 1
        if last >= stop or data[last] != 0x2E:
            break
        label = last + 1
    return best


@compiled
def email(data, start, end, at):
    """An address around the @ at `at`."""
    return _around(data, start, end, at, at + 1, 97)


@compiled
def _around(data, start, end, at, after, percent):
    """An address of which the local part ends at `at` and the domain begins at `after`."""
    first = _local_start(data, start, at)
    if first == at:
        return NOTHING
    last = _domain_end(data, after, end)
    return (first, last, EMAIL, percent) if last > after else NOTHING


@compiled
def spelt_email(data, start, end, at):
    """An address with (at), (a) or [at], blanks around it or not, at the bracket `at`."""
    if at + 2 >= end or data[at + 1] | 0x20 != 0x61:
        return NOTHING
    after = at + 2 + (data[at + 2] | 0x20 == 0x74)
    if after >= end or data[after] != (0x29 if data[at] == 0x28 else 0x5D):
        return NOTHING
    after += 1
    after += after < end and data[after] == 0x20
    return _around(data, start, end, at - (at > start and data[at - 1] == 0x20), after, 85)
