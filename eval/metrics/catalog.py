"""Every metric: its name, what it is in words, which way is better, and its statistic.

A metric gives each question that it is about a pair of numbers, and a statistic makes one figure
of the pairs of many questions. That is all the bootstrap and the comparison need to know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from eval.metrics import citations
from eval.metrics.answers import character_f1, contains_answer, exact_match, says
from eval.metrics.retrieval import LEGS, MEASURES
from eval.record import Record
from qa.answer import Status, Verdict

Floats = npt.NDArray[np.float64]
Pair = tuple[float, float]
Statistic = Callable[[Floats, Floats], Floats]
"""From both numbers of the pairs, (..., n), to figures, (...)."""


class Unit(StrEnum):
    SHARE = "share"
    MILLISECONDS = "ms"
    CHARACTERS = "characters"
    TOKENS = "tokens"
    MONEY = "in the currency of --price"


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


def ratio(parts: Floats, wholes: Floats) -> Floats:
    """The sum of the parts over the sum of the wholes; with wholes of 1, the mean."""
    total = wholes.sum(axis=-1)
    shares: Floats = np.divide(parts.sum(axis=-1), total, out=np.full_like(total, np.nan), where=total > 0)
    return shares


def median(values: Floats, _: Floats) -> Floats:
    return np.asarray(np.median(values, axis=-1), dtype=np.float64)


def percentile_95(values: Floats, _: Floats) -> Floats:
    return np.asarray(np.percentile(values, 95, axis=-1), dtype=np.float64)


def auroc(scores: Floats, positive: Floats) -> Floats:
    """The chance that a positive one scores above a negative one, ties counting half.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982); NaN without both kinds.
    """
    ranks = rankdata(scores, axis=-1)
    positives = positive.sum(axis=-1)
    pairs = positives * (positive.shape[-1] - positives)
    above = (ranks * positive).sum(axis=-1) - positives * (positives + 1) / 2
    area: Floats = np.divide(above, pairs, out=np.full_like(positives, np.nan), where=pairs > 0)
    return area


@dataclass(frozen=True, slots=True)
class Metric:
    """`of` gives a question's pair, or None where the metric is not about it.

    Metrics of retrieval have no `of`: ir-measures gives all their values at once.
    """

    name: str
    label: str
    of: Callable[[Record], Pair | None] | None
    better: Better = Better.HIGHER
    unit: Unit = Unit.SHARE
    statistic: Statistic = ratio


def is_refusal(record: Record) -> bool:
    return record.answer is not None and record.answer.status is Status.NO_EVIDENCE


def is_right(record: Record) -> bool:
    """Whether it answered, and every part of the gold answer is in the answer."""
    answered = record.answer is not None and not is_refusal(record)
    return answered and contains_answer(_text(record), record.question.answers)


def is_correct(record: Record) -> bool | None:
    """Right, or rightly refused; None where the right answer is not known."""
    if not record.question.answerable:
        return is_refusal(record)
    return is_right(record) if record.question.answers else None


def _text(record: Record) -> str:
    """What the answer says, without its markers; nothing is read across the border of two sentences."""
    sentences = record.answer.sentences if record.answer else []
    return " ¶ ".join(sentence.text for sentence in sentences)


def _share(outcome: bool | float | None) -> Pair | None:
    return None if outcome is None else (float(outcome), 1.0)


def _gold_wordings(record: Record) -> list[str]:
    """The gold answers that a whole answer may equal: the aliases of a single part, and the reference."""
    answers, reference = record.question.answers, record.question.reference
    return (answers[0] if len(answers) == 1 else []) + ([reference] if reference else [])


def _against_wordings(compare: Callable[[str, list[str]], bool | float]) -> Callable[[Record], Pair | None]:
    def of(record: Record) -> Pair | None:
        gold = _gold_wordings(record)
        if not record.question.answerable or not gold:
            return None
        return _share(compare(_text(record), gold))

    return of


def _right(record: Record) -> Pair | None:
    return _share(is_right(record)) if record.question.answerable and record.question.answers else None


def _holds(record: Record) -> Pair | None:
    return _share(record.first_holds_answer)


def _length(record: Record) -> Pair | None:
    if record.answer is None or is_refusal(record):
        return None
    return float(sum(len(sentence.text) for sentence in record.answer.sentences)), 1.0


def _expected(record: Record) -> Pair | None:
    expected = record.question.expect
    return None if expected is None else _share(record.answer is not None and record.answer.status is expected)


def _forbidden(record: Record) -> Pair | None:
    if not record.question.forbidden or record.answer is None:
        return None
    return _share(any(says(_text(record), wording) for wording in record.question.forbidden))


def _citation_precision(record: Record) -> Pair | None:
    return _share(citations.precision(record)) if record.gold and record.question.answerable else None


def _citation_recall(record: Record) -> Pair | None:
    has_gold = record.gold or (record.error and record.question.evidence)
    return _share(citations.recall(record)) if has_gold and record.question.answerable else None


def _article_precision(record: Record) -> Pair | None:
    known = record.question.gold_articles or record.question.answers
    return _share(citations.article_precision(record)) if known and record.question.answerable else None


def _exact(record: Record) -> Pair | None:
    return (float(record.spans_exact), float(record.spans_checked)) if record.spans_checked else None


def _supported(record: Record) -> Pair | None:
    sentences = record.answer.sentences if record.answer else []
    held = sum(s.verdict is Verdict.SUPPORTED and bool(s.citations) for s in sentences)
    return (float(held), float(len(sentences))) if sentences else None


def _refusal_precision(record: Record) -> Pair | None:
    return _share(not record.question.answerable) if is_refusal(record) else None


def _refusal_recall(record: Record) -> Pair | None:
    return None if record.question.answerable else _share(is_refusal(record))


def _refusal_f1(record: Record) -> Pair | None:
    """2 true / (2 true + false + missed), as sums over the questions."""
    refused, ought = is_refusal(record), not record.question.answerable
    return (2.0 * (refused and ought), float(refused) + float(ought)) if refused or ought else None


def _wrongly_refused(record: Record) -> Pair | None:
    return _share(is_refusal(record)) if record.question.answerable and record.answer else None


def _confidence(record: Record) -> Pair | None:
    return (record.answer.confidence, float(record.question.answerable)) if record.answer else None


def _tokens(record: Record) -> Pair | None:
    usage = record.answer.usage if record.answer else None
    return (float(usage.get("total_tokens", 0)), 1.0) if usage else None


def _cost(record: Record) -> Pair | None:
    return None if record.cost is None else (record.cost, 1.0)


def _time(field: str) -> Callable[[Record], Pair | None]:
    return lambda record: (float(getattr(record, field)), 1.0) if record.answer else None


_ANSWERS = (
    Metric("correct", "Right, or rightly refused", lambda r: _share(is_correct(r))),
    Metric("answer.right", "Answer has every part of the gold answer", _right),
    Metric("answer.char_f1", "Character F1 against the gold answer", _against_wordings(character_f1)),
    Metric("answer.exact_match", "Answer equals the gold answer", _against_wordings(exact_match)),
    Metric("answer.length", "Length of an answer", _length, Better.NEITHER, Unit.CHARACTERS),
    Metric("answer.status", "Status as expected", _expected),
    Metric("answer.forbidden", "Forbidden words said", _forbidden, Better.LOWER),
    Metric("citation.precision", "Cited characters that are gold evidence", _citation_precision),
    Metric("citation.article", "Citations into articles that answer", _article_precision),
    Metric("citation.recall", "Gold evidence that is cited", _citation_recall),
    Metric("citation.exact", "Spans that quote exactly", _exact),
    Metric("citation.supported", "Sentences with support", _supported),
    Metric("refusal.precision", "Refusals that are right", _refusal_precision),
    Metric("refusal.recall", "Unanswerable ones refused", _refusal_recall),
    Metric("refusal.f1", "F1 of refusals", _refusal_f1),
    Metric("refusal.wrong", "Answerable ones refused", _wrongly_refused, Better.LOWER),
    Metric("refusal.auroc", "AUROC of the confidence", _confidence, statistic=auroc),
)
_RETRIEVAL = (
    *(
        Metric(f"{level}.{leg}{name}", f"{what}, {leg.rstrip('.') or 'fusion'}: {name}", None)
        for level, what in (("article", "Articles"), ("evidence", "Evidence sentences"))
        for leg in LEGS
        for name in MEASURES
    ),
    Metric("article.holds_answer", "First article has the answer in it", _holds),
)
_COSTS = (
    Metric("time.ask.p50", "Asking, median", _time("ask_ms"), Better.LOWER, Unit.MILLISECONDS, median),
    Metric("time.ask.p95", "Asking, 95th percentile", _time("ask_ms"), Better.LOWER, Unit.MILLISECONDS, percentile_95),
    Metric("time.first_sentence.p50", "To the first sentence, median", _time("first_sentence_ms"), Better.LOWER,
           Unit.MILLISECONDS, median),
    Metric("time.search.p50", "Searching, median", _time("search_ms"), Better.LOWER, Unit.MILLISECONDS, median),
    Metric("time.search.p95", "Searching, 95th percentile", _time("search_ms"), Better.LOWER, Unit.MILLISECONDS,
           percentile_95),
    Metric("model.tokens", "Tokens of a model for an answer", _tokens, Better.LOWER, Unit.TOKENS),
    Metric("model.cost", "Cost of an answer", _cost, Better.LOWER, Unit.MONEY),
    Metric("errors", "Questions that ended in an error", lambda r: _share(bool(r.error)), Better.LOWER),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_ANSWERS, *_RETRIEVAL, *_COSTS)}
"""All metrics by name, in the order in which they are shown."""
