"""Retrieval: dense sentences and BM25 over articles and sentences, fused into one ranking and reranked."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from index.embed import Embedder
from index.fold import fold_text
from index.reader import Allowed, Reader
from qa.answer import Found as FoundSentence
from qa.answer import FoundArticle, Legs
from qa.asked import ONE_VALUE
from qa.candidate import Candidate, below, order, reprints_last
from qa.clock import Clock
from qa.filters import Filters, allowed_by
from qa.fusion import Found, Weights, fuse
from qa.gazetteer import places_in
from qa.query import Query, make_query
from qa.question import analyse
from qa.rerank import Reranker, rerank
from qa.rerank.late_interaction import DEFAULT

DENSE_DEPTH = 200
LEXICAL_DEPTH = 100
ARTICLE_DEPTH = 50
REREAD = 30
"""Candidates of an English question that are embedded again without their titles."""

PLACED = 40
"""Candidates whose articles are looked through for the question's places."""

OPENED_ARTICLES = 12
"""Articles all of whose sentences are looked at, by BM25."""


class Retriever:
    """Finds sentences for a question in one opened index."""

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder,
        weights: Weights | None = None,
        reranker: Reranker | None = DEFAULT,
    ) -> None:
        """`reranker` None leaves the fusion's order."""
        self._reader = reader
        self._embedder = embedder
        self._weights = weights or Weights()
        self._reranker = reranker

    def query(self, question: str) -> Query:
        """The question as `retrieve` takes it, to be retrieved for more than once."""
        return make_query(question, self._embedder)

    def retrieve(
        self, question: str | Query, k: int, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Candidate]:
        """The `k` best sentences, best first, ties by article id and offset. Raises ArticleNotFound."""
        clock = clock or Clock()
        allowed = allowed_by(filters, self._reader)
        query = self.query(question) if isinstance(question, str) else question
        clock.stage("embed")
        depth = max(k, REREAD, self._reranker.depth if self._reranker else 0)
        candidates = self._fused(query, depth, allowed, clock)
        if query.is_foreign:
            candidates = self._reread(query, candidates[:REREAD])
        elif self._reranker is not None:
            candidates = rerank(self._reranker, query, candidates, self._reader)
        candidates = reprints_last(self._placed(query.text, candidates))[:k]
        clock.stage("rerank")
        return candidates

    def _fused(self, query: Query, depth: int, allowed: Allowed | None, clock: Clock) -> list[Candidate]:
        """The `depth` best of what the legs find, by the sum of their scores."""
        near = [number for number, _ in self._reader.nearest_sentences(query.vector, DENSE_DEPTH, allowed)]
        clock.stage("dense")
        articles = self._by_words(self._reader.matching_articles, query, ARTICLE_DEPTH, allowed)
        # The names in an English question tell articles apart, but not their sentences.
        sentence_depth = 0 if query.is_foreign else LEXICAL_DEPTH
        sentences = self._by_words(self._reader.matching_sentences, query, sentence_depth, allowed)
        clock.stage("lexical")
        opened = self._reader.sentences_of(list(articles)[:OPENED_ARTICLES])
        cosines = self._reader.closeness(query.vector, list({*near, *sentences, *opened}))
        candidates = self._best(query, Found(cosines, sentences, articles), depth)
        clock.stage("fuse")
        return candidates

    def _best(self, query: Query, found: Found, depth: int) -> list[Candidate]:
        """The `depth` best of the sentences found. Only they are looked up in their articles."""
        rows = self._reader.table.of_sentences(np.fromiter(found.cosines, dtype=np.int64))
        scores = fuse(found, rows, self._weights, wants_value=analyse(query.text).type in ONE_VALUE)
        best = np.lexsort((rows.numbers, -scores))[:depth]
        numbers = rows.numbers[best].tolist()
        located = self._reader.locate(numbers)
        candidates = [
            Candidate(
                located[number],
                score,
                found.cosines[number],
                found.sentences.get(number, 0.0),
                found.articles.get(located[number].article_number, 0.0),
            )
            for number, score in zip(numbers, scores[best].tolist(), strict=True)
            if number in located
        ]
        return sorted(candidates, key=order)

    def legs(self, question: str, k: int, filters: Filters | None = None) -> Legs:
        """What each leg finds alone, `k` of each at most: for measuring and for showing how an answer was found."""
        allowed = allowed_by(filters, self._reader)
        query = make_query(question, self._embedder)
        articles = self._reader.matching_articles(query.words, k, allowed)
        ids = self._reader.store.article_ids(number for number, _ in articles)
        ranked = [FoundArticle(article_id=ids[n], score=score) for n, score in articles if n in ids]
        return Legs(
            dense=self._found(self._reader.nearest_sentences(query.vector, k, allowed)),
            lexical=self._found(self._reader.matching_sentences(query.words, k, allowed)),
            articles=sorted(ranked, key=lambda a: (-a.score, a.article_id)),
        )

    @staticmethod
    def _by_words(
        search: Callable[[str, int, Allowed | None], list[tuple[int, float]]],
        query: Query,
        depth: int,
        allowed: Allowed | None,
    ) -> dict[int, float]:
        """BM25 scores over the best one of the whole index, which a filter does not change; best first."""
        hits = search(query.words, depth, allowed)
        best = hits if allowed is None else search(query.words, min(depth, 1), None)
        return {number: score / best[0][1] for number, score in hits} if best else {}

    def _found(self, hits: list[tuple[int, float]]) -> list[FoundSentence]:
        located = self._reader.locate(number for number, _ in hits)
        spans = [(located[n].article.id, located[n].sentence.span, score) for n, score in hits if n in located]
        found = [FoundSentence(article_id=i, start=s.start, end=s.end, score=score) for i, s, score in spans]
        return sorted(found, key=lambda f: (-f.score, f.article_id, f.start))

    def _placed(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        """Let the best candidates of other places fall behind those of the question's places."""
        places = places_in(fold_text(question))
        if not places:
            return candidates
        head = [self._without_place(c, places) for c in candidates[:PLACED]]
        head.sort(key=order)
        return head + below(candidates[PLACED:], head)

    def _without_place(self, candidate: Candidate, places: tuple[str, ...]) -> Candidate:
        article = candidate.located.article
        named = places_in(fold_text(f"{article.title}\n{article.source}\n{article.text}"))
        missing = sum(place not in named for place in places) / len(places)
        return replace(candidate, score=candidate.score - self._weights.place * missing)

    def _reread(self, query: Query, candidates: list[Candidate]) -> list[Candidate]:
        """Order candidates by their sentences alone, without title and heading.

        Across languages the title outweighs its sentence; measured on ten English questions,
        the bare sentences put the answer first where the indexed vectors did not.
        """
        vectors = self._embedder.embed_passages([c.located.text for c in candidates])
        cosines = np.einsum("ij,j->i", vectors, query.vector).tolist() if candidates else []
        read = [replace(c, score=cosine, cosine=cosine) for c, cosine in zip(candidates, cosines, strict=True)]
        return sorted(read, key=order)
