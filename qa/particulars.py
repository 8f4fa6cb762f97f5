"""What else a sentence must be about where the question names one of several: the third session, a deputy, a birth."""

import re

from index.reader import Located
from qa.asked import AnswerType
from qa.names import SOMEBODY
from qa.offices import office_words, offices_in, other_offices
from qa.ordinals import numbered_in
from qa.question import Question
from qa.scope import Scope
from qa.verify.people import people_in
from qa.words import tagged

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
_ASKS_ISSUE = re.compile(
    "(?:判决|裁定|宣判|签发|印发|发布|成文|落款|签署|公布|下发)(?:书|文件|通知)?(?:的)?(?:日期|时间|日)|(?:什么时候|何时|哪一?[天年日])(?:判决|宣判|印发|签发|发布|公布|下发)的?[?]?$"
)
"""A question when a document was given out."""
_HAN = "[一二〇○零三四五六七八九十]"
_DATE_ALONE = re.compile(
    r"[\W_]*(?:(?:判决|发布|签发|印发|成文|落款)?(?:日期|时间)[:]\s?)?"
    rf"(?:\d{{4}}|{_HAN}{{4}})年(?:\d{{1,2}}|{_HAN}{{1,3}})月(?:\d{{1,2}}|{_HAN}{{1,3}})日[\W_]*"
)
"""A date and nothing else; folding leaves some of its numerals as they are."""
CLOSING = 0.7
"""Share of a document's sentences before the date that closes it, at least; laws that it cites may follow."""
_ASKS_COLOUR = re.compile("(?:什么|何种|哪种)颜色|颜色(?:是|为)")
_COLOUR = re.compile("[红黄蓝绿白黑灰紫橙粉棕褐银金青赤]|颜色|彩色|透明")
_ASKS_BIRTH = re.compile(r"生日|出生(?!率|证)|诞辰|(?<![发产诞衍])生于|年[所]?生(?![产效])|生卒")


def particulars_missing(question: Question, scope: Scope) -> list[str]:
    """What of it a sentence is not about, in the question's words."""
    missing = [name for name in question.numbered if not _is_numbered(name, scope)]
    return missing + _of_birth(question, scope) + _of_office(question, scope) + _of_colour(question, scope)


def dates_its_document(question: Question, scope: Scope, located: Located) -> bool:
    """Whether a sentence is the date below a document, which is that of its being given out or passed."""
    if question.type is not AnswerType.DATE or not _ASKS_ISSUE.search(question.folded):
        return False
    is_late = located.position >= CLOSING * len(located.article.sentences)
    return is_late and bool(_DATE_ALONE.fullmatch(scope.sentence))


def _of_colour(question: Question, scope: Scope) -> list[str]:
    asks = _ASKS_COLOUR.search(question.folded)
    return ["颜色"] if asks and not _COLOUR.search(scope.sentence) else []


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
        here = named_people(scope.sentence)
        of_others = here and not any(name in scope.sentence for name in named)
        return named if named and (of_others or not any(name in scope.near for name in named)) else []
    dated = not born or re.search(_DATED, _BORN.sub("", scope.sentence))
    return [] if dated else [question.focus or question.folded.rstrip("?")]


def named_people(folded: str) -> list[str]:
    """People whom a sentence names: 费某, 王海燕."""
    return [*SOMEBODY.findall(folded), *(s.of(folded) for s in people_in(folded, tagged(folded)))]


def _of_office(question: Question, scope: Scope) -> list[str]:
    """Of a question who holds an office: that office, where the sentence names its deputy alone or nothing near names it."""
    if question.type is not AnswerType.PERSON:
        return []
    held = _HOLDS.search(question.folded)
    asked = offices_in(held.group()) if held else set()
    if asked and asked.isdisjoint(offices_in(scope.near)):
        return sorted(office_words(office, kind) for office, kind in asked)
    return [words for words, _ in other_offices(question.folded, scope.sentence)]
