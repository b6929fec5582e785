"""Random and mutated real texts through the fast encoders and `sentencepiece`: exit 1 at the first difference.

    python bench/fuzz_tokens.py FIRST_SEED SEEDS MODEL [MODEL ...]

A seed makes the same texts for ever: one that ever found a difference is kept in tests/kernels/test_encoding.py.
"""

import random
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
from figures import shared
from tokens import texts

from kvern.kernels import encoding

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


def main(first: int, seeds: int, models: list[str]) -> None:
    real = texts(shared())["text"].to_pylist()
    encoders = {name: encoding.load(Path(name).read_bytes()) for name in models}
    compared = size = 0
    for seed in range(first, first + seeds):
        made = of_seed(seed, real)
        for name, encoder in encoders.items():
            ids, offsets, _ = encoding.encode(encoder, pa.array(made, pa.string()))
            have = [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())]
            different = [n for n, text in enumerate(made) if have[n] != encoder.library.encode(text)]
            if different:
                raise SystemExit(f"{Path(name).name}, seed {seed}: texts {different[:10]} differ")
            compared, size = compared + len(made), size + sum(len(text.encode()) for text in made)
    ways = {Path(name).name: encoder.why_not or "fast" for name, encoder in encoders.items()}
    print(f"{compared} comparisons, {size / 1e6:.1f} MB, seeds {first} to {first + seeds - 1}: none differs; {ways}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
