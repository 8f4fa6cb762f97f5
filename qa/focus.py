"""What a question asks for of its subject: …的身高是多少 -> 身高."""

import re

from qa.asked import asks_why
from qa.gazetteer import places_in
from qa.question_words import ASKING, GENERIC, STOP

_CLOSING = re.compile(
    r"(?:各?是|为|有|叫|达到?|要达|将达|分别是|分别为|[于在])?(?:多少|多大|多高|多长|什么|谁|怎样|怎么样|如何|哪里|哪儿|哪些|哪几|哪一?[年天月日]|什么时候|何时|几)"
    r"(?:时候|名字|样|样子|元|亿元|万元|人|名|位|个|家|岁|年|天|平方米|公里|[种项条类])?(?:的|了|呢)?[?？。\s]*$"
)
_WHEN = re.compile("什么时候|何时|哪一?[年天月日]|日期|时间")
_ANY = frozenset(
    "时候 具体 主要 总 涉及 相差 差 高出 多出 高于 低于 超过 占 发生 举行 召开 开始 出现 名列 位列 位居 排名 名次 增长 下降 上升 减少 提高 增加 上涨 下跌 降低 回落 变化".split()
)
"""Words beside GENERIC that say nothing of what is asked, or for which others may stand."""
_NAMES = frozenset({"nr", "ns", "nt", "nz", "nrt", "nrfg"})


def focus_of(folded: str, tagged: list[tuple[str, str]]) -> str:
    """The last noun before asking words that close the question, unless it could be any noun;
    of a question why, its last verb."""
    if asks_why(folded):
        return _presumed(tagged)
    match = _CLOSING.search(folded)
    if not match:
        return ""
    asked = folded[: match.start()]
    pairs = zip([("", ""), *tagged], tagged, strict=False)
    # 的身高是多少: rjieba takes some attributes for verbs.
    nouns = [
        word
        for (before, _), (word, tag) in pairs
        if (tag[:1] in "nlj" or (before == "的" and tag[:1] == "v"))
        and tag != "ns"
        and word in asked
        and word not in STOP
    ]
    last = max(nouns, key=asked.rfind, default="")
    at_end = asked.rfind(last) + len(last) >= len(asked.rstrip("的是在有为,"))
    if last in GENERIC or not at_end:
        return _before_generic(asked, tagged, is_when=bool(_WHEN.search(folded)))
    return last if len(last) > 1 else ""


def _before_generic(asked: str, tagged: list[tuple[str, str]], *, is_when: bool) -> str:
    """What the noun that closes a question, and could be any, is of: 拘留 of 被拘留的日期, 母亲 of 母亲的名字; of a question
    when, the verb that closes it (成立于哪一年); "" where that is a name, or nothing."""
    words, at = [], 0
    for word, tag in tagged:
        at = asked.find(word, at)
        if at < 0:
            break
        words.append((word, tag))
        at += len(word)
    kept = [(w, t) for w, t in words if w not in GENERIC and w not in _ANY and w not in "的是在有为于被,"]
    if not kept:
        return ""
    word, tag = kept[-1]
    asks = len(word) > 1 and tag[:1] in ("nvlji" if is_when else "nlji") and tag not in _NAMES and word not in STOP
    return word if asks and not places_in(word) else ""


def _presumed(tagged: list[tuple[str, str]]) -> str:
    """The last verb of a question why: what it takes for granted to have happened."""
    verbs = [word for word, tag in tagged if tag[:1] == "v" and len(word) > 1 and word not in STOP]
    return verbs[-1] if verbs and not ASKING.search(verbs[-1]) else ""
