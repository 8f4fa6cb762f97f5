"""Retrieval: dense sentences and BM25 over articles and sentences, fused into one ranking.

Each leg's scores are brought to a common scale and added. A plain reciprocal-rank fusion
measured worse than the better leg; sums of scores did not (see eval/README.md).
"""

import re
from dataclasses import dataclass

from index.embed import Embedder
from index.fold import fold_text
from index.reader import Located, Reader
from qa.gazetteer import places_in
from qa.script import Script, script_of

DENSE_DEPTH = 200
LEXICAL_DEPTH = 100
ARTICLE_DEPTH = 50
OPENED_ARTICLES = 12
"""Articles all of whose sentences are looked at, by BM25."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each leg adds to a sentence's score."""

    article: float = 1.0
    sentence: float = 0.4
    dense: float = 1.0
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

    def retrieve(self, question: str, k: int) -> list[Candidate]:
        """The `k` best sentences, best first, ties by article id and offset."""
        query = self._embedder.embed_query(question)
        words = lexical_text(question)
        articles = _over_best(self._reader.matching_articles(words, ARTICLE_DEPTH))
        sentences = _over_best(self._reader.matching_sentences(words, LEXICAL_DEPTH))
        near = [number for number, _ in self._reader.nearest_sentences(query, DENSE_DEPTH)]
        opened = self._reader.sentences_of(list(articles)[:OPENED_ARTICLES])
        cosines = self._reader.closeness(query, list({*near, *sentences, *opened}))
        located = self._reader.locate(cosines)
        candidates = [
            self._candidate(item, cosines[number], sentences.get(number, 0.0), articles.get(item.article_number, 0.0))
            for number, item in located.items()
        ]
        candidates.sort(key=lambda c: (-c.score, c.located.article.id, c.located.sentence.span.start))
        return candidates[:k]

    def _candidate(self, located: Located, cosine: float, lexical: float, article: float) -> Candidate:
        w = self._weights
        dense = (cosine - w.cosine_floor) / w.cosine_range
        score = w.article * article + w.sentence * lexical + w.dense * dense
        return Candidate(located, score, cosine, lexical, article)


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
