"""Citations, numbered in the order in which an answer first uses them."""

from typing import Any

from index.reader import Located
from qa.answer import AnswerSpan, Citation
from qa.passage import Passage


class Ledger:
    """The citations of one answer; a span that is cited again keeps its number."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []

    def cite(self, passage: Passage, score: float, answer: AnswerSpan | None = None) -> int:
        """The passage's number. `answer`: the words of it that answer."""
        return self.adopt(_citation(passage, score, answer))

    def cite_inside(self, passage: Passage, score: float) -> int:
        """The number of what is cited already and holds the passage, else the passage's own."""
        article, span = passage.located.article, passage.span
        for c in self.citations:
            if c.article_id == article.id and c.start <= span.start and span.end <= c.end:
                return c.number
        return self.cite(passage, score)

    def has(self, given: Citation) -> bool:
        """Whether its span is cited already."""
        return any(_place(c) == _place(given) for c in self.citations)

    def adopt(self, given: Citation) -> int:
        """The number that a citation has here, whatever it had elsewhere."""
        for citation in self.citations:
            if _place(citation) == _place(given):
                return citation.number
        self.citations.append(given.model_copy(update={"number": len(self.citations) + 1}))
        return len(self.citations)


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.article_id, citation.start, citation.end


def metadata(located: Located) -> dict[str, Any]:
    """What citations and hits say of their article."""
    article = located.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
    }


def _citation(passage: Passage, score: float, answer: AnswerSpan | None) -> Citation:
    return Citation(
        number=1,
        version=passage.located.article.version,
        start=passage.span.start,
        end=passage.span.end,
        quote=passage.text,
        score=round(score, 4),
        answer=answer,
        **metadata(passage.located),
    )
