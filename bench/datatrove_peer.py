"""datatrove's four filters, run by a Python that has it (bench/parity_datatrove.py and bench/signals.py make one).

    PYTHON bench/datatrove_peer.py judge TEXTS.jsonl OUT.jsonl    decisions and values with kvern's word definition
    PYTHON bench/datatrove_peer.py speed TEXTS.jsonl              version and CPU seconds, as released, Norwegian

A line of TEXTS.jsonl is {"text": …, "stop_words": [...]}. For C4 the decision is given as released, and again with
kvern's own choices put in one after the other, so that a difference is explained by the first that takes it away.
"""

import json
import re
import sys
import time
import unicodedata
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import c4_filters, fineweb_quality_filter, gopher_quality_filter
from datatrove.pipeline.filters import gopher_repetition_filter as repetition
from datatrove.utils import text as texts

CLOSING = "\"')]’”“»›"
ENDS = tuple(".?!\"'”’“»›。！？؟۔।॥")
SENTENCE = re.compile(f"(?:(?<![.])[.]|[?!。！？؟۔।॥])[{re.escape(CLOSING)}]*\\s+")
NORWEGIAN = "nob"


def _sign(character: str) -> str:
    if character in "0123456789":
        return "d"
    if unicodedata.category(character)[0] in "LMN" or character == "_":
        return "u" if character == "_" else "w"
    return "j" if character in "-'’./@&=" else "c" if character in ",:" else " "


WORD = re.compile(r"[dwu]+(?:(?:j(?=[dwu])|(?<=d)c(?=d))[dwu]+)*")


def words(text: str, language: str = NORWEGIAN) -> list[str]:
    """kvern's words, by a regular expression over kinds of characters: nothing of its kernels."""
    signs = "".join(map(_sign, text))
    return [text[m.start() : m.end()] for m in WORD.finditer(signs) if re.search("[dw]", m.group())]


def sentences(line: str, language: str = NORWEGIAN) -> list[str]:
    """As many pieces as kvern counts sentences."""
    return SENTENCE.split(line)


def passed(made: Any, text: str) -> tuple[bool, str]:
    """(kept, the reason where not); an error of the filter's own is a reason."""
    try:
        found = made.filter(Document(text=text, id="0"))
    except ZeroDivisionError:
        return False, "error"
    return (found, "") if isinstance(found, bool) else found


def filters(stop_words: list[str]) -> dict[str, Any]:
    return {
        "gopher_quality": gopher_quality_filter.GopherQualityFilter(stop_words=stop_words, language=NORWEGIAN),
        "gopher_repetition": repetition.GopherRepetitionFilter(language=NORWEGIAN),
        "fineweb": fineweb_quality_filter.FineWebQualityFilter(language=NORWEGIAN),
        "c4": c4_filters.C4QualityFilter(language=NORWEGIAN),
    }


def values(text: str) -> dict[str, float]:
    """What the filters compare with their thresholds, by the functions that they use."""
    found, size = words(text), len(text)
    lines = re.split("\n+", text)
    paragraphs = re.split(r"\n{2,}", text.strip())
    solid = [line for line in text.split("\n") if line.strip()]
    dup_lines, dup_paragraphs = repetition.find_duplicates(lines), repetition.find_duplicates(paragraphs)
    ends = tuple(texts.TERMINAL_PUNCTUATION)
    out = {
        "words": len(found),
        "mean_word_length": sum(map(len, found)) / len(found) if found else None,
        "dup_line_ratio": dup_lines[0] / len(lines),
        "dup_line_char_ratio": dup_lines[1] / size,
        "dup_paragraph_ratio": dup_paragraphs[0] / len(paragraphs),
        "dup_paragraph_char_ratio": dup_paragraphs[1] / size,
        "line_punct_ratio": sum(line.endswith(ends) for line in solid) / len(solid),
        "short_line_ratio": sum(len(line) <= 30 for line in solid) / len(solid),
        "char_dup_ratio": repetition.find_duplicates(solid)[1] / len(text.replace("\n", "")),
        "new_line_ratio": text.count("\n") / len(found) if found else None,
    }
    for n in range(2, 11):
        grams = repetition.get_n_grams(found, n)
        top = repetition.find_top_duplicate(grams) if n <= 4 and grams else 0
        out[f"top_{n}_gram_ratio" if n <= 4 else f"dup_{n}_gram_ratio"] = (
            top if n <= 4 else repetition.find_all_duplicate(found, n)
        ) / size
        if n > 4:  # the same with words that cannot run together: what remains is datatrove's own collision
            out[f"apart_{n}"] = apart(found, n) / size
    return out


def apart(found: list[str], n: int) -> int:
    """`find_all_duplicate` over n-grams whose words are kept apart."""
    met, chars, at = set(), 0, 0
    while at < len(found) - n + 1:
        gram = tuple(found[at : at + n])
        if gram in met:
            chars += sum(map(len, gram))
            at += n
        else:
            met.add(gram)
            at += 1
    return chars


def c4_variants(text: str) -> list[tuple[str, bool]]:
    """(choice of kvern's that is put in on top of those before, kept)."""
    out = [("released", passed(c4_filters.C4QualityFilter(language=NORWEGIAN), text)[0])]
    kept = c4_filters.END_PUNCTUATION, c4_filters.split_into_sentences
    c4_filters.END_PUNCTUATION = ENDS
    out.append(("closing quotes end a line", passed(c4_filters.C4QualityFilter(language=NORWEGIAN), text)[0]))
    c4_filters.split_into_sentences = sentences
    out.append(("sentences end at marks", passed(c4_filters.C4QualityFilter(language=NORWEGIAN), text)[0]))
    made = c4_filters.C4QualityFilter(language=NORWEGIAN, remove_citations=False)
    out.append(("citations stay", passed(made, text)[0]))
    made = c4_filters.C4QualityFilter(language=NORWEGIAN, remove_citations=False, filter_curly_bracket=False)
    whole = "{" not in text and "lorem ipsum" not in text.lower()
    out.append(("marks count in any line", whole and passed(made, text)[0]))
    c4_filters.END_PUNCTUATION, c4_filters.split_into_sentences = kept
    return out


def judge(rows: list[dict[str, Any]], out: Path) -> None:
    for module in (gopher_quality_filter, fineweb_quality_filter, repetition):
        module.split_into_words = words
    with out.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"version": version("datatrove")}) + "\n")
        for row in rows:
            made = filters(row["stop_words"])
            found = {name: passed(each, row["text"]) for name, each in made.items()}
            said = {"decisions": found, "values": values(row["text"]), "c4": c4_variants(row["text"])}
            file.write(json.dumps(said, ensure_ascii=False) + "\n")


def speed(rows: list[dict[str, Any]]) -> None:
    made = filters(rows[0]["stop_words"])
    passed(made["gopher_quality"], "Varm opp.")  # loads the tokeniser
    started = time.process_time()
    for row in rows:
        for each in made.values():
            passed(each, row["text"])
    print(f"datatrove {version('datatrove')}", time.process_time() - started, sep="\t")


if __name__ == "__main__":
    given = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
    if sys.argv[1] == "judge":
        judge(given, Path(sys.argv[3]))
    else:
        speed(given)
