"""Formats by the ends of names: what a source of each may hold."""

SUFFIXES = {
    "alto": (".xml",),
    "mets-alto": (".xml",),
    "warc": (".warc", ".warc.gz", ".warc.zst", ".warc.lz4"),
    "arc": (".arc", ".arc.gz"),
    "wet": (".wet", ".wet.gz", ".warc.wet", ".warc.wet.gz", ".wet.zst"),
    "html": (".html", ".htm", ".xhtml", ".html.gz"),
    "jsonl": tuple(f"{stem}{tail}" for stem in (".jsonl", ".ndjson", ".json") for tail in ("", ".gz", ".zst")),
    "parquet": (".parquet",),
    "text": (".txt", ".text", ".md", ".txt.gz", ".txt.zst"),
    "srt": (".srt",),
    "vtt": (".vtt",),
}
WEB = ("wet", "arc", "warc")


def format_of(path: str, wanted: str) -> str | None:
    """The format by the name's end; the three web formats may stand in for one another."""
    family = WEB if wanted in WEB else (wanted,)
    name = path.lower()
    return next((form for form in family if name.endswith(SUFFIXES[form])), None)
