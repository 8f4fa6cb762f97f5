"""What else a sentence must be about where the question names one of several: the third session, a deputy, a birth."""

import re

from qa.offices import office_words, offices_in, other_offices
from qa.ordinals import numbered_in
from qa.question import AnswerType, Question
from qa.scope import Scope

_DATED = r"(?:(?:\d{4}年(?:\d{1,2}月)?|\d{1,2}月)(?:\d{1,2}[日号])?)"
_BORN = re.compile(
    rf"(?:(?<![发产诞衍滋派])生于|出生(?!率|地)[于在]?)[^,。;]{{0,8}}?{_DATED}|{_DATED}(?:出?生(?=[,;。)]|$|于)|出生(?!率))"
)
_LIFE = re.compile(r"(?<![发产学先医])生|诞|\d{3,4}年[^,。;]{0,8}[-–—~－]")
"""Words of a birth, or the years of a life."""
_HOLDS = re.compile(
    r"(?:[\u4e00-\u9fff]{0,8}[长理裁任记席统辑练])(?:现在|目前)?(?:是|叫|为|由)(?:谁|哪位|什么名)|谁(?:是|担任|出任|任)[^,?]{0,12}?(?:[长理裁任记席统辑练])[?。]?$"
)
"""A question who holds an office."""
_ASKS_BIRTH = re.compile(r"生日|出生|诞辰|生于|年[所]?生(?![产效])|生卒")


def particulars_missing(question: Question, scope: Scope) -> list[str]:
    """What of it a sentence is not about, in the question's words."""
    missing = [name for name in question.numbered if not _is_numbered(name, scope)]
    return missing + _of_birth(question, scope) + _of_office(question, scope)


def _is_numbered(name: str, scope: Scope) -> bool:
    """Whether the sentence is about 4号线; one that names no line by number, by what stands around it."""
    kind = name.lstrip("第0123456789")
    here = [other for other in numbered_in(scope.sentence) if other.endswith(kind)]
    return name in (here or numbered_in(scope.near))


def _of_birth(question: Question, scope: Scope) -> list[str]:
    """Of a date: what a sentence lacks that dates no birth where one is asked for, or that of somebody else, or nothing
    but a birth where another date is asked for."""
    if question.type is not AnswerType.DATE:
        return []
    born = _BORN.search(scope.sentence)
    if asks := _ASKS_BIRTH.search(question.folded):
        named = [*question.people, *question.named]
        if not born and not _LIFE.search(scope.sentence):
            return [asks.group()]
        return named if named and not any(name in scope.near for name in named) else []
    dated = not born or re.search(_DATED, _BORN.sub("", scope.sentence))
    return [] if dated else [question.focus or question.folded.rstrip("?")]


def _of_office(question: Question, scope: Scope) -> list[str]:
    """Of a question who holds an office: that office, where the sentence names its deputy alone or nothing near names it."""
    if question.type is not AnswerType.PERSON:
        return []
    held = _HOLDS.search(question.folded)
    asked = offices_in(held.group()) if held else set()
    if asked and asked.isdisjoint(offices_in(scope.near)):
        return sorted(office_words(office, kind) for office, kind in asked)
    return [words for words, _ in other_offices(question.folded, scope.sentence)]
