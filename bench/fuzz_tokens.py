"""Random and mutated real texts through the fast encoders and `sentencepiece`: exit 1 at the first difference.

    python bench/fuzz_tokens.py [FIRST_SEED SEEDS [MODEL ...]]

Without models: our own of each kind. A lossless BPE is compared as tokenizer.json too, where `tokenizers` is installed.
A seed makes the same texts for ever: one that ever found a difference is kept in tests/kernels/test_encoding.py.
"""

import random
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from figures import of_rounds, shared, write
from tokens import counted, texts, training

from kvern.kernels import encoding, sentencepieces, tokenizer_json, vocabulary

POOLS = (
    *(
        "abcdeghijklmnoprstuvxyzæøåABCÆØÅ",
        "  \t\n\r\x0b\x1f\x85",
        "0123456789",
        ".,;:!?-–—()[]«»\"'’…/\\@#%&*+=<>|~_$€",
    ),
    "".join(map(chr, range(0x300, 0x370))),
    "".join(map(chr, range(0x1100, 0x1200))),
    *(
        "한글漢字かなカナー。、",
        "\u00a0\u00ad\u200b\u200d\u2028\u202f\u3000\ufeff\u2060",
        "\u2581\u2585\ufffd\uffff\x00\x01\x7f",
    ),
    *("😀👨👩👧🇳🇴🌈👍🏽", "ﬁ½²ªº①ｆ㎏ǆﷺ¨¸", "ąčęėįšųūžłńśźżđħŋǥǧǩʒǯŧ"),
)
SYMBOLS = ("<s>", "</s>", "<unk>", "<0x41>", "<pad>", "\n\n", "\r\n", ".\n", "\n- ", "\n  ")


def drawn(draw: random.Random, size: int) -> str:
    plain, out = draw.random(), []
    for _ in range(size):
        out.append(draw.choice(POOLS[0] if draw.random() < plain else draw.choice(POOLS)))
        if draw.random() < 0.15:
            out.append(" " * draw.choice((1, 1, 1, 2, 3, 9)))
        elif draw.random() < 0.06:
            out.append(draw.choice(SYMBOLS))
    return "".join(out)


def mutated(draw: random.Random, real: list[str]) -> str:
    whole = draw.choice(real)
    start = draw.randrange(len(whole))
    text = list(whole[start : start + draw.choice((200, 1_000, 4_000, 100_000))])
    for _ in range(max(1, len(text) // draw.choice((10, 40, 200)))):
        at, chance = draw.randrange(len(text)), draw.random()
        if chance < 0.6:
            text.insert(at, draw.choice(draw.choice(POOLS)))
        else:
            text[at] *= draw.choice((0, 2, 3, 17, 40))
    return "".join(text)


def of_seed(seed: int, real: list[str]) -> list[str]:
    draw = random.Random(seed)
    texts = [drawn(draw, draw.choice((1, 3, 10, 60, 300))) for _ in range(1_000)]
    texts += [mutated(draw, real) for _ in range(300)]
    texts += [
        draw.choice("aål= .—한") * draw.choice((15, 16, 17, 31, 32, 33, 511, 513, 5_000, 70_000)) for _ in range(10)
    ]
    return [*texts, " ".join(draw.choices(real, k=400))[:1_500_000]]


class Differs(Exception):
    """Which texts of which seed."""


def exported(model: bytes) -> Any:
    """The model as tokenizer.json in its own library; None where it is no lossless BPE, or the library is not here."""
    if find_spec("tokenizers") is None:
        return None
    try:
        return tokenizer_json.loaded(sentencepieces.as_json(model))
    except ValueError:
        return None


def compared(name: str, data: bytes, seeds: range, real: list[str]) -> tuple[int, int]:
    """Texts and bytes that were encoded by us, by `sentencepiece` and, where it can be, by the exported model."""
    encoder, plain, export = encoding.load(data), sentencepieces.loaded(data), exported(data)
    guarded = not sentencepieces.why_not_lossless(data)
    texts = size = 0
    for seed in seeds:
        made = of_seed(seed, real)
        ids, offsets, _ = encoding.encode(encoder, pa.array(made, pa.string()))
        have = [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())]
        for number, (text, found) in enumerate(zip(made, have, strict=True)):
            library = encoder.library if guarded and "\u2581" in text else plain
            if found != library.encode(text) or (export and found != export.encode(text)):
                raise Differs(f"{name}, seed {seed}: text {number} differs")
        texts, size = texts + len(made), size + sum(len(text.encode()) for text in made)
    way = "fast" if encoder.tables else ", ".join(encoder.why_not)
    print(
        f"{name} ({way}{', exported' if export else ''}): {texts} texts, {size / 1e6:.1f} MB, none differs", flush=True
    )
    return texts, size


def main(first: int, seeds: int, models: list[str]) -> None:
    real = texts(shared())["text"].to_pylist()
    named = {Path(name).name: Path(name).read_bytes() for name in models} or standard()
    done = [compared(name, data, range(first, first + seeds), real) for name, data in named.items()]
    what = f"{len(named)} models, {sum(size for _, size in done) / 1e6:.0f} MB, seeds {first} to {first + seeds - 1}"
    figure = of_rounds("fuzzed_texts_equal", [sum(number for number, _ in done)], "texts", 0, what)
    write("fuzz_tokens", [figure])


def standard() -> dict[str, bytes]:
    """Our own models of both kinds, trained on the real texts."""
    words = counted(texts(shared()))
    return {
        "bpe": vocabulary.train(words, training(vocabulary=8_000)).data,
        "unigram": vocabulary.train(words, training(vocabulary=8_000, kind="unigram")).data,
        "nmt_nfkc": vocabulary.train(words, training(vocabulary=8_000, normal_form="nmt_nfkc")).data,
    }


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:3]] or [0, 20]
    main(*numbers, sys.argv[3:])
