"""Windows: an article cut into runs of whole sentences that the reader can take at once."""

from dataclasses import dataclass

from index.records import Article, Span
from qa.leaning import leans, predecessor

MAX_WINDOW = 180
"""Characters of a window's own sentences. A longer sentence is a window of its own."""

MAX_CONTEXT = 90
"""Characters of the sentence before a window, from which on it is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The sentences `[first, last)` of an article; its text may begin before, with what the first leans on."""

    article: Article
    first: int
    last: int
    start: int
    """Where its text begins, in characters of the article."""

    @property
    def span(self) -> Span:
        return Span(self.start, self.article.sentences[self.last - 1].span.end)

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


def windows_of(article: Article) -> list[Window]:
    """Every sentence of the article, in order, each in one window."""
    found: list[Window] = []
    first = 0
    for position, sentence in enumerate(article.sentences):
        if position > first and sentence.span.end - article.sentences[first].span.start > MAX_WINDOW:
            found.append(_window(article, first, position))
            first = position
    if article.sentences:
        found.append(_window(article, first, len(article.sentences)))
    return found


def _window(article: Article, first: int, last: int) -> Window:
    span, before = article.sentences[first].span, predecessor(article, first)
    if before is not None and before.end - before.start <= MAX_CONTEXT and leans(span.of(article.text)):
        span = before
    return Window(article, first, last, span.start)
