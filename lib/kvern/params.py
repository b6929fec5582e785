"""Floor 1: the sections of a recipe, one for each stage: name, bounds, default. `recipe` puts them together."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kvern.kernels.alphabets import letters

Format = Literal["mets-alto", "alto", "warc", "arc", "wet", "html", "jsonl", "parquet", "text", "srt", "vtt"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Policy = Literal["keep", "mask", "cut", "drop"]
ShardFormat = Literal["megatron", "parquet"]


class Params(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Params):
    """One delivery of one source; (name, batch) is unique."""

    name: Name
    format: Format
    path: str
    batch: Name
    tier: str
    licence: str | None = None
    priority: int = 100
    valid_from: date | None = None
    valid_until: date | None = None
    text: str = "text"
    id: str | None = None
    title: str | None = None
    published: str | None = None
    language: str | None = None
    uri: str | None = None
    licence_field: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Our field names to the source's, for JSONL and Parquet."""
        named = {
            "text": self.text,
            "id": self.id,
            "title": self.title,
            "published": self.published,
            "language": self.language,
            "uri": self.uri,
            "licence": self.licence_field,
        }
        return {ours: theirs for ours, theirs in named.items() if theirs}


class Deliveries(Params):
    part_bytes: int = Field(default=256_000_000, ge=1)


class Pages(Params):
    noise_confidence: Share = 0.5


class Documents(Params):
    head_repeats: int = Field(default=3, ge=2)


class Signals(Params):
    """What the scan measures against: languages told apart, and the MinHash signature (bands x rows permutations)."""

    languages: tuple[str, ...] = ("nob", "nno", "sme", "dan", "swe", "eng", "isl", "fao", "fin", "deu")
    bands: int = Field(default=14, ge=1, le=256)
    rows: int = Field(default=8, ge=1, le=64)
    ngram: int = Field(default=5, ge=1, le=20)
    seed: int = Field(default=1, ge=0)


class DuplicatePairs(Params):
    """`threshold`: the least exact Jaccard of a stored pair. `bucket`: up to so many members all pairs are compared."""

    threshold: Share = 0.5
    bucket: int = Field(default=8, ge=2)


class Benchmark(Params):
    """An evaluation set: JSONL under the env's input; `field` holds an item's text."""

    name: Name
    path: str
    field: str = "text"


class Contamination(Params):
    ngram: int = Field(default=13, ge=2)
    benchmarks: tuple[Benchmark, ...] = ()


class Suppressions(Params):
    files: tuple[str, ...] = ()


class Eligibility(Params):
    """Rules on one document. `measures`: judge by the thresholds of conf/languages; `exempt`: sources that are not."""

    languages: tuple[str, ...] = ("nob", "nno", "nor", "sme", "smj", "sma", "smn", "sms", "fkv", "dan", "swe", "eng")
    contamination_overlap: Share = 0.5
    measures: bool = True
    c4_min_sentences: int = Field(default=0, ge=0)
    curly_brackets: bool = False
    exempt: tuple[str, ...] = ()


class NearDuplicates(Params):
    """`threshold`: the exact Jaccard from which two documents are near duplicates."""

    threshold: Share = 0.8


class Selection(Params):
    """What a kept document weighs: its source's entry in `weights`, else 1."""

    weights: dict[str, float] = {}


class FinalText(Params):
    """`cuts`: kinds of `signals.cuts` that go. `pii`: tier, then kind (`*`: any) to what is done with it."""

    cuts: tuple[str, ...] = ()
    pii: dict[str, dict[str, Policy]] = {"*": {"*": "mask", "organisation": "keep"}}
    min_confidence: Share = 0.5


class Tokenizer(Params):
    """A SentencePiece BPE trained on `words`, or a given `model` file (its path is relative to the recipe)."""

    name: Name = "kvern"
    model: str | None = None
    vocabulary: int = Field(default=32_000, ge=300)
    alpha: Share = 0.5
    required_chars: str = letters()
    character_coverage: float = Field(default=0.9999, gt=0.9, le=1)
    min_count: int = Field(default=1, ge=1)


class Shards(Params):
    """`build`: the build's name, the recipe's where null. Documents lie in the order of a hash that `seed` seeds.

    `plan`: a build under the output whose cuts are kept, so that a new document changes its own shard alone.
    """

    build: Name | None = None
    plan: Name | None = None
    seed: int = Field(default=1, ge=0)
    shard_tokens: int = Field(default=100_000_000, ge=1)
    formats: tuple[ShardFormat, ...] = Field(default=("megatron", "parquet"), min_length=1)


class Gate(Params):
    max_refused: Share = 1.0
    min_kept: int = Field(default=0, ge=0)
