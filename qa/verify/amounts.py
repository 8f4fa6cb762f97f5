"""Numbers with their units and bounds: is each of a statement's said in what it cites?"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from decimal import Decimal

from qa.quantities import Quantity
from qa.verify.analysed import Analysed
from qa.verify.bounds import Bound, excludes, follows
from qa.verify.finding import Finding, Kind
from qa.verify.units import COUNTERS, comparable, in_measure, is_same, measured

Amount = tuple[Quantity, Bound]

FAIR = 3
"""Significant digits of a rounded number that may be said without 约."""
SMALL = 10
"""The highest count that a reader can check by counting."""

MAX_ROUNDING = 0.1
"""Share of a number by which a rounded one may differ from it."""


def check_amounts(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """What is wrong with the statement's numbers, each on its own."""
    there = _Amounts([amount for text in cited for amount in text.amounts])
    for quantity, bound in statement.amounts:
        words = statement.folded[quantity.start : quantity.end]
        kind = _of_amount((quantity, bound), there.near(quantity))
        if kind is None or (kind is Kind.NUMBER and not quantity.unit and _is_said(words, cited)):
            continue
        rivals = _nearest(quantity, cited) if kind is Kind.NUMBER else []
        if kind is Kind.NUMBER and not rivals and _can_be_counted(statement, quantity):
            kind = Kind.EXACTNESS
        yield Finding(kind, words, "、".join(rivals))
    for span in statement.numbers:
        words = span.of(statement.folded)
        if not _is_said(words, cited):
            yield Finding(Kind.NUMBER, words)


def same_amounts(quantity: Quantity, text: Analysed) -> list[Quantity]:
    """Where a text states a quantity, exactly or rounded."""
    return [
        q
        for q, _ in _Amounts(text.amounts).near(quantity)
        if comparable(quantity.unit, q.unit) and (is_same(quantity, q) or is_rounded(quantity, q))
    ]


class _Amounts:
    """Amounts in the order of their values, so that a long text need not be gone through for each number."""

    def __init__(self, amounts: list[Amount]) -> None:
        self._plain = sorted(amounts, key=lambda a: a[0].value)
        self._measured = sorted(amounts, key=lambda a: measured(a[0]))

    def near(self, quantity: Quantity) -> list[Amount]:
        """Those of about the same value, as it is written or in its measure, in the order of their texts' values."""
        found = _within(self._plain, quantity.value, lambda a: a[0].value)
        known = {id(amount) for amount in found}
        return found + [
            a for a in _within(self._measured, measured(quantity), lambda a: measured(a[0])) if id(a) not in known
        ]


def _within(ordered: list[Amount], value: float, key: Callable[[Amount], float]) -> list[Amount]:
    reach = 2 * MAX_ROUNDING * abs(value)
    return ordered[bisect_left(ordered, value - reach, key=key) : bisect_right(ordered, value + reach, key=key)]


def _can_be_counted(statement: Analysed, quantity: Quantity) -> bool:
    """Whether a number is a small count in words, of things that may be named one by one: 两家公司, 三部委."""
    word = statement.folded[quantity.start]
    return not word.isdigit() and quantity.value <= SMALL and quantity.unit in COUNTERS


def _of_amount(said: Amount, there: list[Amount]) -> Kind | None:
    """None where some number there bears this one out, else the mildest that is wrong."""
    quantity, bound = said
    found: list[Kind | None] = []
    for other, other_bound in there:
        if not comparable(quantity.unit, other.unit):
            if quantity.value == other.value:
                found.append(Kind.UNIT)
        elif is_same(quantity, other):
            found.append(_of_bounds(bound, other_bound))
        elif is_rounded(quantity, other):
            found.append(_of_rounded(said, other))
    if None in found:
        return None
    return next((kind for kind in (Kind.EXACTNESS, Kind.BOUND, Kind.UNIT) if kind in found), Kind.NUMBER)


def _of_bounds(said: Bound, there: Bound) -> Kind | None:
    if follows(said, there):
        return None
    return Kind.BOUND if excludes(said, there) else Kind.EXACTNESS


def _of_rounded(said: Amount, exact: Quantity) -> Kind | None:
    """A rounded number is said of one that it is rounded from with 约, or with a bound on the right side of it."""
    quantity, bound = said
    value, other = in_measure(quantity, exact), in_measure(exact, quantity)
    if bound is Bound.ABOUT or (bound is Bound.EXACT and _is_nearest(value, other)):
        return None
    if bound in (Bound.ABOVE, Bound.AT_LEAST):
        return None if other > value else Kind.BOUND
    if bound in (Bound.BELOW, Bound.AT_MOST):
        return None if other < value else Kind.BOUND
    return Kind.EXACTNESS


def _is_nearest(value: float, exact: float) -> bool:
    """Whether a number of FAIR digits at least is rightly rounded: 29.63万亿元 of 296299亿元 needs no 约."""
    digits = _digits(value)
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    return digits >= FAIR and abs(exact - value) <= step / 2


def is_rounded(quantity: Quantity, exact: Quantity) -> bool:
    """Whether a number is another one cut or rounded, up or down, to fewer digits."""
    value, other = in_measure(quantity, exact), in_measure(exact, quantity)
    digits = _digits(value)
    if not value or not other or digits >= _digits(other) or abs(other - value) > MAX_ROUNDING * abs(other):
        return False
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    return abs(other - value) < step


def _digits(value: float) -> int:
    """Significant digits."""
    return len(Decimal(f"{value:.12g}").normalize().as_tuple().digits)


def _is_said(words: str, cited: list[Analysed]) -> bool:
    """Whether a number stands there just so, though not taken for an amount: in a name, a score, a table."""
    return any(holds_number(words, text.folded) for text in cited)


def holds_number(words: str, folded: str) -> bool:
    """Whether words stand in a text, and their numbers are no parts of longer ones."""
    at = folded.find(words)
    while at >= 0:
        before, after = folded[at - 1 : at] if at else "", folded[at + len(words) : at + len(words) + 1]
        if not (words[0].isdigit() and (before.isdigit() or before == ".")) and not (
            words[-1].isdigit() and after.isdigit()
        ):
            return True
        at = folded.find(words, at + 1)
    return False


def _nearest(quantity: Quantity, cited: list[Analysed]) -> list[str]:
    """What the cited texts say in the same unit, for the reason: at most three."""
    found = [
        text.folded[q.start : q.end]
        for text in cited
        for q, _ in text.amounts
        if quantity.unit and q.unit == quantity.unit
    ]
    return list(dict.fromkeys(found))[:3]
