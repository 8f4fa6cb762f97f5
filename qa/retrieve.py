"""Retrieval: dense sentences and BM25 over articles and sentences, fused into one ranking and reranked.

Each leg's scores are brought to a common scale and added. A plain reciprocal-rank fusion
measured worse than the better leg; sums of scores did not (see eval/README.md).
"""

import math
import re
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from index.embed import Embedder
from index.fold import fold_text
from index.reader import Allowed, Located, Reader
from qa.answer import Found, FoundArticle, Legs
from qa.candidate import Candidate, order, reprints_last
from qa.clock import Clock
from qa.filters import Filters, allowed_by
from qa.gazetteer import places_in
from qa.query import Query, make_query
from qa.question import ONE_VALUE, analyse
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

_NUMBER = re.compile(r"[\d〇一二三四五六七八九十百千万萬亿億两兩]")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each leg adds to a sentence's score, by `python -m eval.fit_fusion` (eval/README.md)."""

    article: float = 0.46
    article_length: float = 1.03
    """More for each e-fold of the articles' length over `usual_length`, and less below it: of an article of one
    or two sentences BM25 says again what it said of its sentence."""
    usual_length: float = 245.0
    """Characters; e to the power of 5.5."""
    sentence: float = 0.33
    dense: float = 1.0
    lead: float = 0.3
    """What the first sentence of an article gets, and half of it the second: news begin with what happened."""
    value: float = 0.3
    """What a sentence with a number gets where a number or a date is asked for."""
    place: float = 0.3
    """What an article loses that names none of the question's places, in part for some of them."""
    cosine_floor: float = 0.78
    cosine_range: float = 0.12
    """Cosines of this encoder lie close together; floor and floor + range become 0 and 1."""

    def of_article(self, lengths: Iterable[int]) -> float:
        """What BM25 of an article adds where the candidates' articles have these lengths, in characters."""
        usual = statistics.median(lengths)
        return max(0.0, self.article + self.article_length * math.log(max(1.0, usual) / self.usual_length))


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

    def retrieve(
        self, question: str, k: int, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Candidate]:
        """The `k` best sentences, best first, ties by article id and offset. Raises ArticleNotFound."""
        clock = clock or Clock()
        allowed = allowed_by(filters, self._reader)
        query = make_query(question, self._embedder)
        clock.stage("embed")
        candidates = self._fused(query, allowed, clock)
        if query.is_foreign:
            candidates = self._reread(query, candidates[:REREAD])
        elif self._reranker is not None:
            candidates = rerank(self._reranker, query, candidates, self._reader)
        candidates = reprints_last(self._placed(question, candidates))[:k]
        clock.stage("rerank")
        return candidates

    def _fused(self, query: Query, allowed: Allowed | None, clock: Clock) -> list[Candidate]:
        """What the legs find, by the sum of their scores."""
        near = [number for number, _ in self._reader.nearest_sentences(query.vector, DENSE_DEPTH, allowed)]
        clock.stage("dense")
        articles = self._by_words(self._reader.matching_articles, query, ARTICLE_DEPTH, allowed)
        # The names in an English question tell articles apart, but not their sentences.
        depth = 0 if query.is_foreign else LEXICAL_DEPTH
        sentences = self._by_words(self._reader.matching_sentences, query, depth, allowed)
        clock.stage("lexical")
        opened = self._reader.sentences_of(list(articles)[:OPENED_ARTICLES])
        cosines = self._reader.closeness(query.vector, list({*near, *sentences, *opened}))
        located = self._reader.locate(cosines)
        if not located:
            return []
        lengths = {item.article_number: len(item.article.text) for item in located.values()}
        by_article = self._weights.of_article(lengths.values())
        bonus = self._bonus(query)
        candidates = [
            self._candidate(
                item,
                cosines[number],
                sentences.get(number, 0.0),
                articles.get(item.article_number, 0.0),
                by_article,
                bonus(item),
            )
            for number, item in located.items()
        ]
        candidates.sort(key=order)
        clock.stage("fuse")
        return candidates

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

    def _found(self, hits: list[tuple[int, float]]) -> list[Found]:
        located = self._reader.locate(number for number, _ in hits)
        spans = [(located[n].article.id, located[n].sentence.span, score) for n, score in hits if n in located]
        found = [Found(article_id=i, start=s.start, end=s.end, score=score) for i, s, score in spans]
        return sorted(found, key=lambda f: (-f.score, f.article_id, f.start))

    def _placed(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        """Let the best candidates of other places fall behind those of the question's places."""
        places = places_in(fold_text(question))
        if not places:
            return candidates
        head = [self._without_place(c, places) for c in candidates[:PLACED]]
        return sorted(head + candidates[PLACED:], key=order)

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
        cosines = (vectors @ query.vector).tolist() if candidates else []
        read = [replace(c, score=cosine, cosine=cosine) for c, cosine in zip(candidates, cosines, strict=True)]
        return sorted(read, key=order)

    def _bonus(self, query: Query) -> Callable[[Located], float]:
        """What a sentence gets for where it stands and for holding the kind of value that is asked for."""
        w, wants_value = self._weights, analyse(query.text).type in ONE_VALUE

        def bonus(located: Located) -> float:
            lead = w.lead / (1 + located.position) if located.position < 2 else 0.0
            return lead + (w.value if wants_value and _NUMBER.search(located.text) else 0.0)

        return bonus

    def _candidate(
        self, located: Located, cosine: float, lexical: float, article: float, by_article: float, bonus: float
    ) -> Candidate:
        w = self._weights
        dense = (cosine - w.cosine_floor) / w.cosine_range
        score = by_article * article + w.sentence * lexical + w.dense * dense + bonus
        return Candidate(located, score, cosine, lexical, article)
