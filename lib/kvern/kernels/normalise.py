"""One form of text: NFC, one space convention, no controls, mojibake repaired where it is flagged.

A gate (`normal_gate`) looks at each text's bytes once; only flagged text is touched, by the steps that its flags ask
for, and what was changed is counted by kind: `newlines mojibake legacy soft_hyphens controls nfc lost_letters spaces`.
"""

import re
import unicodedata

import ftfy

from kvern.kernels import legacy, lost_letters, normal_gate
from kvern.kernels.normal_gate import LEGACY, LOST, ONLY_BLANKS

LINES = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
# U+0085 ends a line, but is also the second half of a Latin-1 Å read as UTF-8: looked at after the repair.
NEXT_LINE = re.compile("\x85")
SURROGATES = re.compile("[\ud800-\udfff]")
SPACES = re.compile(
    "[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]{2,}|[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
)
EDGES = re.compile(r"(?m)^ +| +$")
BLANK_LINES = re.compile(r"\n{3,}")
SOFT_HYPHENS = re.compile("\u00ad")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufff9-\ufffb]")
# UTF-8 read as Latin-1 or windows-1252: a C3 or C2 letter followed by what a continuation byte became. ftfy changed
# 37 of 4,000 documents, none of them without this flag (measured).
MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00c4\u00c5\u00e2][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)


ROUNDS = 8  # more than any text was seen to need


def normalise(text: str, language: str | None = None, flags: int | None = None) -> tuple[str, dict[str, int]]:
    """The text in its one form, and how often each kind of repair was made. Idempotent.

    `language`: as declared, ISO 639-3; it names the lexicon by which lost letters are put back. `flags`: what
    `normal_gate.flags` said of it, where a whole batch was looked at.
    """
    repairs: dict[str, int] = {}
    flags = normal_gate.flags_of(text) if flags is None else flags
    if flags & normal_gate.SURROGATES:
        text = SURROGATES.sub("\ufffd", text)
        flags |= LOST
    # A removed control can bring the two halves of a damaged letter together: until nothing changes.
    for _ in range(ROUNDS):
        if not flags & ~ONLY_BLANKS:
            break
        before, text = text, _once(text, flags, language, repairs)
        if text == before:
            break
        flags = normal_gate.flags_of(text)
    spaced = _blanks(text, repairs) if flags & ONLY_BLANKS else text
    if spaced == text or not flags & ~ONLY_BLANKS:
        return spaced, repairs
    # A hard space can keep a damaged letter beside it from being seen: what was flagged is looked at again.
    text, more = normalise(spaced, language)
    return text, {kind: repairs.get(kind, 0) + more.get(kind, 0) for kind in {**repairs, **more}}


def _once(text: str, flags: int, language: str | None, repairs: dict[str, int]) -> str:
    """The steps that the flags ask for, each once."""
    if flags & normal_gate.LINES:
        text = _counted(LINES, "\n", text, repairs, "newlines")
    if flags & normal_gate.MOJIBAKE:
        text = _mojibake(text, repairs)
    if flags & LEGACY:
        text = _noted(legacy.decode(text), repairs, "legacy")
    if flags & normal_gate.LINES:
        text = _counted(NEXT_LINE, "\n", text, repairs, "newlines")
    if flags & normal_gate.SOFT_HYPHENS:
        text = _counted(SOFT_HYPHENS, "", text, repairs, "soft_hyphens")
    if flags & normal_gate.CONTROLS:
        text = _counted(CONTROLS, "", text, repairs, "controls")
    if flags & normal_gate.NFC and not unicodedata.is_normalized("NFC", text):
        text = _noted((unicodedata.normalize("NFC", text), 1), repairs, "nfc")
    return _noted(lost_letters.repair(text, language), repairs, "lost_letters") if flags & LOST else text


def _blanks(text: str, repairs: dict[str, int]) -> str:
    text = _counted(SPACES, " ", text, repairs, "spaces")
    text = _counted(EDGES, "", text, repairs, "spaces")
    return _counted(BLANK_LINES, "\n\n", text, repairs, "newlines").strip("\n")


def _noted(repaired: tuple[str, int], repairs: dict[str, int], kind: str) -> str:
    text, count = repaired
    if count:
        repairs[kind] = repairs.get(kind, 0) + count
    return text


def _counted(pattern: re.Pattern[str], replacement: str, text: str, repairs: dict[str, int], kind: str) -> str:
    text, count = pattern.subn(replacement, text)
    if count:
        repairs[kind] = repairs.get(kind, 0) + count
    return text


def _mojibake(text: str, repairs: dict[str, int]) -> str:
    if not MOJIBAKE.search(text):
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if MOJIBAKE.search(line):
            repaired = ftfy.fix_encoding(line)
            repairs["mojibake"] = repairs.get("mojibake", 0) + (repaired != line)
            lines[number] = repaired
    if not repairs.get("mojibake"):
        repairs.pop("mojibake", None)
    return "\n".join(lines)
