"""The passage that is quoted for a sentence: the sentence, with the one before it where that
carries its subject (先进半导体。依托…区, …)."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from index.reader import Located
from index.records import Span
from qa.leaning import leans, predecessor

MAX_PASSAGE = 260
"""Characters. A longer pair is quoted as the one sentence that answers."""

MAX_WHOLE = 400
"""Of one that goes on to its full stop, or through all its points."""
_FIRST = re.compile(r"一是|其一|第一[，、,.：:]|[（(]一[)）]|[①⒈]|(?<!\d)1[.、．)）](?!\d)")
_NEXT = re.compile(
    r"[二三四五六七八九]是|其[二三四五]|第[二三四五六七八九][，、,.：:]|[（(][二三四五六七八九][)）]|[②-⑨]|(?<!\d)[2-9][.、．)）](?!\d)"
)

MAX_ITEM = 80
"""Characters of an item of a list."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of an article as one span; `located` is the one that answers."""

    located: Located
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.located.article.text)


def joined(earlier: Passage, later: Passage) -> Passage | None:
    """Both as one span of their paragraph; None where they do not stand next to each other, or are too long."""
    article, other = earlier.located.article, later.located.article
    same = article.id == other.id and earlier.located.sentence.paragraph == later.located.sentence.paragraph
    first, last = sorted((earlier.span, later.span), key=lambda span: span.start)
    whole = Span(first.start, max(first.end, last.end))
    if not same or article.text[first.end : last.start].strip() or whole.end - whole.start > MAX_PASSAGE:
        return None
    return Passage(earlier.located, whole)


def passage_of(located: Located, *, whole: bool = False) -> Passage:
    """The sentence; with its predecessor when it leans on that for its subject; with the items that follow when it ends in a
    colon. `whole`: with what follows up to its full stop where it ends in a semicolon, and to the last of the points that it
    begins to count (一是, 第一)."""
    before = predecessor(located.article, located.position)
    span = located.sentence.span
    if located.text.endswith(("：", ":")):
        return Passage(located, Span(span.start, _end_of_items(located)))
    if whole and (end := _end_of_points(located)) > span.end:
        return Passage(located, Span(span.start, end))
    if before is not None and span.end - before.start <= MAX_PASSAGE and leans(located.text):
        return Passage(located, Span(before.start, span.end))
    return Passage(located, span)


def _end_of_points(located: Located) -> int:
    """Where the sentence's full stop stands, or the last point ends of those that it begins to count."""
    here, text = located.sentence, located.text
    counts = bool(_FIRST.search(text))
    end = here.span.end
    goes_on = text.endswith(("；", ";"))
    for following in located.article.sentences[located.position + 1 :]:
        said = following.span.of(located.article.text)
        if following.paragraph != here.paragraph or following.span.end - here.span.start > MAX_WHOLE:
            break
        if goes_on or (counts and _NEXT.search(said)):
            end = following.span.end
        elif not counts:
            break
        goes_on = goes_on and said.endswith(("；", ";"))
    return end


def _is_text(words: str) -> bool:
    """Whether a heading may stand above it: a sentence that does not go on about the items before it (其中…)."""
    return words.endswith("。") and not words.startswith(("其中", "这些", "这几", "上述", "以上", "前述"))


def _end_of_items(located: Located) -> int:
    """Where the items end that a sentence with a colon announces: short lines after it."""
    end = located.sentence.span.end
    later = located.article.sentences[located.position + 1 :]
    for following, after in zip_longest(later, later[1:]):
        span = following.span
        if following.is_heading and after and _is_text(after.span.of(located.article.text)):
            break  # it heads what comes next, and is no item
        if span.end - located.sentence.span.start > MAX_PASSAGE or span.end - span.start > MAX_ITEM:
            break
        end = span.end
    return end
