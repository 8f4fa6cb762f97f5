"""Extractive answers: which sentences answer, and whether they are enough to answer at all."""

from dataclasses import dataclass, replace
from datetime import date

from index.reader import Reader
from qa.asked import AMOUNTS, DESCRIBED, AnswerType, asks_to_describe
from qa.candidate import Candidate
from qa.confidence import confidence
from qa.counting import counts_events
from qa.evidence import Evidence, neighbour, weigh
from qa.overview import asks_overview, overview
from qa.presumed import contradicted
from qa.question import Period, Question
from qa.standing import Standing, standing
from qa.stated import gives_value, stated

MAX_RARITY = 8.0
"""Where a word's weight stops growing with its rarity."""


INHERITED = 0.3
"""Weight of a word taken over from the conversation, against one of the question's own."""

OVERVIEW = 0.5
"""Share of the confidence that an overview needs: no one sentence answers it."""
CLOSING_DATE = 4.0
"""What the date below a document gets where it is asked for: it has no word in common with the question."""
NAMED = 0.3
"""And of a person's name."""

CHECKED = 12
"""Sentences, best first, whose numbers are held against the question's years and places."""
NEAR_RANK = 1.0
"""How far below the best a sentence may lie that names the year, to come before it."""

BESIDE = 0.6
"""Share of the confidence that an answer needs, from which on a sentence is quoted beside the best."""

OTHERS = 12
"""Sentences beside those chosen that a model may draw on."""

NEAREST, NEAR, FAR, NEAR_DEPTH = 2, 0.5, 0.25, 20
"""Facts that a refusal names, the share of the question's words that each has at least, that which the one has where none has
as many, and how many candidates are looked through for them."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """When evidence is enough, and which of the reader's findings count. Figures from `python -m eval.calibrate`
    (see eval/README.md)."""

    confidence: float = 0.5
    """Under this chance of being right a question is refused."""
    follow: float = 0.9
    """How far below the best sentence's rank another may lie that is quoted beside it: where the reader is sure of one,
    no other comes so near."""
    sentences: int = 4
    """How many are quoted for one question at most."""
    reads: bool = True
    """Whether what the reader says of a window's answering counts in the confidence."""
    marks: bool = True
    """Whether the words that answer are marked in a citation."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The evidence chosen, best first; or none, and what every candidate lacked."""

    evidence: tuple[Evidence, ...]
    confidence: float
    missing: tuple[str, ...] = ()
    others: tuple[Evidence, ...] = ()
    """What meets the requirements too, best first: a model may draw on it."""
    standing: Standing | None = None
    """Where two articles do not agree on the value: which, and which of them is said first."""
    nearest: tuple[Evidence, ...] = ()
    """Without evidence: what comes nearest, without answering."""
    uncounted: bool = False
    """Whether a number is asked for that none of them gives."""
    contradicted: str = ""
    """What the question takes to be so and the nearest facts say to be the other way round."""


def select(
    question: Question, candidates: list[Candidate], reader: Reader, limits: Extraction, *, asof: date | None = None
) -> Selection:
    """The sentences that answer the question, or an empty selection.

    Those that speak of the question's times come before all others where they are enough; with `asof`, the day that the
    question asks of, the others are left out, and so is what was published after it.
    """
    only_then = asof is not None
    if asof:
        candidates = [c for c in candidates if c.located.article.published <= asof.isoformat()]
    weighed = weigh_all(question, candidates, reader)
    fit = sorted((e for e in weighed if e.meets), key=rank, reverse=True)
    if not fit and counts_events(question):
        found = select(replace(question, type=AnswerType.LIST, unit=""), candidates, reader, limits, asof=asof)
        return replace(found, uncounted=bool(found.evidence))
    then = [e for e in fit if e.is_then]
    if fit and not then and only_then:
        times = tuple(f"{p.words}（{days_of(p)}）" for p in question.periods)
        return Selection((), 0.0, times, nearest=_nearest(weighed, fit))
    if only_then or (then and confidence(then[0], question, reads=limits.reads) >= limits.confidence):
        fit = then
    fit = _with_value(question, fit)
    if not fit:
        return _refusal(question, weighed)
    best = fit[0]
    chance = confidence(best, question, reads=limits.reads)
    if chance < limits.confidence * (OVERVIEW if asks_overview(question) else 1.0):
        return Selection((), chance, nearest=_nearest(weighed, fit))
    if asks_overview(question):
        section = overview(question, [(e, rank(e)) for e in fit])
        return Selection(tuple(section), chance, others=tuple(_distinct(fit, section, OTHERS)))
    if presumed := contradicted(question, best):
        return Selection((), 0.0, nearest=tuple(_distinct(fit[:NEAR_DEPTH], [], NEAREST)), contradicted=presumed)
    differ = standing(question, best, fit[1:])
    first = [differ.first.evidence, differ.other.evidence] if differ else [best]
    chosen = _with_more(question, first, fit, limits)
    return Selection(tuple(chosen), chance, others=tuple(_distinct(fit, chosen, OTHERS)), standing=differ)


def _refusal(question: Question, weighed: list[Evidence]) -> Selection:
    """Where nothing meets the requirements."""
    nearest = _nearest(weighed, [])
    told = (e for e in (*nearest, *weighed[:NEAR_DEPTH]) if e.states and not e.missing)
    against = ((e, contradicted(question, e)) for e in told)
    contrary, presumed = next((pair for pair in against if pair[1]), (None, ""))
    if contrary:
        nearest = tuple(_distinct([contrary, *nearest], [], NEAREST))
    return Selection((), 0.0, () if presumed else _lacking(weighed, question), nearest=nearest, contradicted=presumed)


def _with_value(question: Question, fit: list[Evidence]) -> list[Evidence]:
    """Without those of the best that give a number only for another year or place than the question's; what says that its
    number is of the year asked for stands before what only may be, where it comes near."""
    if question.type not in AMOUNTS or "第几" in question.folded or not (question.years or question.places):
        return fit
    kept = [e for e in fit[:CHECKED] if gives_value(question, e)]
    near = [e for e in kept if rank(kept[0]) - rank(e) <= NEAR_RANK and question.years]
    said = [e for e in near if (value := stated(question, e)) and value.year in question.years]
    return said + [e for e in kept if e not in said] + fit[CHECKED:]


def _nearest(weighed: list[Evidence], fit: list[Evidence]) -> tuple[Evidence, ...]:
    """What comes nearest to an answer: what lacks least, with most of the question's words."""
    told = [e for e in fit or weighed[:NEAR_DEPTH] if e.states and not e.candidate.located.sentence.is_heading]
    near = [e for e in told if e.coverage >= NEAR] or [e for e in told if e.coverage >= FAR][:1]
    ordered = sorted(near, key=lambda e: (-len(e.missing), e.has_type, rank(e)), reverse=True)
    return tuple(_distinct(ordered, [], NEAREST))


def _distinct(found: list[Evidence], chosen: list[Evidence], most: int) -> list[Evidence]:
    """The first `most` of `found` that add something to what was chosen, and to what stands before them."""
    kept = list(chosen)
    for evidence in found:
        if len(kept) - len(chosen) == most:
            break
        if evidence not in chosen and not _adds_nothing(evidence, kept):
            kept.append(evidence)
    return kept[len(chosen) :]


def days_of(period: Period) -> str:
    """The days of a period, in figures."""
    return period.first if period.first == period.last else f"{period.first}–{period.last}"


def weigh_all(question: Question, candidates: list[Candidate], reader: Reader) -> list[Evidence]:
    """Check every candidate against the question, in the order given."""
    rarity = {term: _weight(term, reader) for term in question.terms}
    rarity |= {term: INHERITED * _weight(term, reader) for term in question.inherited}
    # Whom a question names is required of the article, which need not say it in every sentence.
    rarity |= {term: NAMED * rarity[term] for term in question.terms if term in question.people}
    return [weigh(question, candidate, rarity) for candidate in candidates]


def rank(evidence: Evidence) -> float:
    """What orders evidence that meets the question's requirements."""
    closing = CLOSING_DATE if evidence.closes else 0.0
    return evidence.candidate.score + 1.3 * evidence.own_coverage + 0.65 * evidence.coverage + closing


def _with_more(question: Question, first: list[Evidence], fit: list[Evidence], limits: Extraction) -> list[Evidence]:
    """What is said first, and other sentences that come close to the best, are not too unsure and add something."""
    chosen = list(first)
    if (
        limits.sentences > 1
        and question.type in DESCRIBED
        and asks_to_describe(question.folded)
        and (following := _following(fit[0]))
    ):
        chosen.append(following)
    for other in () if fit[0].closes else fit[1:]:
        if len(chosen) >= limits.sentences or rank(fit[0]) - rank(other) > limits.follow:
            break
        if other in chosen or _adds_nothing(other, chosen):
            continue
        if confidence(other, question, reads=limits.reads) >= BESIDE * limits.confidence:
            chosen.append(other)
    return chosen


def _following(best: Evidence) -> Evidence | None:
    """The next sentence of its paragraph, in which a description goes on."""
    located = best.candidate.located
    position = located.position + 1
    if position == len(located.article.sentences):
        return None
    if located.article.sentences[position].paragraph != located.sentence.paragraph:
        return None
    return neighbour(best, position)


def _adds_nothing(other: Evidence, chosen: list[Evidence]) -> bool:
    located = other.candidate.located
    said = any(c.candidate.located.text == located.text for c in chosen)
    return said or located.sentence.is_heading or _is_reprint(other, chosen)


def _is_reprint(other: Evidence, chosen: list[Evidence]) -> bool:
    """Whether another article of its group has been chosen already: reprints count once."""
    article = other.candidate.located.article
    return any(
        c.candidate.located.article.group == article.group and c.candidate.located.article.id != article.id
        for c in chosen
    )


def _weight(term: str, reader: Reader) -> float:
    """A term's weight: its rarity, up to a bound."""
    return min(reader.rarity(term), MAX_RARITY) + 0.3


def _lacking(weighed: list[Evidence], question: Question) -> tuple[str, ...]:
    """What the most fitting candidate lacked, for the words of a refusal."""
    if any(e.states and not e.missing and e.has_type for e in weighed[:20]):
        return (question.focus,) if question.focus else ()  # all but what was asked for
    lacking = [e.missing for e in weighed[:20] if e.missing]
    # A sentence about the right place that lacks the year tells more than one about another place.
    return min(lacking, key=lambda m: (sum(place in m for place in question.places), len(m)), default=())
