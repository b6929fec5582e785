"""Training from counts: the same model as from text, the same bytes for the same counts, no letter lost."""

import io
import json
import random
import unicodedata
from decimal import Decimal

import pyarrow as pa
import pytest
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

import alphabets
from kvern.kernels import units, vocabulary
from pieces import SENTENCES, lossless, training, words


def pieces(model: bytes) -> list[tuple[str, float, int]]:
    proto = pb.ModelProto()
    proto.ParseFromString(model)
    return [(piece.piece, piece.score, piece.type) for piece in proto.pieces]


def trained_on_documents(documents: list[str], wanted: vocabulary.Training) -> bytes:
    model, options = io.BytesIO(), {**vocabulary.SETTINGS, **vocabulary._options(wanted), "input_format": ""}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(documents), model_writer=model, minloglevel=2, **options
    )
    return model.getvalue()


def test_counts_give_the_model_that_the_documents_give():
    text = " ".join(SENTENCES.values()) + "\n\n  - a\tb\t c\n."
    model = vocabulary.train(words({"nob": text}), training(alpha=1))
    assert pieces(model.data) == pieces(trained_on_documents([text], training()))


def test_counts_of_real_documents_give_the_model_that_the_documents_give(shared):
    files = sorted((shared / "bulk/norwegian-laws").glob("*.md"))[:40]
    # the trainer takes line feeds off the end of a sentence, but not out of a row that ends in its count
    texts = [file.read_text(encoding="utf-8").rstrip("\n") for file in files]
    rows = pa.RecordBatch.from_pydict({"language": ["nob"] * len(texts), "text": texts})
    counted = pa.Table.from_batches(units.counted([rows], ("language",)))
    wanted = training(vocabulary=4_000, alpha=1)
    assert pieces(vocabulary.train(counted, wanted).data) == pieces(trained_on_documents(texts, wanted))


def test_rows_in_any_order_and_division_give_the_same_bytes():
    counted = words(SENTENCES)
    rows = counted.to_pylist() * 3
    random.Random(7).shuffle(rows)
    divided = pa.Table.from_pylist(rows, schema=counted.schema)
    tripled = counted.set_column(2, "n", pa.array([3 * n for n in counted["n"].to_pylist()], pa.int64()))
    assert vocabulary.train(divided, training()).sha256 == vocabulary.train(tripled, training()).sha256


def test_rows_are_weighted_by_language_and_sorted():
    rows = [("nob", " ja", 99), ("nob", "\t", 1), ("sme", " juo", 9), ("sme", " ja", 1), ("nob", "a\u2581b", 7)]
    table = pa.table([pa.array(each) for each in zip(*rows, strict=True)], ["language", "word", "n"])
    # shares 100/110 and 10/110; at alpha .5 a count weighs 1.048809 and 3.316625
    assert vocabulary.training_rows(table, training()).to_pylist() == [
        {"word": " ja", "n": 103832 + 3317},
        {"word": " juo", "n": 29850},
        {"word": "\x1f", "n": 1049},
    ]
    assert vocabulary.training_rows(table, training(alpha=1, min_count=2)).to_pylist() == [
        {"word": " ja", "n": 100},
        {"word": " juo", "n": 9},
    ]


def test_alpha_none_makes_languages_equal_and_one_leaves_them():
    assert vocabulary.language_weights({"nob": 300, "sme": 100}, 1) == {"nob": 1_000_000, "sme": 1_000_000}
    assert vocabulary.language_weights({"nob": 300, "sme": 100}, 0) == {"nob": 1_333_333, "sme": 4_000_000}
    half = vocabulary.language_weights({"nob": 300, "sme": 100}, 0.5)["sme"]
    assert half == int((Decimal(1) / 4) ** Decimal("-0.5") * 1_000_000)


@pytest.mark.parametrize("language", ["nob", "nno", "sme", "smj", "sma", "smn", "sms", "fkv"])
def test_every_letter_of_every_language_has_a_piece(language):
    known = {piece for piece, _, _ in pieces(lossless().data)}
    letters = set(alphabets.letters([language]))
    assert letters >= set("azAZ") | set(alphabets.ALPHABETS[language])
    assert letters <= known
    assert all(unicodedata.is_normalized("NFC", each) for each in letters)


def test_a_small_corpus_gives_a_smaller_vocabulary_and_says_so():
    model = vocabulary.train(words({"nob": "ja nei"}), training(vocabulary=32_000, required_chars=""))
    assert model.vocabulary < 300
    assert json.loads(model.settings)["note"].startswith(f"wanted 32000 pieces, the words give {model.vocabulary}")
    assert model.lossless


def test_what_cannot_be_trained_is_said():
    empty = words({"nob": "ja"}).slice(0, 0)
    with pytest.raises(vocabulary.CannotTrain, match="got none above min_count: lower it or select documents"):
        vocabulary.train(empty, training())
    with pytest.raises(vocabulary.CannotTrain, match="wanted a vocabulary of 301, SentencePiece gives none"):
        vocabulary.train(words(SENTENCES), training(vocabulary=301))


def test_settings_name_what_made_the_model():
    settings = json.loads(lossless().settings)
    assert (settings["alpha"], settings["min_count"], settings["vocab_size"]) == (0.5, 1, 450)
    assert settings["units"] == len(vocabulary.training_rows(words(SENTENCES), training()))
    assert lossless().library == "sentencepiece 0.2.3"
