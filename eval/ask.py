"""Ask one question of a target, and record what came back."""

import re
import time
from collections.abc import Iterable, Iterator

from eval.metrics.answers import contains_answer
from eval.metrics.citations import citations_of
from eval.questions import GoldEvidence, TestQuestion
from eval.record import DEPTH, GoldSpan, RankedSentence, Ranking, Record
from eval.targets import Target, TargetGone
from index.errors import ArticleNotFound, YoujuError
from index.fold import fold
from index.records import Span
from index.segment import segment
from qa.answer import Citation, Found, FoundArticle, Hit, Legs
from qa.generation.prices import Prices


def ask_one(target: Target, question: TestQuestion, prices: Prices | None = None) -> Record:
    """Search and ask. Whatever fails is recorded as an error, but for TargetGone, which is raised."""
    try:
        return _asked(target, question, prices)
    except TargetGone:
        raise
    except YoujuError as error:
        return Record(question=question, error=str(error))
    except Exception as error:  # noqa: BLE001  a defect at one question must not cost the thousands of others
        return Record(question=question, error=f"a defect: {type(error).__name__}: {error}")


def _asked(target: Target, question: TestQuestion, prices: Prices | None) -> Record:
    start = time.perf_counter()
    answer = target.ask(question.question, question.history)
    ask_ms = (time.perf_counter() - start) * 1000
    searched = target.search(answer.standalone_question if question.history else question.question)
    gold, unlocated = _locate_all(target, question.evidence)
    spans: list[Hit | Citation] = [*searched.hits[:DEPTH], *answer.citations]
    return Record(
        question=question,
        answer=answer,
        fused=_fused(searched.hits),
        dense=_dense(searched.legs) if searched.legs else None,
        lexical=_lexical(searched.legs) if searched.legs else None,
        gold=gold,
        unlocated=unlocated,
        first_holds_answer=_first_holds(target, searched.hits, question),
        cited_with_answer=[
            i
            for i in dict.fromkeys(c.article_id for c in citations_of(answer))
            if contains_answer(target.text(i), question.answers)
        ],
        spans_checked=len(spans),
        spans_exact=sum(target.text(at.article_id)[at.start : at.end] == at.quote for at in spans),
        cost=prices.of(answer.usage) if prices and answer.usage else answer.cost,
        search_ms=round(searched.ms, 2),
        ask_ms=round(ask_ms, 2),
        first_sentence_ms=round(ask_ms, 2),  # an answer comes whole
    )


def _first_holds(target: Target, hits: list[Hit], question: TestQuestion) -> bool | None:
    """Whether the first article's text has the answer, as a reprint of the gold article may; None for no answer."""
    if not question.answerable or not question.answers:
        return None
    return bool(hits) and contains_answer(target.text(hits[0].article_id), question.answers)


def _locate_all(target: Target, evidence: list[GoldEvidence]) -> tuple[list[GoldSpan], list[GoldEvidence]]:
    """The gold evidence that is found in the articles, and the quotes that are not."""
    gold: list[GoldSpan] = []
    unlocated = []
    for item in evidence:
        try:
            found = locate(target.text(item.article), item)
        except ArticleNotFound:
            found = None
        if found:
            gold.append(found)
        else:
            unlocated.append(item)
    return gold, unlocated


def locate(text: str, item: GoldEvidence) -> GoldSpan | None:
    """Where an article has the quote: as it is, else in any script, width and spacing; None for nowhere.

    A number is found whole only: 50家 is not in 350家.
    """
    spans = list(_exact(text, item.quote)) or list(_folded(text, item.quote))
    if not spans:
        return None
    sentences = segment(text)
    bodies = [s.span for s in sentences if not s.is_heading]
    # Words of a headline are said again below, where an answer is taken from.
    span = next((at for at in spans if any(_is_covered(body, at) for body in bodies)), spans[0])
    covered = [(s.span.start, s.span.end) for s in sentences if _is_covered(s.span, span)]
    return GoldSpan(article_id=item.article, start=span.start, end=span.end, quote=item.quote, sentences=covered)


def _exact(text: str, quote: str) -> Iterator[Span]:
    """Every place that has the quote as it is."""
    start = text.find(quote) if quote.strip() else -1
    while start >= 0:
        if _is_whole(text, start, start + len(quote)):
            yield Span(start, start + len(quote))
        start = text.find(quote, start + 1)


def _folded(text: str, quote: str) -> Iterator[Span]:
    """Every place that has the quote after folding, white space aside."""
    folded = fold(text)
    kept = [at for at, character in enumerate(folded.text) if not character.isspace()]
    line = "".join(folded.text[at] for at in kept)
    wanted = "".join(fold(quote).text.split())
    start = line.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        span = folded.original(kept[start], kept[end - 1] + 1)
        # A word that folds as a whole (軟體) may be wider than what was looked for.
        if _is_whole(text, span.start, span.end) and "".join(fold(span.of(text)).text.split()) == wanted:
            yield span
        start = line.find(wanted, start + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no number goes on beyond either end, also past its point or comma."""
    cut_before = text[start].isdigit() and re.search(r"\d[.,．]?$", text[max(0, start - 2) : start])
    cut_after = text[end - 1].isdigit() and re.match(r"[.,．]?\d", text[end : end + 2])
    return not cut_before and not cut_after


def _is_covered(sentence: Span, quote: Span) -> bool:
    """Whether they share at least half of the shorter of both."""
    shared = min(sentence.end, quote.end) - max(sentence.start, quote.start)
    return shared > 0 and 2 * shared >= min(sentence.end - sentence.start, quote.end - quote.start)


def _fused(hits: list[Hit]) -> Ranking:
    sentences = [RankedSentence.model_validate(hit, from_attributes=True) for hit in hits[:DEPTH]]
    return Ranking(articles=_by_article(hits), sentences=sentences)


def _dense(legs: Legs) -> Ranking:
    return Ranking(articles=_by_article(legs.dense), sentences=_sentences(legs.dense))


def _lexical(legs: Legs) -> Ranking:
    return Ranking(articles=legs.articles[:DEPTH], sentences=_sentences(legs.lexical))


def _sentences(found: list[Found]) -> list[RankedSentence]:
    return [RankedSentence.model_validate(f, from_attributes=True) for f in found[:DEPTH]]


def _by_article(found: Iterable[Hit | Found]) -> list[FoundArticle]:
    """The articles of a ranking of sentences, each at its best sentence."""
    best: dict[str, float] = {}
    for item in found:
        best.setdefault(item.article_id, item.score)
    ranked = [FoundArticle(article_id=article, score=score) for article, score in best.items()]
    return sorted(ranked, key=lambda a: (-a.score, a.article_id))[:DEPTH]
