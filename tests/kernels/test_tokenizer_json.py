"""Our BPE as tokenizer.json has the same ids, and a given tokenizer.json is used as its own library uses it."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import encoding, sentencepieces
from pieces import SENTENCES, lossless, trained_elsewhere

tokenizers = pytest.importorskip("tokenizers")
KEEP = {"normalization_rule_name": "identity", "add_dummy_prefix": False, "remove_extra_whitespaces": False}
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from([" ", "  ", "\n", "\t", "\u2581", "\r\n", "kvern", " ŋáhkku", ".", "</s>", "<0x41>", "aaa"]),
    )
).map("".join)


@cache
def exported() -> tuple[Any, encoding.Encoder]:
    return tokenizers.Tokenizer.from_str(sentencepieces.as_json(lossless().data).decode()), encoding.load(
        lossless().data
    )


@cache
def elsewhere() -> bytes:
    """A byte-level BPE with special tokens, padding and truncation, as hubs hold them."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<pad>", "<|endoftext|>"],
        show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
    )
    made.train_from_iterator(list(SENTENCES.values()), trainer)
    made.enable_truncation(4)
    made.enable_padding(length=9)
    return made.to_str().encode()


def ids_of(encoder: encoding.Encoder, texts: list[str]) -> list[list[int]]:
    ids, offsets, _ = encoding.encode(encoder, pa.array(texts, pa.string()))
    return [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())]


@given(TEXTS)
def test_the_exported_model_has_our_ids_and_decodes_them(text):
    theirs, ours = exported()
    found = theirs.encode(text)
    assert [found.ids] == ids_of(ours, [text])
    assert theirs.decode(found.ids) == text


def test_the_export_is_the_same_bytes_twice_and_marks_are_spelt_out():
    theirs, _ = exported()
    assert sentencepieces.as_json(lossless().data) == sentencepieces.as_json(lossless().data)
    assert sentencepieces.eod_id(lossless().data) not in theirs.encode("a</s>b").ids
    assert theirs.get_vocab_size() == lossless().vocabulary


def test_pieces_that_cross_blanks_are_exported_without_cuts():
    model = trained_elsewhere(model_type="bpe", split_by_whitespace=False, split_by_unicode_script=False, **KEEP)
    found, ours = sentencepieces.as_json(model), encoding.load(model)
    assert json.loads(found)["pre_tokenizer"] is None
    theirs = tokenizers.Tokenizer.from_str(found.decode())
    assert any(" " in piece.strip() for piece in theirs.encode(SENTENCES["nob"]).tokens)
    assert [theirs.encode(text).ids for text in SENTENCES.values()] == ids_of(ours, list(SENTENCES.values()))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"model_type": "unigram", **KEEP}, "is no BPE"),
        ({"model_type": "bpe"}, "rewrites characters"),
        ({"model_type": "bpe", **KEEP, "user_defined_symbols": ("ab",)}, "has user symbols of several characters"),
    ],
)
def test_what_cannot_be_exported_says_why(settings, reason):
    with pytest.raises(ValueError, match=reason):
        sentencepieces.as_json(trained_elsewhere(**settings))


def test_pieces_of_one_score_are_not_exported():
    proto = sentencepieces.proto_of(lossless().data)
    longest = [piece for piece in proto.pieces if piece.type == 1 and len(piece.piece) > 1][:2]
    longest[0].score = longest[1].score
    with pytest.raises(ValueError, match="has pieces of one score"):
        sentencepieces.as_json(proto.SerializeToString())


def test_a_given_json_gives_the_ids_of_its_own_library_whole():
    plain = tokenizers.Tokenizer.from_str(elsewhere().decode())
    plain.no_truncation()
    plain.no_padding()
    encoder, texts = encoding.load(elsewhere()), [*SENTENCES.values(), "", "å\tŋ 😀"]
    assert encoder.why_not == ("is a tokenizer.json",)
    assert ids_of(encoder, texts) == [plain.encode(text, add_special_tokens=False).ids for text in texts]
    assert encoding.encode(encoder, pa.array(texts))[2].tolist() == [len(text.encode()) for text in texts]
    assert [encoder.library.decode(ids) for ids in ids_of(encoder, texts)] == texts


def test_a_given_json_is_described_and_its_marks_are_never_found_in_text():
    model, plain = sentencepieces.describe(elsewhere()), tokenizers.Tokenizer.from_str(elsewhere().decode())
    assert (model.vocabulary, model.lossless, sentencepieces.eod_id(model.data)) == (plain.get_vocab_size(), False, 1)
    assert model.library.startswith("tokenizers 0.")
    processor = sentencepieces.encoder(elsewhere())
    ids = processor.encode("slutt<|endoftext|><pad>")
    assert not {0, 1} & set(ids)
    assert processor.decode(ids) == "slutt<|endoftext|><pad>"


def test_tokens_know_their_bytes():
    processor = sentencepieces.encoder(elsewhere())
    text = "så ŋ😀 bra"
    pieces = processor.encode(text, return_type="proto").pieces
    assert [piece.id for piece in pieces] == processor.encode(text)
    data = text.encode()
    assert "".join(dict.fromkeys(data[piece.begin : piece.end].decode() for piece in pieces)) == text
    assert {data[piece.begin : piece.end].decode() for piece in pieces} >= {"😀"}
    assert (pieces[0].begin, pieces[-1].end) == (0, len(data))


@pytest.mark.parametrize("data", [b"{}", b'{"model": 1}', b"{"])
def test_other_json_is_refused(data):
    with pytest.raises(ValueError, match=r"wanted a tokenizer\.json, got other JSON"):
        sentencepieces.describe(data)


def test_a_json_without_an_end_mark_is_refused():
    made = tokenizers.Tokenizer(tokenizers.models.BPE({"a": 0}, [])).to_str().encode()
    with pytest.raises(ValueError, match=r"wanted a tokenizer\.json with an end mark, one of </s> "):
        sentencepieces.describe(made)


def test_real_documents_have_the_same_ids_in_the_export(shared: Path):
    theirs, ours = exported()
    files = [*(shared / "bulk").rglob("*.md"), *(shared / "bulk").rglob("*.txt")]
    texts = [file.read_text(encoding="utf-8")[:200_000] for file in sorted(files)[::8]]
    lines = (shared / "lid/sami_kven_dev.jsonl").read_text(encoding="utf-8").splitlines()[:200]
    texts += [json.loads(line)["text"] for line in lines]
    assert [theirs.encode(text).ids for text in texts] == ids_of(ours, texts)
