"""Ids as machine words keep what their hex strings say."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.ids128 import id_column, id_words


@given(st.lists(st.binary(min_size=16, max_size=16), min_size=1), st.integers(0, 3))
def test_ids_come_back_and_keep_their_order(ids, skip):
    column = pa.array(ids, pa.binary()).slice(min(skip, len(ids)))
    words = id_words(column)
    assert id_column(words).to_pylist() == column.to_pylist()
    assert sorted(map(tuple, words.tolist())) == [
        tuple(row) for row in id_words(pa.array(sorted(column.to_pylist()), pa.binary())).tolist()
    ]


def test_an_id_of_another_length_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="wanted doc_id of 32 hex digits"):
        id_words(pa.array([b"short"]))
