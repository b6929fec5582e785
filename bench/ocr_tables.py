"""Makes lib/kvern/kernels/ocr_table.npz and lib/kvern/demo/ocr_confusions.json, from what is not held out.

    python bench/ocr_tables.py PAIRS        # PAIRS: the pairs.jsonl that ocr_pairs.py wrote

1. Confusions: what was read for what, counted over the pairs that are not held out.
2. Lexica, 4-grams and letters' shares over the texts that are not held out.
3. Weights of the score, over pages of a quarter of those against tables of the others: clean, corrupted by the
   confusions at 1 to 30 %, and the pairs themselves.
"""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from figures import ROOT, shared

from kvern.demo.ocr_noise import FILE as CONFUSIONS
from kvern.demo.ocr_noise import corrupt
from kvern.kernels import ocr_table, ocr_texts, ocr_training
from kvern.kernels.alignment import LONGEST, confusions, rate
from kvern.kernels.ocr_table import TABLES, Floats, Model
from kvern.kernels.ocr_texts import Text, is_clean

FOLDS = 4
REAL = 3  # how often a pair counts: what an engine really read is rarer here than what was corrupted
RATES = (0, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3)
BEGINNING = 60  # characters by which a pair is found in its text
PAGES = 24  # of each table and fold
TEXTS = (
    "UD treebanks and Wikipedia (CC BY-SA), NPK (CC0), Stortinget and Lovdata (NLOD), UDHR, public documents of "
    "giellalt/corpus-*, norn_fulltext (MIT, public domain), ELTeC-nor (public domain): those of ../shared/data that "
    "ocr_texts.is_held does not hold out"
)

Pair = dict[str, Any]


def count_confusions(pairs: Sequence[Pair]) -> dict[str, Any]:
    """The content of ocr_confusions.json."""
    met: Counter[tuple[str, str]] = Counter()
    printed: Counter[str] = Counter()
    for pair in pairs:
        truth, read = " ".join(pair["truth"].split()), " ".join(pair["read"].split())
        met.update(confusions(truth, read))
        printed[""] += len(truth)
        printed.update(truth[i : i + size] for size in range(1, LONGEST + 1) for i in range(len(truth) - size + 1))
    kept = sorted(((a, b, n) for (a, b), n in met.items() if n > 1), key=lambda row: (row[0], -row[2], row[1]))
    needed = {a for a, _, _ in kept}
    return {
        "made_of": f"{len(pairs)} pages set in type and read by Tesseract 5.3 (ocr_pairs.py), texts of {TEXTS}",
        "printed": {a: printed[a] for a in sorted(needed)},
        "pairs": kept,
    }


def folds(told: Sequence[Text]) -> list[tuple[list[Text], list[Text]]]:
    """(texts of a fold, all others) for each of FOLDS; a group stays whole, and neighbours together."""
    groups: dict[str, dict[str, None]] = {}
    for text in told:
        groups.setdefault(text.table, {})[text.group] = None
    place = {
        (table, group): at * FOLDS // len(named) for table, named in groups.items() for at, group in enumerate(named)
    }
    fold = [place[text.table, text.group] for text in told]
    return [
        (
            [text for text, n in zip(told, fold, strict=True) if n == k],
            [text for text, n in zip(told, fold, strict=True) if n != k],
        )
        for k in range(FOLDS)
    ]


def pairs_of(told: Sequence[Text], pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs whose truth begins in one of these texts."""
    joined = {name: " ".join(" ".join(t.text for t in told if t.table == name).split()) for name in TABLES}
    return [pair for pair in pairs if " ".join(pair["truth"].split())[:BEGINNING] in joined[pair["table"]]]


def some(pages: Sequence[Text]) -> list[Text]:
    """PAGES of each table at most, evenly; books that are OCR themselves are not clean."""
    mine = [[page for page in pages if page.table == name and is_clean(page)] for name in TABLES]
    return [page for told in mine for page in told[:: max(1, len(told) // PAGES)][:PAGES]]


def spoilt(pages: Sequence[Text]) -> tuple[list[Text], list[float]]:
    """Pages at each of RATES, and their true error rates."""
    made = [
        (page, page._replace(text=corrupt(page.text, each, seed=number)))
        for number, page in enumerate(pages)
        for each in RATES
    ]
    return [bad for _, bad in made], [rate(page.text, bad.text) for page, bad in made]


def weighed(told: Sequence[Text], pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    """(plain features by table, weights)."""
    clean, bad, rates = [], [], []
    names: list[str] = []
    bad_names: list[str] = []
    for own, others in folds(told):
        model = ocr_training.bare_model(others)
        pages = some(ocr_texts.pages(own))
        names += [page.table for page in pages]
        clean.append(ocr_training.damage(pages, model))
        corrupted, true = spoilt(pages[::2])
        read = pairs_of(own, pairs) * REAL
        corrupted += [Text(pair["table"], "", pair["read"]) for pair in read]
        rates += [*true, *(rate(pair["truth"], pair["read"]) for pair in read)]
        bad_names += [text.table for text in corrupted]
        bad.append(ocr_training.damage(corrupted, model))
    plain = ocr_training.plain(np.concatenate(clean), names)
    found = np.concatenate(bad) - plain[[TABLES.index(name) for name in bad_names]]
    return plain, ocr_training.fitted(found, np.array(rates))


def write(model: Model, words: Any) -> None:
    arrays = {"shares": model.shares, "plain": model.plain, "weights": model.weights}
    small = {name: values.astype(np.float32) for name, values in arrays.items()}
    np.savez_compressed(ocr_table.FILE, **words, **small, made_of=np.array(TEXTS), tables=np.array(TABLES))
    print(f"{ocr_table.FILE.name}: {ocr_table.FILE.stat().st_size:,} bytes")


def main(file: Path) -> None:
    pairs = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    seen = [pair for pair in pairs if not pair["held"]]
    target = ROOT / "lib/kvern/demo" / CONFUSIONS
    target.write_text(json.dumps(count_confusions(seen), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{target.name}: {target.stat().st_size:,} bytes from {len(seen)} pages")
    told = [text for text in ocr_texts.texts(shared()) if not ocr_texts.is_held(text)]
    clean = [pair for pair in seen if is_clean(Text(pair["table"], pair["group"], ""))]
    plain, weights = weighed(told, clean)
    print(dict(zip(ocr_training.ocr.FEATURES, weights.round(4).tolist(), strict=True)))
    model = replace(ocr_training.bare_model(told), plain=plain, weights=weights)
    write(model, ocr_training.lexica(ocr_training.counted(told)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
