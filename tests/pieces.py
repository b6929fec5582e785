"""Small models for the tests of tokens, trained on text of the tests' own making."""

import io
from functools import cache
from typing import Any

import pyarrow as pa
import sentencepiece

import alphabets
from kvern.kernels import units, vocabulary
from kvern.kernels.sentencepieces import Model

SENTENCES = {
    "nob": "Det var en gang en kvern som malte både sild og velling, og den sto på havets bunn.\n\n- Hvem er det?  Ja!",
    "nno": "Det var ein gang ei kvern som mol både sild og velling, og ho stod på havsens botn.\n\n- Kven er det?",
    "sme": "Dološ áiggi lei okta millu mii milddii sallidiid ja vealliidjuhkosa, ja dat lei ábi bodnis.\nGii dat lea?",
}


def words(texts: dict[str, str]) -> pa.Table:
    """language, word, n of one text a language."""
    rows = pa.RecordBatch.from_pydict({"language": list(texts), "text": list(texts.values())})
    return pa.Table.from_batches(units.counted([rows], ("language",)))


def training(**other: Any) -> vocabulary.Training:
    settings = {"vocabulary": 450, "alpha": 0.5, "required_chars": alphabets.letters(), "character_coverage": 0.9999}
    return vocabulary.Training(**{**settings, "min_count": 1, **other})


@cache
def lossless() -> Model:
    """450 pieces with this house's settings."""
    return vocabulary.train(words(SENTENCES), training())


@cache
def trained_elsewhere(**settings: Any) -> bytes:
    """A model trained on the same text by `sentencepiece` itself."""
    model, lines = io.BytesIO(), "\n".join(SENTENCES.values()).splitlines()
    options = {"vocab_size": 400, "hard_vocab_limit": False, "byte_fallback": True, "minloglevel": 2, **settings}
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, **options)
    return model.getvalue()
