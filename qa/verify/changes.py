"""Values that a text tells to be no more: 6000亿元 in 由6000亿元提高到7500亿元."""

import re
from collections.abc import Iterator
from itertools import pairwise

from qa.quantities import Quantity
from qa.verify.amounts import same_amounts
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_TO = re.compile(
    r"[^,;:。]{0,6}?(?:提高|上调|下调|上修|下修|修正|调整|调高|调低|增加|扩大|上升|增长|增|提升|升|降低|降|下降|减少|减|缩减|压缩|修订|更正|更改|改)(?:到|至|为)"
)
"""What stands between the old and the new value."""
_FROM = re.compile(r"[由从][^,;:。]{0,12}?$")
_OLD = re.compile(r"(?:旧版|原版|旧方案|原方案|原定|原计划|原目标|此前)[^;。]{0,24}?$")
_NEW = re.compile(r"[,;](?:[^,;。]{1,16},)?(?:新版|新方案|现在?|如今)[^,;。]{0,16}?(?:到|至|为|是)[^,;。\d]{0,4}$")
"""What stands before the old and between it and the new value where a sentence sets one version against another."""
_DAY = r"(?:(?:19|20)\d\d年)?(?:\d{1,2}月)?(?:\d{1,2}[日号]|(?<=月)底?|(?<=年)底?)"
_PUT_OFF = re.compile(
    rf"(?:由|从|原定于?|原计划于?)(?P<old>(?=\d){_DAY})[^,;。\d]{{0,8}}?(?:推迟|延后|延期|延迟|提前|改|调整|顺延)(?:到|至|为)(?P<new>(?=\d){_DAY})"
)
"""A day that was put off, or brought forward."""
NEAR = 3
"""Numbers after the old value of which one may be the new."""
_TELLS = re.compile(r"[由从原曾]|此前|之前|以前|当时|当初|原先|本来|过去|现有|现在|目前|去年|前年|上年|旧|老")
"""Words with which a statement says that a value is one of before."""


def changes_of(text: Analysed) -> list[tuple[Quantity, Quantity]]:
    """The old and the new value of each change that a text tells of."""
    amounts = [quantity for quantity, _ in text.amounts]
    changes = [(old, new) for old, new in pairwise(amounts) if _is_change(text, old, new)]
    for i, old in enumerate(amounts):
        new = next((a for a in amounts[i + 1 : i + 1 + NEAR] if _is_of_versions(text, old, a)), None)
        if new and all(new is not known for _, known in changes):  # the first number after 旧版 is its own
            changes.append((old, new))
    return changes


def _is_change(text: Analysed, old: Quantity, new: Quantity) -> bool:
    return (
        old.unit == new.unit
        and bool(_TO.fullmatch(text.folded, old.end, new.start))
        and bool(_FROM.search(text.folded, text.sentence_of(old.start).start, old.start))
    )


def _days_before(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    for text in cited:
        for change in _PUT_OFF.finditer(text.folded):
            old, new = change["old"], change["new"]
            if old in statement.folded and new not in statement.folded and text.folded.count(old) == 1:
                yield Finding(Kind.TIME, old, new)


def _is_of_versions(text: Analysed, old: Quantity, new: Quantity) -> bool:
    """旧版要求新建12家,新版将总数提高到20家."""
    return (
        old.unit == new.unit
        and bool(_NEW.fullmatch(text.folded, old.end, new.start))
        and bool(_OLD.search(text.folded, text.sentence_of(old.start).start, old.start))
    )


def check_changes(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Values and days of the statement that the cited texts have only as what was before a change, and the statement has
    not."""
    if not _TELLS.search(statement.folded) and not _PUT_OFF.search(statement.folded):
        yield from _days_before(statement, cited)
    changes = [(text, old, new) for text in cited for old, new in changes_of(text)]
    if not changes or _TELLS.search(statement.folded):
        return
    for quantity, _ in statement.amounts:
        there = [(id(q), text) for text in cited for q in same_amounts(quantity, text)]
        gone = {id(old): text.folded[new.start : new.end] for text, old, new in changes}
        if there and all(key in gone for key, _ in there):
            words = statement.folded[quantity.start : quantity.end]
            yield Finding(Kind.NUMBER, words, gone[there[0][0]])
