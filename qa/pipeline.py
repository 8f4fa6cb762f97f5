"""The pipeline: the one place where the stages meet."""

import re
import uuid
from dataclasses import replace

from index.embed import Embedder
from index.errors import QuestionError
from index.fold import fold
from index.reader import Located, Reader
from qa.answer import Answer, AnswerSentence, Citation, Hit, Legs, Status, Turn, Verdict
from qa.candidate import Candidate, spread
from qa.clock import Clock
from qa.evidence import Evidence
from qa.extractive import Selection, Thresholds, select
from qa.filters import Filters, warnings_of
from qa.followup import Standalone, condense
from qa.gazetteer import place_spans
from qa.messages import MISSING, PARTLY, QUOTED, REFUSAL
from qa.passage import Passage, passage_of
from qa.question import AnswerType, Question, analyse
from qa.rerank import Reranker
from qa.rerank.late_interaction import DEFAULT
from qa.retrieve import Retriever
from qa.script import Script, script_of, to_script

MAX_QUESTION = 2000
"""Characters of a question."""

DEPTH = 80
"""Candidates that are checked as evidence."""

CROWDING = 0.25
"""What each hit of an article beyond its second loses in a search, so that others come to be seen."""

_JOIN = re.compile(r"和|与|跟|及|以及|还是|\band\b|\bvs\b|、")


class Pipeline:
    """Answers questions from one opened index."""

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder,
        thresholds: Thresholds | None = None,
        reranker: Reranker | None = DEFAULT,
    ) -> None:
        """`reranker` None leaves the fusion's order."""
        self._reader = reader
        self._retriever = Retriever(reader, embedder, reranker=reranker)
        self._thresholds = thresholds or Thresholds()

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Hit]:
        """The `k` best sentences. Raises QuestionError for an empty or too long question, ArticleNotFound."""
        found = self._retriever.retrieve(_checked(question), max(k, DEPTH), filters, clock)
        return [_hit(c) for c in spread(found, CROWDING)[:k]]

    def legs(self, question: str, k: int = 10, filters: Filters | None = None) -> Legs:
        """What each leg of retrieval finds by itself. Raises QuestionError, ArticleNotFound."""
        return self._retriever.legs(_checked(question), k, filters)

    def warnings(self, question: str, filters: Filters | None, hits: list[Hit]) -> list[str]:
        """What to say of the filters of a search that found these hits, in the question's script."""
        return warnings_of(filters, self._reader, script_of(question), found=bool(hits))

    def ask(self, question: str, history: list[Turn] | None = None, filters: Filters | None = None) -> Answer:
        """Answer a question, or say that the articles do not. Raises QuestionError, ArticleNotFound."""
        clock = Clock()
        standalone = condense(_checked(question), history or [])
        parts = split_comparison(standalone)
        analysed = _alike([analyse(part.question, part.context, part.before) for part in parts])
        clock.stage("analyse")
        candidates = [self._retriever.retrieve(part.search_text, DEPTH, filters, clock) for part in parts]
        selections = [
            select(q, found, self._reader, self._thresholds) for q, found in zip(analysed, candidates, strict=True)
        ]
        clock.stage("select")
        answer = _compose(question, standalone, analysed, selections)
        clock.stage("compose")
        said = warnings_of(filters, self._reader, analysed[0].script, found=any(candidates))
        return answer.model_copy(update={"timings_ms": clock.timings, "warnings": answer.warnings + said})


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty.", "Write a question.")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not valid Unicode.", "Send it in UTF-8.")
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} are allowed.")
    return question


def split_comparison(standalone: Standalone) -> list[Standalone]:
    """A question about two places as one question for each, else the question alone.

    Each part keeps its own years, so that 武汉2027年…和上海2030年… binds them right.
    """
    question = analyse(standalone.question)
    if len(question.places) != 2 or standalone.context:
        return [standalone]
    for match in _JOIN.finditer(standalone.question):
        left, right = standalone.question[: match.start()], standalone.question[match.end() :]
        here, there = analyse(left).places, analyse(right).places
        if len(here) == 1 and len(there) == 1 and here != there:
            return _parts(left, right)
    return [standalone]


def _parts(left: str, right: str) -> list[Standalone]:
    """Both halves; a half that is little more than a place takes its words from the other."""
    if not analyse(left).terms:
        left += _predicate(right, without_years=bool(analyse(left).years))
    return [Standalone(left), Standalone(right)]


def _predicate(text: str, *, without_years: bool) -> str:
    """What a half of a comparison says of its place."""
    folded = fold(text)
    spans = [folded.original(span.start, span.end) for _, span in place_spans(folded.text)]
    for span in reversed(spans):
        text = text[: span.start] + text[span.end :]
    return re.sub(r"(?:19|20)\d\d年?", "", text) if without_years else text


def _alike(parts: list[Question]) -> list[Question]:
    """The halves of a comparison ask for the same kind of thing, said in the second."""
    if len(parts) < 2 or parts[0].type is not AnswerType.OTHER:
        return parts
    return [replace(parts[0], type=parts[-1].type, unit=parts[-1].unit), *parts[1:]]


def _compose(question: str, standalone: Standalone, analysed: list[Question], selections: list[Selection]) -> Answer:
    script = analysed[0].script
    found = [e for s in selections for e in s.evidence]
    if not found:
        return _refusal(question, standalone, script, selections)
    citations, sentences = _cite(found, script)
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


def _cite(found: list[Evidence], script: Script) -> tuple[list[Citation], list[AnswerSentence]]:
    """Each distinct sentence with its citation, numbered in the order of the answer."""
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    for evidence in found:
        passage = passage_of(evidence.candidate.located)
        if any(_inside(passage, citation) for citation in citations):
            continue
        number = len(citations) + 1
        citations.append(_citation(number, passage, evidence.candidate.score))
        text = QUOTED[script].format(text=to_script(passage.text, script))
        sentences.append(AnswerSentence(text=text, verdict=Verdict.SUPPORTED, citations=[number]))
    return citations, sentences


def _inside(passage: Passage, citation: Citation) -> bool:
    """Whether an earlier citation already shows the passage's sentence."""
    sentence = passage.located.sentence.span
    same = citation.article_id == passage.located.article.id
    return same and citation.start <= sentence.start and sentence.end <= citation.end


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


def _citation(number: int, passage: Passage, score: float) -> Citation:
    return Citation(
        number=number,
        version=passage.located.article.version,
        start=passage.span.start,
        end=passage.span.end,
        quote=passage.text,
        score=round(score, 4),
        **_metadata(passage.located),
    )


def _hit(candidate: Candidate) -> Hit:
    located = candidate.located
    span = located.sentence.span
    return Hit(start=span.start, end=span.end, quote=located.text, score=candidate.score, **_metadata(located))


def _metadata(located: Located) -> dict[str, str]:
    article = located.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "url": article.url,
    }
