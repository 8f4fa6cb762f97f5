"""A sentence that retrieval has found, with what each stage gave it."""

from dataclasses import dataclass

from index.reader import Located


@dataclass(frozen=True, slots=True)
class Candidate:
    """`score` orders candidates; the others are what it came from."""

    located: Located
    score: float
    cosine: float
    lexical: float
    """BM25 of the sentence over the best sentence's, 0 to 1."""
    article: float
    """BM25 of its article over the best article's, 0 to 1."""


def order(candidate: Candidate) -> tuple[float, str, int]:
    """Best first, ties by article id and offset."""
    return -candidate.score, candidate.located.article.id, candidate.located.sentence.span.start
