"""Documents of low quality, each new: menus, repeated lines, filler text, tables of numbers, gibberish, strangers."""

from kvern.demo import sentences
from kvern.demo.shelf import NEW, Shelf

LATIN = (
    "dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim "
    "ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in "
    "reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non proident"
)
MENU = (
    "Hjem Nyheter Sport Kultur Vær Kart Butikk Kasse Søk Logg inn Min side Bilder Video Arkiv Kalender Billetter "
    "Tilbud Kontakt Om oss Personvern Nettbrett Sko Jakker Hansker Telt Sykler Ski Hage Verktøy Maling Lamper Bøker"
)
LETTERS = "bcdfghjklmnpqrstvwxz"
ANY = ("language", "quality")


def plant(shelf: Shelf) -> None:
    """One of each kind. What is no language may fail as a language or as text."""
    for name, source, paragraphs in (
        ("menu", "web", _menu(shelf)),
        ("repeated_lines", "records", _repeated(shelf)),
        ("lorem_ipsum", "records", _lorem(shelf)),
        ("number_table", "records", _numbers(shelf)),
        ("gibberish", "articles", _gibberish(shelf)),
        ("short", "articles", [sentences.sentence("nob", shelf.rng)]),
    ):
        doc = shelf.add(source, NEW if source == "web" else "2026-09", paragraphs, "nob")
        doc.refuse(mark=name).any_of = ANY
        if name == "menu":
            items = paragraphs[0].split("\n")
            doc.extra["body"] = "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
            doc.extra["cut"] = True  # how a list comes out is the extractor's affair
    shelf.add("web", language="fin").refuse("language", mark="finnish")


def _menu(shelf: Shelf) -> list[str]:
    rng, words = shelf.rng, MENU.split()
    return ["\n".join(f"{rng.choice(words)} {rng.choice(words).lower()} {rng.randint(1, 999)}" for _ in range(60))]


def _repeated(shelf: Shelf) -> list[str]:
    line = sentences.sentence("nob", shelf.rng)
    return ["\n".join([line] * 25 + [sentences.sentence("nob", shelf.rng)])]


def _lorem(shelf: Shelf) -> list[str]:
    words = [shelf.rng.choice(LATIN.split()) for _ in range(160)]
    return [f"Lorem ipsum {' '.join(words[i : i + 40])}." for i in range(0, 160, 40)]


def _numbers(shelf: Shelf) -> list[str]:
    rng = shelf.rng
    rows = (" ".join(f"{rng.randint(0, 99999) / 100:.2f}".replace(".", ",") for _ in range(6)) for _ in range(40))
    return ["\n".join(rows)]


def _gibberish(shelf: Shelf) -> list[str]:
    rng = shelf.rng
    words = ["".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 14))) for _ in range(180)]
    return [" ".join(words[i : i + 60]) for i in range(0, 180, 60)]
