"""Questions for an overview: 总结犯罪证据, 概括主要措施. What answers is a section of the article, as it is."""

import re
from collections import defaultdict

from index.fold import fold_text
from index.records import Article, Span
from qa.asked import DESCRIBED
from qa.evidence import Evidence, neighbour
from qa.question import Question

_ASKS = re.compile(
    r"(?:^|[,:])\s*(?:请|麻烦|能否|可以|帮我|帮忙|你|一下)*(?:总结|概括|概述|归纳|梳理|简述|综述|简要介绍)(?!大会|会|报告|里|中|提到)"
    r"|^(?:please )?(?:summari[sz]e|outline|give an overview)\b"
)

MAX_SENTENCES = 12
"""Of an overview."""
ALONE = 1.0
"""What a section loses of which only one sentence fits."""
HEADED = 4.0
"""What a section gets whose heading has all words of what is asked for."""
BEST = 3
"""Sentences of a section by which it is judged."""
FOLLOWS = 1.0
"""How far below the best a section may be that is quoted too, where several things are asked for."""


def asks_overview(question: Question) -> bool:
    return question.type in DESCRIBED and bool(_ASKS.search(question.folded))


def overview(question: Question, ranked: list[tuple[Evidence, float]]) -> list[Evidence]:
    """The sentences of the best article's best section, in order; of two sections where the question joins two things.

    `ranked` is what meets the requirements with its rank, best first.
    """
    best = ranked[0][0]
    article = best.candidate.located.article
    sections: dict[Span | None, list[float]] = defaultdict(list)
    for evidence, rank in ranked:
        located = evidence.candidate.located
        if located.article.id == article.id and not located.sentence.is_heading:
            sections[located.sentence.heading].append(rank)
    scores = {
        heading: _mean(ranks) + HEADED * _headed(question, heading, article) - (ALONE if len(ranks) == 1 else 0.0)
        for heading, ranks in sections.items()
    }
    ordered = sorted(scores, key=lambda heading: -scores[heading])
    wanted = ordered[: 2 if re.search("[和与及、]", question.folded) else 1]
    chosen = {h for h in wanted if scores[h] >= scores[ordered[0]] - FOLLOWS}
    positions = [i for i, s in enumerate(article.sentences) if s.heading in chosen and not s.is_heading]
    found = [neighbour(best, position) for position in _around(positions, best.candidate.located.position)]
    return [evidence for evidence in found if evidence is not None]


def _around(positions: list[int], best: int) -> list[int]:
    """At most MAX_SENTENCES of a section that goes on beyond them, from shortly before its best sentence on."""
    at = positions.index(best) if best in positions else 0
    start = max(0, min(at - 2, len(positions) - MAX_SENTENCES))
    return positions[start : start + MAX_SENTENCES]


def _mean(ranks: list[float]) -> float:
    top = sorted(ranks, reverse=True)[:BEST]
    return sum(top) / len(top)


def _headed(question: Question, heading: Span | None, article: Article) -> float:
    """The share of what is asked for that a heading names; what is asked for last (犯罪证据) counts twice."""
    asked = [term for term in question.terms if term not in question.people and len(term) > 1]
    if heading is None or not asked:
        return 0.0
    said = fold_text(heading.of(article.text))
    weighed = [*asked, asked[-1]]
    return sum(term in said for term in weighed) / len(weighed)
