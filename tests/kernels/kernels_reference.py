"""Plain Python for what the text kernels compute, and text that tries to break them."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from kvern.kernels.arrow import Bytes, Offsets

settings.register_profile("kernels", deadline=None)  # a kernel's first call compiles it
settings.load_profile("kernels")

FRAGMENTS = (
    *(
        b"Det",
        b"er",
        b"ein",
        b"BOK",
        b"\xc3\xa5",
        b"\xc3\x98l",
        b"f.eks",
        b"1.000,50",
        b"12:30",
        b"nord-norsk",
        b"l'or",
        b"a_b",
    ),
    *(
        b" ",
        b" ",
        b" ",
        b"\n",
        b"\n",
        b"\n\n",
        b"\n\n\n",
        b"\t",
        b"\r",
        b"\r\n",
        b"\xc2\xa0",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
    ),
    *(
        b".",
        b". ",
        b"...",
        b"....",
        b"\xe2\x80\xa6",
        b"!",
        b"?",
        b'"',
        b")",
        b"\xc2\xbb",
        b"\xe2\x80\x9d",
        b",",
        b":",
        b"-",
        b"_",
    ),
    *(
        b"#",
        b"{",
        b"\xe2\x80\xa2",
        b"- ",
        b"@",
        b"&",
        b"=",
        b"/",
        b"\xe2\x80\x99",
        b"\x00",
        b"e\xcc\x81",
        b"\xcc\x8a",
        b"\xc2\xad",
    ),
    *(
        b"Lorem Ipsum",
        b"JavaScript",
        b"Privacy policy",
        b"use cookies",
        b"\xc4\xb0",
        b"\xce\xa3",
        b"\xe2\x84\xaa",
        b"\xc8\xba",
    ),
    *(
        b"\xff",
        b"\xc3",
        b"\xe2\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\x80",
        b"\xf0\x9f\x98\x80",
        b"\xe4\xb8\xad",
    ),
)
hostile = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map(b"".join) | st.binary(max_size=40)
tidy = st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))


def packed(documents: Sequence[bytes]) -> tuple[Bytes, Offsets]:
    """Documents one behind the other, as Arrow holds them."""
    ends = np.cumsum([0, *map(len, documents)])
    return np.frombuffer(b"".join(documents), np.uint8), ends.astype(np.int64)


def decoded(data: bytes) -> str:
    """Code points; U+FFFD for each byte of what is not UTF-8."""
    out, at = [], 0
    while at < len(data):
        for length in range(1, 5):
            try:
                character = data[at : at + length].decode()
            except UnicodeDecodeError:
                continue
            break
        else:
            character, length = "\ufffd", 1
        out.append(character)
        at += length
    return "".join(out)


def count_characters(data: bytes) -> int:
    return sum(byte & 0xC0 != 0x80 for byte in data)


def is_word_character(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" or character == "_"


def is_selector(character: str) -> bool:
    """Variation selectors: marks by their category, but of emoji."""
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


def _sign(character: str) -> str:
    if character in "0123456789":
        return "d"
    if is_word_character(character):
        return "u" if character == "_" else "w"
    return "j" if character in "-'’./@&=" else "c" if character in ",:" else " "


def words(data: bytes) -> list[str]:
    """The words of the quality measures."""
    text = decoded(data)
    signs = "".join(map(_sign, text))
    found = re.finditer(r"[dwu]+(?:(?:j(?=[dwu])|(?<=d)c(?=d))[dwu]+)*", signs)
    return [text[m.start() : m.end()] for m in found if re.search("[dw]", m.group())]


def lower(character: str) -> str:
    return "i" if character == "\u0130" else character.lower()


def bare_words(data: bytes) -> list[str]:
    """The words of MinHash: runs of word characters in lower case."""
    text = "".join(lower(c) if is_word_character(c) and not is_selector(c) else " " for c in decoded(data))
    return [word for word in text.split(" ") if word]
