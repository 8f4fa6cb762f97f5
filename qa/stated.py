"""The value that a sentence gives for what a question asks: one number with its unit, of the place and year asked for."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from index.fold import Folded, fold
from index.records import Span
from qa.asked import AMOUNTS, AnswerType
from qa.evidence import Evidence
from qa.gazetteer import levels_of
from qa.quantities import Quantity
from qa.question import Question
from qa.values import fits
from qa.verify.amounts import Amount
from qa.verify.analysed import Analysed
from qa.verify.bounds import Bound
from qa.verify.changes import changes_of
from qa.verify.subjects import place_of, year_of

_UP = re.compile(r"(?:增长|上涨|上升|提高|增加|新增|增|涨|多|高)(?:了|近|约|逾|超过?|出)*$")
_DOWN = re.compile(r"(?:下降|减少|下跌|降低|回落|下滑|萎缩|缩减|跌|降|减|少|低|亏损|亏)(?:了|近|约|逾|超过?|出)*$")
_RANGE = r"(?:至|到|-|—|–|~)"
_RANGE_ON = re.compile(rf"\s?{_RANGE}\s?\d")
_RANGE_FROM = re.compile(rf"\d(?:\.\d+)?(?:万|亿|万亿)?[元人家个吨岁米里名辆座公平方%]{{0,4}}\s?{_RANGE}\s?$")

_OF = re.compile("的([\u4e00-\u9fff]{4,})")
_NOUN = re.compile(
    "(?:母基金|基金|债券|专项|项目|工程|园区|基地|展会|订单|合同|贷款|补贴|奖金|奖励|服务|平台|公司|企业|学校|小镇)"
)
"""Heads of compounds that are things of their own beside what stands before them."""


class Course(StrEnum):
    """What a number says: how much there is, or by how much it changed."""

    LEVEL = "level"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Stated:
    """A value with the evidence that states it."""

    evidence: Evidence
    quantity: Quantity
    """With the currency and the sign that stand before it."""
    bound: Bound
    span: Span
    """Its characters in the article."""
    year: int
    """Which year it is of, as far as the sentence says; 0 where it does not."""
    is_alone: bool
    """Whether the sentence has no other value of its unit that could be meant."""
    course: Course
    upto: str
    """Its sentence up to it, folded."""
    beside: str
    """What stands around it, up to the next number of its unit, folded."""
    was: Quantity | None = None
    """The value before it, where the sentence tells of a change: 由6000亿元提高到7500亿元. What stands around that is part
    of `beside`."""

    @property
    def words(self) -> str:
        """The number and unit as the article writes them."""
        return self.span.of(self.evidence.candidate.located.article.text)


def as_amount(question: Question) -> Question:
    """A question of another kind as one for a number of any unit."""
    return question if question.type in AMOUNTS else replace(question, type=AnswerType.NUMBER, unit="")


def stated(question: Question, evidence: Evidence) -> Stated | None:
    """The one value of the kind, place and year asked for in the evidence's sentence; None for none or several.

    Of several the one counts that the reader takes for the answer, or beside which most of the question's words stand,
    or that is the new value of a change; of a change never the old one. A question of another kind is taken to ask for a number of any unit.
    """
    question = as_amount(question)
    text = _Text(evidence)
    found = [a for a in text.analysed.amounts if fits(a[0], question) and text.is_asked_for(a[0], question)]
    changes = {id(new): old for old, new in changes_of(text.analysed)}
    olds = {id(old) for old in changes.values()}
    found = _of_year([a for a in found if id(a[0]) not in olds], text, question)
    new = [a for a in found if id(a[0]) in changes]
    one = found[0] if len(found) == 1 else text.read(found) or text.said_beside(found, question)
    if one is None and len(new) == 1:
        one = new[0]
    if one is None:
        return None
    quantity, bound = one
    was = changes.get(id(quantity))
    if was is None and text.is_in_range(quantity):
        return None
    return Stated(
        evidence,
        quantity,
        bound,
        text.span_of(quantity),
        text.year(quantity),
        sum(q.unit == quantity.unit for q, _ in found) == 1,
        text.course(quantity),
        text.upto(quantity),
        (text.beside(was) if was else "") + text.beside(quantity),
        was,
    )


def gives_value(question: Question, evidence: Evidence) -> bool:
    """Whether the evidence's sentence has a number of the kind asked for that is of no other place or year than those
    asked for: 到2027年达到800亿元 of 2023 has none for 2030."""
    text = _Text(evidence)
    return any(fits(q, question) and text.is_asked_for(q, question) for q, _ in text.analysed.amounts)


def _of_year(found: list[Amount], text: "_Text", question: Question) -> list[Amount]:
    """Those of a year that is asked for, where some are said to be of one."""
    then = [a for a in found if text.year(a[0]) in question.years]
    return then or found


class _Text:
    """A sentence taken apart, with the way back to its article."""

    def __init__(self, evidence: Evidence) -> None:
        located = evidence.candidate.located
        self._reading = evidence.candidate.reading
        self._start = located.sentence.span.start
        self._folded: Folded = fold(located.text)
        self.analysed = Analysed(located.text, located.article.published)
        # What is analysed has lost the white space at its ends.
        self._lead = len(self._folded.text) - len(self._folded.text.lstrip())

    def span_of(self, quantity: Quantity) -> Span:
        inside = self._inside(quantity)
        return Span(self._start + inside.start, self._start + inside.end)

    def _inside(self, quantity: Quantity) -> Span:
        return self._folded.original(quantity.start + self._lead, quantity.end + self._lead)

    def is_asked_for(self, quantity: Quantity, question: Question) -> bool:
        """Whether it is of no other thing, place or year than those asked for."""
        upto = [q for q, _ in self.analysed.amounts if q.start <= quantity.start]
        if any(self._is_of_more(q, question) for q in upto):  # what follows goes on about it
            return False
        for place in question.places:
            other = [place_of(self.analysed, quantity, level) for level in levels_of(place)]
            if any(name and name != place for name in other):
                return False
        year = self.year(quantity)
        return not question.years or not year or year in question.years

    def _is_of_more(self, quantity: Quantity, question: Question) -> bool:
        """Whether it belongs to something named after what is asked for: 300亿元的未来产业母基金 is not of 未来产业."""
        match = _OF.match(self.analysed.folded, quantity.end)
        whole = match[1] if match else ""
        rest = whole
        while term := next((t for t in question.terms if rest.startswith(t)), ""):
            rest = rest[len(term) :]
        further = rest != whole and _NOUN.match(rest)
        return bool(further) and rest[:2] not in question.folded

    def year(self, quantity: Quantity) -> int:
        """The year of the nearest time before it, 去年 counted from the day of publication; else of its clause."""
        at = self._inside(quantity).start
        before = [m for m in self.analysed.moments if m.span.end <= at and m.first[:4] == m.last[:4]]
        return int(before[-1].first[:4]) if before else year_of(self.analysed, quantity)

    def beside(self, quantity: Quantity) -> str:
        at = next(i for i, (q, _) in enumerate(self.analysed.amounts) if q is quantity)
        return self.analysed.beside[at].of(self.analysed.folded)

    def upto(self, quantity: Quantity) -> str:
        sentence = self.analysed.sentence_of(quantity.start)
        return self.analysed.folded[sentence.start : quantity.end]

    def course(self, quantity: Quantity) -> Course:
        """By the words right before it."""
        before = self.analysed.folded[max(0, quantity.start - 8) : quantity.start]
        return Course.UP if _UP.search(before) else Course.DOWN if _DOWN.search(before) else Course.LEVEL

    def is_in_range(self, quantity: Quantity) -> bool:
        """Whether it is an end of a range: 3元到8元."""
        folded = self.analysed.folded
        before = folded[max(0, quantity.start - 12) : quantity.start]
        return bool(_RANGE_ON.match(folded, quantity.end) or _RANGE_FROM.search(before))

    def read(self, found: list[Amount]) -> Amount | None:
        """The one that lies in the reader's answer."""
        if self._reading is None or self._reading.answer is None:
            return None
        answer = self._reading.answer
        spans = [(self.span_of(a[0]), a) for a in found]
        inside = [a for s, a in spans if answer.start <= s.start and s.end <= answer.end]
        return inside[0] if len(inside) == 1 else None

    def said_beside(self, found: list[Amount], question: Question) -> Amount | None:
        """The one beside which more of the question's words stand than beside any other."""
        shares = [sum(term in self.beside(a[0]) for term in question.terms) for a in found]
        most = max(shares, default=0)
        return found[shares.index(most)] if most and shares.count(most) == 1 else None
