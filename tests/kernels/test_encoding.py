"""The fast encoder gives the library's ids or stands aside and says so."""

import random
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import bpe, encoding, merges, parts, sentencepieces
from kvern.kernels.arrow import utf8_view
from pieces import SENTENCES, lossless, trained_elsewhere

KEEP = {"normalization_rule_name": "identity", "add_dummy_prefix": False, "remove_extra_whitespaces": False}
CHARACTERS = [
    *"abcdefgijklmnorstuvæøåAKD  \n\t.,-0123",
    "\u2581",
    "\u00a0",
    "ŋ",
    "č",
    "😀",
    "漢",
    "e\u0301",
    "\r\n",
    "\x00",
]
TEXTS = st.lists(
    st.one_of(st.sampled_from(CHARACTERS), st.sampled_from([" kvern", "  ", "\n\n", ".\n", "<s>", " og", "ll"]), st.text(max_size=3)),
    max_size=40,
).map("".join)  # fmt: skip
NAMES = ("ours", "plain", "words joined", "user symbols", "ties", "all equal", "reversed", "unigram", "unigram, words joined",
         "unigram, user symbols", "unigram, ties", "unigram, near ties", "unigram, all equal", "unigram, far",
         "nfkc", "nfkc, user symbols", "nfkc_cf, blanks kept", "blank before", "blanks removed", "blanks as suffixes",
         "unigram, nfkc", "unigram, blank before", "unigram, nfkc, user symbols")  # fmt: skip


@cache
def models() -> dict[str, bytes]:
    """Models that the fast path takes: ours, and others that cut, score or mark their pieces differently."""
    return {
        "ours": lossless().data,
        "plain": trained_elsewhere(model_type="bpe", **KEEP),
        "words joined": trained_elsewhere(
            model_type="bpe", split_by_whitespace=False, split_by_unicode_script=False, **KEEP
        ),
        "user symbols": trained_elsewhere(model_type="bpe", user_defined_symbols=("\t", "e", "☃"), **KEEP),
        "ties": rescored(lossless().data, lambda score: float(int(score / 40))),
        "all equal": rescored(lossless().data, lambda score: 0.0),
        "reversed": rescored(lossless().data, lambda score: -score),
        "unigram": trained_elsewhere(model_type="unigram", **KEEP),
        "unigram, words joined": trained_elsewhere(model_type="unigram", split_by_whitespace=False, **KEEP),
        "unigram, user symbols": trained_elsewhere(model_type="unigram", user_defined_symbols=("\t", "e", "☃"), **KEEP),
        "unigram, ties": rescored(trained_elsewhere(model_type="unigram", **KEEP), lambda score: float(round(score))),
        "unigram, near ties": rescored(trained_elsewhere(model_type="unigram", **KEEP), _nearly_whole),
        "unigram, all equal": rescored(trained_elsewhere(model_type="unigram", **KEEP), lambda score: -1.0),
        "unigram, far": rescored(trained_elsewhere(model_type="unigram", **KEEP), lambda score: 1_000 * score),
        **rewriting(),
    }


def rewriting() -> dict[str, bytes]:
    """Models that rewrite their text before they cut it, as most that were trained elsewhere do."""
    blank = {**KEEP, "add_dummy_prefix": True}
    own = {"user_defined_symbols": ("\t", "e", "☃")}
    return {
        "nfkc": trained_elsewhere(model_type="bpe"),
        "nfkc, user symbols": trained_elsewhere(model_type="bpe", **own),
        "nfkc_cf, blanks kept": trained_elsewhere(
            model_type="bpe", normalization_rule_name="nmt_nfkc_cf", remove_extra_whitespaces=False
        ),
        "blank before": trained_elsewhere(model_type="bpe", **blank),
        "blanks removed": trained_elsewhere(model_type="bpe", **KEEP | {"remove_extra_whitespaces": True}),
        "blanks as suffixes": trained_elsewhere(model_type="bpe", treat_whitespace_as_suffix=True),
        "unigram, nfkc": trained_elsewhere(model_type="unigram"),
        "unigram, blank before": trained_elsewhere(model_type="unigram", **blank),
        "unigram, nfkc, user symbols": trained_elsewhere(model_type="unigram", **own),
    }


def _nearly_whole(score: float) -> float:
    return round(score) + score * 7_919 % 1 * 1e-3


def rescored(model: bytes, change) -> bytes:
    proto = sentencepieces.proto_of(model)
    for piece in proto.pieces:
        piece.score = change(piece.score)
    return proto.SerializeToString()


@cache
def loaded(name: str) -> encoding.Encoder:
    return encoding.load(models()[name])


def ids_of(encoder: encoding.Encoder, texts: list[str]) -> list[list[int]]:
    ids, offsets, _ = encoding.encode(encoder, pa.array(texts, pa.string()))
    return [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())]


@pytest.mark.parametrize("name", NAMES)
@given(texts=st.lists(TEXTS, max_size=4))
def test_ids_are_those_of_the_library(name, texts):
    assert loaded(name).why_not == ()
    assert ids_of(loaded(name), texts) == loaded(name).library.encode(texts)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 10])
def test_mutated_text_has_the_librarys_ids(seed):
    draw = random.Random(seed)
    texts = []
    for _ in range(300):
        text = list(draw.choice(list(SENTENCES.values())))
        for _ in range(draw.choice((1, 5, 30))):
            at = draw.randrange(len(text))
            text[at : at + draw.choice((0, 0, 1))] = draw.choice(CHARACTERS) * draw.choice((1, 1, 2, 9, 40))
        texts.append("".join(text))
    for name in NAMES:
        assert ids_of(loaded(name), texts) == loaded(name).library.encode(texts)


@pytest.mark.parametrize("size", [31, 32, 33, 48, 511, 512, 513, 9_000, 70_000])
def test_parts_of_every_length_are_exact_and_the_longest_go_to_the_library(size):
    texts = ["a" * size, "l" * size, "å" * (size // 2), "ha" * size + " kvern", " " * size + "x"]
    encoder = loaded("ours")
    assert encoder.tables.joins[ord("l") << 8 | ord("l")]
    for _ in range(2):
        assert ids_of(encoder, texts) == encoder.library.encode(texts)
    by_library = encoding.encode(encoder, pa.array(["ja", "l" * size + " nei"]))[2]
    assert by_library.tolist() == [0, size if size > bpe.LONGEST else 0]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("unigram")])
def test_long_documents_have_the_librarys_ids_where_float32_sums_decide(name):
    draw, proto = random.Random(5), sentencepieces.proto_of(models()[name])
    pieces = [piece.piece.replace("\u2581", " ") for piece in proto.pieces if piece.type in (1, 4)]
    texts = ["".join(draw.choices(pieces, k=size)) for size in (1_000, 30_000, 100_000)]
    for _ in range(2):
        assert ids_of(loaded(name), texts) == loaded(name).library.encode(texts)


def test_cached_ids_alone_would_be_wrong_in_long_documents():
    """The guard is needed: without it some text of the test above differs."""
    draw, encoder = random.Random(5), loaded("unigram, near ties")
    proto = sentencepieces.proto_of(models()["unigram, near ties"])
    pieces = [piece.piece.replace("\u2581", " ") for piece in proto.pieces if piece.type in (1, 4)]
    text = "".join(draw.choices(pieces, k=100_000))
    alone = [encoder.library.encode(part) for part in _parts(text, encoder)]
    assert [token for ids in alone for token in ids] != encoder.library.encode(text)


def _parts(text: str, encoder: encoding.Encoder) -> list[bytes]:
    data, ends = text.encode(), [0]
    view = np.frombuffer(data, np.uint8)
    while ends[-1] < len(data):
        ends.append(int(parts.part_end(view, ends[-1], len(data), encoder.tables.joins)))
    return [data[start:end] for start, end in pairwise(ends)]


def test_a_small_cache_and_little_room_change_nothing(monkeypatch):
    texts = [*SENTENCES.values(), "a" * 600, "", *(f"ord{number} og tall" for number in range(300))]
    want = loaded("ours").library.encode(texts)
    monkeypatch.setattr(parts, "_OUT", 64)
    encoder = encoding.load(lossless().data, cache_bytes=0)
    assert encoder.cache.lines.nbytes == 1024
    assert ids_of(encoder, texts) == want == ids_of(encoder, texts)
    assert encoding.load(lossless().data, cache_bytes=5 << 20).cache.lines.nbytes == 4 << 20


def test_vocabularies_beyond_16_bits_keep_wide_ids():
    encoder = loaded("ours")
    wide = encoder.tables._replace(
        ids=np.where(encoder.tables.ids >= 0, encoder.tables.ids + 100_000, -1).astype(np.int32)
    )
    cached = parts.cache(200_000)
    assert cached.ids.dtype == np.int32
    view = utf8_view(pa.array(list(SENTENCES.values())))
    for _ in range(2):
        ids, _, _ = bpe.encode(view, wide, cached, encoder.library.encode)
        back = np.where(ids >= 100_000, ids - 100_000, ids)
        assert back.tolist() == [token for text in encoder.library.encode(list(SENTENCES.values())) for token in text]


def test_a_second_time_all_parts_come_from_the_cache():
    tables, held = loaded("ours").tables, bpe.scratch()
    lines, (data, offsets) = parts.cache(450), parts._padded(*utf8_view(pa.array([SENTENCES["nob"]])))
    misses = []
    for _ in range(2):
        held.state[:] = 0
        out, ends = np.empty(len(data), np.int32), np.zeros(2, np.int64)
        assert bpe._encode(data, offsets, tables, lines, held, out, ends) == parts.DONE
        misses.append(int(held.state[parts.MISSES]))
    assert misses[0] > 0 == misses[1]


@given(TEXTS)
def test_text_is_cut_wherever_no_piece_holds_both_characters(text):
    tables, data = loaded("ours").tables, text.encode()
    proto = sentencepieces.proto_of(sentencepieces.literal(lossless().data))
    joined = {
        (a.encode()[0], b.encode()[0])
        for piece in proto.pieces
        if piece.type in (1, 4)
        for a, b in pairwise(piece.piece)
    }
    cuts = [
        len(text[:n].encode())
        for n in range(1, len(text))
        if (text[n - 1].encode()[0], text[n].encode()[0]) not in joined
    ]
    found, at = [], 0
    while at < len(data):
        at = parts.part_end(np.frombuffer(data, np.uint8), at, len(data), tables.joins)
        found.append(at)
    assert found[:-1] == cuts


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"model_type": "char", **KEEP}, "is neither BPE nor unigram"),
        ({"model_type": "bpe", "byte_fallback": False}, "has no byte fallback"),
        ({"model_type": "bpe", **KEEP, "byte_fallback": False}, "has no byte fallback"),
        ({"model_type": "bpe", **KEEP, "user_defined_symbols": ("ab",)}, "has user symbols of several characters"),
        ({"model_type": "bpe", **KEEP, "control_symbols": ("☃",)}, "has reserved pieces of one character"),
    ],
)
def test_other_models_go_through_the_library_and_say_why(settings, reason):
    model = trained_elsewhere(**settings)
    encoder = encoding.load(model)
    assert reason in encoding.why_not_fast(model)
    assert encoder.tables is None
    texts = [*SENTENCES.values(), "", "ab☃ab"]
    ids, offsets, by_library = encoding.encode(encoder, pa.array(texts))
    assert [ids[start:end].tolist() for start, end in pairwise(offsets.tolist())] == encoder.library.encode(texts)
    assert by_library.tolist() == [len(text.encode()) for text in texts]


def test_a_piece_with_a_blank_that_no_text_has_is_left_to_the_library():
    proto = sentencepieces.proto_of(trained_elsewhere(model_type="bpe"))
    proto.pieces[-1].piece = "a b"
    encoder = encoding.load(proto.SerializeToString())
    assert (encoder.tables, encoder.why_not) == (None, ("has pieces with U+0020",))
    assert ids_of(encoder, ["a b a b"]) == encoder.library.encode(["a b a b"])


def test_rewritten_text_that_keeps_its_blanks_is_left_to_the_library():
    proto = sentencepieces.proto_of(trained_elsewhere(model_type="bpe"))
    proto.normalizer_spec.escape_whitespaces = False
    encoder = encoding.load(proto.SerializeToString())
    assert (encoder.tables, encoder.why_not) == (None, ("writes blanks as they are",))
    assert ids_of(encoder, ["a \u2581 b"]) == encoder.library.encode(["a \u2581 b"])


def test_unused_pieces_go_through_the_library():
    proto = sentencepieces.proto_of(lossless().data)
    proto.pieces[-1].type = 5
    assert encoding.why_not_fast(proto.SerializeToString()) == ["has unused pieces"]


def test_one_difference_at_load_turns_the_fast_path_off(monkeypatch):
    def wrong(proto):
        right = merges.merges(proto)
        return right._replace(ranks=right.ranks.max() - right.ranks)

    monkeypatch.setattr(encoding, "merges", wrong)
    encoder = encoding.load(lossless().data)
    assert encoder.tables is None
    assert encoder.why_not[0].startswith("differs from the library in")
    assert ids_of(encoder, list(SENTENCES.values())) == encoder.library.encode(list(SENTENCES.values()))


def test_real_documents_have_the_librarys_ids(shared: Path):
    files = [*(shared / "bulk").rglob("*.md"), *(shared / "bulk").rglob("*.txt")]
    texts = [file.read_text(encoding="utf-8") for file in sorted(files)[::6]]
    for name in ("ours", "words joined", "unigram", "unigram, ties"):
        assert ids_of(loaded(name), texts) == loaded(name).library.encode(texts)


@pytest.mark.parametrize("size", [1 << 10, 100_000, 1 << 20, 5_000_000])
@pytest.mark.parametrize("name", ["ours", "unigram"])
def test_the_cache_stays_within_its_bound_and_loses_no_id(name, size):
    encoder = encoding.load(models()[name], size)
    before = encoder.cache.lines.nbytes
    assert size / 2 < before <= size
    texts = [" ".join(f"ord{number}nummer{seed}" for number in range(2_000)) for seed in range(20)]
    for _ in range(2):
        assert ids_of(encoder, texts) == encoder.library.encode(texts)
    assert encoder.cache.lines.nbytes == encoder.cache.ids.nbytes == before


def test_workers_take_the_bound_that_they_are_given():
    rows = [pa.RecordBatch.from_pydict({"text": pa.array(list(SENTENCES.values()))})]
    for size in (1 << 12, 1 << 16):
        list(encoding.encoded(rows, lossless().data, True, size))
        assert encoding._kept(lossless().data, size).cache.lines.nbytes == size
        assert encoding._kept.cache_info().currsize == 1
