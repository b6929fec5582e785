"""Vector instructions for kernels, written as LLVM's own vector code.

LLVM turns a vector of 64 bytes into AVX-512, AVX2, SSE2 or NEON, whatever the machine has: no C compiler, no build for
each machine. Arrays are contiguous; offsets are the caller's promise that what is read and written is inside.
"""
# mypy: allow-untyped-defs

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

BLOCK = 64
LANES, VECTORS = 16, 7  # 56 minima, their factors and offsets stay in registers (AVX2 has 16 of 8 lanes, AVX-512 32)

_I1, _I8, _I32, _I64, _I128 = (ir.IntType(bits) for bits in (1, 8, 32, 64, 128))
_BYTES, _BITS, _INTS = ir.VectorType(_I8, BLOCK), ir.VectorType(_I1, BLOCK), ir.VectorType(_I32, LANES)


@intrinsic
def trailing_zeros(typingctx: Any, x: Any) -> Any:
    """Zeros below the lowest set bit of a uint64; 64 for none."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(_I1, 0))

    return types.uint64(types.uint64), emit


@intrinsic
def ones(typingctx: Any, x: Any) -> Any:
    """Set bits of a uint64."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), emit


@intrinsic
def fold_product(typingctx: Any, a: Any, b: Any) -> Any:
    """Upper half xor lower half of the 128-bit product of two uint64."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        product = builder.mul(builder.zext(args[0], _I128), builder.zext(args[1], _I128))
        upper = builder.lshr(product, ir.Constant(_I128, 64))
        return builder.xor(builder.trunc(product, _I64), builder.trunc(upper, _I64))

    return types.uint64(types.uint64, types.uint64), emit


def _element(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Pointer to array[index]."""
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


class _Bytes:
    """Conditions on a vector of bytes, as a vector of bits each."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def all_(self, byte: int) -> Any:
        return ir.Constant(_BYTES, [byte] * BLOCK)

    def load(self, pointer: Any, shift: int) -> Any:
        """The block at `pointer`, `shift` bytes further."""
        moved = self.builder.gep(pointer, [ir.Constant(_I64, shift)])
        loaded = self.builder.load(self.builder.bitcast(moved, _BYTES.as_pointer()))
        loaded.align = 1
        return loaded

    def is_(self, vector: Any, byte: int) -> Any:
        return self.builder.icmp_unsigned("==", vector, self.all_(byte))

    def within(self, vector: Any, first: int, last: int) -> Any:
        return self.builder.icmp_unsigned("<=", self.builder.sub(vector, self.all_(first)), self.all_(last - first))

    def any_(self, first: Any, *others: Any) -> Any:
        for other in others:
            first = self.builder.or_(first, other)
        return first

    def both(self, a: Any, b: Any) -> Any:
        return self.builder.and_(a, b)

    def but(self, a: Any, b: Any) -> Any:
        return self.builder.and_(a, self.builder.xor(b, ir.Constant(_BITS, [1] * BLOCK)))

    def differ(self, a: Any, b: Any) -> Any:
        return self.builder.xor(a, b)

    def mask(self, bits: Any) -> Any:
        """uint64, bit k for byte k."""
        return self.builder.bitcast(bits, _I64)


def _upper(v: _Bytes, now: Any, before: Any) -> tuple[Any, Any]:
    """(upper-case bytes that lie 0x20 below their lower case, those that lie 1 below): Latin to Extended-A."""
    ascii_ = v.within(now, 0x41, 0x5A)
    latin = v.but(v.both(v.is_(before, 0xC3), v.within(now, 0x80, 0x9E)), v.is_(now, 0x97))
    odd = v.builder.icmp_unsigned("!=", v.builder.and_(now, v.all_(1)), v.all_(0))
    even_c4, odd_c4 = v.but(v.within(now, 0x80, 0xB7), odd), v.both(v.within(now, 0xB9, 0xBE), odd)
    even_c5 = v.but(v.within(now, 0x8A, 0xB7), odd)
    odd_c5 = v.both(v.any_(v.within(now, 0x81, 0x87), v.within(now, 0xB9, 0xBD)), odd)
    c4 = v.both(v.is_(before, 0xC4), v.any_(even_c4, odd_c4))
    c5 = v.both(v.is_(before, 0xC5), v.any_(even_c5, odd_c5))
    return v.any_(ascii_, latin), v.any_(c4, c5)


def _hard(v: _Bytes, now: Any, before: Any, second: Any) -> Any:
    """Bytes that no rule here covers: other scripts, signs that are numbers or letters, what is not UTF-8."""
    lead = v.within(before, 0xC2, 0xC5)
    wanted = v.any_(lead, v.is_(before, 0xE2), v.is_(second, 0xE2))
    broken = v.differ(v.within(now, 0x80, 0xBF), wanted)
    other = v.but(v.within(now, 0xC0, 0xFF), v.any_(v.within(now, 0xC2, 0xC5), v.is_(now, 0xE2)))
    no_mark = v.differ(v.both(v.is_(before, 0xE2), v.is_(now, 0x80)), v.is_(before, 0xE2))
    # U+00AA, B2, B3, B5, B9, BA and the fractions BC to BE are word characters.
    letters = v.any_(v.is_(now, 0xAA), v.within(now, 0xB2, 0xB3), v.is_(now, 0xB5), v.within(now, 0xB9, 0xBE))
    signs = v.both(v.is_(before, 0xC2), v.but(letters, v.is_(now, 0xBB)))
    # I with a dot, L with a middle dot, Y with diaeresis: the lower case has another lead byte.
    cased = v.any_(
        v.both(v.is_(before, 0xC4), v.any_(v.is_(now, 0xB0), v.is_(now, 0xBF))),
        v.both(v.is_(before, 0xC5), v.is_(now, 0xB8)),
    )
    return v.any_(broken, other, no_mark, signs, cased)


def _word(v: _Bytes, now: Any, before: Any, after: Any) -> Any:
    """Bytes of word characters, where none is hard."""
    small = v.builder.or_(now, v.all_(0x20))
    ascii_ = v.any_(v.within(small, 0x61, 0x7A), v.within(now, 0x30, 0x39), v.is_(now, 0x5F))
    times = v.both(v.is_(now, 0xC3), v.is_(v.builder.or_(after, v.all_(0x20)), 0xB7))
    second = v.both(v.within(before, 0xC3, 0xC5), v.within(now, 0x80, 0xBF))
    sign = v.both(v.is_(before, 0xC3), v.is_(v.builder.or_(now, v.all_(0x20)), 0xB7))
    return v.any_(ascii_, v.but(v.within(now, 0xC3, 0xC5), times), v.but(second, sign))


@intrinsic
def fold_block(typingctx: Any, data: Any, at: Any, text: Any, to: Any, masks: Any, block: Any) -> Any:
    """Lower-case data[at:at + 64] into text[to:]; masks[block] gets a bit for each byte of a word character.

    Returns a bit for each byte that it cannot judge. Reads data[at - 2:at + 65]; characters are those of `_upper`,
    the general punctuation U+2000 to U+203F, and Latin-1's signs.
    """
    signature = types.uint64(data, types.int64, text, types.int64, masks, types.int64)

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        v = _Bytes(builder)
        source = _element(context, builder, sig.args[0], args[0], args[1])
        second, before, now, after = (v.load(source, shift) for shift in (-2, -1, 0, 1))
        by_32, by_1 = _upper(v, now, before)
        lower = builder.select(by_32, builder.or_(now, v.all_(0x20)), now)
        lower = builder.select(by_1, builder.add(lower, v.all_(1)), lower)
        target = builder.bitcast(_element(context, builder, sig.args[2], args[2], args[3]), _BYTES.as_pointer())
        builder.store(lower, target).align = 1
        word = v.mask(_word(v, now, before, after))
        builder.store(word, _element(context, builder, sig.args[4], args[4], args[5]))
        return v.mask(_hard(v, now, before, second))

    return signature, emit


def _minima(vectors: int) -> Any:
    """An intrinsic over `vectors` vectors of LANES minima; its docstring is that of `keep_minima`."""

    @intrinsic
    def keep(typingctx: Any, minima: Any, at: Any, permutations: Any, shingles: Any, first: Any, last: Any) -> Any:
        def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            _emit_minima(context, builder, sig, args, vectors)
            return context.get_dummy_value()

        return types.void(minima, types.int64, permutations, shingles, types.int64, types.int64), emit

    return keep


def _emit_minima(context: Any, builder: Any, sig: Any, args: Any, vectors: int) -> None:
    minima, at, permutations, shingles, first, last = args
    drawn = context.make_array(sig.args[2])(context, builder, permutations)
    width = builder.extract_value(drawn.shape, 1)
    factors = _loaded(builder, _pointers(builder, builder.gep(drawn.data, [at]), vectors))
    offsets = _loaded(builder, _pointers(builder, builder.gep(drawn.data, [builder.add(at, width)]), vectors))
    targets = _pointers(builder, _element(context, builder, sig.args[0], minima, at), vectors)
    held = _loaded(builder, targets)
    before, loop, done = builder.block, builder.append_basic_block("minima"), builder.append_basic_block("kept")
    builder.cbranch(builder.icmp_signed("<", first, last), loop, done)

    builder.position_at_end(loop)
    index, lows = builder.phi(_I64), [builder.phi(_INTS) for _ in held]
    shingle = builder.load(_element(context, builder, sig.args[3], shingles, index))
    spread = _spread(builder, builder.trunc(builder.lshr(shingle, ir.Constant(_I64, 32)), _I32))
    values = [builder.add(builder.mul(spread, a), b) for a, b in zip(factors, offsets, strict=True)]
    less = [builder.icmp_unsigned("<", value, low) for value, low in zip(values, lows, strict=True)]
    new = [builder.select(*each) for each in zip(less, values, lows, strict=True)]
    following = builder.add(index, ir.Constant(_I64, 1))
    builder.cbranch(builder.icmp_signed("<", following, last), loop, done)
    for phi, start, step in [(index, first, following), *zip(lows, held, new, strict=True)]:
        phi.add_incoming(start, before)
        phi.add_incoming(step, loop)

    builder.position_at_end(done)
    kept = [builder.phi(_INTS) for _ in held]
    for phi, start, step in zip(kept, held, new, strict=True):
        phi.add_incoming(start, before)
        phi.add_incoming(step, loop)
    for phi, pointer in zip(kept, targets, strict=True):
        builder.store(phi, pointer).align = 4


def _pointers(builder: Any, start: Any, vectors: int) -> list[Any]:
    """To so many vectors of LANES 32-bit integers, one behind the other."""
    moved = [builder.gep(start, [ir.Constant(_I64, k * LANES)]) for k in range(vectors)]
    return [builder.bitcast(pointer, _INTS.as_pointer()) for pointer in moved]


def _loaded(builder: Any, pointers: list[Any]) -> list[Any]:
    """What they point to; arrays of 32-bit integers are aligned to 4 bytes and no more."""
    loaded = [builder.load(pointer) for pointer in pointers]
    for each in loaded:
        each.align = 4
    return loaded


def _spread(builder: Any, value: Any) -> Any:
    """A vector with `value` in each lane."""
    undefined = ir.Constant(_INTS, ir.Undefined)
    one = builder.insert_element(undefined, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(one, undefined, ir.Constant(_INTS, [0] * LANES))


# keep(minima, at, permutations, shingles, first, last): minima[at + k] becomes the least of itself and of
# factor * h + offset mod 2^32, over the upper halves h of shingles[first:last]; uint32[n], uint32[2, n], uint64[m].
keep_minima = _minima(VECTORS)
keep_few_minima = _minima(1)
