"""Floor 1: the sections of a recipe, one for each stage: bounds, defaults, meaning. `recipe` puts them together."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Format = Literal["mets-alto", "alto", "warc", "arc", "wet", "html", "jsonl", "parquet", "text", "srt", "vtt"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Cut = Literal["c4_line", "doubtful_block", "boilerplate", "passage"]
Policy = Literal["keep", "mask", "cut", "drop"]


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Source(Params):
    """One delivery of one source; (name, batch) is unique."""

    name: Name
    """The first part of every id: documents of one source share it across batches."""
    format: Format
    """How its files are read."""
    path: str
    """A glob under the env's input, `**` for any depth; it looks inside tar files too."""
    batch: Name
    """What was delivered together. Later batches supersede earlier ones; batches are ordered by their names."""
    tier: str
    """The source's ceiling of rights: a tier of the rights file."""
    licence: str | None = None
    """SPDX id that holds for every document that names none itself."""
    priority: int = 100
    """Which copy of a cluster survives: smaller is better."""
    valid_from: date | None = None
    """First day on which the tier's rights hold."""
    valid_until: date | None = None
    """Last day on which they do."""
    text: str = "text"
    """JSONL and Parquet: the field of the text."""
    id: str | None = None
    """JSONL and Parquet: the field of the source's own id; without one a record is named by its place in the file."""
    title: str | None = None
    """JSONL and Parquet: the field of the title."""
    published: str | None = None
    """JSONL and Parquet: the field of the date."""
    language: str | None = None
    """JSONL and Parquet: the field of the declared language."""
    uri: str | None = None
    """JSONL and Parquet: the field of the address."""
    licence_field: str | None = None
    """JSONL and Parquet: the field of each record's licence."""

    @property
    def fields(self) -> dict[str, str]:
        """Our field names to the source's, for JSONL and Parquet."""
        own = ("text", "id", "title", "published", "language", "uri")
        named = {name: getattr(self, name) for name in own} | {"licence": self.licence_field}
        return {ours: theirs for ours, theirs in named.items() if theirs}


class Deliveries(Params):
    """How a batch is dealt into parts."""

    part_bytes: int = Field(default=256_000_000, ge=1)
    """Raw bytes that one part, and so one commit of each part table, covers. A killed run loses one part."""


class Pages(Params):
    """How OCR is read."""

    noise_confidence: Share = 0.5
    """A block whose median word confidence lies below this is of kind noise."""


class Documents(Params):
    """How pages become documents."""

    head_repeats: int = Field(default=3, ge=2)
    """A first line that stands on at least so many pages of a book is a running head and goes."""


class Signals(Params):
    """What the scan measures against."""

    languages: tuple[str, ...] = (
        *("nob", "nno", "sme", "smj", "sma", "smn", "sms", "fkv", "dan", "swe", "eng", "isl", "fao", "fin", "deu"),
    )
    """Languages that are told apart, ISO 639-3."""
    bands: int = Field(default=14, ge=1, le=256)
    """Bands of a MinHash signature: more find more pairs, and cost more."""
    rows: int = Field(default=8, ge=1, le=64)
    """Rows of a band: more make a chance meeting rarer."""
    ngram: int = Field(default=5, ge=1, le=20)
    """Words of a shingle, in signatures and in the exact Jaccard."""
    seed: int = Field(default=1, ge=0)
    """Of the permutations."""
    ocr_sources: tuple[str, ...] = ()
    """Sources of records whose text was scanned too; books, issues, articles and pages always were."""
    block_confidence: Share = 0.6
    """A block that the OCR engine is less sure of is doubtful: a span of `signals.cuts`."""
    block_score: Share = 0.25
    """So is one with a higher estimate of its character error rate, whatever the engine says."""
    noisy: Literal["none", "scanned", "all"] = "scanned"
    """Which documents get a signature that finds the same text read with other OCR errors (docs/noisy.md): `scanned`
    are compared with each other; with `all` each of them with clean texts too. Two clean texts never are."""
    noisy_keys: int = Field(default=48, ge=1, le=256)
    """Keys of that signature, 8 bytes each: more find texts with more errors, and cost more."""


class DuplicatePairs(Params):
    """Which pairs are looked for."""

    threshold: Share = 0.5
    """The least exact Jaccard of a stored pair; every later threshold must be at least this."""
    bucket: int = Field(default=8, ge=2)
    """Up to so many members of an LSH bucket all pairs are compared; beyond, each with the so many smallest ids."""
    noisy_threshold: Share = 0.5
    """The least share of letters that are the same, of both together, in a pair that was read with errors."""
    noisy_meetings: int = Field(default=3, ge=1)
    """Keys of `signals.noisy` that two documents share at least before they are aligned. 1 finds more of what has
    errors at random places, and aligns twenty times as many and more (docs/noisy.md)."""


class Benchmark(Params):
    """An evaluation set that training text must not hold."""

    name: Name
    """What it is called in `contamination`."""
    path: str
    """A JSONL file under the env's input, plain, gzip or zstandard; one item a line."""
    field: str = "text"
    """Where an item's text stands; dots lead into objects."""


class Contamination(Params):
    """Which evaluation sets are looked for, and how."""

    ngram: int = Field(default=13, ge=2)
    """Words in a row that count as found: what `eligibility` judges."""
    short_ngram: int = Field(default=8, ge=0)
    """Fewer words in a row, reported beside; 0 for none."""
    benchmarks: tuple[Benchmark, ...] = ()
    """`[[contamination.benchmarks]]`, one for each set."""


class Suppressions(Params):
    """Requests to leave things out."""

    files: tuple[str, ...] = ()
    """JSONL under the env's input: kind, key, reason, and if wanted requested (a date) and near_copies."""


class Eligibility(Params):
    """The rules that look at one document."""

    languages: tuple[str, ...] = ("nob", "nno", "nor", "sme", "smj", "sma", "smn", "sms", "fkv", "dan", "swe", "eng")
    """Languages that are kept."""
    contamination_overlap: Share = 0.5
    """From this share of one benchmark item's n-grams on a document is contaminated."""
    measures: bool = True
    """Judge by the thresholds of the language files."""
    protected: tuple[str, ...] = ("sme", "smj", "sma", "smn", "sms", "fkv")
    """Small languages: text partly in one of them is judged by its thresholds or by none, never by a larger one's."""
    protected_share: Share = 0.2
    """The share of a protected language in a document's mixture from which it counts; declared, any share does."""
    c4_min_sentences: int = Field(default=0, ge=0)
    """Sentences that C4's line rules must leave; C4 itself asks for 5 (datatrove) or 3."""
    curly_brackets: bool = False
    """Refuse a document with a curly bracket, as C4 does."""
    exempt: tuple[str, ...] = ()
    """Sources that are not judged by measures."""


class NearDuplicates(Params):
    """Which pairs make a cluster, and who of it stays."""

    threshold: Share = 0.8
    """The exact Jaccard from which two documents are near duplicates."""
    noisy_threshold: Share = 0.5
    """The same of pairs of kind noisy, whose Jaccard is that of their letters under alignment."""
    policy: Literal["component", "verified"] = "component"
    """`component`: one of each cluster stays; `verified`: who goes has itself that Jaccard to one that stays."""
    order: tuple[Literal["priority", "ocr", "quality", "words"], ...] = ("priority", "ocr", "quality", "words")
    """What decides who stays, before the smallest doc_id: columns of `eligibility`."""


class Selection(Params):
    """What a kept document weighs."""

    weights: dict[str, float] = {}
    """Source to weight; 1 where none is named."""


class FinalText(Params):
    """What is cut and masked in a kept document, by what `signals` and `repeats` found."""

    cuts: tuple[Cut, ...] = ()
    """What goes: lines that C4 removes, badly read blocks (`signals.cuts`); what others keep (`repeats`)."""
    pii: dict[str, dict[str, Policy]] = {"*": {"*": "mask", "organisation": "keep"}}
    """Tier, then kind, to keep, mask, cut (the span goes) or drop (the document goes); `*` is any."""
    min_confidence: Share = 0.5
    """Spans below this confidence are left alone."""


class Gate(Params):
    """What the counts of a stage must show before anything follows."""

    max_refused: Share = 1.0
    """Largest share of refused rows."""
    min_kept: int = Field(default=0, ge=0)
    """Fewest kept rows."""
