"""The difference between two values that a question compares, computed from what is cited for each.

Nothing is computed where the two may be of different kinds: a total and an increase, a fall and a rise, other units or
years, the dollars of one place and of another.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from index.fold import fold
from qa.mentions import mentions
from qa.messages import COMPUTED, COMPUTED_ABOUT, COMPUTED_SAME, NOT_ALIKE, UNLIKE_UNITS, UNLIKE_YEARS
from qa.quantities import MONEY, Quantity
from qa.question import Question
from qa.question_words import GENERIC
from qa.script import Script, localized
from qa.stated import Course, Stated
from qa.verify.bounds import Bound
from qa.verify.times import parts_of_year

COMPARES = re.compile(
    r"相差|差了|差多少|差几|差距|差额|更?[高低多少大小长短重轻快慢](?:出|了)?(?:多少|几)|更[高低多少大小长短重轻快慢]"
    r"|(?:谁|哪|何者)[^,?]{0,16}[高低多少大小长短重轻快慢](?=[?,。]|$)"
    r"|\b(?:higher|lower|larger|smaller|bigger|greater|difference|(?:more|less|fewer) than)\b"
)
"""Words that ask how two values compare, in a folded question."""

FINEST = Decimal("10000")
"""An amount is written in the largest scale in which it has no more than four decimals."""
_SCALES = ((Decimal(10**12), "万亿"), (Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_YUAN = frozenset({"元", "人民币", "块钱"})
_OWN_MONEY = {
    "台": frozenset("台湾 台北 新北 桃园 台中 台南 高雄 新竹 基隆 嘉义 苗栗 彰化 南投 云林 屏东 宜兰 花莲 台东 澎湖".split()),
    "港": frozenset({"香港"}),
    "澳": frozenset({"澳门"}),
}  # fmt: skip
"""Places whose 元 is not the mainland's."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What was computed, in the words of the answer; or why nothing was."""

    text: str
    computed: bool


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two, as it is written: its name with its value."""

    name: str
    words: str
    year: int


def asks_to_compare(folded: str) -> bool:
    """Whether a question asks how values compare, not only what each is."""
    return bool(COMPARES.search(folded))


def difference(
    questions: tuple[Question, Question], values: tuple[Stated, Stated], script: Script
) -> Difference | None:
    """How two values differ, or that they cannot be compared; None where they cannot be told apart by a name, or may be
    of different kinds."""
    names = _names(questions)
    if names is None:
        return None
    if not _are_alike(questions, values):
        return Difference(NOT_ALIKE[script], computed=False)
    sides = zip(questions, names, values, strict=True)
    one, other = (_Side(_as_asked(name, q, script), localized(v.words, script), _year(v)) for q, name, v in sides)
    if _unit(questions[0], values[0].quantity) != _unit(questions[1], values[1].quantity):
        return Difference(UNLIKE_UNITS[script].format(a=one, b=other), computed=False)
    if one.year != other.year and questions[0].years == questions[1].years:
        words = UNLIKE_YEARS[script].format(a=one, b=other) if one.year and other.year else NOT_ALIKE[script]
        return Difference(words, computed=False)
    apart = _value(values[0]) - _value(values[1])
    if not apart:
        return Difference(COMPUTED_SAME[script].format(a=one, b=other), computed=True)
    more, less = (one, other) if apart > 0 else (other, one)
    exact = all(v.bound is Bound.EXACT for v in values)
    words = localized(written(abs(apart), values[0].quantity.unit), script)
    return Difference((COMPUTED if exact else COMPUTED_ABOUT)[script].format(a=more, b=less, d=words), computed=True)


def _are_alike(questions: tuple[Question, Question], values: tuple[Stated, Stated]) -> bool:
    """Whether both are the one value of their sentence, totals both or increases both, of one part of the year, of the
    years asked for, and each of the question's words stands before both or neither, one at least before both, or, where
    none stands before either, beside both."""
    one, other = values
    if one.course is not other.course or any(v.course is Course.DOWN or v.quantity.value < 0 for v in values):
        return False
    if not all(v.is_alone for v in values) or parts_of_year(one.upto) != parts_of_year(other.upto):
        return False
    if any(q.years and v.year not in q.years for q, v in zip(questions, values, strict=True)):
        return False
    terms = [t for t in questions[0].terms if t in questions[1].terms and t not in GENERIC]
    here, there = ({t for t in terms if mentions(t, v.upto) > 0} for v in values)
    if not here and not there:  # what is counted stands behind its number: 210家企业
        here, there = ({t for t in terms if mentions(t, v.beside) > 0} for v in values)
    return bool(here) and here == there


def _unit(question: Question, quantity: Quantity) -> str:
    """The unit, with the place whose money it is where it is called 元 or not at all."""
    if quantity.unit in MONEY and quantity.unit not in _YUAN:
        return quantity.unit
    if quantity.unit in _YUAN or (not quantity.unit and quantity.is_money):
        own = next((name for name, places in _OWN_MONEY.items() if places & set(question.places)), "")
        return f"{own}元" if quantity.unit else f"{own}bare"
    return quantity.unit


def _year(value: Stated) -> int:
    """The year that a value is of: as its sentence says, else that of publication."""
    published = value.evidence.candidate.located.article.published[:4]
    return value.year or (int(published) if published else 0)


def _value(value: Stated) -> Decimal:
    # Twelve digits: enough for any sum in the news, and without the noise of binary fractions.
    return Decimal(f"{value.quantity.value:.12g}")


def written(value: Decimal, unit: str) -> str:
    """An amount as the news writes it: 700亿元, 20家, 3个百分点.

    Percentages differ by percentage points.
    """
    if unit == "%":
        return f"{_plain(value)}个百分点"
    for scale, name in _SCALES:
        if value >= scale and (value / scale * FINEST) % 1 == 0:
            return f"{_plain(value / scale)}{name}{unit}"
    return f"{_plain(value)}{unit}"


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _names(questions: tuple[Question, Question]) -> tuple[str, str] | None:
    """What tells the two parts apart: a place, body, person, year or line that each alone names."""
    first, second = (_named(q) for q in questions)
    for kind in range(len(first)):
        one = [name for name in first[kind] if name not in second[kind]]
        other = [name for name in second[kind] if name not in first[kind]]
        if len(one) == 1 and len(other) == 1:
            return one[0], other[0]
    return None


def _as_asked(name: str, question: Question, script: Script) -> str:
    """A folded name as the question writes it."""
    folded = fold(question.text)
    at = folded.text.find(name)
    return folded.original(at, at + len(name)).of(question.text) if at >= 0 else localized(name, script)


def _named(question: Question) -> tuple[tuple[str, ...], ...]:
    years = tuple(f"{year}年" for year in question.years)
    periods = tuple(p.words for p in question.periods)
    return question.bodies, question.people, question.districts, question.places, question.numbered, years, periods
