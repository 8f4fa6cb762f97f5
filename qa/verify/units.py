"""Units that measure the same, and by how much they differ."""

from qa.quantities import PEOPLE, Quantity

_SCALES = {
    "千米": ("米", 1000.0), "公里": ("米", 1000.0), "厘米": ("米", 0.01), "毫米": ("米", 0.001), "纳米": ("米", 1e-9),
    "平方公里": ("平方米", 1e6), "平方千米": ("平方米", 1e6), "公顷": ("平方米", 1e4), "亩": ("平方米", 1e4 / 15),
    "吨": ("克", 1e6), "公斤": ("克", 1000.0),
    "千瓦": ("瓦", 1e3), "兆瓦": ("瓦", 1e6), "吉瓦": ("瓦", 1e9), "千瓦时": ("度", 1.0),
    "小时": ("秒", 3600.0), "分钟": ("秒", 60.0), "年": ("个月", 12.0),
}  # fmt: skip
"""Each unit in another of its measure (市制 of area: 15 亩 are one 公顷)."""

_ALIKE = (
    frozenset({"元", "人民币", "块钱"}),
    frozenset(PEOPLE) - {"户", "户籍", "人次"},
    frozenset({"家", "所", "间", "座", "处"}),
    frozenset({"项", "种", "类", "款", "件", "条"}),
    frozenset({"台", "辆", "架", "部"}),
    frozenset({"次", "场", "届"}),
)
"""Units of one thing, said in other words."""

_ANY = frozenset({"", "个"})
"""What stands for any counter."""

COUNTERS = frozenset().union(*_ALIKE[1:]) | frozenset("个 名 位 支 只 篇 套 级 层 代 大 批 颗 枚".split())

TOLERANCE = 1e-9
"""Relative: values that differ by less are the same number, written otherwise."""


def comparable(one: str, other: str) -> bool:
    """Whether numbers of these units may be of the same thing."""
    if one == other:
        return True
    if one in _ANY or other in _ANY:
        named = {one, other} - _ANY
        # A bare number may have lost its unit in a list or a table; 个 counts things alone.
        return "" in (one, other) or bool(named & COUNTERS)
    return _measure(one)[0] == _measure(other)[0] or any({one, other} <= alike for alike in _ALIKE)


def is_same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities of comparable units have one value."""
    a, b = in_measure(one, other), in_measure(other, one)
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def in_measure(quantity: Quantity, other: Quantity) -> float:
    """The value in the unit that it can be compared in with the other's."""
    return quantity.value if quantity.unit == other.unit else quantity.value * _measure(quantity.unit)[1]


def measured(quantity: Quantity) -> float:
    """The value in the first unit of its measure: metres, grams, seconds."""
    return quantity.value * _measure(quantity.unit)[1]


def _measure(unit: str) -> tuple[str, float]:
    return _SCALES.get(unit, (unit, 1.0))
