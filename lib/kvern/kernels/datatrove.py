"""The .ds triple of datatrove and nanotron: ids back to back, where each document ends, and two lines about them.

`.ds.index` holds a little-endian uint64 for each document: the token behind its last. `.ds.metadata` is text: tokenizer
and bytes of a token, tokens, and the same for people.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

_STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))


def index_bytes(counts: npt.NDArray[Any]) -> bytes:
    """The .ds.index for documents of these tokens (end mark included)."""
    return np.cumsum(np.asarray(counts, np.int64)).astype("<u8").tobytes()


def metadata(tokenizer: str, width: int, tokens: int) -> bytes:
    """The .ds.metadata: `tokenizer` is its name, `width` the bytes of a token."""
    step, letter = next(((size, letter) for size, letter in _STEPS if tokens >= size), (1, ""))
    return f"{tokenizer}|{width}\n{tokens}\n{tokens / step:.1f}{letter}".encode()
