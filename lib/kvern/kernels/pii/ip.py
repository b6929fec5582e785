"""Addresses of machines: IPv4, and IPv6 in its forms of RFC 4291."""
# mypy: allow-untyped-defs

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.checks import number
from kvern.kernels.pii.context import IP, PHONE, SECTION, anywhere, near, said_before
from kvern.kernels.pii.digits import DOT, width
from kvern.kernels.pii.kinds import IPV4, IPV6, NOTHING
from kvern.kernels.pii.marks import CLASS, HEX, glued_after, is_digit, letter_before


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
def _private(groups, zero):
    """Whether four octets are of a machine's own network (RFC 1918, RFC 1122): 10., 127. and 192.168."""
    one, two = number(groups.value, 0, width(groups, 0)), number(groups.value, groups.first[1], width(groups, 1))
    return one == 127 or (one == 192 and two == 168) or (one == 10 and zero)


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
    private = _private(groups, zero)
    if near(said) & SECTION and not near(said) & IP:
        return NOTHING
    if largest <= 40 and not stated and not private:
        return NOTHING
    if anywhere(said) & PHONE and groups.value[0] >= 2 and groups.first[4] == 8 and not near(said) & IP:
        return NOTHING
    if private or groups.value[0] == 0 or number(groups.value, 0, width(groups, 0)) == 255:
        return first, last, IPV4, 50
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
    """(where an address from `at` on ends or -1, groups written, whether :: stands in it, widest group, digits)."""
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
    if last < 0 or glued_after(data, last, end) or (short and digits == 0):
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
