"""No text gives a special token's id, whatever model a tokenizer.json holds, and other texts keep their ids."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import encoding, fertility, sentencepieces, special_tokens
from pieces import SENTENCES

tokenizers = pytest.importorskip("tokenizers")
MARKED = [f"{text} </s> slutt</s> x<pad>" for text in SENTENCES.values()]
SPECIAL = ["<unk>", "</s>", "<pad>"]
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from(["</s>", "</s", ">", "<pad>", " ", "\n", "slutt", "<|endoftext|>", "\uff1c/s\uff1e", *MARKED]),
    ),
    max_size=8,
).map("".join)


def _metaspace(model: Any) -> Any:
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer, made.decoder = tokenizers.pre_tokenizers.Metaspace(), tokenizers.decoders.Metaspace()
    return made


def unigram() -> Any:
    made = _metaspace(tokenizers.models.Unigram())
    trainer = tokenizers.trainers.UnigramTrainer(
        vocab_size=150, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
    )
    made.train_from_iterator(MARKED, trainer)
    return made


def unigram_normal() -> Any:
    made = unigram()
    made.normalizer = tokenizers.normalizers.NFKC()
    return made


def words() -> Any:
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    trainer = tokenizers.trainers.WordLevelTrainer(special_tokens=SPECIAL, show_progress=False)
    made.train_from_iterator(MARKED, trainer)
    return made


def word_pieces() -> Any:
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.train_from_iterator(MARKED, tokenizers.trainers.WordPieceTrainer(special_tokens=SPECIAL, show_progress=False))
    return made


def bpe() -> Any:
    """Merges make the mark, and longer pieces of it."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    made.train_from_iterator(MARKED * 3, trainer)
    return made


def bpe_whole() -> Any:
    parts = json.loads(bpe().to_str())
    parts["model"] |= {"ignore_merges": True, "merges": [" ".join(pair) for pair in parts["model"]["merges"]]}
    return tokenizers.Tokenizer.from_str(json.dumps(parts))


def bytes_found_in_text() -> Any:
    """An end mark that is an added token and not special: the library looks for it in text."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=400, show_progress=False, initial_alphabet=alphabet)
    made.train_from_iterator(MARKED, trainer)
    made.add_tokens(["<|page|>", "<|endoftext|>"])
    made.add_special_tokens(["<pad>"])
    return made


MAKERS: list[Callable[[], Any]] = [
    unigram, unigram_normal, words, word_pieces, bpe, bpe_whole, bytes_found_in_text,
]  # fmt: skip


@cache
def file_of(make: Callable[[], Any]) -> bytes:
    """One training: another would break ties in another way."""
    return bytes(make().to_str().encode())


@cache
def both(make: Callable[[], Any]) -> tuple[Any, encoding.Encoder, set[int]]:
    """The library's own tokenizer as others use it, ours, and the ids that no text may have."""
    data = file_of(make)
    theirs = tokenizers.Tokenizer.from_str(data.decode())
    theirs.encode_special_tokens = True
    special = {number for number, each in theirs.get_added_tokens_decoder().items() if each.special}
    return theirs, encoding.load(data), special - {theirs.token_to_id("<unk>")} | {sentencepieces.eod_id(data)}


def ids_of(encoder: encoding.Encoder, text: str) -> list[int]:
    return encoding.encode(encoder, pa.array([text], pa.string()))[0].tolist()


@pytest.mark.parametrize("make", MAKERS)
@given(text=TEXTS)
def test_no_text_gives_a_mark_and_all_others_keep_their_ids(make, text):
    theirs, ours, marks = both(make)
    plain, found = theirs.encode(text, add_special_tokens=False).ids, ids_of(ours, text)
    assert not marks & set(found)
    if not marks & set(plain):
        assert found == plain


@pytest.mark.parametrize("make", MAKERS)
def test_these_models_do_find_the_mark_and_the_rest_of_the_text_is_as_it_was(make):
    theirs, ours, marks = both(make)
    end = theirs.id_to_token(ours.library.eos_id())
    text = f"Det var {end} en gang"
    plain = theirs.encode(text, add_special_tokens=False).ids
    at = next(number for number, each in enumerate(plain) if each in marks)
    found = ids_of(ours, text)
    behind = len(plain) - at - 1
    assert found[:at] == plain[:at]
    assert found[len(found) - behind :] == plain[at + 1 :]
    assert len(found) >= len(plain)


@pytest.mark.parametrize("make", [unigram, bytes_found_in_text])
def test_a_text_with_marks_comes_back(make):
    _, ours, _ = both(make)
    text = "slutt </s> og</s><pad> <|endoftext|>" if make is bytes_found_in_text else "slutt </s> og</s> x<pad>"
    assert ours.library.decode(ids_of(ours, text)) == text


@pytest.mark.parametrize("make", MAKERS)
def test_places_are_those_of_the_ids_where_a_mark_is_spelt_out(make):
    _, ours, _ = both(make)
    text = "så </s> ŋ <|endoftext|> bra"
    pieces = ours.library.encode(text, return_type="proto").pieces
    assert [each.id for each in pieces] == ids_of(ours, text)
    assert all(0 <= each.begin <= each.end <= len(text.encode()) for each in pieces)


@pytest.mark.parametrize("make", MAKERS)
def test_such_files_are_taken(make):
    assert sentencepieces.describe(file_of(make)).vocabulary > 20


def test_an_end_mark_that_stands_for_the_unknown_is_refused():
    parts = json.loads(file_of(words))
    parts["model"]["unk_token"] = "</s>"
    with pytest.raises(ValueError, match="wanted ids without special tokens, a text gives </s>: take a model"):
        sentencepieces.describe(json.dumps(parts).encode())


def test_a_model_that_fails_at_unknown_words_is_refused():
    parts = json.loads(file_of(words))
    parts["model"]["unk_token"] = "[none]"
    with pytest.raises(ValueError, match=r"wanted a tokenizer\.json for every text, .* fails \(.*give it an unk_token"):
        sentencepieces.describe(json.dumps(parts).encode())


def test_dropout_and_sampling_are_off():
    parts = json.loads(file_of(bpe))
    parts["model"]["dropout"] = 0.5
    dropped = tokenizers.Tokenizer.from_str(json.dumps(parts))
    text = " ".join([*SENTENCES.values(), "</s>"])
    assert len({tuple(dropped.encode(text).ids) for _ in range(20)}) > 1
    processor = sentencepieces.encoder(json.dumps(parts).encode())
    assert {tuple(processor.encode(text)) for _ in range(20)} == {tuple(ids_of(both(bpe)[1], text))}
    sampled = json.loads(file_of(unigram))
    sampled["model"] |= {"alpha": 0.1, "nbest_size": -1}
    processor = sentencepieces.encoder(json.dumps(sampled).encode())
    assert {tuple(processor.encode(text)) for _ in range(20)} == {tuple(ids_of(both(unigram)[1], text))}


@pytest.mark.parametrize(
    ("plain", "special", "end"),
    [
        (["</s>"], ["<|endoftext|>"], "<|endoftext|>"),
        (["</s>", "<|endoftext|>"], ["<EOD>"], "<EOD>"),
        (["</s>", "<|endoftext|>"], [], "</s>"),
        ([], ["<|im_end|>", "<|endoftext|>"], "<|endoftext|>"),
        ([], ["[EOS]", "<|eot_id|>", "<|im_end|>"], "<|im_end|>"),
        ([], ["[EOS]", "<EOD>", "<|eot_id|>"], "<|eot_id|>"),
        ([], ["<EOD>", "[EOS]"], "[EOS]"),
    ],
)
def test_the_end_mark_is_the_first_special_name_or_else_the_first(plain, special, end):
    vocab = {piece: number for number, piece in enumerate(["<unk>", *plain, "ord"])}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocab, unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.add_special_tokens(special)
    assert sentencepieces.eod_id(made.to_str().encode()) == made.token_to_id(end)


def test_the_file_without_marks_has_no_token_less():
    data = file_of(unigram)
    read, plain = special_tokens.read(special_tokens.without(data, ["</s>", "<pad>"])), sentencepieces.loaded(data)
    assert read.token_to_id("</s>") is None
    assert {*read.get_vocab().values()} == {*plain.tokenizer.get_vocab().values()}


def test_what_a_unigram_model_does_not_know_is_counted() -> None:
    data = unigram().to_str().encode()
    rows = pa.RecordBatch.from_pydict(
        {"language": ["nob"], "year": pa.array([None], pa.int32()), "text": ["漢 kvern 字"]}
    )
    (found,) = next(fertility.counted([rows], {"theirs": data})).to_pylist()
    assert found["unknown"] == sentencepieces.encoder(data).encode("漢 kvern 字").count(0) > 0
