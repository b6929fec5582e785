"""Addresses of the internet: e-mail (RFC 5322's usual part, with letters of any script: RFC 6531), IPv4, IPv6 (RFC 4291)."""
# mypy: allow-untyped-defs

import numpy as np

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import number
from kvern.kernels.pii.context import IP, PHONE, SECTION, anywhere, near, said_before
from kvern.kernels.pii.digits import DOT, width
from kvern.kernels.pii.kinds import EMAIL, IPV4, IPV6, NOTHING
from kvern.kernels.pii.marks import CLASS, HEX, LOCAL, glued_after, is_digit, letter_at, letter_before

_LOCAL_MOST, _LABEL_MOST, _DOMAIN_MOST = 64, 63, 253
# Domains of more than two letters that end most addresses (of IANA's list), and those that RFC 2606 and 6762 set apart.
_LONG_DOMAINS = (
    "com org net edu gov mil int info biz name pro museum arpa aero coop jobs mobi travel cat asia tel post xxx app dev "
    "cloud online site shop store tech blog news email live life world today space website agency digital design "
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
    """2: two letters or a well-known name; 1: other letters; 0: no top-level domain."""
    if end - at >= 6 and data[at] | 0x20 == 0x78 and data[at + 1] | 0x20 == 0x6E and data[at + 2] == 0x2D:
        return 2  # xn--
    stop = _letters_end(data, at, end)
    if stop - at < 2:
        return 0
    if stop - at == 2:
        return 2
    packed = 0
    for k in range(min(stop - at, 8)):
        packed |= np.int64(data[at + k] | 0x20) << 8 * k
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

    `lists.debian.org-listen` ends at `org`, and `nb.no.Dette` at `no`: what is no known domain, or begins with a capital
    after small letters, does not follow a known one.
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
        if rank and not (best_rank == 2 and labels > 1 and (rank == 1 or sentence)):
            cut = last if rank == 2 and data[label + 2] == 0x2D else _letters_end(data, label, last)
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
    first = _local_start(data, start, at)
    if first == at:
        return NOTHING
    last = _domain_end(data, at + 1, end)
    return (first, last, EMAIL, 97) if last > at + 1 else NOTHING


@compiled
def _octets(groups):
    """(largest, whether one is 0) of four octets; largest 256 where it is no address."""
    largest, zero = 0, False
    for k in range(4):
        value = number(groups.value, groups.first[k], width(groups, k))
        leading = width(groups, k) > 1 and groups.value[groups.first[k]] == 0
        if width(groups, k) > 3 or leading:
            return 256, False
        largest = max(largest, value)
        zero |= value == 0
    return largest, zero


@compiled
def ipv4(data, start, end, groups, n, words):
    """Four octets. Small ones without a word for it are a section, a version or a day: 9.2.1.4."""
    if n < 4 or groups.mark[0] != DOT or groups.mark[1] != DOT or groups.mark[2] != DOT or groups.mark[3] == DOT:
        return NOTHING
    first, last = groups.start[0], groups.end[3]
    largest, zero = _octets(groups)
    if largest > 255 or glued_after(data, last, end) or letter_before(data, start, first):
        return NOTHING
    if first - 1 > start and data[first - 1] == 0x2E and glued_after(data, first - 2, end):
        return NOTHING
    said = said_before(data, start, first, words)
    stated = anywhere(said) & IP
    private = groups.value[0] == 1 and (largest >= 127 or (zero and width(groups, 0) == 2 and groups.value[1] == 0))
    if near(said) & SECTION and not near(said) & IP:
        return NOTHING
    if largest <= 40 and not stated and not private:
        return NOTHING
    if anywhere(said) & PHONE and groups.value[0] >= 2 and groups.first[4] == 8 and not near(said) & IP:
        return NOTHING
    return first, last, IPV4, 97 if stated else 85 if largest >= 100 else 65


@compiled
def _hex_run(data, at, end):
    stop = at
    while stop < end and stop - at < 5 and CLASS[data[stop]] & HEX:
        stop += 1
    return stop - at


@compiled
def _dotted(data, at, end):
    """Where four octets that begin at `at` end, -1 where none do."""
    for k in range(4):
        value = 0
        size = 0
        while size < 3 and is_digit(data, at + size, at, end):
            value = 10 * value + data[at + size] - 0x30
            size += 1
        if size == 0 or value > 255:
            return -1
        at += size
        if k < 3:
            if at >= end or data[at] != 0x2E:
                return -1
            at += 1
    return at


@compiled
def _ipv6_end(data, at, end):
    """(where an address that begins at `at` ends or -1, groups written, whether :: stands in it, widest group, digits)."""
    groups = widest = digits = 0
    short = False
    if at + 1 < end and data[at] == 0x3A and data[at + 1] == 0x3A:
        short = True
        at += 2
    while at < end and groups < 8:
        size = _hex_run(data, at, end)
        if size == 0:
            break
        if (at + size < end and data[at + size] == 0x2E and groups > 0) or (short and groups == 0 and size <= 3):
            last = _dotted(data, at, end)
            if last > 0:
                return last, groups + 2, short, 4, 4
        if size > 4:
            return -1, 0, False, 0, 0
        for k in range(at, at + size):
            digits += is_digit(data, k, at, end)
        widest = max(widest, size)
        groups += 1
        at += size
        if at + 1 >= end or data[at] != 0x3A:
            break
        if data[at + 1] == 0x3A:
            if short:
                break
            short = True
            at += 2
        elif CLASS[data[at + 1]] & HEX and groups < 8:
            at += 1
        else:
            break
    return at, groups, short, widest, digits


@compiled
def _assigned(data, at, end):
    """Whether the first group is of a block in use: 2000::/3, fc00::/7, fe80::/10, ff00::/8, 64:ff9b::."""
    size = _hex_run(data, at, end)
    first = data[at] | 0x20
    if size == 4:
        return first == 0x32 or first == 0x33 or first == 0x66
    return size == 2 and data[at] == 0x36 and data[at + 1] == 0x34


@compiled
def ipv6(data, start, end, colon):
    """An address whose first colon is at `colon`. Times, MAC addresses and names like std::min are none."""
    first = colon
    while first > start and colon - first < 5 and CLASS[data[first - 1]] & HEX:
        first -= 1
    if colon - first > 4 or colon + 1 >= end or letter_before(data, start, first):
        return NOTHING
    if first > start and (data[first - 1] == 0x3A or data[first - 1] == 0x2E or data[first - 1] == 0x5F):
        return NOTHING
    if first == colon and data[colon + 1] != 0x3A:
        return NOTHING
    last, groups, short, widest, digits = _ipv6_end(data, first, end)
    if last < 0 or glued_after(data, last, end) or digits == 0:
        return NOTHING
    if last + 1 < end and data[last] == 0x3A and (CLASS[data[last + 1]] & HEX or data[last + 1] == 0x3A):
        return NOTHING
    if not short:
        return (first, last, IPV6, 90) if groups == 8 and widest > 2 else NOTHING
    loopback = first == colon and groups == 1 and last == colon + 3 and data[last - 1] == 0x31
    known = (
        loopback or (first == colon and groups == 3 and widest == 4) or (first < colon and _assigned(data, first, end))
    )
    if groups > 7 or not (known or (groups >= 4 and widest > 2)):
        return NOTHING
    return first, last, IPV6, 90 if known else 70
