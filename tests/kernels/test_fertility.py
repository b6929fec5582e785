"""Fertility against a plain count over the library's own tokens, and what is read off a model."""

import pyarrow as pa
import pytest
import sentencepiece

from kvern.kernels import fertility, sentencepieces
from pieces import SENTENCES, lossless, trained_elsewhere

ROWS = [
    ("nob", 1870, "Jeg veed ikke hvad han sagde paa Gaden, og hun havde ogsaa mad. ☃"),
    ("nob", None, "Det er ikke noe å si på det.\n\n  Hun ble hjemme, og han gikk opp."),
    ("nob", None, SENTENCES["nob"]),
    ("sme", None, SENTENCES["sme"]),
    (None, None, ""),
]


def batch(rows: list[tuple]) -> pa.RecordBatch:
    languages, years, texts = zip(*rows, strict=True)
    kinds = (("language", pa.string()), ("year", pa.int32()), ("text", pa.string()))
    values = (pa.array(each, kind) for each, (_, kind) in zip((languages, years, texts), kinds, strict=True))
    return pa.RecordBatch.from_arrays(list(values), [name for name, _ in kinds])


def test_counts_are_those_of_the_library_by_language_and_spelling():
    other = trained_elsewhere(model_type="unigram", byte_fallback=False)
    models = {"kvern": lossless().data, "other": other}
    (found,) = fertility.counted([batch(ROWS)], models)
    have = {tuple(row[name] for name in fertility.KEYS): row for row in found.to_pylist()}
    groups = {("nob", "pre1907"): [0], ("nob", "modern"): [1], ("nob", ""): [2], ("sme", ""): [3], ("und", ""): [4]}
    assert have.keys() == {(*group, name) for group in groups for name in models}
    for name, model in models.items():
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        for group, places in groups.items():
            texts = [ROWS[place][2] for place in places]
            ids = [number for text in texts for number in processor.encode(text)]
            row = have[*group, name]
            assert row["documents"] == len(texts)
            assert row["bytes"] == sum(len(text.encode()) for text in texts)
            assert row["words"] == sum(len(text.split()) for text in texts)
            assert row["tokens"] == len(ids)
            assert row["byte_tokens"] == sum(processor.is_byte(number) for number in ids)
            assert row["unknown"] == sum(processor.is_unknown(number) for number in ids)
            assert row["returned"] == sum(processor.decode(processor.encode(text)) == text for text in texts)
    assert have["nob", "pre1907", "kvern"]["byte_tokens"] == 3 and have["nob", "pre1907", "other"]["unknown"] > 0
    assert have["nob", "modern", "other"]["returned"] == 0


def test_ratios_are_read_off_the_sums():
    row = {"documents": 4, "bytes": 300, "words": 50, "tokens": 100, "byte_tokens": 3, "unknown": 1, "returned": 3}
    assert fertility.ratios(row) == {
        "tokens_a_word": 2.0,
        "bytes_a_token": 3.0,
        "byte_share": 0.03,
        "unknown_share": 0.01,
        "returned_share": 0.75,
    }
    assert fertility.ratios(dict.fromkeys(fertility.COUNTS, 0))["tokens_a_word"] == 0


def test_letters_are_counted_without_the_blank_before_them():
    assert fertility.letters(lossless().data, "áčđŋ") == dict.fromkeys("áčđŋ", 1)
    prefixed = trained_elsewhere(model_type="bpe")
    assert fertility.letters(prefixed, "ačŋ") == {"a": 1, "č": len("č".encode()), "ŋ": 2}


def test_the_longest_and_the_oddest_pieces_are_shown():
    found = fertility.pieces(lossless().data)
    assert " " in found and "\n" in found and not any("\u2581" in piece or piece == "</s>" for piece in found)
    assert fertility.longest(["b", "aa", "ab"]) == ["aa", "ab", "b"]
    odd = fertility.oddest([" ja", "===", " aaa", "漢字", ".\n\n-", "a)", "12a", "ŋ"], "abcdefghijklmnopqrstuvwxyz")
    assert odd == {
        "one character over and over": [" aaa", "==="],
        "letters of no kept alphabet": ["漢字"],
        "letters beside signs": ["12a", "a)"],
        "a line feed inside": [".\n\n-"],
        "no letter, no digit": [".\n\n-", "==="],
    }


def test_a_tokenizer_json_is_judged_too():
    pytest.importorskip("tokenizers")
    model = lossless().data
    (found,) = fertility.counted([batch(ROWS)], {"kvern": model, "json": sentencepieces.as_json(model)})
    rows = found.to_pylist()
    by_name = [[row[name] for name in fertility.COUNTS] for row in rows if row["model"] == "kvern"]
    assert by_name == [[row[name] for name in fertility.COUNTS] for row in rows if row["model"] == "json"]
