"""Values of the kind that a question asks for, in a sentence."""

import re

import rjieba

from index.reader import Located
from qa.asked import DURATION, AnswerType
from qa.quantities import Quantity, quantities
from qa.question import Question
from qa.scope import Scope

_DURATIONS = frozenset("年 个月 月 天 日 小时 分钟 秒 周 星期 代 载".split())
_TERM = re.compile("刑期|任期|判[处刑]|徒刑|服刑")
_FOR_EVER = re.compile(r"无期|终身|永久|长期|死刑|\d+个?(?:工作日|自然日)")
_DEADLINE = re.compile("之?以?内|[前后起]|之[前后]")
_COUNTERS = frozenset("个 家 座 条 项 种 件 部 款 只 支 所 间 处 套 类 大 代 批 级 名 位 人".split())


def has_amount(amount: Quantity, folded: str) -> bool:
    """Whether a folded text has an amount of this value and unit."""
    return any(q.value == amount.value and _agree(q.unit, amount.unit) for q in quantities(folded))


def _agree(one: str, other: str) -> bool:
    return one == other or not one or not other or {one, other} <= {"元", "级", "人民币"}


def has_type(question: Question, scope: Scope, located: Located) -> bool:
    """Whether the sentence has a value of the kind that is asked for."""
    kind = question.type
    if kind is AnswerType.DATE:
        return bool(located.sentence.dates) or bool(
            re.search(r"\d{1,2}[月日]|\d{4}年|周[一二三四五六日]|[今明昨后前]天", scope.sentence)
        )
    if kind is AnswerType.PERSON:
        return _names_someone(scope.sentence, asked_for_name="名字" in question.folded or "姓名" in question.folded)
    if "第几" in question.folded:
        return bool(re.search(r"第[\d一二三四五六七八九十]", scope.sentence))
    if kind in (AnswerType.MONEY, AnswerType.PEOPLE, AnswerType.PERCENT, AnswerType.NUMBER):
        lasts = question.unit == DURATION and bool(_FOR_EVER.search(scope.sentence))
        return lasts or any(fits(q, question) for q in _not_deadlines(scope.sentence, question))
    return True


def _not_deadlines(folded: str, question: Question) -> list[Quantity]:
    """Numbers of a sentence; of one asked for how long somebody is to do something, without those by which something must be done."""
    found = quantities(folded)
    is_term = question.unit == DURATION and _TERM.search(question.folded)
    return [q for q in found if not is_term or not _DEADLINE.match(folded, q.end)]


def fits(quantity: Quantity, question: Question) -> bool:
    """A quantity of the right kind that the question did not already name."""
    if any(quantity.value == a.value and _agree(quantity.unit, a.unit) for a in question.amounts):
        return False
    if question.type is AnswerType.MONEY:
        return quantity.is_money
    if question.type is AnswerType.PEOPLE:
        return quantity.is_people
    if question.type is AnswerType.PERCENT:
        return quantity.unit in ("%", "个百分点")
    if question.unit == DURATION:
        return quantity.unit in _DURATIONS
    return not question.unit or _same_count(quantity.unit, question.unit)


def _same_count(one: str, other: str) -> bool:
    """General counters stand for each other (几个区, 四区; 几家企业, 12个企业)."""
    return one == other or (one in _COUNTERS and other in _COUNTERS)


def _names_someone(folded: str, *, asked_for_name: bool) -> bool:
    """Whether a sentence has a name: of a person, or, unless a name is asked for, of a body."""
    if re.search("[\u4e00-\u9fff]某|·", folded):
        return True
    kinds = {"nr", "nrt", "nrfg"} if asked_for_name else {"nr", "nrt", "nrfg", "nt", "nz", "eng"}
    return any(tag in kinds and len(word) >= 2 for word, tag in rjieba.tag(folded))
