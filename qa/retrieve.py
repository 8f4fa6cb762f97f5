"""Retrieval: dense sentences and BM25 over articles and sentences, fused into one ranking.

Each leg's scores are brought to a common scale and added. A plain reciprocal-rank fusion
measured worse than the better leg; sums of scores did not (see eval/README.md).
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from index.embed import Embedder, Vectors
from index.fold import fold_text
from index.reader import Located, Reader
from qa.answer import Found, FoundArticle, Legs
from qa.filters import Filters, allowed_by
from qa.gazetteer import places_in
from qa.script import Script, script_of, to_script

DENSE_DEPTH = 200
LEXICAL_DEPTH = 100
ARTICLE_DEPTH = 50
REREAD = 30
"""Candidates of an English question that are embedded again without their titles."""

PLACED = 40
"""Candidates whose articles are looked through for the question's places."""

OPENED_ARTICLES = 12
"""Articles all of whose sentences are looked at, by BM25."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each leg adds to a sentence's score."""

    article: float = 1.0
    sentence: float = 0.4
    dense: float = 1.0
    place: float = 0.3
    """What an article loses that names none of the question's places, in part for some of them."""
    cosine_floor: float = 0.78
    cosine_range: float = 0.12
    """Cosines of this encoder lie close together; floor and floor + range become 0 and 1."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what each leg gave it. `score` orders candidates."""

    located: Located
    score: float
    cosine: float
    lexical: float
    """BM25 of the sentence over the best sentence's, 0 to 1."""
    article: float
    """BM25 of its article over the best article's, 0 to 1."""


class Retriever:
    """Finds sentences for a question in one opened index."""

    def __init__(self, reader: Reader, embedder: Embedder, weights: Weights | None = None) -> None:
        self._reader = reader
        self._embedder = embedder
        self._weights = weights or Weights()

    def retrieve(self, question: str, k: int, filters: Filters | None = None) -> list[Candidate]:
        """The `k` best sentences, best first, ties by article id and offset. Raises ArticleNotFound."""
        allowed = allowed_by(filters, self._reader)
        query = self._embed(question)
        words = lexical_text(question)
        articles = _over_best(self._reader.matching_articles(words, ARTICLE_DEPTH, allowed))
        # The names in an English question tell articles apart, but not their sentences.
        depth = LEXICAL_DEPTH if words == question else 0
        sentences = _over_best(self._reader.matching_sentences(words, depth, allowed))
        near = [number for number, _ in self._reader.nearest_sentences(query, DENSE_DEPTH, allowed)]
        opened = self._reader.sentences_of(list(articles)[:OPENED_ARTICLES])
        cosines = self._reader.closeness(query, list({*near, *sentences, *opened}))
        located = self._reader.locate(cosines)
        candidates = [
            self._candidate(item, cosines[number], sentences.get(number, 0.0), articles.get(item.article_number, 0.0))
            for number, item in located.items()
        ]
        candidates.sort(key=_order)
        if words != question:
            candidates = self._reread(query, candidates[:REREAD])
        return self._placed(question, candidates)[:k]

    def legs(self, question: str, k: int, filters: Filters | None = None) -> Legs:
        """What each leg finds alone, `k` of each at most: for measuring and for showing how an answer was found."""
        allowed = allowed_by(filters, self._reader)
        words = lexical_text(question)
        articles = self._reader.matching_articles(words, k, allowed)
        ids = self._reader.store.article_ids(number for number, _ in articles)
        ranked = [FoundArticle(article_id=ids[n], score=score) for n, score in articles if n in ids]
        return Legs(
            dense=self._found(self._reader.nearest_sentences(self._embed(question), k, allowed)),
            lexical=self._found(self._reader.matching_sentences(words, k, allowed)),
            articles=sorted(ranked, key=lambda a: (-a.score, a.article_id)),
        )

    def _found(self, hits: list[tuple[int, float]]) -> list[Found]:
        located = self._reader.locate(number for number, _ in hits)
        spans = [(located[n].article.id, located[n].sentence.span, score) for n, score in hits if n in located]
        found = [Found(article_id=i, start=s.start, end=s.end, score=score) for i, s, score in spans]
        return sorted(found, key=lambda f: (-f.score, f.article_id, f.start))

    def _embed(self, question: str) -> Vectors:
        """The mean direction of the question in both scripts, (dim,), so that neither is at a loss."""
        simplified = to_script(question, Script.SIMPLIFIED)
        traditional = to_script(simplified, Script.TRADITIONAL)
        if simplified == traditional:
            return self._embedder.embed_query(question)
        both = self._embedder.embed_query(simplified) + self._embedder.embed_query(traditional)
        mean: Vectors = both / np.linalg.norm(both)
        return mean

    def _placed(self, question: str, candidates: list[Candidate]) -> list[Candidate]:
        """Let the best candidates of other places fall behind those of the question's places."""
        places = places_in(fold_text(question))
        if not places:
            return candidates
        head = [self._without_place(c, places) for c in candidates[:PLACED]]
        return sorted(head + candidates[PLACED:], key=_order)

    def _without_place(self, candidate: Candidate, places: tuple[str, ...]) -> Candidate:
        article = candidate.located.article
        named = places_in(fold_text(f"{article.title}\n{article.source}\n{article.text}"))
        missing = sum(place not in named for place in places) / len(places)
        return replace(candidate, score=candidate.score - self._weights.place * missing)

    def _reread(self, query: Vectors, candidates: list[Candidate]) -> list[Candidate]:
        """Order candidates by their sentences alone, without title and heading.

        Across languages the title outweighs its sentence; measured on ten English questions,
        the bare sentences put the answer first where the indexed vectors did not.
        """
        vectors = self._embedder.embed_passages([c.located.text for c in candidates])
        cosines = (vectors @ query).tolist() if candidates else []
        read = [replace(c, score=cosine, cosine=cosine) for c, cosine in zip(candidates, cosines, strict=True)]
        return sorted(read, key=_order)

    def _candidate(self, located: Located, cosine: float, lexical: float, article: float) -> Candidate:
        w = self._weights
        dense = (cosine - w.cosine_floor) / w.cosine_range
        score = w.article * article + w.sentence * lexical + w.dense * dense
        return Candidate(located, score, cosine, lexical, article)


def _order(candidate: Candidate) -> tuple[float, str, int]:
    """Best first, ties by article id and offset."""
    return -candidate.score, candidate.located.article.id, candidate.located.sentence.span.start


def lexical_text(question: str) -> str:
    """What the lexical leg looks for: the question, or of an English one what Chinese articles share.

    That is Chinese names of its places, and words with a digit or all in capitals (6G, LED).
    """
    if script_of(question) is not Script.ENGLISH:
        return question
    shared = [word for word in re.findall(r"[A-Za-z0-9.-]+", question) if re.search(r"\d|^[A-Z]{2,}$", word)]
    return " ".join([*places_in(fold_text(question)), *shared])


def _over_best(hits: list[tuple[int, float]]) -> dict[int, float]:
    """Scores divided by the best one, in the order of the hits."""
    best = max((score for _, score in hits), default=1.0) or 1.0
    return {number: score / best for number, score in hits}
