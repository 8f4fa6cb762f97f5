"""Measures of rankings, by ir-measures (which runs trec_eval): of articles, and of evidence sentences.

A ranking is handed over as the order that it has here, where ties are broken by id and offset, so
that trec_eval's own way with ties never comes into play.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, Success, nDCG

from eval.record import RankedSentence, Ranking, Record

MEASURES = {"hit@1": Success @ 1, "hit@5": Success @ 5, "recall@5": R @ 5, "recall@10": R @ 10,
            "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}  # fmt: skip
"""Our names, and ir-measures' definitions (https://ir-measur.es/en/latest/measures.html)."""

LEGS: dict[str, Callable[[Record], Ranking | None]] = {
    "": lambda record: record.fused,
    "dense.": lambda record: record.dense,
    "lexical.": lambda record: record.lexical,
}
"""What stands in a measure's name for each ranking: nothing for the fusion."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's ranking as ids, best first, and the ids that are relevant."""

    query: str
    ranked: list[str]
    relevant: set[str]


def retrieval(records: Iterable[Record]) -> dict[str, dict[str, float]]:
    """Each measure's values by question id, 0 to 1: `article.mrr@10`, `evidence.dense.hit@1`, ...

    Questions without gold articles, or without gold evidence in the index, are left out; so is a
    leg that was not told. An error found nothing.
    """
    asked = [record for record in records if record.question.answerable]
    found: dict[str, dict[str, float]] = {}
    for leg, ranking_of in LEGS.items():
        told = [(record, ranking) for record in asked if (ranking := ranking_of(record)) is not None]
        if leg and told:  # an error found nothing; a leg that was never told is not measured
            told += [(record, Ranking()) for record in asked if record.error]
        for level, judge in (("article", articles), ("evidence", sentences)):
            judged = [judge(record, ranking) for record, ranking in told]
            for name, values in evaluate([j for j in judged if j.relevant]).items():
                found[f"{level}.{leg}{name}"] = values
    return found


def articles(record: Record, ranking: Ranking) -> Judged:
    """A ranking of articles against the gold articles."""
    ranked = [a.article_id for a in sorted(ranking.articles, key=lambda a: (-a.score, a.article_id))]
    return Judged(record.question.id, ranked, record.question.gold_articles)


def sentences(record: Record, ranking: Ranking) -> Judged:
    """A ranking of sentences against the sentences of the gold evidence, each of which counts once."""
    gold = {f"{g.article_id}:{start}": (g.article_id, start, end) for g in record.gold for start, end in g.sentences}
    if record.error and record.question.evidence:
        gold = {"unlocated": ("", 0, 0)}  # an error located none of its gold evidence
    ordered = sorted(ranking.sentences, key=lambda s: (-s.score, s.article_id, s.start))
    ids = [_gold_id(sentence, gold) or f"{sentence.article_id}:{sentence.start}" for sentence in ordered]
    return Judged(record.question.id, list(dict.fromkeys(ids)), set(gold))


def evaluate(judged: list[Judged]) -> dict[str, dict[str, float]]:
    """Every measure of every ranking, by query; a ranking without hits has 0 throughout."""
    qrels = {j.query: dict.fromkeys(sorted(j.relevant), 1) for j in judged}
    run = {j.query: {ranked: float(-place) for place, ranked in enumerate(j.ranked)} for j in judged}
    found = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES} if judged else {}
    names = {str(measure): name for name, measure in MEASURES.items()}
    if judged:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
            found[names[str(metric.measure)]][metric.query_id] = float(metric.value)
    return found


def _gold_id(sentence: RankedSentence, gold: dict[str, tuple[str, int, int]]) -> str | None:
    """The gold sentence that this one is: they share at least half of the shorter of both."""
    for name, (article, start, end) in gold.items():
        shared = min(end, sentence.end) - max(start, sentence.start)
        shorter = min(end - start, sentence.end - sentence.start)
        if article == sentence.article_id and shared > 0 and 2 * shared >= shorter:
            return name
    return None
