"""The main text of a web page. A library's rules for now; what would stall it is refused first."""

import re
from dataclasses import dataclass, field

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from kvern.kernels.mets import language_code

BYTES = 8_000_000
# lexbor is quadratic in depth: 100,000 nested div take over 15 s (measured); honest pages stay under 100.
DEPTH = 512
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]{0,5000})>")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
IMPLIED = {"p", "li", "td", "tr", "th", "dd", "dt", "option"}


@dataclass(frozen=True)
class Page:
    text: str | None
    title: str | None = None
    language: str | None = None
    signs: dict[str, str] = field(default_factory=dict)
    error: str | None = None


def main_text(html: str) -> Page:
    """Title, main text, declared language and the holder's machine-readable signs; an error instead of a stall."""
    if len(html) > BYTES:
        return Page(None, error=f"want at most {BYTES} characters of HTML, have {len(html)}")
    if _depth(html) > DEPTH:
        return Page(None, error=f"want at most {DEPTH} nested elements, have more")
    tree = HTMLTree.parse(html)
    text = extract_plain_text(tree, main_content=True, alt_texts=False, links=False, form_fields=False, noscript=False)
    if len(text) < 200:
        whole = extract_plain_text(tree, main_content=False, alt_texts=False, links=False)
        text = whole if len(whole) > 4 * len(text) + 200 else text
    root = tree.document.query_selector("html") if tree.document else None
    language = root.getattr("lang") if root else None
    return Page(text.strip() or None, (tree.title or "").strip() or None, language_code(language), _signs(tree))


def _depth(html: str) -> int:
    depth = deepest = 0
    for closing, name, rest in TAG.findall(html):
        lower = name.lower()
        if lower in VOID or lower in IMPLIED or rest.endswith("/"):
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _signs(tree: HTMLTree) -> dict[str, str]:
    """meta elements by which a holder reserves rights: robots, tdm-reservation, tdm-policy."""
    found: dict[str, str] = {}
    for node in tree.document.query_selector_all("meta[name]") if tree.document else ():
        name = (node.getattr("name") or "").lower()
        if name in ("robots", "tdm-reservation", "tdm-policy"):
            found["x-robots-tag" if name == "robots" else name] = (node.getattr("content") or "").strip()
    return found
