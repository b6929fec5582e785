"""What a model promises, and that every text comes back from one that promises it."""

import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import encoding, sentencepieces
from pieces import SENTENCES, lossless, trained_elsewhere

TEXTS = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from([" ", "  ", "\n", "\t", "\u2581", "\r\n", "kvern", " ŋáhkku", "."]))
).map("".join)


def encoded(texts: list[str | bytes], model: bytes, promised: bool = False) -> pa.RecordBatch:
    data = [text if isinstance(text, bytes) else text.encode() for text in texts]
    rows = pa.RecordBatch.from_pydict(
        {"doc_id": [str(n) for n in range(len(data))], "text": pa.array(data, pa.binary()).view(pa.string())}
    )
    return next(encoding.encoded([rows], model, promised))


@given(TEXTS)
def test_every_text_comes_back_byte_for_byte_from_the_stored_model(text):
    ids = encoded([text], lossless().data, promised=True)["ids"].to_pylist()[0]
    assert sentencepieces.decoder(lossless().data).decode(ids) == text


def test_every_code_point_comes_back():
    model = lossless().data
    points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and (c < 0x3400 or c % 997 == 0)]
    texts = [f"a{chr(c)}b {chr(c)}" for c in points]
    decoder = sentencepieces.decoder(model)
    assert [decoder.decode(ids) for ids in encoded(texts, model)["ids"].to_pylist()] == texts


def test_ids_are_those_of_the_library_but_for_u2581():
    model = lossless().data
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    texts = [*SENTENCES.values(), *(odd for odd in sentencepieces.ODD if "\u2581" not in odd)]
    assert encoded(texts, model)["ids"].to_pylist() == processor.encode(texts)


def test_rows_keep_their_columns_and_carry_the_hash_of_the_text():
    rows = encoded(["ja", "", "å"], lossless().data)
    assert rows.schema.field("ids").type == pa.list_(pa.int32())
    assert rows["doc_id"].to_pylist() == ["0", "1", "2"]
    assert rows["text_hash"].to_pylist() == [hashlib.sha256(text.encode()).hexdigest() for text in ("ja", "", "å")]
    assert rows["ids"].to_pylist()[1] == []


def test_malformed_bytes_count_as_the_replacement_character():
    rows = encoded([b"a\xc3", "a\ufffd"], lossless().data)
    assert rows["ids"].to_pylist()[0] == rows["ids"].to_pylist()[1]
    assert len(set(rows["text_hash"].to_pylist())) == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"model_type": "bpe"}, "rewrites characters, removes blanks, puts a blank before the text"),
        ({"normalization_rule_name": "identity", "add_dummy_prefix": False}, "removes blanks"),
        ({"normalization_rule_name": "identity", "remove_extra_whitespaces": False}, "puts a blank before the text"),
        ({"normalization_rule_name": "identity", "add_dummy_prefix": False, "remove_extra_whitespaces": False, "byte_fallback": False}, "has no byte fallback"),
        ({"normalization_rule_name": "identity", "add_dummy_prefix": False, "remove_extra_whitespaces": False, "treat_whitespace_as_suffix": True}, "treats blanks as suffixes"),
    ],
)  # fmt: skip
def test_a_model_that_loses_something_says_why_and_still_encodes(settings, reason):
    model = trained_elsewhere(**settings)
    assert ", ".join(sentencepieces.why_not_lossless(model)) == reason
    assert not sentencepieces.describe(model).lossless
    texts = ["Det  var \n en m² kvern\u2581.", *SENTENCES.values()]
    assert encoded(texts, model)["ids"].to_pylist() == sentencepiece.SentencePieceProcessor(model_proto=model).encode(
        texts
    )


def test_a_unigram_model_can_be_lossless_too():
    model = trained_elsewhere(
        model_type="unigram", normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False
    )
    assert sentencepieces.describe(model).lossless


def test_a_promise_that_the_library_does_not_keep_stops_the_work():
    with pytest.raises(RuntimeError, match="odd strings do not come back: pin sentencepiece"):
        encoded(["ja"], trained_elsewhere(model_type="bpe"), promised=True)


@pytest.mark.parametrize("data", [b"abc", b"\x0a\x05hello", b" ", b"%PDF-1.4", b"\x00" * 10, b"[1]", b"\x1f\x8b\x08"])
def test_what_is_no_model_is_refused(data):
    with pytest.raises(ValueError, match=r"wanted a SentencePiece model or a tokenizer\.json, got other bytes: check"):
        sentencepieces.describe(data)


def test_an_empty_file_is_called_empty():
    with pytest.raises(ValueError, match=r"wanted a model file, got an empty one \(0 bytes\): check the path"):
        sentencepieces.describe(b"")


def test_a_model_without_an_end_mark_is_refused():
    assert sentencepieces.eod_id(lossless().data) == 2
    with pytest.raises(ValueError, match=re.escape("train it with eos_id >= 0")):
        sentencepieces.describe(trained_elsewhere(eos_id=-1))


def test_real_documents_come_back(shared: Path):
    files = [
        *sorted((shared / "bulk/norwegian-laws").glob("*.md"))[::8],
        shared / "tokenizer/sentencepiece/botchan.txt",
    ]
    texts = [file.read_text(encoding="utf-8") for file in files]
    texts += [json.loads(line)["text"] for line in (shared / "lid/sami_kven_dev.jsonl").open(encoding="utf-8")][:200]
    decoder = sentencepieces.decoder(lossless().data)
    assert [decoder.decode(ids) for ids in encoded(texts, lossless().data)["ids"].to_pylist()] == texts


def test_the_librarys_own_model_gives_its_own_ids(shared: Path):
    folder = shared / "tokenizer/sentencepiece"
    model = (folder / "test_model.model").read_bytes()
    lines = (folder / "botchan.txt").read_text(encoding="utf-8").splitlines()
    lines += (folder / "ids_norm.tsv").read_text(encoding="utf-8").splitlines()
    want = sentencepiece.SentencePieceProcessor(model_proto=model).encode(lines)
    assert encoded(lines, model)["ids"].to_pylist() == want
