"""SRT and VTT to spoken text: cues joined to sentences, credits and sound descriptions left out.

The rules are those a national library found on broadcast subtitles (domain dossier 2.6).
"""

import html
import re

TIMING = re.compile(r"^\s*-?(\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s+-?((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
START = re.compile(r"^\s*-?((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
SPLIT = re.compile(r"(-?)<br\s*/?>", re.I)
MARKUP = re.compile(r"<[^<>]{0,80}>|\{\\[^{}]{0,40}\}")
# Norwegian party letters stand in brackets beside a name; ages hold digits: both are speech.
PARTIES = "(?:A|Ap|Frp|FrP|H|KrF|Krf|MDG|R|Sp|SP|SV|V)"
SOUND = re.compile(rf"\((?!{PARTIES}\))[^()\d]{{2,80}}\)|\[[^\[\]\d]{{2,80}}\]|♪")
CREDIT = re.compile(
    r"^\W*((norske?|danske?|svenske?)?\s*(under)?tekst(er|ar|ing)?|subtitles?( by)?|teksti)\s*:|^\W*ođasredaktevra",
    re.I,
)
PAUSE = 3.0


def read(text: str) -> str | None:
    """The spoken text, a paragraph a pause of over 3 s, a line a speaker; None where no cue was found."""
    paragraphs: list[str] = []
    last_end = None
    for begin, end, lines in _cues(text):
        spoken = _spoken(lines)
        if not spoken:
            continue
        if paragraphs and last_end is not None and begin - last_end <= PAUSE:
            paragraphs[-1] = _continued(paragraphs[-1], spoken)
        else:
            paragraphs.append(spoken)
        last_end = end
    return "\n\n".join(paragraphs) or None


def _cues(text: str) -> list[tuple[float, float, list[str]]]:
    """(begin, end, lines) of every cue: from a timing line to an empty line, or to the next cue's number."""
    cues: list[tuple[float, float, list[str]]] = []
    speaking = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        begin, end = START.match(line), TIMING.match(line)
        if begin and end:
            if speaking and cues[-1][2] and cues[-1][2][-1].strip().isdigit():
                cues[-1][2].pop()
            cues.append((_seconds(begin[1]), _seconds(end[2]), []))
        elif speaking and line.strip():
            cues[-1][2].extend(SPLIT.sub(r"\1\n", line).split("\n"))
        speaking = bool(begin and end) or (speaking and bool(line.strip()))
    return cues


def _seconds(stamp: str) -> float:
    total = 0.0
    for part in stamp.replace(",", ".").split(":"):
        total = total * 60 + float(part or 0)
    return total


def _spoken(lines: list[str]) -> str:
    bare = [html.unescape(MARKUP.sub("", line)) for line in lines]
    clean = [re.sub(r"\s+", " ", SOUND.sub(" ", line)).strip() for line in bare]
    clean = [line for line in clean if line and not CREDIT.match(line)]
    if sum(line.startswith(("-", "–")) for line in clean) >= 2:
        return "\n".join(line.lstrip("-– ") for line in clean)
    joined = ""
    for line in clean:
        joined = _continued(joined, line.removeprefix("- ").removeprefix("– "))
    return joined


def _continued(first: str, second: str) -> str:
    """A dash at the end or the beginning says that the sentence, or the word, goes on."""
    if not first:
        return second
    if first.endswith("-") and second[:1].islower():
        return first[:-1] + second
    return f"{first.rstrip('–- ')} {second.lstrip('–- ')}" if first.endswith(("–", " -")) else f"{first} {second}"
