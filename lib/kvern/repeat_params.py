"""Floor 1: the sections of a recipe on what repeats inside documents."""

from pydantic import Field

from kvern.params import Name, Params, Share


class Boilerplate(Params):
    """Which lines and paragraphs of a source repeat so often that they are headers, menus and terms of use.

    They go where `final_text.cuts` names `boilerplate`.
    """

    sources: tuple[Name, ...] = ()
    """Sources that are looked into; none by default. Each is counted for itself."""
    min_documents: int = Field(default=10, ge=2)
    """Kept documents of the source that a line or paragraph must stand in, letter for letter."""
    min_share: Share = 0.0
    """The share of the source's kept documents that they must be, too."""
    min_bytes: int = Field(default=20, ge=1)
    """Shorter lines and paragraphs are left alone."""
    keep_first: bool = True
    """The document with the smallest doc_id keeps what goes in all others."""


class Passages(Params):
    """Which passages are looked for that several documents have, as a telegram in many newspapers.

    All copies but one go where `final_text.cuts` names `passage`.
    """

    sources: tuple[Name, ...] = ()
    """Sources that are looked into, together; none by default, for their text is read again."""
    min_letters: int = Field(default=200, ge=48)
    """Letters and digits of the shortest passage: about 40 words."""
    similarity: Share = 0.6
    """Share of letters that two copies must have alike; two readings with errors in a tenth of letters have .8."""
    every: int = Field(default=32, ge=1)
    """One in so many places is looked up: fewer cost less, and find less of what is short or badly read."""
    bucket: int = Field(default=8, ge=2)
    """Documents that a run of letters brings together are each compared with the so many smallest ids of them."""
    meetings: int = Field(default=2, ge=1)
    """Runs of letters, near one another, that two documents must share before they are compared."""
