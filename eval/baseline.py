"""What every figure is held against: the best sentences by BM25 and nothing else, never refusing.

A baseline knows no meaning, no question types, no confidence and no checks; it is served over the same HTTP contract by
`python -m web.baseline`, so that `youju eval --url` asks it as it asks us.
"""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

from index.embed import Embedder
from index.generations import Home
from index.reader import Located, Reader
from qa.answer import Answer, AnswerSentence, Citation, Hit, Mode, Status, Turn, Verdict
from qa.citing import metadata
from qa.clock import Clock
from qa.events import Done, Event
from qa.filters import Filters, allowed_by
from qa.followup import condense
from qa.library import Library
from qa.pipeline import Pipeline, Preferences, checked

SENTENCES = 2
"""Sentences of an answer."""


class Bm25Pipeline(Pipeline):
    """Answers with the `SENTENCES` best sentences by BM25. Follow-ups are made to stand alone as ours are."""

    def __init__(self, reader: Reader, embedder: Embedder) -> None:
        super().__init__(reader, embedder, reranker=None)

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Hit]:
        """The `k` best sentences by BM25, ties by number."""
        clock = clock or Clock()
        found = self._found(checked(question), k, filters)
        clock.stage("lexical")
        return [Hit(**_placed(at), score=score) for at, score in found]

    def stream(
        self,
        question: str,
        history: list[Turn] | None = None,
        filters: Filters | None = None,
        asof: date | None = None,  # noqa: ARG002  a baseline knows no days
        mode: Mode | None = None,  # noqa: ARG002  no model
        preferences: Preferences | None = None,  # noqa: ARG002  and no wishes
    ) -> Iterator[Event]:
        """One event, with the Answer."""
        clock, question = Clock(), checked(question)
        standalone = condense(question, history or [])
        found = self._found(standalone.search_text, SENTENCES, filters)
        clock.stage("lexical")
        citations = [
            Citation(**_placed(at), number=number, version=at.article.version, score=score)
            for number, (at, score) in enumerate(found, start=1)
        ]
        yield Done(_answer(question, standalone.question, citations, clock.timings))

    def _found(self, question: str, k: int, filters: Filters | None) -> list[tuple[Located, float]]:
        scored = self._reader.matching_sentences(question, k, allowed_by(filters, self._reader))
        located = self._reader.locate(number for number, _ in scored)
        return [(located[number], score) for number, score in scored if number in located]


class Bm25Library(Library):
    """Hands out the baseline in place of the pipeline."""

    def __init__(self, home: Home, embedder: Embedder) -> None:
        super().__init__(home, embedder, reranker=None, described=f"baseline: {SENTENCES} best sentences by BM25")

    def pipeline(self) -> Pipeline:
        """Raises as Library.pipeline does."""
        return Bm25Pipeline(self.reader(), self._embedder)


def _placed(at: Located) -> dict[str, Any]:
    span = at.sentence.span
    return metadata(at) | {"start": span.start, "end": span.end, "quote": span.of(at.article.text)}


def _answer(question: str, standalone: str, citations: list[Citation], timings: dict[str, float]) -> Answer:
    """Nothing is checked, so that each sentence is taken to support itself; no evidence only where no word matches."""
    sentences = [AnswerSentence(text=c.quote, verdict=Verdict.SUPPORTED, citations=[c.number]) for c in citations]
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        standalone_question=standalone,
        answer="".join(f"{c.quote}[{c.number}]" for c in citations),
        status=Status.ANSWERED if citations else Status.NO_EVIDENCE,
        sentences=sentences,
        citations=citations,
        mode="extractive",
        confidence=1.0 if citations else 0.0,
        timings_ms=timings,
    )
