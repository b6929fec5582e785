"""The main text of a web page. A library's rules for now; what would stall it is refused first."""

from dataclasses import dataclass, field
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from kvern.kernels.iso639 import language_code
from kvern.kernels.tags import DEPTH, lists_as_blocks, too_deep

BYTES = 8_000_000
SIGNS = {"robots": "x-robots-tag", "tdm-reservation": "tdm-reservation", "tdm-policy": "tdm-policy"}
# Below this main text is doubted, and the whole page's taken where that is much longer.
TINY = 200


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
    if too_deep(html):
        return Page(None, error=f"want at most {DEPTH} nested elements, have more")
    tree = HTMLTree.parse(lists_as_blocks(html))
    text = _text(tree)
    return Page(text or None, (tree.title or "").strip() or None, _language(tree), _signs(tree))


def _text(tree: HTMLTree) -> str:
    settings: dict[str, Any] = {"alt_texts": False, "links": False, "form_fields": False, "noscript": False}
    main = extract_plain_text(tree, main_content=True, **settings).strip()
    if len(main) >= TINY:
        return str(main)
    whole = extract_plain_text(tree, main_content=False, **settings).strip()
    return str(whole if len(whole) > 4 * len(main) + TINY else main)


def _language(tree: HTMLTree) -> str | None:
    for selector, attribute in (
        ("html", "lang"),
        ("html", "xml:lang"),
        ("body", "lang"),
        ('meta[http-equiv="content-language" i]', "content"),
    ):
        node = tree.document.query_selector(selector) if tree.document else None
        code = language_code(node.getattr(attribute)) if node else None
        if code:
            return code
    return None


def _signs(tree: HTMLTree) -> dict[str, str]:
    """meta elements by which a holder reserves rights, under the names of the headers that say the same."""
    found: dict[str, str] = {}
    for node in tree.document.query_selector_all("meta[name]") if tree.document else ():
        name = SIGNS.get((node.getattr("name") or "").strip().lower())
        if name:
            found = with_sign(found, name, (node.getattr("content") or "").strip())
    return found


def with_sign(signs: dict[str, str], name: str, value: str) -> dict[str, str]:
    """Signs and one more: a sign said twice keeps both values, and a reservation is never taken back by a 0."""
    old = signs.get(name)
    if name == "tdm-reservation":
        return {**signs, name: "1" if "1" in (old, value) else value}
    return {**signs, name: f"{old}, {value}" if old and old != value else value}
