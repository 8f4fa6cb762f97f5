"""Do the citations of an earlier answer still stand? Articles are updated and removed after they were cited."""

from enum import StrEnum

from pydantic import BaseModel, Field

from index.errors import ArticleNotFound
from index.store import Store
from qa.answer import Citation


class Trace(StrEnum):
    CURRENT = "current"
    """The article is in the version that the citation names."""
    MOVED = "moved"
    """The article was updated, and says the same, maybe elsewhere."""
    CHANGED = "changed"
    """The article was updated, and does not say this any more."""
    GONE = "gone"
    """The article was removed."""


class Traced(BaseModel):
    """Where a citation's quote stands now. Its own `start` and `end` are of the version that it names."""

    number: int = Field(description="the citation's number in its answer")
    trace: Trace
    version: int | None = Field(description="the article's present version; null where it is gone")
    start: int | None = Field(description="where the quote is in the present version; null where it is not")
    end: int | None


def traced(citation: Citation, store: Store | None) -> Traced:
    """Look a citation up in the articles as they are; None for no articles. Of several places with its words the nearest
    to its own counts."""
    try:
        article = store.article(citation.article_id) if store else None
    except ArticleNotFound:
        article = None
    if article is None:
        return Traced(number=citation.number, trace=Trace.GONE, version=None, start=None, end=None)
    start = _nearest(citation, article.text)
    trace = Trace.CHANGED if start is None else Trace.MOVED
    if start == citation.start and article.version == citation.version:
        trace = Trace.CURRENT
    end = None if start is None else start + len(citation.quote)
    return Traced(number=citation.number, trace=trace, version=article.version, start=start, end=end)


def _nearest(citation: Citation, text: str) -> int | None:
    """Where the quote begins nearest to the place it had; None where it is not."""
    at = text.find(citation.quote)
    best = None
    while at >= 0:
        if best is None or abs(at - citation.start) < abs(best - citation.start):
            best = at
        at = text.find(citation.quote, at + 1)
    return best
