"""Globs over whole paths: where their fixed part ends, and what they match."""

import re


def prefix(pattern: str) -> str:
    """The folders of a glob before its first wildcard: `books/**/*-METS.xml` begins at `books`."""
    parts = pattern.split("/")
    fixed = next((i for i, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts) - 1)
    return "/".join(parts[:fixed])


def glob_expression(pattern: str) -> re.Pattern[str]:
    """A glob as a regular expression over whole paths: `**/` any folders, `*` and `?` inside one name."""
    out, i = "", 0
    tokens = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    while i < len(pattern):
        token = next((t for t in ("**/", "**", "*", "?") if pattern.startswith(t, i)), "")
        out += tokens[token] if token else re.escape(pattern[i])
        i += len(token) or 1
    return re.compile(out + r"\Z")
