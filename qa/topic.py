"""Whether a question that took over context goes on with its conversation, as far as what is found for it tells."""

import re

from index.fold import fold_text
from qa.compose import Retrieved
from qa.followup import refers
from qa.ordinals import numbered_in
from qa.question_words import GENERIC, STOP
from qa.words import tagged

_NAMING = ("n", "j", "eng")
"""Tags, or their first letters, of words that say what a question is about."""
_PROPER = ("ns", "nr", "nt", "nz", "j", "eng")
"""Tags of words that name one thing: 汀澜光电的总经理, and not 量子基金, of which each place may have one."""
_TOWN = re.compile(
    "[^\\W\\d_和与跟及在的各全本该有哪几多少什么个其为没一共包括国内公司企业行政贫困城中老旧数字]{2,4}[市县镇乡村](?![占盈净场长民委值级城])"
)
"""海棠镇水库, and not 国内市占率, 行政村 or 有哪些县."""


def nouns_of(question: str) -> list[str]:
    """The nouns that a question names itself, folded, without those that any question may have."""
    folded = fold_text(question)
    words = [span.of(folded) for tag, span in tagged(folded) if tag.startswith(_NAMING)]
    return [word for word in dict.fromkeys(words) if len(word) > 1 and word not in GENERIC and word not in STOP]


def may_stand_alone(question: str) -> bool:
    """Whether a question could have a subject of its own: something that a name or a number tells from others, or a town
    that it begins with."""
    folded = fold_text(question)
    if _TOWN.match(folded) or numbered_in(folded):
        return True
    return any(tag.startswith(_PROPER) for tag, _ in tagged(folded))


def is_off(found: Retrieved) -> bool:
    """Whether the articles of the evidence know none of the things that the question names itself: they are about what the
    conversation was about before. What refers to that may call it by another noun."""
    nouns = [] if refers(fold_text(found.question)) else nouns_of(found.question)
    texts = {e.candidate.located.article.id: e.candidate.located.article for e in found.evidence}
    known = "\n".join(fold_text(f"{article.title}\n{article.text}") for article in texts.values())
    return bool(nouns and texts) and not any(noun in known for noun in nouns)
