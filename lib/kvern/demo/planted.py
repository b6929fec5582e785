"""What is planted on a shelf among plain documents, each with what must be found of it."""

from collections.abc import Sequence

from kvern.demo import personal, sentences
from kvern.demo.documents import Doc, near_copy, overlap, sha256_hex
from kvern.demo.shelf import NEW, Shelf

# (level, the copy's source and batch). Bases are records, which the recipe prefers to articles and to the web.
LEVELS = ((0.5, "texts", None), (0.7, "articles", None), (0.85, "articles", None), (0.95, "web", NEW))
DUPLICATE = 0.8


def plant(shelf: Shelf) -> None:
    """All of it."""
    for step in (_copies, _exact, _twins, _personal, _contaminated, _suppressed, _reserved, _charsets, _again):
        step(shelf)


def _copy(shelf: Shelf, base: Doc, source: str, level: float, batch: str | None = None) -> Doc:
    paragraphs = base.paragraphs if level == 1 else near_copy(base.paragraphs, level, shelf.rng)
    return shelf.add(source, batch or base.batch, paragraphs, base.language)


def _copies(shelf: Shelf) -> None:
    """Near duplicates at known Jaccard; from .8 on only the record stays."""
    for level, source, batch in LEVELS:
        base = shelf.add("records", words=260)
        copy = _copy(shelf, base, source, level, batch)
        shelf.pair(base, copy, f"near_{level}")
        if level >= DUPLICATE:
            copy.refuse("duplicate", mark="near_duplicate")


def _exact(shelf: Shelf) -> None:
    """The same text three times: plain text, a record, a page; and under an agreement that holds, and on the web."""
    base = shelf.add("texts")
    record, web = _copy(shelf, base, "records", 1), _copy(shelf, base, "web", 1)
    article = shelf.add("articles")
    blog = _copy(shelf, article, "web", 1, NEW)
    for first, second in ((base, record), (base, web), (record, web), (article, blog)):
        shelf.pair(first, second, "exact")
    for copy in (record, web, blog):
        copy.refuse("duplicate", mark="exact_copy")


def _twins(shelf: Shelf) -> None:
    """Closed texts close their copies on the open web, and leave a book in the public domain alone."""
    for closed in ("deposit", "weekly"):
        base = shelf.add(closed)
        twin = _copy(shelf, base, "web", 0.95)
        shelf.pair(base, twin, "closed_twin")
        twin.refuse("closed_twin", mark="closed_twin")
    base = shelf.add("deposit")
    free = _copy(shelf, base, "texts", 0.95)
    free.marks.append("free_twin")
    shelf.pair(base, free, "free_twin")


def _personal(shelf: Shelf) -> None:
    """Each kind of personal data in two documents, all kinds in a third; the documents stay, the data is masked."""
    groups: tuple[tuple[str, str, Sequence[str]], ...] = (
        ("records", "nob", ("email", "phone")),
        ("articles", "nno", ("synthetic_tenor", "bank_account")),
        ("web", "nob", ("phone", "synthetic_tenor_d", "email")),
        ("texts", "eng", ("email", "phone", "bank_account")),
        ("records", "nob", personal.KINDS),
    )
    for source, language, kinds in groups:
        language, paragraphs = shelf.prose(200, language)
        for kind in kinds:
            at = shelf.rng.randrange(len(paragraphs))
            name = sentences.name(language, shelf.rng)
            paragraphs[at] += " " + personal.line(language, kind, name, shelf.rng)
        doc = shelf.add(source, paragraphs=paragraphs, language=language)
        doc.marks.append("pii")
        doc.pii = {kind: kinds.count(kind) for kind in kinds}


def _contaminated(shelf: Shelf) -> None:
    """Items of an evaluation set: two stand whole in documents, of one a third does, one stands nowhere."""
    for nth, (source, share) in enumerate((("records", 1.0), ("web", 1.0), ("articles", 0.4), (None, 0.0))):
        language = ("nob", "eng", "nno", "dan")[nth]
        item = " ".join(sentences.sentence(language, shelf.rng) for _ in range(6))
        name = f"s{shelf.number:05d}-{nth}"
        shelf.benchmark.append({"id": name, "language": language, "text": item})
        if source:
            _passage(shelf, source, language, item, share, name)


def _passage(shelf: Shelf, source: str, language: str, item: str, share: float, name: str) -> None:
    words = item.split(" ")
    passage = " ".join(words[: round(len(words) * share)]).rstrip(",.;?") + "."
    _, paragraphs = shelf.prose(180, language)
    paragraphs.insert(1, item if share == 1 else passage)
    doc = shelf.add(source, paragraphs=paragraphs, language=language)
    found = overlap(item, doc.text)
    if share == 1:
        doc.refuse("contamination", mark="contaminated")
    else:
        doc.marks.append("partly_contaminated")
    shelf.note("contamination", doc=doc, benchmark="reading", item=name, overlap=round(found, 6))


def _suppressed(shelf: Shelf) -> None:
    """Requests of every kind; the first one for near copies too."""
    work = shelf.add("records")
    twin = _copy(shelf, work, "web", 0.95)
    shelf.pair(work, twin, "suppressed_twin")
    twin.refuse("suppressed_twin", mark="suppressed_twin")
    hashed = shelf.add("texts")
    pages = [shelf.add("web", host=f"trekt{shelf.number:05d}.example") for _ in range(2)]
    gone = shelf.add("withdrawn")
    by_id = shelf.add("texts")
    by_id.marks.append("suppressed_doc_id")
    for doc in (work, hashed, *pages, gone, by_id):
        doc.refuse("suppressed", mark="suppressed")
    _request(shelf, "source_id", work.source_id, "the author asked", near_copies=True)
    _request(shelf, "text_hash", sha256_hex(hashed.text), "the publisher asked")
    _request(shelf, "uri_prefix", f"https://trekt{shelf.number:05d}.example/", "the site asked")
    if shelf.number == 1:
        _request(shelf, "source", "withdrawn", "the depositor withdrew the collection")


def _request(shelf: Shelf, kind: str, key: str, reason: str, **more: bool) -> None:
    shelf.requests.append({"kind": kind, "key": key, "reason": reason, "requested": "2026-10-15", **more})


def _reserved(shelf: Shelf) -> None:
    """Holders who reserve text and data mining, in a header and in the page; a licence that nobody knows."""
    header = shelf.add("web", headers=[("tdm-reservation", "1")])
    robots = shelf.add("web", NEW, meta=[("robots", "index, noai")])
    for doc in (header, robots):
        doc.tier = "reserved"
        doc.refuse("rights", mark="reserved")
    strange = shelf.add("records", licence="Alle rettigheter forbeholdt")
    strange.tier = "unknown"
    strange.refuse("rights", mark="unknown_licence")
    shelf.add("records", licence="CC-BY-4.0").marks.append("known_licence")


def _charsets(shelf: Shelf) -> None:
    """Pages in Latin-1, declared in HTTP, in the page and nowhere; a plain text in Latin-1."""
    for declared in ("http", "meta", ""):
        doc = shelf.add("web", language="nob", charset="iso-8859-1", declared=declared)
        doc.marks.append("latin1")
    shelf.add("texts", language="nob", charset="iso-8859-1").marks.append("latin1")


def _again(shelf: Shelf) -> None:
    """A record delivered again with a better text, and one with the same bytes."""
    older = shelf.add("records")
    newer = _copy(shelf, older, "records", 0.9, NEW)
    newer.source_id, newer.title = older.source_id, older.title
    older.refuse("superseded", mark="superseded")
    shelf.note("superseded", doc=older, newer=newer)
    shelf.pair(older, newer, "superseded")
    same = shelf.add("records")
    shelf.note("repeated", doc=same, again=NEW)
    same.extra["again"] = True
