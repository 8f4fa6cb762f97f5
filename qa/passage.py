"""The passage that is quoted for a sentence: the sentence, with the one before it where that
carries its subject (先进半导体。依托…区, …)."""

from dataclasses import dataclass

import rjieba

from index.fold import fold_text
from index.reader import Located
from index.records import Span

MAX_PASSAGE = 260
"""Characters. A longer pair is quoted as the one sentence that answers."""

MAX_ITEM = 80
"""Characters of an item of a list."""

_LEANING_TAGS = {"v", "vn", "nz", "c", "r"}


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


def passage_of(located: Located) -> Passage:
    """The sentence; with its predecessor when it leans on that for its subject; with the items
    that follow when it ends in a colon."""
    before = _predecessor(located)
    span = located.sentence.span
    if located.text.endswith(("：", ":")):
        return Passage(located, Span(span.start, _end_of_items(located)))
    if before is not None and span.end - before.start <= MAX_PASSAGE and _leans(located.text):
        return Passage(located, Span(before.start, span.end))
    return Passage(located, span)


def _end_of_items(located: Located) -> int:
    """Where the items end that a sentence with a colon announces: short lines after it."""
    end = located.sentence.span.end
    for following in located.article.sentences[located.position + 1 :]:
        span = following.span
        if span.end - located.sentence.span.start > MAX_PASSAGE or span.end - span.start > MAX_ITEM:
            break
        end = span.end
    return end


def _predecessor(located: Located) -> Span | None:
    if located.position == 0:
        return None
    before = located.article.sentences[located.position - 1]
    return before.span if before.paragraph == located.sentence.paragraph else None


def _leans(text: str) -> bool:
    """Whether a sentence begins without a subject: with a verb, a pronoun or a conjunction."""
    tagged = rjieba.tag(fold_text(text))
    first = next((tag for word, tag in tagged if tag != "x" and word.strip()), "")
    return first in _LEANING_TAGS
