"""Sentences that lean on the one before them for their subject: 该比例将达到六成。"""

from index.fold import fold_text
from index.records import Article, Span
from qa.words import tagged

_TAGS = {"v", "vn", "nz", "c", "r"}


def leans(text: str) -> bool:
    """Whether a sentence begins without a subject: with a verb, a pronoun or a conjunction."""
    folded = fold_text(text)
    first = next((tag for tag, span in tagged(folded) if tag != "x" and span.of(folded).strip()), "")
    return first in _TAGS


def predecessor(article: Article, position: int) -> Span | None:
    """The sentence before one, where their paragraph has one."""
    if position == 0:
        return None
    before = article.sentences[position - 1]
    return before.span if before.paragraph == article.sentences[position].paragraph else None
