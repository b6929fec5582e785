"""Floor 1: the sections of a recipe that are about what trainers get: tokenizer and shards."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from kvern.params import Name, Params, Share

_MARKER, _BYTE_PIECE = re.compile("[!-~]{2,}"), re.compile("<0x[0-9A-F]{2}>")
_TAKEN = ("<unk>", "<s>", "</s>")
ShardFormat = Literal["megatron", "parquet", "datatrove", "mds", "dolma", "webdataset"]


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
    large: Share = 0.05
    """Languages of this share of the largest and more are raised less (power 1 - (1 - alpha)^1.75); 1: none."""
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
    markers: tuple[str, ...] = ()
    """Control symbols beside `<s>` and `</s>`, for the trainers' use: a text that holds one has it spelt out."""
    min_count: int = Field(default=1, ge=1)
    """Units counted less often are not trained on; 5 for a corpus of a terabyte."""
    max_units: int = Field(default=10_000_000, ge=1000)
    """So many units come to the driver, those that weigh most: 0.6 to 0.7 kB of its memory each."""

    @field_validator("markers")
    @classmethod
    def _markers_are_new_names(cls, markers: tuple[str, ...]) -> tuple[str, ...]:
        if odd := [each for each in markers if not _MARKER.fullmatch(each)]:
            raise ValueError(f"want names of two or more of the characters ! to ~, have {odd[0]!r}")
        if taken := [each for each in markers if each in _TAKEN or _BYTE_PIECE.fullmatch(each)]:
            raise ValueError(f"want other names than the model's own pieces, have {taken[0]}: leave it out")
        if twice := sorted({each for each in markers if markers.count(each) > 1}):
            raise ValueError(f"want each name once, have {', '.join(twice)} twice")
        return markers

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
