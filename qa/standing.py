"""Values that do not agree: of two articles on one subject, does the later revise the earlier, or do they conflict?"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from index.fold import fold_text
from qa.asked import AMOUNTS
from qa.evidence import Evidence
from qa.mentions import mentions
from qa.messages import CONFLICT, DIFFERS, OLDER, SUPERSEDED, UNDATED
from qa.passage import Passage
from qa.question import Question
from qa.scope import Scope
from qa.script import Script, to_script
from qa.stated import Stated, stated
from qa.verify.amounts import is_rounded
from qa.verify.bounds import Bound
from qa.verify.times import parts_of_year
from qa.verify.units import comparable, is_same

LOOKED_AT = 10
"""Sentences, best first, that are held against the best one."""

SAME_SUBJECT = 0.9
"""Share of the best sentence's coverage of the question that another must have to speak of the same thing."""

_PLAN = re.compile("目标|计划|预计|预期|力争|争取|有望|瞄准|规划|将(?:达|突破|超|为|要)|到(?:19|20)\\d\\d年")
_REVISES = re.compile(
    r"修订|修正|更正|订正|勘误|更新后|调整(?:后|为|到|至)|重新核[定算]|最终核[定实]|上调|下调|调[高低](?:到|至|为)|取代|废止"
)


class Kind(StrEnum):
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Standing:
    """Two values for one thing: `first` is to be said first, the newer where one is."""

    kind: Kind
    first: Stated
    other: Stated


def standing(question: Question, best: Evidence, others: list[Evidence]) -> Standing | None:
    """What of `others`, best first, gives another value than the best sentence for what is asked; None for nothing.

    Reprints of one report are one source. An article that only rounds the number agrees.
    """
    mine = stated(question, best) if question.type in AMOUNTS else None
    if mine is None:
        return None
    conflict = None
    for other in others[:LOOKED_AT]:
        theirs = stated(question, other) if _is_of_another_source(best, other) else None
        if theirs is None or not _differ(mine, theirs):
            continue
        newer, older = sorted((mine, theirs), key=_published, reverse=True)
        if _revises(question, newer, older):
            return Standing(Kind.SUPERSEDED, newer, older)
        if conflict is None and _names_something(question) and _is_same_subject(question, mine, theirs):
            conflict = Standing(Kind.CONFLICT, newer, older)
    return conflict


def _is_of_another_source(one: Evidence, other: Evidence) -> bool:
    here, there = one.candidate.located.article, other.candidate.located.article
    return here.id != there.id and here.group != there.group


def _published(value: Stated) -> str:
    return value.evidence.candidate.located.article.published


def _differ(one: Stated, other: Stated) -> bool:
    """Whether two values cannot both be right: over 7000 and 7200 can, 7200 and about 7000 too."""
    if not comparable(one.quantity.unit, other.quantity.unit) or is_same(one.quantity, other.quantity):
        return False
    if is_rounded(one.quantity, other.quantity) or is_rounded(other.quantity, one.quantity):
        return False
    more, less = sorted((one, other), key=lambda v: v.quantity.value, reverse=True)
    return less.bound not in (Bound.ABOVE, Bound.AT_LEAST) and more.bound not in (Bound.BELOW, Bound.AT_MOST)


def _revises(question: Question, newer: Stated, older: Stated) -> bool:
    """Whether the newer article tells of the older one's value as of the one before, of no less than the older one speaks
    of, which is at least half of what is asked; or says in so many words that it revises, and speaks of the same."""
    if not _published(older) or _published(newer) <= _published(older):
        return False
    was = newer.was
    if was is not None and comparable(was.unit, older.quantity.unit) and is_same(was, older.quantity):
        asked = [t for t in question.terms if mentions(t, older.beside) > 0]
        told = Scope(newer.evidence.candidate.located).near
        return (
            2 * len(asked) >= len(question.terms)
            and _is_of_one_time(question, newer, older)
            and all(mentions(t, told) > 0 for t in asked)
        )
    article = newer.evidence.candidate.located.article
    revises = _REVISES.search(fold_text(f"{article.title}\n{newer.evidence.candidate.located.text}"))
    return bool(revises) and _is_same_subject(question, newer, older)


def _is_same_subject(question: Question, one: Stated, other: Stated) -> bool:
    """Whether both are of one time and unit, both a plan or neither, and each of the question's words stands beside both
    or neither."""
    if not _is_of_one_time(question, one, other) or one.course is not other.course:
        return False
    if one.quantity.unit != other.quantity.unit or not question.terms:
        return False
    if _is_plan(one) != _is_plan(other):
        return False
    shares = (one.evidence.own_coverage, other.evidence.own_coverage)
    alike = all((mentions(t, one.beside) > 0) == (mentions(t, other.beside) > 0) for t in question.terms)
    return alike and min(shares) >= SAME_SUBJECT * max(shares)


def _is_of_one_time(question: Question, one: Stated, other: Stated) -> bool:
    """Whether both are of one year, and of one part of it: that which is asked for, where one is."""
    if one.year != other.year or (question.years and one.year not in question.years):
        return False
    here, there = (parts_of_year(_text(value)) for value in (one, other))
    return here == there and here.issuperset(question.parts)


def _is_plan(value: Stated) -> bool:
    return bool(_PLAN.search(_text(value)))


def _text(value: Stated) -> str:
    return fold_text(value.evidence.candidate.located.text)


def _names_something(question: Question) -> bool:
    """Whether a question asks of something named or dated: of others (奖金是多少) every article may speak of its own."""
    named = (question.places, question.districts, question.bodies, question.people, question.numbered, question.years)
    return any(named)


# -- in words ---------------------------------------------------------------------------------


def warning_of(standing: Standing, script: Script) -> str:
    """That the articles do not agree, with both values and their dates."""
    words = SUPERSEDED if standing.kind is Kind.SUPERSEDED else CONFLICT
    first, other = standing.first, standing.other
    return words[script].format(
        x=to_script(first.words, script),
        y=to_script(other.words, script),
        m=_said(first, script),
        n=_said(other, script),
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said before and after a quotation, and why."""

    before: str = ""
    after: str = ""
    standing: Literal["differs", "newer", "older"] | None = None


NO_FRAME = Frame()


def frame_of(standing: Standing, passage: Passage, script: Script) -> Frame | None:
    """What is said before and after the quotation of a value that does not agree with another; None for other
    quotations."""
    first, other = standing.first, standing.other
    why: Literal["differs", "older"]
    if standing.kind is Kind.CONFLICT and (_shows(passage, first) or _shows(passage, other)):
        words, value, why = DIFFERS[script], first if _shows(passage, first) else other, "differs"
    elif _shows(passage, other) and not _shows(passage, first):
        words, value, why = OLDER[script], other, "older"
    elif _shows(passage, first):
        return Frame("", "", "newer")
    else:
        return None
    before, _, after = words.partition("{text}")
    return Frame(before.format(said=_said(value, script)), after, why)


def _shows(passage: Passage, value: Stated) -> bool:
    same = passage.located.article.id == value.evidence.candidate.located.article.id
    return same and passage.span.start <= value.span.start and value.span.end <= passage.span.end


def _said(value: Stated, script: Script) -> str:
    """By whom and when: source and date, as far as they are known."""
    article = value.evidence.candidate.located.article
    told = [to_script(article.source, script), article.published]
    return "，".join(t for t in told if t) or UNDATED[script]
