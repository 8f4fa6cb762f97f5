"""Values in a row of things told apart by a number: 第一胎5000元，第二胎7000元; 一房型9800元，三房型21000元."""

import re
from collections.abc import Iterator

from index.numerals import numeral_value
from index.records import Span
from qa.quantities import Quantity
from qa.verify.amounts import same_amounts
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind
from qa.verify.subjects import in_turn

_LABEL = re.compile(
    r"第?(?P<number>[一二三四五六七八九十两]+|\d+)(?P<kind>胎|房型|居室|期|号线|等奖|等舱|档|季度|阶段|梯队|类地区|类区|级以上)"
)

Label = tuple[str, str]
"""What is numbered, and its number in figures: ("胎", "2")."""


def check_labels(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Amounts that the statement gives to one of a row, and the cited texts to others of that row alone."""
    for quantity, _ in statement.amounts:
        mine = _owner(statement, quantity)
        if mine is None:
            continue
        owners = [(_owner(text, q), text) for text in cited for q in same_amounts(quantity, text)]
        others = {owner for owner, _ in owners if owner is not None and owner[0] == mine[0]}
        known = any(mine in _labels(text) for text in cited)
        if known and others and len(others) == len({o for o, _ in owners}) and mine not in others:
            yield Finding(Kind.SUBJECT, statement.folded[quantity.start : quantity.end])


def _owner(text: Analysed, quantity: Quantity) -> Label | None:
    """The last label before a number in its sentence, or in a list 分别 the one of its turn."""
    sentence = text.sentence_of(quantity.start)
    found = list(_LABEL.finditer(text.folded, sentence.start, quantity.start))
    turn = in_turn(text, quantity, sentence, [Span(*m.span()) for m in found])
    own = [m for m in found if turn is None or m.start() == turn.start]
    return _label(own[-1]) if own else None


def _labels(text: Analysed) -> set[Label]:
    return {_label(match) for match in _LABEL.finditer(text.folded)}


def _label(match: re.Match[str]) -> Label:
    number = match["number"]
    return match["kind"], number if number.isdigit() else str(numeral_value(number) or number)
