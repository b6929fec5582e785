"""Books and newspaper issues as folders of METS and ALTO, in the shape of the National Library's deliveries."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from kvern.demo.documents import Doc
from kvern.demo.layout import Flow, Place
from kvern.demo.ocr import alto, noise

BOOK, ISSUE = "METAe_Monograph", "Newspaper"
# METS of the National Library writes ISO 639-1.
SHORT = {"nob": "nb", "nno": "nn", "sme": "se", "dan": "da", "eng": "en"}


@dataclass
class Harm:
    """What goes wrong with an object on its way: numbers of pages, from 1."""

    truncated: tuple[int, ...] = ()
    other_checksum: tuple[int, ...] = ()
    missing: int = 0


@dataclass
class Unit:
    """An article of the logical map: its name, title and the blocks it is made of."""

    name: str
    title: str
    places: list[Place] = field(default_factory=list)


def book(folder: Path, doc: Doc, rng: Random, confidence: float = 0.93, harm: Harm | None = None) -> list[str]:
    """One book, a column a page, with page numbers, running heads and a picture; the names of its files, METS first."""
    flow = Flow(rng, columns=1, depth=30, width=56, heads=(doc.title,), confidence=confidence)
    for number, paragraph in enumerate(doc.paragraphs):
        flow.put(paragraph)
        if number == 1:
            flow.picture(noise(rng))
    doc.exact = flow.exact
    return _write(folder, doc, flow, rng, (), harm or Harm())


def issue(folder: Path, rest: Doc, articles: Sequence[Doc], paper: str, rng: Random) -> list[str]:
    """One newspaper issue in two columns. `rest` is what no article names; an article begins with its heading."""
    flow = Flow(rng, columns=2, depth=18, width=40, heads=(paper,))
    units = []
    for paragraph in rest.paragraphs:
        flow.put(paragraph)
    rest.exact = flow.exact
    for number, article in enumerate(articles, 1):
        flow.exact = True
        unit = Unit(f"ARTICLE{number}", article.title)
        for paragraph in article.paragraphs:
            unit.places.extend(flow.put(paragraph))
        article.exact = flow.exact
        article.source_id = f"{rest.source_id}#{unit.name}"
        units.append(unit)
        if number == 2:
            flow.picture(noise(rng))
    return _write(folder, rest, flow, rng, units, Harm())


def _write(folder: Path, doc: Doc, flow: Flow, rng: Random, units: Sequence[Unit], harm: Harm) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    files, names = [], []
    for number, blocks in enumerate(flow.pages, 1):
        xml, ids = alto(number, blocks, rng)
        xml = xml[: 2 * len(xml) // 3] if number in harm.truncated else xml
        (folder / f"{doc.source_id}_{number:04d}.xml").write_bytes(xml)
        promised = hashlib.md5(b"stale" if number in harm.other_checksum else xml, usedforsecurity=False).hexdigest()
        files.append((number, f"{doc.source_id}_{number:04d}.xml", promised, len(xml)))
        names.append(ids)
    for extra in range(harm.missing):
        number = len(flow.pages) + 1 + extra
        files.append((number, f"{doc.source_id}_{number:04d}.xml", "0" * 32, 1))
    mets = folder / f"{doc.source_id}-METS.xml"
    mets.write_text(_mets(doc, files, [_article(unit, names) for unit in units]), encoding="utf-8")
    return [mets.name, *(name for _, name, _, _ in files)]


def _article(unit: Unit, names: list[list[str]]) -> str:
    areas = "".join(
        f'<div ID="{unit.name}_{i}" TYPE="{"HEADING" if i == 0 else "BODY_CONTENT"}"><fptr>'
        f'<area FILEID="ALTO{page + 1:04d}" BETYPE="IDREF" BEGIN="{names[page][block]}"/></fptr></div>\n'
        for i, (page, block) in enumerate(unit.places)
    )
    return f'<div ID="{unit.name}" TYPE="ARTICLE" LABEL={quoteattr(unit.title)}>\n{areas}</div>\n'


def _mets(doc: Doc, files: Sequence[tuple[int, str, str, int]], articles: Sequence[str]) -> str:
    kind = ISSUE if doc.kind == "issue" else BOOK
    listed = "".join(
        f'<file ID="ALTO{number:04d}" MIMETYPE="text/xml" SEQ="{number}" CHECKSUM="{md5}" CHECKSUMTYPE="MD5" '
        f'SIZE="{size}"><FLocat LOCTYPE="URL" xlink:href="file://./{name}"/></file>\n'
        for number, name, md5, size in files
    )
    pages = "".join(
        f'<div ID="DIVP{number}" ORDER="{number}" TYPE="PAGE"><fptr><par>'
        f'<area FILEID="ALTO{number:04d}" BETYPE="IDREF" BEGIN="P{number}"/></par></fptr></div>\n'
        for number, _, _, _ in files
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<mets xmlns="http://www.loc.gov/METS/" '
        'xmlns:MODS="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/TR/xlink" '
        f'TYPE="{kind}" LABEL={quoteattr(doc.title)}>\n{_described(doc)}'
        f'<fileSec><fileGrp ID="ALTOGRP">\n{listed}</fileGrp></fileSec>\n'
        f'<structMap LABEL="Physical Structure" TYPE="PHYSICAL"><div TYPE="{kind}">\n{pages}</div></structMap>\n'
        f'<structMap LABEL="Logical Structure" TYPE="LOGICAL"><div ID="LOG0" TYPE="{kind}">\n'
        f"{''.join(articles)}</div></structMap>\n</mets>\n"
    )


def _described(doc: Doc) -> str:
    issued = doc.extra.get("published")
    origin = f"<MODS:originInfo><MODS:dateIssued>{issued}</MODS:dateIssued></MODS:originInfo>" if issued else ""
    return (
        '<dmdSec ID="MODSMD_PRINT"><mdWrap MIMETYPE="text/xml" MDTYPE="MODS"><xmlData><MODS:mods>\n'
        f"<MODS:titleInfo><MODS:title>{escape(doc.title)}</MODS:title></MODS:titleInfo>{origin}\n"
        f'<MODS:language><MODS:languageTerm type="code" authority="rfc3066">{SHORT[doc.language]}</MODS:languageTerm>'
        "</MODS:language>\n</MODS:mods></xmlData></mdWrap></dmdSec>\n"
    )
