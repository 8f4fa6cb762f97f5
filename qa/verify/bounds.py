"""How exactly a number is meant: 超过5000亿元, 约300人, 5%以内, 3%至5%."""

import re
from enum import StrEnum

from qa.quantities import Quantity


class Bound(StrEnum):
    """What a number says of the value that is meant."""

    EXACT = "="
    ABOUT = "~"
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


_BEFORE = (
    (Bound.AT_MOST, re.compile(r"(?:不超过|不超出|不高于|不多于|不大于|不超|(?:没有?|未|并未)(?:超过|超出|突破|超)|(?:至多|最多)(?!的)[^,;。\d的]{0,4}|最高)(?:达到?|为)?\s?$")),
    (Bound.AT_LEAST, re.compile(r"(?:不低于|不少于|不小于|不下|(?:至少|起码)(?!的)[^,;。\d的]{0,4}|最少|最低|突破|(?<![未不圆])满)(?:了|达到?|为)?\s?$")),
    (Bound.BELOW, re.compile(r"(?:不足|不到|低于|少于|小于|未达到?|未满|不满)\s?$")),
    (Bound.ABOVE, re.compile(r"(?:超过|超出|超|逾|高于|多于|大于|不止)(?:了)?\s?$")),
    (Bound.ABOUT, re.compile(r"(?:(?<![节签预合契违条制大])约|大约|(?<![附最靠邻])近|接近|大概|估计|差不多)(?:为|有|于|达)?\s?$")),
)  # fmt: skip
_AFTER = (
    (Bound.AT_LEAST, re.compile(r"\s?(?:[\u4e00-\u9fff]{0,3}?)(?:及|或|和)?以上")),
    (Bound.AT_MOST, re.compile(r"\s?(?:(?:及|或|和)?(?:以下|以内|之内)|内(?![容部地外蒙存需]))")),
    (Bound.ABOVE, re.compile(r"\s?[以之]?外(?![资国商部地贸])")),
    (Bound.ABOUT, re.compile(r"\s?(?:左右|上下)")),
)
_REACH = 8
"""Characters before a number in which its bound is looked for."""
_TO = r"\s?(?:至|到|-|—|–|~)\s?"
_RANGE_ON = re.compile(rf"{_TO}[\d零一二两三四五六七八九十百]")
_RANGE_FROM = re.compile(rf"[\d零一二两三四五六七八九十百千万亿%元人家个]{_TO}$")
"""What stands after the lower end of a range, and before the upper one."""
_YEARS = re.compile(r"近$")
"""近五年 is not about five years, but the last five."""

_WIDER: dict[Bound, frozenset[Bound]] = {
    Bound.EXACT: frozenset({Bound.EXACT}),
    Bound.ABOUT: frozenset({Bound.EXACT, Bound.ABOUT}),
    Bound.ABOVE: frozenset({Bound.ABOVE}),
    Bound.AT_LEAST: frozenset({Bound.EXACT, Bound.AT_LEAST, Bound.ABOVE}),
    Bound.BELOW: frozenset({Bound.BELOW}),
    Bound.AT_MOST: frozenset({Bound.EXACT, Bound.AT_MOST, Bound.BELOW}),
}
"""What must hold there for each bound to be true of the same number: the values meant there are among its own."""
_NOT_BOTH = (
    frozenset({Bound.ABOVE, Bound.EXACT}), frozenset({Bound.BELOW, Bound.EXACT}),
    *(frozenset({up, down}) for up in (Bound.ABOVE, Bound.AT_LEAST) for down in (Bound.BELOW, Bound.AT_MOST)),
)  # fmt: skip
"""Bounds that no number can meet both."""


def bound_of(folded: str, quantity: Quantity) -> Bound:
    """The bound of a quantity of a folded text."""
    before = folded[max(0, quantity.start - _REACH) : quantity.start]
    if not (quantity.unit == "年" and _YEARS.search(before)):
        for bound, pattern in _BEFORE:
            if pattern.search(before):
                return bound
    for bound, pattern in _AFTER:
        if pattern.match(folded, quantity.end):
            return bound
    if _RANGE_ON.match(folded, quantity.end):
        return Bound.AT_LEAST
    if _RANGE_FROM.search(before):
        return Bound.AT_MOST
    return Bound.ABOVE if re.search("[多余]", folded[quantity.start : quantity.end]) else Bound.EXACT


def follows(said: Bound, there: Bound) -> bool:
    """Whether a number meant as `there` makes the same number meant as `said` true."""
    return there in _WIDER[said]


def excludes(said: Bound, there: Bound) -> bool:
    """Whether it makes it false. A bare number said of 超过… or 不足… is less exact, not false."""
    return said is not Bound.EXACT and frozenset({said, there}) in _NOT_BOTH
