"""Pairs of printed truth and what an OCR engine reads: text set in old and new type, spoilt as scans are, and read.

    python bench/ocr_pairs.py OUT [pages of each side]

Wants tesseract 5 with its models nor, dan, deu, frk, Fraktur, swe and eng (Debian: tesseract-ocr-nor …), Pillow, and
fonts: Old Standard, Linux Libertine and EB Garamond (Debian), and UnifrakturMaguntia as `KVERN_FRAKTUR` (npm:
@fontsource/unifrakturmaguntia, its .woff). Writes OUT/pairs.jsonl: {table, group, held, setting, truth, read}. The
text is ../shared/data's and stays outside the repository; `ocr_tables.py` counts what was read for what.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from figures import shared
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from kvern.kernels import ocr_texts
from kvern.kernels.ocr_table import OLD
from kvern.kernels.ocr_texts import Text

FONTS = {
    "fraktur": os.environ.get("KVERN_FRAKTUR", "unifrakturmaguntia-latin-400-normal.woff"),
    "standard": "/usr/share/fonts/truetype/fonts-oldstandard/OldStandard-Regular.ttf",
    "libertine": "/usr/share/fonts/opentype/linux-libertine/LinLibertine_R.otf",
    "garamond": "/usr/share/fonts/opentype/ebgaramond/EBGaramond12-Regular.otf",
}
OLD_SETTINGS = (("fraktur", ("deu", "frk", "Fraktur", "dan")), ("standard", ("nor", "dan", "deu", "eng")))
NEW_SETTINGS = (("libertine", ("nor", "deu", "eng")), ("garamond", ("nor", "swe")), ("standard", ("nor", "dan")))
SHARES = {"nob-old": 4, "nno-old": 2, "nob": 3, "nno": 2, "dan": 1, "sme": 1, "sma": 1, "swe": 1}
WIDTH, SHOWN = 58, 800  # signs a line, characters a page


class Setting(NamedTuple):
    font: str
    engine: str
    size: int  # pixels
    blur: float
    specks: float  # share of pixels turned


def drawn(text: Text, draw: random.Random) -> Setting:
    """How a page is set and spoilt: from a clean scan of 34 pixels to one that is hard to read."""
    font, engines = draw.choice(OLD_SETTINGS if text.table.endswith(OLD) else NEW_SETTINGS)
    damage = draw.random()
    return Setting(font, draw.choice(engines), round(34 - 14 * damage), 1.6 * damage * draw.random(), 0.03 * damage**2)


def lines(text: str) -> list[str]:
    """Words in lines of WIDTH signs, SHOWN characters in all."""
    found, line = [], ""
    for word in text[:SHOWN].split():
        if line and len(line) + len(word) >= WIDTH:
            found.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*found, line]


def image(shown: list[str], setting: Setting, draw: random.Random) -> Image.Image:
    font = ImageFont.truetype(FONTS[setting.font], setting.size)
    leading = round(setting.size * 1.45)
    page = Image.new("L", (setting.size * 33, leading * (len(shown) + 2)), 255)
    pen = ImageDraw.Draw(page)
    for row, line in enumerate(shown):
        pen.text((setting.size, leading * (row + 1)), line, font=font, fill=0)
    page = page.rotate(draw.uniform(-0.4, 0.4), fillcolor=255).filter(ImageFilter.GaussianBlur(setting.blur))
    pixels = page.load()
    for _ in range(int(page.width * page.height * setting.specks)):
        pixels[draw.randrange(page.width), draw.randrange(page.height)] = draw.choice((0, 60, 200, 255))
    return page


def read(page: Image.Image, engine: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.png"
        page.save(file, dpi=(300, 300))
        command = ["tesseract", str(file), "-", "-l", engine, "--psm", "6"]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}, check=True
        )
    return done.stdout.strip()


def long_s(line: str) -> str:
    """As Fraktur sets it: ſ where no word or half of one ends."""
    return re.sub(r"s(?=[^\W\d_])", "ſ", line)


def pair(text: Text, held: bool, draw: random.Random) -> dict[str, object]:
    setting = drawn(text, draw)
    truth = lines(text.text)
    printed = [long_s(line) for line in truth] if setting.font == "fraktur" else truth
    seen = read(image(printed, setting, draw), setting.engine)
    return {
        **{"table": text.table, "group": text.group, "held": held, "setting": list(setting)},
        **{"truth": "\n".join(truth), "read": seen.replace("ſ", "s")},
    }


def chosen(folder: Path, count: int, held: bool) -> Iterator[Text]:
    """About `count` pages of one side, by SHARES, in an order that a seed draws."""
    draw = random.Random(7 + held)
    told = ocr_texts.pages(text for text in ocr_texts.texts(folder) if ocr_texts.is_held(text) == held)
    for table, share in SHARES.items():
        mine = [page for page in told if page.table == table]
        yield from draw.sample(mine, min(len(mine), count * share // sum(SHARES.values())))


def main(out: Path, count: int) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "pairs.jsonl").open("w", encoding="utf-8") as file:
        for held in (False, True):
            for number, text in enumerate(chosen(shared(), count, held)):
                row = pair(text, held, random.Random(1000 * held + number))
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 150)
