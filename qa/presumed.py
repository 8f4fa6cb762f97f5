"""What a question takes for granted, and evidence that says the contrary: 为什么下调目标, where it was raised."""

import re

from qa.asked import AnswerType
from qa.evidence import Evidence
from qa.question import Question
from qa.scope import Scope

_UP = "增长|上升|提高|增加|上涨|提升|回升|攀升|升高|走高|上调|扩大|加快|抬高|调高|增多|新增|扩招|加息"
_DOWN = "下降|减少|降低|下跌|回落|下滑|走低|下调|缩小|收窄|缩减|放缓|调低|压减|削减|裁减|裁员|缩招|降息"
_PAIRS = (
    (_UP, _DOWN, "增|升|涨|扩|加|提|高|多", "降|减|跌|滑|缩|落|低|少|负|收窄|放缓"),
    ("同意|赞成|批准|通过(?!什么|何|哪|怎|.{0,6}(?:方式|途径|渠道|手段))|接受", "反对|拒绝|否决|驳回", "同意|赞成|准|通过|接受|支持", "反对|拒|否|驳|不同意|未通过|未获"),
    ("允许|准许|许可", "禁止|禁用|不准|取缔", "允许|准许|许可|可以", "禁|不准|不得|取缔|不许"),
    ("盈利|净增", "亏损|净减", "盈|利润|赚|净增", "亏|损失|净减|负"),
    ("提前", "推迟|延后|延期", "提前|早", "推迟|延|晚|后"),
    ("保留|维持|沿用|建立|设立", "取消|撤销|废除", "保留|维持|沿用|不变|建|设", "取消|撤|废"),
    ("升温", "降温", "升温|热|火", "降温|冷|凉"),
)  # fmt: skip
"""Turns and their contraries; and, for each, whatever may say the same."""
_TURNS = [
    (re.compile(words), re.compile(contrary), re.compile(alike))
    for one, other, like_one, like_other in _PAIRS
    for words, contrary, alike in ((one, other, like_one), (other, one, like_other))
]
_NEGATED = r"(?:不|没有?|未|无)(?:打算|会|准备|考虑|计划|再|能|曾|可能|拟)?"
_OPEN = re.compile(r"是否|有没有|有无|是不是|能否|会不会|还是|或者?|吗|增减|升降|涨跌|盈亏|多少倍|去留|whether|or\b")
"""With these a question leaves it open."""


def contradicted(question: Question, evidence: Evidence) -> str:
    """What a question takes to be so and the evidence says to be the other way round; "" for nothing.

    The contrary must stand in the sentence, and nothing that may say the same in it or its paragraph so far. What a
    question why presumes may also be denied in so many words: 不打算兴建.
    """
    asked, scope = question.folded, Scope(evidence.candidate.located)
    if _OPEN.search(asked):
        return ""
    told = "\n".join([scope.sentence, *scope.before])
    for words, contrary, alike in _TURNS:
        presumed = words.search(asked)
        if presumed is None or contrary.search(asked) or not _is_presumed(asked, presumed.start()):
            continue
        if contrary.search(scope.sentence) and not alike.search(told):
            return presumed.group()
    return question.focus if question.type is AnswerType.REASON and _denies(asked, question.focus, told) else ""


def _is_presumed(asked: str, at: int) -> bool:
    """Whether a turn is neither denied nor what something is done for: 为减少污染."""
    before = asked[max(0, at - 2) : at]
    return not set("不没未无") & set(before) and not before.endswith(("为", "为了"))


def _denies(asked: str, presumed: str, told: str) -> bool:
    """Whether a text says of what is presumed only that it is not."""
    if not presumed or re.search(_NEGATED + re.escape(presumed), asked):
        return False
    denied = re.sub(_NEGATED + re.escape(presumed), "", told)
    return denied != told and presumed not in denied
