"""Training from counts: the same model as from text, the same bytes for the same counts, no letter lost."""

import io
import json
import random
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

import alphabets
from kvern import asked, rules
from kvern.kernels import sentencepieces, units, vocabulary
from kvern.recipe import Recipe, read
from pieces import SENTENCES, lossless, training, words


def pieces(model: bytes) -> list[tuple[str, float, int]]:
    proto = pb.ModelProto()
    proto.ParseFromString(model)
    return [(piece.piece, piece.score, piece.type) for piece in proto.pieces]


def trained_on_documents(documents: list[str], wanted: vocabulary.Training, **other: str) -> bytes:
    model, options = io.BytesIO(), {**vocabulary.settings_of(wanted), **other, "input_format": ""}
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
    # shares 100/110 and 10/110, both large: at alpha .5 a count weighs 1.048809 and 2.079691
    assert vocabulary.training_rows(table, training()).to_pylist() == [
        {"word": " ja", "n": 103832 + 2080},
        {"word": " juo", "n": 18717},
        {"word": "\x1f", "n": 1049},
    ]
    assert vocabulary.training_rows(table, training(alpha=1, min_count=2)).to_pylist() == [
        {"word": " ja", "n": 100},
        {"word": " juo", "n": 9},
    ]


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


def test_counts_give_the_nmt_nfkc_model_that_the_documents_give():
    text = " ".join(SENTENCES.values()) + "\n\n  - a\tb\t c\n. m² ﬁn\u00a0x"
    wanted = training(alpha=1, normal_form="nmt_nfkc")
    model = vocabulary.train(words({"nob": text}), wanted)
    assert pieces(model.data) == pieces(trained_on_documents([text], wanted))
    assert not model.lossless
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.data)
    assert processor.decode(processor.encode(" m²  og\n")) == "m2 og"


def seed_file(rows: pa.Table, wanted: vocabulary.Training, folder) -> str:
    return vocabulary._seed_file(rows, wanted, folder)


def test_unigram_from_counts_is_the_model_of_the_documents_with_the_same_seeds(tmp_path):
    """Without TAB and line feed: there a row of counts and a document differ, see sentencepiece.md section 8."""
    text = " ".join(SENTENCES.values()).replace("\n", " ")
    wanted = training(alpha=1, kind="unigram")
    counted = words({"nob": text})
    seeds = seed_file(vocabulary.training_rows(counted, wanted), wanted, tmp_path)
    theirs = trained_on_documents([text], wanted, seed_sentencepieces_file=seeds)
    model = vocabulary.train(counted, wanted)
    assert pieces(model.data) == pieces(theirs)
    assert model.lossless


def test_unigram_is_the_same_bytes_in_any_order_of_rows_and_names_no_path():
    counted = words(SENTENCES)
    rows = counted.to_pylist() * 2
    random.Random(3).shuffle(rows)
    divided = pa.Table.from_pylist(rows, schema=counted.schema)
    doubled = counted.set_column(2, "n", pa.array([2 * n for n in counted["n"].to_pylist()], pa.int64()))
    one, other = (vocabulary.train(each, training(kind="unigram")).data for each in (divided, doubled))
    proto = pb.ModelProto()
    proto.ParseFromString(one)
    assert one == other
    assert (proto.trainer_spec.seed_sentencepieces_file, proto.trainer_spec.num_threads) == ("", 1)


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_markers_are_control_symbols_that_no_text_gives(kind):
    model = vocabulary.train(words(SENTENCES), training(kind=kind, markers=("<|doc|>", "<|page|>"))).data
    marks = {number for number, (piece, _, type_) in enumerate(pieces(model)) if type_ == 3}
    assert {pieces(model)[number][0] for number in marks} == {"<s>", "</s>", "<|doc|>", "<|page|>"}
    for form in (model, sentencepieces.encoding_form(model)):
        processor = sentencepiece.SentencePieceProcessor(model_proto=form)
        for text in ("<|doc|>", "</s>", "a</s>b", " <|page|> <s>", "<|doc|>" * 3):
            assert not marks & set(processor.encode(text))
            assert sentencepieces.decoder(model).decode(processor.encode(text)) == text


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_digits_are_split_unless_the_recipe_joins_them(kind):
    rows = words({"nob": "år 1905 og 1814 og 1945 " * 50 + " ".join(SENTENCES.values())})
    split, joined = (vocabulary.train(rows, training(kind=kind, split_digits=each)).data for each in (True, False))
    assert [sum(sum(c.isdigit() for c in p) > 1 for p, _, t in pieces(m) if t == 1) > 0 for m in (split, joined)] == [
        False,
        kind == "bpe",
    ]


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
@pytest.mark.parametrize("form", ["identity", "nmt_nfkc"])
def test_no_letter_of_the_kept_languages_is_without_a_piece(kind, form):
    """The letters that a recipe gets from conf/languages, in a corpus that holds none of them."""
    conf = Path(__file__).parents[2] / "conf"
    recipe = read(Recipe, conf / "recipes/norwegian.toml")
    letters = asked.trained(recipe, rules.load(recipe, conf / "recipes")).required_chars
    wanted = training(vocabulary=500, kind=kind, normal_form=form, required_chars=letters)
    model = vocabulary.train(words({"nob": SENTENCES["nob"]}), wanted)
    known = {piece for piece, _, type_ in pieces(model.data) if type_ == 1}
    assert set("áčđŋšŧžÁČĐŊŠŦŽïǩǥǧʒǯõâÏǨǤǦƷǮÕÂńäöåæø") <= set(letters) <= known


def test_floors_and_top_ups_change_the_counts_and_stand_in_the_settings():
    rows = [("nob", " ja", 900), ("sme", " juo", 100)]
    table = pa.table([pa.array(each) for each in zip(*rows, strict=True)], ["language", "word", "n"])
    topped = vocabulary.training_rows(table, training(alpha=1, top_ups=(("sme", 2.5),)))
    assert topped.to_pylist() == [{"word": " ja", "n": 900_000}, {"word": " juo", "n": 250_000}]
    floored = vocabulary.training_rows(table, training(alpha=1, floors=(("sme", 0.25),)))
    assert floored.to_pylist() == [{"word": " ja", "n": 900_000}, {"word": " juo", "n": 300_000}]
    settings = json.loads(vocabulary.train(words(SENTENCES), training(floors=(("sme", 0.4),))).settings)
    assert settings["floors"] == {"sme": 0.4}
    with pytest.raises(vocabulary.CannotTrain, match="wanted floors that leave room"):
        vocabulary.train(words(SENTENCES), training(floors=(("sme", 0.4), ("nob", 0.6))))


def test_units_become_the_words_of_the_normaliser_under_nmt_nfkc():
    rows = vocabulary.training_rows(
        words({"nob": "m²\nog  m2\tﬁn \u00a0og "}), training(alpha=1, normal_form="nmt_nfkc")
    )
    assert rows.to_pylist() == [{"word": "m2", "n": 2}, {"word": "og", "n": 2}, {"word": "fin", "n": 1}]
