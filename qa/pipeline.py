"""The pipeline: the one place where the stages meet."""

from dataclasses import replace
from datetime import date

from index.embed import Embedder
from index.errors import QuestionError
from index.reader import Reader
from qa.answer import Answer, Hit, Legs, Turn
from qa.candidate import Candidate, in_turn, order, spread
from qa.clock import Clock
from qa.compose import compose, hit_of
from qa.extractive import Extraction, Selection, days_of, select
from qa.filters import EVERYTHING, Filters, warnings_of
from qa.followup import Standalone, condense
from qa.messages import OTHER_TIME
from qa.question import AnswerType, Question, analyse
from qa.rerank import Reranker
from qa.rerank.late_interaction import DEFAULT
from qa.retrieve import Retriever
from qa.script import script_of, to_script
from qa.subquestions import asks_of_each, sub_questions

MAX_QUESTION = 2000
"""Characters of a question."""

DEPTH = 80
"""Candidates that are checked as evidence."""

CROWDING = 0.25
"""What each hit of an article beyond its second loses in a search, so that others come to be seen."""

REPORTED = 31
"""Days after a time in which articles still report on it."""


class Pipeline:
    """Answers questions from one opened index."""

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder,
        extraction: Extraction | None = None,
        reranker: Reranker | None = DEFAULT,
    ) -> None:
        """`reranker` None leaves the fusion's order."""
        self._reader = reader
        self._retriever = Retriever(reader, embedder, reranker=reranker)
        self._extraction = extraction or Extraction()

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Hit]:
        """The `k` best sentences. Raises QuestionError for an empty or too long question, ArticleNotFound."""
        whole = Standalone(_checked(question))
        parts = sub_questions(whole) if asks_of_each(whole.question) else [whole]
        found = [self._retriever.retrieve(part.search_text, max(k, DEPTH), filters, clock) for part in parts]
        return [hit_of(c) for c in in_turn([spread(candidates, CROWDING) for candidates in found])[:k]]

    def legs(self, question: str, k: int = 10, filters: Filters | None = None) -> Legs:
        """What each leg of retrieval finds by itself. Raises QuestionError, ArticleNotFound."""
        return self._retriever.legs(_checked(question), k, filters)

    def warnings(self, question: str, filters: Filters | None, hits: list[Hit]) -> list[str]:
        """What to say of the filters of a search that found these hits, in the question's script."""
        return warnings_of(filters, self._reader, script_of(question), found=bool(hits))

    def ask(
        self,
        question: str,
        history: list[Turn] | None = None,
        filters: Filters | None = None,
        asof: date | None = None,
    ) -> Answer:
        """Answer a question, or say that the articles do not. Raises QuestionError, ArticleNotFound.

        今年 or 昨天 in a question is counted from `asof`, and nothing else answers it. Without one it is counted
        from today, and where the articles speak of other times alone, they are quoted with a warning.
        """
        clock = Clock()
        standalone = condense(_checked(question), history or [])
        parts = sub_questions(standalone)
        today = asof or date.today()
        analysed = _alike([analyse(part.question, part.context, part.before, today) for part in parts])
        clock.stage("analyse")
        candidates = [self._candidates(p, q, filters, clock) for p, q in zip(parts, analysed, strict=True)]
        selections = [
            select(q, found, self._reader, self._extraction, only_then=asof is not None)
            for q, found in zip(analysed, candidates, strict=True)
        ]
        clock.stage("select")
        answer = compose(question, standalone, analysed, selections, marks=self._extraction.marks)
        clock.stage("compose")
        said = warnings_of(filters, self._reader, analysed[0].script, found=any(candidates))
        said += _other_times(analysed, selections, today)
        return answer.model_copy(update={"timings_ms": clock.timings, "warnings": answer.warnings + said})

    def _candidates(
        self, part: Standalone, question: Question, filters: Filters | None, clock: Clock
    ) -> list[Candidate]:
        """What retrieval finds, and what it finds among the articles of the question's times."""
        query = self._retriever.query(part.search_text)
        found = self._retriever.retrieve(query, DEPTH, filters, clock)
        for period in question.periods:
            first, last = date.fromisoformat(period.first), date.fromisoformat(period.last)
            reported = date.fromordinal(min(last.toordinal() + REPORTED, date.max.toordinal()))
            then = (filters or EVERYTHING).within(first, reported)
            found += self._retriever.retrieve(query, DEPTH, then, clock) if then else []
        # Of a sentence found twice the first score counts, for one pool's scores are not quite those of another; but
        # rather one that was read.
        found.sort(key=lambda c: c.reading is None)
        return sorted({c.located.number: c for c in reversed(found)}.values(), key=order)


def _other_times(analysed: list[Question], selections: list[Selection], today: date) -> list[str]:
    """Warnings where an answer quotes what is not of the question's times."""
    said = []
    for question, selection in zip(analysed, selections, strict=True):
        if any(not e.is_then for e in selection.evidence):
            words = "、".join(to_script(p.words, question.script) for p in question.periods)
            days = "、".join(days_of(p) for p in question.periods)
            said.append(OTHER_TIME[question.script].format(words=words, asof=today.isoformat(), days=days))
    return list(dict.fromkeys(said))


def _checked(question: str) -> str:
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty.", "Write a question.")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("the question is not valid Unicode.", "Send it in UTF-8.")
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} are allowed.")
    return question


def _alike(parts: list[Question]) -> list[Question]:
    """The halves of a comparison ask for the same kind of thing, said in the second."""
    if len(parts) < 2 or parts[0].type is not AnswerType.OTHER:
        return parts
    return [replace(parts[0], type=parts[-1].type, unit=parts[-1].unit), *parts[1:]]
