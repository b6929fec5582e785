"""How much each language counts when a tokenizer is trained: weights on counts, so that no text is read to change them.

A language with share p of all units is sampled as p ** alpha, times its top-up; whoever has less than its floor of the
weighted units then is raised to it. Decimal arithmetic: the same weights on any machine.

A large language is raised less towards the largest, q ** (1 - (1 - alpha) ** 1.75) instead of q ** alpha (.7 instead of
.5; q: its units over those of the largest), and no smaller one to more than the least of the large has. It has most of
its pieces already: raised fully, it takes vocabulary from the largest and from the small for 1 to 4 % fewer tokens of
its own (`bench/mixtures.py`, with and without; the square takes more from lone sentences in the largest).
"""

from collections.abc import Mapping
from decimal import Decimal, localcontext

import pyarrow as pa
import pyarrow.compute as pc

LARGE = 0.05  # of the largest language's units: from there on one is large
_LESS = Decimal("1.75")
WEIGHT = 1_000_000  # a language's weight is a whole number of millionths
_SCALE = 1000  # a weighted count is in thousandths
_DIGITS = 40


def language_weights(
    totals: Mapping[str, int],
    alpha: float,
    floors: Mapping[str, float] | None = None,
    top_ups: Mapping[str, float] | None = None,
    large: float = LARGE,
) -> dict[str, int]:
    """What a unit of each language weighs, in whole millionths: (n_l / N) ** (alpha - 1) before top-ups and floors, and
    less for languages that are large or nearly so (`large`: share of the largest from which one is; 1: none).

    `floors`: language to its least share of the weighted units, together below 1 (ValueError else). `top_ups`: language
    to a factor. Languages that `totals` (units counted) lacks are passed over.
    """
    if sum(map(_exact, (floors or {}).values())) >= 1:
        raise ValueError("wanted floors that leave room for other languages, they sum up to 1 or more: lower them")
    with localcontext() as context:
        context.prec = _DIGITS
        free = _free(_counted(totals), _exact(alpha), _exact(large))
        free = {name: weight * _exact((top_ups or {}).get(name, 1)) for name, weight in free.items()}
        weights = _floored(_counted(totals), free, {name: _exact(share) for name, share in (floors or {}).items()})
        return {name: max(1, int(weight * WEIGHT + Decimal("0.5"))) for name, weight in weights.items()}


def _free(totals: Mapping[str, Decimal], alpha: Decimal, large: Decimal) -> dict[str, Decimal]:
    """Weights before top-ups and floors."""
    most, whole = max(totals.values(), default=Decimal(1)), sum(totals.values(), Decimal(0)) or Decimal(1)
    least = (most / whole) ** (alpha - 1)
    return {name: least * _sampled(n / most, alpha, large) * most / n for name, n in totals.items()}


def _sampled(share: Decimal, alpha: Decimal, large: Decimal) -> Decimal:
    """How much of a language is trained on, over the largest; a larger language never has less."""
    less = 1 - (1 - alpha) ** _LESS
    return max(share**less, min(share**alpha, large**less)) if large else share**less


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def _counted(totals: Mapping[str, int]) -> dict[str, Decimal]:
    return {name: Decimal(n) for name, n in totals.items() if n}


def _floored(
    totals: Mapping[str, Decimal], weights: dict[str, Decimal], floors: Mapping[str, Decimal]
) -> dict[str, Decimal]:
    """Raise whoever is below its floor, until nobody is: who is raised makes the others' shares smaller."""
    raised: set[str] = set()
    while True:
        rest = sum((totals[name] * weights[name] for name in totals if name not in raised), Decimal(0))
        whole = (rest or sum(totals.values())) / (1 - sum((floors[name] for name in raised), Decimal(0)))
        weights |= {name: floors[name] * whole / totals[name] for name in raised}
        low = [name for name in totals if name in floors and name not in raised]
        low = [name for name in low if totals[name] * weights[name] < floors[name] * whole]
        if not low:
            return weights
        raised |= set(low)


def weighed(rows: pa.Table, weights: Mapping[str, int]) -> pa.ChunkedArray:
    """Counts of rows language, n in thousandths, at least 1.

    In 64 bits up to 9e12 counted units: n times weight is at most N * WEIGHT without top-ups.
    """
    names, values = pa.array(list(weights), pa.string()), pa.array(list(weights.values()), pa.int64())
    weight = values.take(pc.index_in(rows["language"], names).combine_chunks())
    half = WEIGHT // _SCALE // 2
    scaled = pc.divide(pc.add_checked(pc.multiply_checked(rows["n"], weight), half), WEIGHT // _SCALE)
    return pc.max_element_wise(scaled, 1)
