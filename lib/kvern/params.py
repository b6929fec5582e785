"""Floor 1: the sections of a recipe, one for each stage: bounds, defaults, meaning. `recipe` puts them together."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Format = Literal["mets-alto", "alto", "warc", "arc", "wet", "html", "jsonl", "parquet", "text", "srt", "vtt"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Policy = Literal["keep", "mask", "cut", "drop"]
ShardFormat = Literal["megatron", "parquet", "datatrove", "mds", "dolma", "webdataset"]


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


class DuplicatePairs(Params):
    """Which pairs are looked for."""

    threshold: Share = 0.5
    """The least exact Jaccard of a stored pair; every later threshold must be at least this."""
    bucket: int = Field(default=8, ge=2)
    """Up to so many members of an LSH bucket all pairs are compared; beyond, each with the so many smallest ids."""


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
    """Words in a row that count as found."""
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
    policy: Literal["component", "verified"] = "component"
    """`component`: one of each cluster stays; `verified`: who goes has itself that Jaccard to one that stays."""
    order: tuple[Literal["priority", "quality", "words"], ...] = ("priority", "quality", "words")
    """What decides who stays, before the smallest doc_id."""


class Selection(Params):
    """What a kept document weighs."""

    weights: dict[str, float] = {}
    """Source to weight; 1 where none is named."""


class FinalText(Params):
    """What is cut and masked in a kept document, by what `signals` found."""

    cuts: tuple[str, ...] = ()
    """Kinds of `signals.cuts` that go, for example `c4_line`."""
    pii: dict[str, dict[str, Policy]] = {"*": {"*": "mask", "organisation": "keep"}}
    """Tier, then kind, to keep, mask, cut (the span goes) or drop (the document goes); `*` is any."""
    min_confidence: Share = 0.5
    """Spans below this confidence are left alone."""


class Tokenizer(Params):
    """A SentencePiece model trained on `words`, or a given model."""

    name: Name = "kvern"
    """What it is called in the table."""
    model: str | None = None
    """A SentencePiece model file or a Hugging Face tokenizer.json, relative to the recipe; none is trained then."""
    kind: Literal["bpe", "unigram"] = "bpe"
    """`bpe` equals training on all the text, in seconds; `unigram` takes longer, from seeds counted in `words`."""
    normal_form: Literal["identity", "nmt_nfkc"] = "identity"
    """`identity` gives every text back byte for byte; `nmt_nfkc` loses line ends and writes m² as m2."""
    vocabulary: int = Field(default=32_000, ge=300)
    """Pieces."""
    alpha: Share = 0.5
    """Languages are sampled by their share to this power: 1 as they are, 0 all alike."""
    floors: dict[str, Share] = {}
    """Language to its least share of what is trained on; together below 1."""
    top_ups: dict[str, Annotated[float, Field(gt=0, le=1000)]] = {}
    """Language to a factor on its weight, before floors."""
    required_chars: str | None = None
    """Letters that get a piece of their own whatever their count; absent: the alphabets of the kept languages."""
    character_coverage: float = Field(default=0.9999, gt=0.9, le=1)
    """Share of characters that get a piece; the rest are bytes."""
    split_digits: bool = True
    """No piece holds two digits."""
    markers: tuple[Annotated[str, Field(pattern=r"^[!-~]{2,}$")], ...] = ()
    """Control symbols beside `<s>` and `</s>`, for the trainers' use: a text that holds one has it spelt out."""
    min_count: int = Field(default=1, ge=1)
    """Units counted less often are not trained on; 5 for a corpus of a terabyte."""
    max_units: int = Field(default=10_000_000, ge=1000)
    """So many units come to the driver, those that weigh most: 0.8 kB of its memory each for bpe, 1.4 for unigram."""

    @model_validator(mode="after")
    def _floors_leave_room(self) -> Self:
        if (total := sum(self.floors.values())) >= 1:
            raise ValueError(f"floors: want less than 1 together, have {total:g}")
        return self


class Phase(Params):
    """A stretch of a training: how much of which bucket it reads."""

    name: Name = "all"
    """Of its blend files."""
    tokens: int | None = Field(default=None, ge=1)
    """How many it reads; one epoch of every bucket with a weight above 0 where absent."""
    alpha: float = Field(default=1.0, ge=0, le=1)
    """Temperature over languages: their shares are as their tokens to this power."""
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Factors of shares, by a pattern of bucket names (SOURCE.LANGUAGE.TIER): `"books.*" = 2`; all that match count."""


class Shards(Params):
    """The build for trainers."""

    build: Name | None = None
    """Its name before the hash; the recipe's name where absent."""
    plan: Name | None = None
    """A build under the output whose cuts are kept, so that a new document changes its own shard alone."""
    seed: int = Field(default=1, ge=0)
    """Of the order of documents."""
    shard_tokens: int = Field(default=100_000_000, ge=1)
    """Tokens of a shard, about."""
    formats: tuple[ShardFormat, ...] = Field(default=("megatron", "parquet"), min_length=1)
    """Written side by side, with the same shard numbers and cuts."""
    sequence_length: int = Field(default=2048, ge=1)
    """Tokens of a sample in `mds`, which is packed."""
    validation: Share = 0.0
    """Share of clusters of near copies (with their documents) that go to buckets of their own."""
    phases: tuple[Phase, ...] = ()
    """`[[shards.phases]]`, blends in order; one epoch of all where absent. They change blend files and no shard."""

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [each.name for each in self.phases]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"phases: want a name of its own for each, have {', '.join(twice)} twice")
        return self


class Gate(Params):
    """What the counts of a stage must show before anything follows."""

    max_refused: Share = 1.0
    """Largest share of refused rows."""
    min_kept: int = Field(default=0, ge=0)
    """Fewest kept rows."""
