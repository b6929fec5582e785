"""A trie finds its keys and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvern.kernels.trie import LEAF, child, trie

KEYS = st.lists(st.binary(min_size=1, max_size=5).filter(lambda key: 0 not in key), unique=True, max_size=60)


def prefixes(found, text: bytes) -> list[tuple[int, int]]:
    """(length, value) of every key that the text starts with."""
    node, out = 0, []
    for at, byte in enumerate(text, 1):
        node = child(found.nodes, node, byte)
        if node < 0:
            break
        if found.nodes[node] & LEAF:
            out.append((at, int(found.values[node])))
    return out


@given(KEYS, st.binary(max_size=6))
def test_a_text_finds_the_keys_that_it_starts_with(keys, text):
    found = trie(keys)
    for each in [text, *keys, *(key + text for key in keys)]:
        wanted = sorted((len(key), number) for number, key in enumerate(keys) if each.startswith(key))
        assert prefixes(found, each) == wanted


def test_many_keys_make_it_grow():
    keys = [bytes([1 + n % 255, 1 + n // 255 % 255, 1 + n % 7]) for n in range(20_000)]
    found = trie(keys)
    assert [prefixes(found, key)[-1][1] for key in keys] == list(range(20_000))
    assert len(found.nodes) < 100_000


def test_no_key_holds_nul_or_stands_twice():
    for keys in ([b"a", b"a"], [b""], [b"a\x00"]):
        with pytest.raises(ValueError, match="wanted distinct keys without NUL"):
            trie(keys)
    assert trie([]).nodes.dtype == np.uint32
