"""A sentence that retrieval has found, with what each stage gave it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from index.reader import Located
from index.records import Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of the window that a sentence stands in."""

    rank: float
    """That the window answers, as a logit: to be compared with other windows' alone."""
    answerable: float
    """That it answers at all, as a calibrated logit."""
    share: float
    """The chance that the answer starts in this sentence, if it stands in the window; 0 to 1."""
    answer: Span | None
    """The likeliest answer, in characters of the article, where it starts in this sentence."""
    certainty: float
    """The chance of just that answer, if the window answers; 0 to 1."""


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
    reading: Reading | None = None
    """None where the reader has not read it."""
    added: float = 0.0
    """What reading, or not being read, added to the score."""


def order(candidate: Candidate) -> tuple[float, str, int]:
    """Best first, ties by article id and offset."""
    return -candidate.score, candidate.located.article.id, candidate.located.sentence.span.start


def below(candidates: Iterable[Candidate], others: list[Candidate]) -> list[Candidate]:
    """The candidates with scores moved down, alike, so that none stands above the last of the others."""
    moved = list(candidates)
    step = min(0.0, others[-1].score - moved[0].score) if moved and others else 0.0
    return [replace(c, score=c.score + step) for c in moved] if step else moved


def reprints_last(candidates: list[Candidate]) -> list[Candidate]:
    """Sentences that a better candidate's reprint says word for word come after all others."""
    seen: set[tuple[str, str]] = set()
    first: list[Candidate] = []
    again: list[Candidate] = []
    for candidate in candidates:
        key = (candidate.located.article.group, candidate.located.text)
        (again if key in seen else first).append(candidate)
        seen.add(key)
    return first + below(again, first)


def spread(candidates: list[Candidate], cost: float) -> list[Candidate]:
    """Ordered so that one article does not fill a list: its third sentence loses `cost`, its fourth twice that, ..."""
    listed: Counter[str] = Counter()
    found = []
    for candidate in candidates:
        article = candidate.located.article.id
        listed[article] += 1
        found.append(replace(candidate, score=candidate.score - cost * max(0, listed[article] - 2)))
    return sorted(found, key=order)


def in_turn(rankings: list[list[Candidate]]) -> list[Candidate]:
    """The best of each ranking, then the second of each, ...; each sentence once, with scores that never rise."""
    seen: set[int] = set()
    found: list[Candidate] = []
    for candidate in (c for row in zip_longest(*rankings) for c in row if c is not None):
        if candidate.located.number not in seen:
            seen.add(candidate.located.number)
            top = found[-1].score if found else candidate.score
            found.append(replace(candidate, score=min(candidate.score, top)))
    return found
