"""The Answer from what was selected: passages, citations, and the words of a refusal."""

import uuid
from typing import Any

from index.reader import Located
from qa.answer import Answer, AnswerSentence, AnswerSpan, Citation, Hit, Status, Verdict
from qa.candidate import Candidate
from qa.evidence import Evidence
from qa.extractive import Selection
from qa.followup import Standalone
from qa.messages import MISSING, PARTLY, QUOTED, REFUSAL
from qa.passage import Passage, joined, passage_of
from qa.question import Question
from qa.script import Script, script_of, to_script

MARKED = 0.25
"""Certainty of the reader from which on the words that answer are marked (training/README.md)."""


def compose(
    question: str, standalone: Standalone, analysed: list[Question], selections: list[Selection], *, marks: bool
) -> Answer:
    """The Answer, or a refusal where nothing was selected. `marks`: say which words of a quote answer."""
    script = script_of(question)
    found = [e for s in selections for e in s.evidence]
    if not found:
        return _refusal(question, standalone, script, selections)
    citations, sentences = _cite(found, script, marks=marks)
    lacking = [q for q, s in zip(analysed, selections, strict=True) if not s.evidence]
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        standalone_question=standalone.search_text,
        answer="\n".join(_numbered(s) for s in sentences),
        status=Status.PARTIAL if lacking else Status.ANSWERED,
        sentences=sentences,
        citations=citations,
        mode="extractive",
        confidence=min(s.confidence for s in selections if s.evidence),
        timings_ms={},
        warnings=[PARTLY[script].format(part=q.text) for q in lacking],
    )


def _cite(found: list[Evidence], script: Script, *, marks: bool) -> tuple[list[Citation], list[AnswerSentence]]:
    """Each distinct passage with its citation, numbered in the order of the answer."""
    citations = [
        _citation(n, passage, score, _answer_in(passage, found) if marks else None)
        for n, (passage, score) in enumerate(_passages(found), start=1)
    ]
    sentences = [
        AnswerSentence(
            text=QUOTED[script].format(text=to_script(citation.quote, script)),
            verdict=Verdict.SUPPORTED,
            citations=[citation.number],
        )
        for citation in citations
    ]
    return citations, sentences


def _passages(found: list[Evidence]) -> list[tuple[Passage, float]]:
    """What is quoted, with its score: each sentence once, and neighbours as one."""
    passages: list[tuple[Passage, float]] = []
    for evidence in found:
        passage = passage_of(evidence.candidate.located)
        if any(_inside(passage, shown) for shown, _ in passages):
            continue
        for at, (shown, score) in enumerate(passages):
            if whole := joined(shown, passage):
                passages[at] = whole, score
                break
        else:
            passages.append((passage, evidence.candidate.score))
    return passages


def _inside(passage: Passage, shown: Passage) -> bool:
    """Whether an earlier passage already shows the passage's sentence."""
    sentence = passage.located.sentence.span
    same = shown.located.article.id == passage.located.article.id
    return same and shown.span.start <= sentence.start and sentence.end <= shown.span.end


def _answer_in(passage: Passage, found: list[Evidence]) -> AnswerSpan | None:
    """The likeliest answer within a passage, where the reader is sure enough of one."""
    here = [e.candidate.reading for e in found if e.candidate.located.article.id == passage.located.article.id]
    sure = [(r.certainty, r.answer) for r in here if r and r.answer and r.certainty >= MARKED]
    inside = [(c, a) for c, a in sure if passage.span.start <= a.start and a.end <= passage.span.end]
    if not inside:
        return None
    _, best = max(inside, key=lambda one: one[0])
    return AnswerSpan(start=best.start, end=best.end)


def _numbered(sentence: AnswerSentence) -> str:
    return sentence.text + "".join(f"[{n}]" for n in sentence.citations)


def _refusal(question: str, standalone: Standalone, script: Script, selections: list[Selection]) -> Answer:
    missing = [m for s in selections for m in s.missing]
    words = REFUSAL[script]
    if missing:
        words += MISSING[script].format(missing="、".join(to_script(m, script) for m in dict.fromkeys(missing)))
    return Answer(
        id=uuid.uuid4().hex,
        question=question,
        standalone_question=standalone.search_text,
        answer=words,
        status=Status.NO_EVIDENCE,
        sentences=[],
        citations=[],
        mode="extractive",
        confidence=max(s.confidence for s in selections),
        timings_ms={},
    )


def _citation(number: int, passage: Passage, score: float, answer: AnswerSpan | None) -> Citation:
    return Citation(
        number=number,
        version=passage.located.article.version,
        start=passage.span.start,
        end=passage.span.end,
        quote=passage.text,
        score=round(score, 4),
        answer=answer,
        **_metadata(passage.located),
    )


def hit_of(candidate: Candidate) -> Hit:
    """A candidate as a search reports it."""
    located = candidate.located
    span = located.sentence.span
    return Hit(start=span.start, end=span.end, quote=located.text, score=candidate.score, **_metadata(located))


def _metadata(located: Located) -> dict[str, Any]:
    article = located.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
    }
