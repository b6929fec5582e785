"""Checksum lists of md5sum style: `manifest-sha256.txt`, `MD5SUMS`, `*.sha1`; a hash, blanks, a name."""

import re
from collections.abc import Iterator

_HASH = "(md5|sha1|sha256|sha512)"
LIST = re.compile(rf"^((?:tag)?manifest-{_HASH}\.txt|{_HASH}(sums?)?(\.txt)?|.*\.{_HASH})$", re.I)
LINE = re.compile(r"^\\?([0-9a-fA-F]{32,128})[ \t]+\*?(?:\./)?(.+?)\s*$")
LENGTHS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def is_list(name: str) -> bool:
    """Whether a file of this name lists checksums."""
    return bool(LIST.match(name))


def promises(text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, hex value, name) of each line; the kind is told by the hash's length, other lines are passed over."""
    for line in text.splitlines():
        hit = LINE.match(line)
        if hit and len(hit[1]) in LENGTHS:
            yield LENGTHS[len(hit[1])], hit[1].lower(), hit[2]
