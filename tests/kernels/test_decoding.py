"""Ids back to text by the bytes of pieces: what the library's own decoder gives, for lossless models alone."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels import decoding, sentencepieces
from kvern.kernels.vocabulary import train
from pieces import SENTENCES, lossless, trained_elsewhere, training, words

TEXTS = st.lists(
    st.one_of(
        st.text(max_size=5),
        st.sampled_from([" kvern", "  ", "\u2581", "\n\n", "\t", "😀", "Dološ", "\x00", "<s>", "22"]),
    ),
    max_size=30,
).map("".join)
MODELS = {
    "bpe": lossless().data,
    "unigram": train(words(SENTENCES), training(kind="unigram", markers=("<|page|>",))).data,
}


@pytest.mark.parametrize("kind", MODELS)
@given(texts=st.lists(TEXTS, max_size=6))
def test_every_text_comes_back(kind: str, texts: list[str]) -> None:
    encoder = sentencepieces.encoder(MODELS[kind])
    ids = pa.array([encoder.encode(text) for text in texts], pa.list_(pa.int32()))
    assert decoding.decoded(ids, decoding.piece_bytes(MODELS[kind])).to_pylist() == texts


@pytest.mark.parametrize("kind", MODELS)
def test_every_id_alone_is_what_the_library_says(kind: str) -> None:
    library = sentencepieces.decoder(MODELS[kind])
    pieces, size = decoding.piece_bytes(MODELS[kind]), library.get_piece_size()
    # the library writes a lone byte that is no character as U+FFFD, and the unknown piece as U+2047
    told = [
        i
        for i in range(size)
        if not library.is_unknown(i) and not (library.is_byte(i) and pieces_of(pieces, i) > b"\x7f")
    ]
    ids = pa.array([[i] for i in told], pa.list_(pa.int32()))
    assert decoding.decoded(ids, pieces).to_pylist() == [library.decode([i]) for i in told]


def pieces_of(pieces: decoding.PieceBytes, number: int) -> bytes:
    return pieces.data[pieces.starts[number] : pieces.starts[number + 1]].tobytes()


def test_a_slice_and_an_empty_batch() -> None:
    encoder = sentencepieces.encoder(lossless().data)
    ids = pa.array([encoder.encode(text) for text in ("først", "så", "sist")], pa.list_(pa.int32()))
    pieces = decoding.piece_bytes(lossless().data)
    assert decoding.decoded(ids.slice(1, 2), pieces).to_pylist() == ["så", "sist"]
    assert decoding.decoded(ids.slice(0, 0), pieces).to_pylist() == []


def test_a_model_that_is_not_lossless_is_refused() -> None:
    with pytest.raises(ValueError, match="wanted a lossless model, this one rewrites characters"):
        decoding.piece_bytes(trained_elsewhere(model_type="bpe"))
