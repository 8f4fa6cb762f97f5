"""Names by a number: 4号线, 第三届."""

import re

from index.numerals import numeral_value

_NUMBERED = re.compile(
    r"(?:\d+|[一二三四五六七八九十]+)号(?:线|楼|院|馆|门|桥|井|机组)|第\d+[届次批期]|第[一二三四五六七八九十百]+[届期]|首届"
)
_NUMERAL = re.compile("[一二三四五六七八九十百]+")


def numbered_in(folded: str) -> tuple[str, ...]:
    """What a folded text names by a number, in figures and once each: 4号线 for 四号线, 第3届 for 第三届, 第1届 for 首届."""
    return tuple(dict.fromkeys(_in_figures(name) for name in _NUMBERED.findall(folded)))


def _in_figures(name: str) -> str:
    if name[0] == "首":
        return f"第1{name[-1]}"
    digits = _NUMERAL.search(name)
    value = numeral_value(digits[0]) if digits else None
    return name if value is None or digits is None else name.replace(digits[0], str(value), 1)
