"""Numbers that name only their order: 数千, 几十, 上百, 近千."""

import re
from collections.abc import Iterator

from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_VAGUE = re.compile(
    r"(?<![\d十百千万亿多好])([数几上近])([十百千万亿])(万|亿|万亿)?(?=[余多]?[^\d分数年代岁十百千万亿])"
)
_WORTH = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8, "万亿": 1e12}
_SHARE = {"数": (2.0, 10.0), "几": (2.0, 10.0), "上": (1.0, 10.0), "近": (0.8, 1.0)}
"""The least such a number may be of its order, and what it is below or, of 近, at."""


def check_vague(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Those of the statement that the cited texts neither say nor have a number for of the same kind."""
    for match in _VAGUE.finditer(statement.folded):
        words = match.group()
        if any(_says(words, text.folded) for text in cited):
            continue
        least, most = (share * _order(match) for share in _SHARE[match[1]])
        unit = statement.folded[match.end() :].lstrip("余多")[:1]
        values = [q.value for text in cited for q, _ in text.amounts if not q.unit or q.unit.startswith(unit)]
        if not any(least <= value <= most for value in values):
            yield Finding(Kind.NUMBER, words)


def _order(match: re.Match[str]) -> float:
    return _WORTH[match[2]] * _WORTH.get(match[3] or "", 1.0)


def _says(words: str, text: str) -> bool:
    """Whether it stands there, 数 and 几 being one."""
    return any(first + words[1:] in text for first in ("数几" if words[0] in "数几" else words[0]))
