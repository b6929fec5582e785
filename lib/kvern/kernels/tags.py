"""Tags of a page without a tree: one pass that finds how deep elements stand, and makes plain blocks of lists."""

import re
from collections.abc import Iterator

# lexbor is quadratic in depth: 100,000 nested div take over 15 s (measured); honest pages stay under 100.
DEPTH = 512
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]{0,5000})>|<!--")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
IMPLIED = {"p", "li", "td", "tr", "th", "dd", "dt", "option"}
# Inside these a < is no tag: scripts that hold pages as data would look deep.
RAW = {"script", "style", "textarea", "title"}
# A list is a menu where more than a third of its text is links.
MENU = 3
Edit = tuple[int, int, str]


def tags(html: str) -> Iterator[tuple[int, int, bool, str, str]]:
    """(start, end, closing, name, rest) of each tag outside of comments and raw content; names in lower case."""
    at = 0
    while found := TAG.search(html, at):
        at = found.end()
        closing, name, rest = bool(found[1]), (found[2] or "").lower(), found[3] or ""
        if not name or (name in RAW and not closing):
            at = _past(html, at, "-->" if not name else f"</{name}")
        else:
            yield found.start(), found.end(), closing, name, rest


def _past(html: str, at: int, end: str) -> int:
    """Where raw content ends, in any case of letters; the page's end where it does not."""
    found = re.compile(re.escape(end), re.I).search(html, at)
    return found.start() if found else len(html)


def too_deep(html: str) -> bool:
    """Whether more than DEPTH elements stand open at once."""
    depth = 0
    for _, _, closing, name, rest in tags(html):
        if name not in VOID and name not in IMPLIED and not rest.endswith("/"):
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEPTH:
            return True
    return False


def lists_as_blocks(html: str) -> str:
    """The page with each `ul` that is no menu as a `div`, a line an item.

    resiliparse drops every `ul` from main text, and with them a tenth of the words of 67 law pages (measured).
    """
    open_lists: list[tuple[str, int, int, list[Edit]]] = []
    done: list[Edit] = []
    text = linked = last = links = 0
    for start, end, closing, name, _ in tags(html):
        size = len(html[last:start].strip())
        text, linked, last = text + size, linked + size * bool(links), end
        if name == "a":
            links = 0 if closing else 1
        elif name in ("ul", "ol") and not closing:
            open_lists.append((name, text, linked, [(start, end, "<div>")]))
        elif name in ("ul", "ol") and open_lists:
            kind, text_before, linked_before, edits = open_lists.pop()
            is_text = text > text_before and MENU * (linked - linked_before) <= text - text_before
            done += [*edits, (start, end, "</div>")] if kind == name == "ul" and is_text else []
        elif name == "li" and open_lists:
            open_lists[-1][3].append((start, end, "" if closing else "<br>"))
    return _edited(html, sorted(done))


def _edited(html: str, edits: list[Edit]) -> str:
    out, at = [], 0
    for start, end, replacement in edits:
        out += [html[at:start], replacement]
        at = end
    return "".join([*out, html[at:]])
