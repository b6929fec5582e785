"""Makes `language_table.npz`: `python -m kvern.kernels.language_training FOLDER`, FOLDER as `../shared/data/lid`.

It reads `lid_dev.jsonl` (sentences and paragraphs of Universal Dependencies treebanks, CC BY-SA 4.0; NPK, CC0; UDHR;
Wikipedia, CC BY-SA; Stortinget, NLOD) and `sami_kven_dev.jsonl` (public documents of giellalt/corpus-*). Texts stay
where they are: what ships are counts of byte sequences and weights. A third is held out, by a hash over groups of
neighbouring sentences or whole documents; `seen` in the table holds a hash of each text that was used, so that a test
can show that no measured text is among them. Two steps:

1. A column for each of COUNTED: log((n + 1) / (N + F)), n the sum of log(1 + visits) over pieces of PIECE characters,
   scaled to a sum N of MASS, about py3langid's own. Pieces that the first columns give to another language (headings
   and contacts in Norwegian, Finnish …) are left out of the second, final count.
2. A correction for all LANGUAGES: multinomial logistic regression on top of the scores, languages weighed alike,
   pulled to 0 by RIDGE (Hoerl & Kennard 1970), over features of at least RARE texts.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels import language_fit
from kvern.kernels.arrow import Bytes, Offsets
from kvern.kernels.characters import readonly
from kvern.kernels.language_model import CODES, COUNTED, FILE, LANGUAGES, base, digest, identifier, tables

THIRD = 3
NEIGHBOURS = 10  # sentences numbered one after another that stay on one side
PIECE = 300  # characters
PIECES = 600  # of each of COUNTED in the regression
PRIOR = 6.7  # py3langid's own for small languages


class Text(NamedTuple):
    language: str
    group: str
    text: str


def held_out(group: str) -> bool:
    """Whether a group of texts is kept for measuring."""
    return int(hashlib.sha256(f"kvern {group}".encode()).hexdigest(), 16) % THIRD == 0


def text_key(text: str) -> int:
    """64 bits of a text's hash, whatever its case and white space."""
    return int.from_bytes(hashlib.sha256(" ".join(text.casefold().split()).encode()).digest()[:8], "little")


def sentences(folder: Path) -> list[Text]:
    """`lid_dev.jsonl`; a group is a document where the id names one, else NEIGHBOURS neighbouring sentences."""
    rows = map(json.loads, (folder / "lid_dev.jsonl").read_text(encoding="utf-8").splitlines())
    return [Text(row["lang"], _group(row["id"]), row["text"]) for row in rows]


def _group(name: str) -> str:
    parts = re.fullmatch(r"(.*?)(\d+)(-dev)?", name)
    if "," in name and "FarPaHC" not in name:
        return name.split(",")[0]
    return f"{parts[1]}{int(parts[2]) // NEIGHBOURS}" if parts else name


def documents(folder: Path) -> list[Text]:
    """`sami_kven_dev.jsonl`; each is its own group."""
    rows = map(json.loads, (folder / "sami_kven_dev.jsonl").read_text(encoding="utf-8").splitlines())
    return [Text(row["lang"], row["id"], row["text"]) for row in rows]


def pieces(text: str) -> list[str]:
    """Runs of whole lines of at least PIECE characters, and what is left."""
    found, piece = [], ""
    for line in text.splitlines(keepends=True):
        piece += line
        if len(piece) >= PIECE:
            found.append(piece)
            piece = ""
    return [*found, piece] if piece.strip() else found


def packed(texts: list[str]) -> tuple[Bytes, Offsets]:
    encoded = [(text.lower() if text.isupper() else text).encode() for text in texts]
    return readonly(np.frombuffer(b"".join(encoded), np.uint8)), np.cumsum([0, *map(len, encoded)], dtype=np.int64)


def training_texts(folder: Path) -> tuple[list[Text], list[Text]]:
    """(sentences of LANGUAGES, pieces of documents of COUNTED) that are not held out, nor equal to one that is."""
    told = [*sentences(folder), *documents(folder)]
    kept = {text_key(text.text) for text in told if held_out(text.group)}
    used = [text for text in told if not held_out(text.group) and text_key(text.text) not in kept]
    short = [text for text in used if text.language in CODES]
    long = [text._replace(text=piece) for text in used if text.language in COUNTED for piece in pieces(text.text)]
    return short, [text for text in long if text_key(text.text) not in kept]


def make(folder: Path) -> dict[str, Any]:
    """The arrays of the table."""
    short, long = training_texts(folder)
    known = identifier()
    weights, prior = base(known)
    data, offsets = packed([text.text for text in long])
    said = np.array([LANGUAGES.index(text.language) for text in long])
    sparse = language_fit.features(data, offsets, tables(known, weights, prior))
    right = np.ones(len(long), np.bool_)
    for _ in range(2):
        _count(sparse, said, right, weights, prior)
        best = language_fit.scores(sparse, data, offsets, tables(known, weights, prior)).argmax(axis=1)
        right = best == said
    chosen = [*short, *_first(long, right)]
    fitted = _correct(chosen, known, weights, prior)
    return {**_shipped(weights, prior, fitted), "automaton": digest(known), "seen": _seen([*short, *long])}


def _count(sparse: Any, said: Any, right: Any, weights: Any, prior: Any) -> None:
    """Write the columns of COUNTED from the pieces that are right."""
    for code in COUNTED:
        k = LANGUAGES.index(code)
        weights[:-1, k] = language_fit.column(sparse, right & (said == k), len(weights) - 1)
        prior[k] = PRIOR


def _first(long: list[Text], right: Any) -> list[Text]:
    """PIECES pieces of each language, in the order of their hashes."""
    good = sorted((text for text, ok in zip(long, right, strict=True) if ok), key=lambda text: text_key(text.text))
    return [text for code in COUNTED for text in [text for text in good if text.language == code][:PIECES]]


def _correct(chosen: list[Text], known: Any, weights: Any, prior: Any) -> Any:
    data, offsets = packed([text.text for text in chosen])
    beside = tables(known, weights, prior)
    sparse = language_fit.features(data, offsets, beside)
    start = language_fit.scores(sparse, data, offsets, beside)
    wanted = np.array([LANGUAGES.index(text.language) for text in chosen])
    return language_fit.correction(sparse, start, wanted, np.diff(offsets), len(weights) - 1)


def _shipped(weights: Any, prior: Any, fitted: Any) -> dict[str, Any]:
    """Only rows that say something, as float16: 3 decimal places, far below what moves a label."""
    counted = weights[:-1, len(CODES) : len(LANGUAGES)].astype(np.float16)
    unseen = counted.min(axis=0)
    fitted = fitted.round(2).astype(np.float16)
    met, moved = np.flatnonzero((counted > unseen).any(axis=1)), np.flatnonzero(fitted.any(axis=1))
    return {
        **{"counted_rows": met.astype(np.int32), "counted": counted[met], "unseen": unseen},
        **{"corrected_rows": moved.astype(np.int32), "corrections": fitted[moved]},
        "prior": prior[len(CODES) : len(LANGUAGES)],
    }


def _seen(texts: list[Text]) -> npt.NDArray[np.uint64]:
    return np.unique(np.array([text_key(text.text) for text in texts], np.uint64))


def main(folder: Path) -> None:
    table = make(folder)
    np.savez_compressed(FILE, **table)
    print(f"{FILE}: {FILE.stat().st_size:,} bytes from {len(table['seen']):,} texts of {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
