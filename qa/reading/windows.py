"""Windows: an article cut into runs of whole sentences that the reader can take at once."""

from dataclasses import dataclass

from index.records import Article, Span

MAX_WINDOW = 180
"""Characters. A longer sentence is a window of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The sentences `[first, last)` of an article."""

    article: Article
    first: int
    last: int

    @property
    def span(self) -> Span:
        sentences = self.article.sentences
        return Span(sentences[self.first].span.start, sentences[self.last - 1].span.end)

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


def windows_of(article: Article) -> list[Window]:
    """Every sentence of the article, in order, each in one window."""
    found: list[Window] = []
    first = 0
    for position, sentence in enumerate(article.sentences):
        if position > first and sentence.span.end - article.sentences[first].span.start > MAX_WINDOW:
            found.append(Window(article, first, position))
            first = position
    if article.sentences:
        found.append(Window(article, first, len(article.sentences)))
    return found
