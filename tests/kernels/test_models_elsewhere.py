"""Models that others trained: ids are those that `sentencepiece` gives for the unchanged model file, always.

Only a text with U+2581 in it may have others, and only where the model is lossless: its ids are then those of the
guarded form, which come back (see `sentencepieces`).
"""

from functools import cache
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import encoding, sentencepieces
from pieces import SENTENCES, trained_elsewhere

IDENTITY = {"normalization_rule_name": "identity"}
KEEP = {**IDENTITY, "add_dummy_prefix": False, "remove_extra_whitespaces": False}
SYMBOLS = {"user_defined_symbols": ("<doc>", "kvern", "\t", "  ", "\u2581og\u2581", "ll", "l", "\u2581")}
SETTINGS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "identity": IDENTITY,
    "kept blanks": KEEP,
    "no dummy prefix": {"add_dummy_prefix": False},
    "dummy prefix, blanks kept": {**IDENTITY, "remove_extra_whitespaces": False},
    "suffix": {"treat_whitespace_as_suffix": True},
    "suffix, blanks kept": {"treat_whitespace_as_suffix": True, **KEEP},
    "user symbols": SYMBOLS,
    "user symbols, blanks kept": {**SYMBOLS, **KEEP},
    "one user symbol, blanks kept": {"user_defined_symbols": ("\u2581",), **KEEP},
    "no bytes": {"byte_fallback": False},
    "no bytes, blanks kept": {"byte_fallback": False, **KEEP},
    "folded": {"normalization_rule_name": "nmt_nfkc_cf"},
    "nfkc": {"normalization_rule_name": "nfkc", "remove_extra_whitespaces": False},
    "over blanks": {"split_by_whitespace": False, **KEEP},
    "over scripts and digits": {"split_by_unicode_script": False, "split_by_number": False, **KEEP},
    "runs of blanks": {"allow_whitespace_only_pieces": True, **KEEP},
    "control symbols": {"control_symbols": ("<doc>", "ll", "k"), **KEEP},
}
ONLY = {"word": ("as it comes", "suffix", "kept blanks", "user symbols", "no bytes"), "char": tuple(SETTINGS)}
NAMES = [
    (kind, name)
    for kind in ("bpe", "unigram", "char", "word")
    for name in ONLY.get(kind, tuple(SETTINGS))
]  # fmt: skip
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["<doc>", "kvern", " og ", "  ", " ", "ll", "l", "\t", "\n", "\r\n", "</s>", "<0x41>", "ﬁ", "m²"]),
        st.sampled_from([word + end for word in SENTENCES["sme"].split() for end in (" ", "  ", "")]),
        st.text(max_size=4),
    ),
    max_size=25,
).map("".join)  # fmt: skip


@cache
def model(kind: str, name: str) -> bytes:
    return trained_elsewhere(model_type=kind, **SETTINGS[name])


@cache
def both(kind: str, name: str) -> tuple[encoding.Encoder, Any]:
    data = model(kind, name)
    return encoding.load(data), sentencepiece.SentencePieceProcessor(model_proto=data)


@pytest.mark.parametrize(("kind", "name"), NAMES)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_ids_are_those_of_the_unchanged_model(kind, name, texts):
    encoder, theirs = both(kind, name)
    promised = not sentencepieces.why_not_lossless(model(kind, name))
    texts = [text.replace("\u2581", "") if promised else text for text in texts] + list(SENTENCES.values())
    ids, offsets, by_library = encoding.encode(encoder, pa.array(texts, pa.string()))
    assert [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())] == theirs.encode(texts)
    if encoder.why_not:
        assert by_library.tolist() == [len(text.encode()) for text in texts]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_model_is_taken_by_the_fast_path_or_says_why(kind, name):
    encoder, _ = both(kind, name)
    assert (encoder.tables is None) == bool(encoder.why_not)
    assert not any("differs" in reason for reason in encoder.why_not)


def test_what_the_fast_path_takes_of_them():
    fast = sorted(name for kind, name in NAMES if kind == "bpe" and not both(kind, name)[0].why_not)
    assert fast == [
        "as it comes",
        "dummy prefix, blanks kept",
        "folded",
        "identity",
        "kept blanks",
        "nfkc",
        "no dummy prefix",
        "one user symbol, blanks kept",
        "over blanks",
        "over scripts and digits",
        "runs of blanks",
        "suffix",
        "suffix, blanks kept",
    ]


def test_a_model_with_rules_of_its_own_has_the_ids_of_the_library(shared):
    rules = shared / "tokenizer/sentencepiece/ids_norm.tsv"
    lines = rules.read_text(encoding="utf-8").splitlines()
    made = trained_elsewhere(model_type="bpe", normalization_rule_tsv=str(rules))
    encoder, theirs = encoding.load(made), sentencepiece.SentencePieceProcessor(model_proto=made)
    characters = [chr(int(line.split("\t")[0].split()[0][2:], 16)) for line in lines]
    assert theirs.normalize(characters[0]) != characters[0]
    texts = ["".join(characters[at : at + 40]) for at in range(0, len(characters), 40)] + lines[::9]
    ids, offsets, _ = encoding.encode(encoder, pa.array(texts))
    assert encoder.why_not == ()
    assert [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())] == theirs.encode(texts)
