"""64-bit hashes of byte spans inside compiled kernels.

`hash_span` is a multiply-xorshift hash over 8-byte little-endian words (the finaliser is `splitmix64`'s shape,
Steele, Lea & Flood 2014). It is part of stored signatures: changing it changes every fingerprint, so a change
raises `VERSION`.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

VERSION = 1
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_32 = np.uint64(32)
_8 = np.uint64(8)
_1 = np.uint64(1)


@intrinsic
def load64(typingctx: Any, array: Any, offset: Any) -> Any:
    """Little-endian uint64 at byte `offset` of a contiguous uint8 array; the caller keeps offset + 8 <= length."""
    signature = types.uint64(array, types.int64)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        pointer = builder.bitcast(builder.gep(data, [args[1]]), ir.IntType(64).as_pointer())
        word = builder.load(pointer)
        word.align = 1
        return word

    return signature, emit


@intrinsic
def prefetch(typingctx: Any, array: Any, offset: Any) -> Any:
    """Ask for the cache line of byte `offset` of a contiguous array, to be read soon. Changes nothing."""
    signature = types.void(array, types.int64)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        word, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        pointer = builder.gep(builder.bitcast(data, byte), [args[1]])
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(hint, [pointer, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return signature, emit


@njit(inline="always")
def mix(h: Any) -> Any:
    """Spread every bit of a uint64 over the whole word (two xorshifts around a multiplication)."""
    h ^= h >> _32
    h *= MULTIPLIER
    return h ^ (h >> _32)


@njit(inline="always")
def power(length: int) -> Any:
    """GOLDEN to this power, modulo 2^64: what the value that leaves a rolling hash of so many is worth."""
    worth = np.uint64(1)
    for _ in range(length):
        worth *= GOLDEN
    return worth


@njit(cache=True, nogil=True)
def hash_span(data: Any, start: int, end: int) -> Any:
    """64-bit hash of data[start:end] (uint8). Equal bytes, equal hash, wherever they lie; length is mixed in."""
    h = np.uint64(end - start) * GOLDEN
    i = start
    while i + 8 <= end:
        h = mix((h ^ load64(data, i)) * MULTIPLIER)
        i += 8
    rest = end - i
    if rest > 0:
        if i + 8 <= data.shape[0]:
            tail = load64(data, i) & ((_1 << np.uint64(8 * rest)) - _1)
        else:
            tail = np.uint64(0)
            for k in range(rest):
                tail |= np.uint64(data[i + k]) << np.uint64(8 * k)
        h = mix((h ^ tail) * MULTIPLIER)
    return h
