"""The pipeline: the one place where the stages meet."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from index.embed import Embedder
from index.errors import QuestionError
from index.reader import Reader
from qa.answer import MAX_QUESTION, MAX_SENTENCES, Answer, Hit, Legs, Mode, Turn
from qa.asked import AnswerType
from qa.candidate import Candidate, in_turn, order, spread
from qa.clock import Clock
from qa.compose import Retrieved, compose, events_of, hit_of
from qa.events import Done, Event
from qa.extractive import Extraction, Selection, days_of, select
from qa.filters import EVERYTHING, Filters, warnings_of
from qa.followup import Standalone, condense
from qa.generation.answering import write_answer
from qa.generation.condensing import condense_with
from qa.generation.writer import Writer, Writing
from qa.messages import ALONE, LATER, OTHER_TIME
from qa.question import Question, analyse
from qa.rerank import Reranker
from qa.rerank.late_interaction import DEFAULT
from qa.retrieve import Retriever
from qa.script import Script, script_of, tells_script, to_script
from qa.subquestions import asks_of_each, sub_questions
from qa.topic import is_off, may_stand_alone

DEPTH = 80
"""Candidates that are checked as evidence."""

CROWDING = 0.25
"""What each hit of an article beyond its second loses in a search, so that others come to be seen."""

REPORTED = 31
"""Days after a time in which articles still report on it."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one asker wants to be answered."""

    script: Script | None = None
    """The script of the answer; None means that of the question. Quotes stay as they are written."""
    sentences: int | None = None
    """How many sentences are quoted at most, 1 to MAX_SENTENCES; None means as set."""

    def __post_init__(self) -> None:
        if self.sentences is not None and not 1 <= self.sentences <= MAX_SENTENCES:
            raise QuestionError(f"{self.sentences} sentences cannot be quoted.", f"Give 1 to {MAX_SENTENCES}.")


AS_SET = Preferences()


class Pipeline:
    """Answers questions from one opened index."""

    def __init__(
        self,
        reader: Reader,
        embedder: Embedder,
        extraction: Extraction | None = None,
        reranker: Reranker | None = DEFAULT,
        writer: Writer | None = None,
    ) -> None:
        """`reranker` None leaves the fusion's order; without a `writer` answers are quotations."""
        self._writer = writer
        self._reader = reader
        self._retriever = Retriever(reader, embedder, reranker=reranker)
        self._extraction = extraction or Extraction()

    def search(
        self, question: str, k: int = 10, filters: Filters | None = None, clock: Clock | None = None
    ) -> list[Hit]:
        """The `k` best sentences. Raises QuestionError for an empty or too long question, ArticleNotFound."""
        whole = Standalone(checked(question))
        parts = sub_questions(whole) if asks_of_each(whole.question) else [whole]
        found = [self._retriever.retrieve(part.search_text, max(k, DEPTH), filters, clock) for part in parts]
        return [hit_of(c) for c in in_turn([spread(candidates, CROWDING) for candidates in found])[:k]]

    def legs(self, question: str, k: int = 10, filters: Filters | None = None) -> Legs:
        """What each leg of retrieval finds by itself. Raises QuestionError, ArticleNotFound."""
        return self._retriever.legs(checked(question), k, filters)

    def warnings(self, question: str, filters: Filters | None, hits: list[Hit]) -> list[str]:
        """What to say of the filters of a search that found these hits, in the question's script."""
        return warnings_of(filters, self._reader, script_of(question), found=bool(hits))

    def ask(
        self,
        question: str,
        history: list[Turn] | None = None,
        filters: Filters | None = None,
        asof: date | None = None,
        mode: Mode | None = None,
        preferences: Preferences | None = None,
    ) -> Answer:
        """Answer a question, or say that the articles do not. Raises QuestionError, ArticleNotFound.

        With `asof` it is answered as on that day: nothing published later is known, and 今年 or 昨天 is counted from it,
        and nothing else answers it. Without one these are counted from today, and where the articles speak of other
        times alone, they are quoted with a warning. `mode`: whether
        a model writes the answer; None means where there is one.
        """
        *_, last = self.stream(question, history, filters, asof, mode, preferences)
        assert isinstance(last, Done)
        return last.answer

    def stream(
        self,
        question: str,
        history: list[Turn] | None = None,
        filters: Filters | None = None,
        asof: date | None = None,
        mode: Mode | None = None,
        preferences: Preferences | None = None,
    ) -> Iterator[Event]:
        """The same, a sentence at a time; the last event has the whole Answer. Raises before the first event."""
        clock, writing = Clock(), self._begin(mode)
        question = checked(question)
        standalone = condense(question, history or [])
        if writing and history:
            standalone = condense_with(writing.chat, writing.call, question, history) or standalone
            clock.stage("condense")
        wanted = preferences or AS_SET
        found, warnings = self._retrieved(question, standalone, filters, asof, clock, wanted)
        if standalone.context and (not found.evidence or is_off(found)):
            alone = may_stand_alone(question) and self._retrieved(
                question, Standalone(question), filters, asof, clock, wanted
            )
            if alone and alone[0].evidence:
                found, warnings = alone[0], [*alone[1], ALONE[found.script]]
            elif found.evidence:
                found = found.without_evidence()
        marks = self._extraction.marks
        events = write_answer(writing, found, marks=marks) if writing else events_of(compose(found, marks=marks))
        for event in events:
            if not isinstance(event, Done):
                if writing and "first" not in clock.timings:
                    clock.stage("first")
                yield event
                continue
            clock.stage("write" if writing else "compose")
            said = [*event.answer.warnings, *warnings]
            answer = event.answer.model_copy(update={"timings_ms": clock.timings, "warnings": said})
            yield Done(answer, writing.troubles if writing else ())

    def _begin(self, mode: Mode | None) -> Writing | None:
        """What a model writes; None where the answer is to be quotations."""
        if mode == "llm" and self._writer is None:
            raise QuestionError("no language model is set.", "Set OPENAI_MODEL and OPENAI_BASE_URL or OPENAI_API_KEY.")
        return self._writer.begin() if self._writer and mode != "extractive" else None

    def _retrieved(
        self,
        question: str,
        standalone: Standalone,
        filters: Filters | None,
        asof: date | None,
        clock: Clock,
        wanted: Preferences = AS_SET,
    ) -> tuple[Retrieved, list[str]]:
        """The evidence for a question, and what to know of its times and filters."""
        # 那台南呢？ is written alike in both scripts; what it goes on with is not.
        script = wanted.script or script_of(question if tells_script(question) else standalone.search_text)
        parts = sub_questions(standalone)
        today = asof or date.today()
        analysed = _alike([analyse(part.question, part.context, part.before, today) for part in parts])
        clock.stage("analyse")
        candidates = [self._candidates(p, q, filters, clock) for p, q in zip(parts, analysed, strict=True)]
        sentences = wanted.sentences or self._extraction.sentences
        limits = replace(self._extraction, sentences=max(1, sentences // len(parts)))
        selections = [
            select(q, found, self._reader, limits, asof=asof) for q, found in zip(analysed, candidates, strict=True)
        ]
        clock.stage("select")
        said = warnings_of(filters, self._reader, script, found=any(candidates))
        said += _other_times(analysed, selections, today, script)
        if asof and any(not s.evidence and _some_later(c, asof) for s, c in zip(selections, candidates, strict=True)):
            said.append(LATER[script].format(asof=asof.isoformat()))
        return Retrieved(question, standalone, analysed, selections, script), said

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


def _some_later(candidates: list[Candidate], asof: date) -> bool:
    return any(c.located.article.published > asof.isoformat() for c in candidates)


def _other_times(analysed: list[Question], selections: list[Selection], today: date, script: Script) -> list[str]:
    """Warnings where an answer quotes what is not of the question's times."""
    said = []
    for question, selection in zip(analysed, selections, strict=True):
        if any(not e.is_then for e in selection.evidence):
            words = "、".join(to_script(p.words, script) for p in question.periods)
            days = "、".join(days_of(p) for p in question.periods)
            said.append(OTHER_TIME[script].format(words=words, asof=today.isoformat(), days=days))
    return list(dict.fromkeys(said))


def checked(question: str) -> str:
    """The question without the spaces around it. Raises QuestionError for one that cannot be asked."""
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
