"""A sentence together with what stands around it."""

from functools import cached_property

from index.fold import fold_text
from index.reader import Located

LEAD_SENTENCES = 3


class Scope:
    """A sentence together with what stands around it, folded, nearest first."""

    def __init__(self, located: Located) -> None:
        self._located = located

    @cached_property
    def sentence(self) -> str:
        return fold_text(self._located.text)

    @cached_property
    def before(self) -> list[str]:
        """Earlier sentences of the paragraph, nearest first."""
        article, at = self._located.article, self._located.position
        here = self._located.sentence.paragraph
        earlier = (s for s in reversed(article.sentences[:at]) if s.paragraph == here)
        return [fold_text(s.span.of(article.text)) for s in earlier]

    @cached_property
    def heading(self) -> str:
        heading = self._located.sentence.heading
        return fold_text(heading.of(self._located.article.text)) if heading else ""

    @cached_property
    def about(self) -> str:
        """The article's title and source."""
        return fold_text(f"{self._located.article.title}\n{self._located.article.source}")

    @cached_property
    def lead(self) -> str:
        article = self._located.article
        return fold_text("\n".join(s.span.of(article.text) for s in article.sentences[:LEAD_SENTENCES]))

    @cached_property
    def earlier(self) -> list[str]:
        """All earlier sentences of the article, nearest first."""
        article, at = self._located.article, self._located.position
        return [fold_text(s.span.of(article.text)) for s in reversed(article.sentences[:at])]

    @cached_property
    def near(self) -> str:
        """The sentence, its paragraph so far, its heading and the title."""
        return "\n".join([self.sentence, *self.before, self.heading, self.about])

    @cached_property
    def whole(self) -> str:
        return fold_text(self._located.article.text) + "\n" + self.about
