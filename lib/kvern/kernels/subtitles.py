"""SRT and VTT to spoken text: cues joined to sentences, credits and sound descriptions left out.

The rules are those a national library found on broadcast subtitles (domain dossier 2.6).
"""

import re

TIMING = re.compile(r"^\s*-?(\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s+-?((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
START = re.compile(r"^\s*-?((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})")
MARKUP = re.compile(r"<[^<>]{0,80}>|\{\\[^{}]{0,40}\}")
SOUND = re.compile(r"\([^()\d]{2,80}\)|\[[^\[\]\d]{2,80}\]|♪")
CREDIT = re.compile(r"^\W*((norske?|danske?|svenske?)?\s*(under)?tekst(er|ar|ing)?|subtitles?( by)?|teksti)\s*:", re.I)
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
    cues: list[tuple[float, float, list[str]]] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        at = next((i for i, line in enumerate(lines) if TIMING.match(line)), None)
        if at is not None:
            begin, end = START.match(lines[at]), TIMING.match(lines[at])
            cues.append((_seconds(begin[1] if begin else ""), _seconds(end[2] if end else ""), lines[at + 1 :]))
    return cues


def _seconds(stamp: str) -> float:
    total = 0.0
    for part in stamp.replace(",", ".").split(":"):
        total = total * 60 + float(part or 0)
    return total


def _spoken(lines: list[str]) -> str:
    clean = [re.sub(r"\s+", " ", SOUND.sub(" ", MARKUP.sub("", line))).strip() for line in lines]
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
