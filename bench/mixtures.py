"""What weights on languages are worth: tokens of held-out text under our default over those under plain SentencePiece.

    python bench/mixtures.py

Real text of ../shared/data in seven mixtures, BPE with 32,000 and 64,000 pieces. One document in five is held out.
Plain SentencePiece stands for the same settings on the same text with every language as it is: it is trained from
counts with alpha 1, whose pieces, order and scores are those of the running text (tests/kernels/test_vocabulary.py).
There are 48 kB of Northern Sámi: it is .15 to .7 % of its mixtures, and a model that has seen every word of it cannot
gain. In the mixtures of a larger corpus Lule Sámi (900 kB) stands in, and the counts of the large languages are those
of twenty copies. `input` has the bytes a token, and the ratio where large languages are raised as far as small ones.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from figures import Figure, of_rounds, shared, write
from tokens import letters

from kvern.kernels import encoding, units, vocabulary
from kvern.kernels.html import main_text
from kvern.kernels.normalise import normalise

_PIECE = 20_000  # characters: long documents are cut
_SIZES = (32_000, 64_000)
_FLOORS = {"nob": 1.02, "nno": 1.02, "small": 0.78}
_PEER = f"sentencepiece {version('sentencepiece')}"
Rows = list[tuple[str, str]]  # language and text
Part = tuple[int | None, int]  # bytes at most, and how often its counts count
_ALL, _AGAIN = (None, 1), (None, 20)
_NORDIC = {"nob": _ALL, "nno": _ALL, "dan": _ALL, "swe": _ALL, "eng": _ALL}


@dataclass(frozen=True)
class Mixture:
    name: str
    parts: Mapping[str, Part]
    small: str = "sme"


MIXTURES = (
    Mixture("three", {"nob": _ALL, "nno": _ALL, "sme": _ALL}),
    Mixture("foreign", {**_NORDIC, "sme": _ALL, "fkv": (3_000, 1)}),
    Mixture("much_law", {**_NORDIC, "nob": (None, 4), "nno": (None, 2), "eng": (None, 14), "fin": _ALL, "sme": _ALL}),
    Mixture("five_of_few_kb", {**_NORDIC, "sme": _ALL, "smj": (15_000, 1), "sma": (8_000, 1), "smn": (5_000, 1),
                               "sms": (5_000, 1), "fkv": (10_000, 1)}),
    Mixture("larger_three", {"nob": _AGAIN, "nno": _AGAIN, "smj": _ALL}, "smj"),
    Mixture("larger_foreign", {**dict.fromkeys(_NORDIC, _AGAIN), "smj": _ALL}, "smj"),
    Mixture("larger_five", {**dict.fromkeys(_NORDIC, _AGAIN), "smj": _ALL, "sma": (100_000, 1), "smn": (50_000, 1),
                            "sms": (50_000, 1), "fkv": (100_000, 1)}, "smj"),
)  # fmt: skip


def documents(folder: Path) -> Rows:
    """Language and text, in an order that is the same anywhere."""
    found = sorted({(language, normalise(text)[0]) for language, text in _raw(folder)})
    return sorted(((language, text) for language, text in found if text.strip()), key=lambda row: _draw(row[1]))


def _draw(text: str) -> int:
    return zlib.crc32(text.encode())


def _raw(folder: Path) -> Iterator[tuple[str, str]]:
    bulk = folder / "bulk"
    whole = [*bulk.glob("norwegian-laws/*.md"), *bulk.glob("norn_fulltext/*.txt")]
    novels = (bulk / "eltec-nor.jsonl").read_text(encoding="utf-8").splitlines()
    long = [file.read_text(encoding="utf-8") for file in whole] + [json.loads(line)["text"] for line in novels]
    yield from (("nob", text[at : at + _PIECE]) for text in long for at in range(0, len(text), _PIECE))
    for name, language in (("gimp-help-nn", "nno"), ("debian-handbook-nb", "nob")):
        for file in (folder / "html" / name).glob("*.html"):
            yield language, main_text(file.read_text(encoding="utf-8", errors="replace")).text or ""
    for name in ("lid_dev.jsonl", "sami_kven_dev.jsonl"):
        for line in (folder / "lid" / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield row["lang"], row["text"]


def counted(rows: Rows, parts: Mapping[str, Part]) -> pa.Table:
    """Units of what a mixture takes of the documents."""
    taken, left = [], {name: most for name, (most, _) in parts.items()}
    for language, text in rows:
        room = left.get(language, 0)
        if room is None or room > 0:
            taken.append((language, text))
            left[language] = None if room is None else room - len(text.encode())
    languages, texts = (pa.array(each, pa.string()) for each in zip(*taken, strict=True))
    batch = pa.RecordBatch.from_pydict({"language": languages, "text": texts})
    table = pa.Table.from_batches(units.counted([batch], ("language",)))
    factor = pa.array([parts[language][1] for language in table["language"].to_pylist()], pa.int64())
    return table.set_column(table.schema.get_field_index("n"), "n", pc.multiply(table["n"], factor))


def tokens(words: pa.Table, test: Mapping[str, list[str]], **settings: float) -> dict[str, int]:
    """Tokens of the held-out texts of each language under a model of these counts."""
    known = {"required_chars": letters(), "character_coverage": 0.9999, "min_count": 1, **settings}
    encoder = encoding.load(vocabulary.train(words, vocabulary.Training(**known)).data)
    return {name: len(encoding.encode(encoder, pa.array(texts, pa.string()))[0]) for name, texts in test.items()}


def of_mixture(
    mixture: Mixture, train: list[tuple[str, str]], held: list[tuple[str, str]], pieces: int
) -> list[Figure]:
    words = counted(train, mixture.parts)
    names = {"nob": "nob", "nno": "nno", "small": mixture.small}
    test = {name: [text for language, text in held if language == names[name]] for name in names}
    totals = words.group_by("language").aggregate([("n", "sum")]).to_pylist()
    share = {row["language"]: row["n_sum"] / sum(each["n_sum"] for each in totals) for row in totals}
    plain = tokens(words, test, vocabulary=pieces, alpha=1.0)
    ours = tokens(words, test, vocabulary=pieces, alpha=0.5)
    full = tokens(words, test, vocabulary=pieces, alpha=0.5, large=1.0)
    made = []
    for name, texts in test.items():
        size = sum(len(text.encode()) for text in texts)
        what = (
            f"{names[name]}, {100 * share[names[name]]:.2f} % of {mixture.name}, {size / plain[name]:.2f} B a token, "
            f"weighed {size / ours[name]:.2f}; all raised in full {full[name] / plain[name]:.3f} x"
        )
        title = f"{mixture.name}_{pieces // 1000}k_{names[name]}"
        made.append(of_rounds(title, [ours[name] / plain[name]], "x", _FLOORS[name], what, _PEER))
    return [replace(each, better="lower") for each in made]


def figures() -> list[Figure]:
    rows = documents(shared())
    train = [row for row in rows if _draw(row[1]) % 5]
    held = [row for row in rows if _draw(row[1]) % 5 == 0]
    return [each for mixture in MIXTURES for pieces in _SIZES for each in of_mixture(mixture, train, held, pieces)]


if __name__ == "__main__":
    made = figures()
    for figure in made:
        print(f"{figure.name}: {figure.value} (floor {figure.floor}) {figure.input}")
    write("mixtures", made)
