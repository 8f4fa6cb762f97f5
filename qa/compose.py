"""The Answer from what was selected: its quotations, and the words of a refusal."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from index.fold import fold_text
from index.records import Span
from qa.answer import Answer, AnswerSentence, AnswerSpan, Hit, Status, Verdict
from qa.asked import AMOUNTS, DESCRIBED
from qa.candidate import Candidate
from qa.citing import Ledger, metadata
from qa.comparison import Difference, asks_to_compare, difference
from qa.counting import asks_how_many, items_of
from qa.events import Cited, Done, Event, Said
from qa.evidence import Evidence
from qa.extractive import Selection
from qa.followup import Standalone
from qa.messages import CONTRARY, COUNTED, MISSING, PARTLY, QUOTED, REFUSAL, SUPPORTED_IN_PART, UNCOUNTED
from qa.passage import Passage, joined, passage_of
from qa.question import Question
from qa.script import Script, localized, script_of, to_script
from qa.standing import NO_FRAME, Kind, Standing, frame_of, standing, warning_of
from qa.stated import Stated, as_amount, stated

MARKED = 0.25
"""Certainty of the reader from which on the words that answer are marked (training/README.md)."""


@dataclass(frozen=True)
class Retrieved:
    """A question with the evidence found for each of its parts."""

    question: str
    standalone: Standalone
    analysed: list[Question]
    selections: list[Selection]
    script: Script
    """That of the answer."""

    @property
    def evidence(self) -> list[Evidence]:
        """Of all parts; empty for a refusal."""
        return [e for s in self.selections for e in s.evidence]

    def without_evidence(self) -> "Retrieved":
        """The same where that is no evidence after all: what comes nearest."""
        return replace(
            self, selections=[replace(s, evidence=(), nearest=s.evidence or s.nearest) for s in self.selections]
        )

    @property
    def lacking(self) -> list[Question]:
        """The parts without evidence."""
        return [q for q, s in zip(self.analysed, self.selections, strict=True) if not s.evidence]

    @property
    def standings(self) -> list[Standing]:
        """Where articles do not agree."""
        return [s.standing for s in self.selections if s.standing]

    @property
    def status(self) -> Status:
        """Of an answer from this evidence."""
        kinds = {s.kind for s in self.standings}
        if self.lacking or any(s.uncounted for s in self.selections):
            return Status.PARTIAL
        if Kind.CONFLICT in kinds:
            return Status.CONFLICT
        return Status.SUPERSEDED if kinds else Status.ANSWERED

    @cached_property
    def difference(self) -> tuple[Difference, tuple[Stated, Stated]] | None:
        """How the values of two parts differ, where the question asks for that and each part's evidence states one."""
        if len(self.selections) != 2 or self.standings or not asks_to_compare(fold_text(self.standalone.question)):
            return None
        (asked, selection), (asked_too, selection_too) = zip(self.analysed, self.selections, strict=True)
        one, other = _value_of(asked, selection), _value_of(asked_too, selection_too)
        if one is None or other is None:
            return None
        if one.quantity.unit != other.quantity.unit:
            # Where one of them states the other's kind of value too, that is meant.
            other = _value_of(_in_unit_of(one, asked_too), selection_too) or other
            one = _value_of(_in_unit_of(other, asked), selection) or one
        if (
            one.span == other.span
            and one.evidence.candidate.located.article.id == other.evidence.candidate.located.article.id
        ):
            return None  # one number cannot be what both are
        told = difference((self.analysed[0], self.analysed[1]), (one, other), self.script)
        return (told, (one, other)) if told else None

    @property
    def confidence(self) -> float:
        """That of the least sure part with evidence; of a refusal, that of the surest part."""
        sure = [s.confidence for s in self.selections if s.evidence]
        return min(sure) if sure else max(s.confidence for s in self.selections)


def compose(found: Retrieved, *, marks: bool) -> Answer:
    """The Answer, or a refusal where nothing was selected. `marks`: say which words of a quote answer."""
    if not found.evidence:
        return refuse(found, [e for s in found.selections for e in s.nearest])
    ledger = Ledger()
    sentences = _quoted(found.evidence, ledger, found, marks=marks)
    sentences += _computed(found, ledger)
    return answer_of(found, ledger, sentences, "\n".join(numbered(s) for s in sentences))


def compose_beside(found: Retrieved) -> Answer:
    """What an answer in other words must say too: what the question asks to be worked out."""
    ledger = Ledger()
    sentences = _computed(found, ledger)
    return answer_of(found, ledger, sentences, "\n".join(numbered(s) for s in sentences))


def answer_of(found: Retrieved, ledger: Ledger, sentences: list[AnswerSentence], text: str) -> Answer:
    """An extractive Answer of these sentences, with a warning for each part that has no evidence, for values that do not
    agree, and for those that cannot be compared."""
    apart = found.difference
    warnings = [PARTLY[found.script].format(part=q.text) for q in found.lacking]
    warnings += [UNCOUNTED[found.script]] if any(s.uncounted for s in found.selections) else []
    warnings += [warning_of(s, found.script) for s in found.standings]
    warnings += [apart[0].text] if apart and not apart[0].computed else []
    return Answer(
        id=uuid.uuid4().hex,
        question=found.question,
        standalone_question=found.standalone.search_text,
        answer=text,
        status=found.status,
        sentences=sentences,
        citations=ledger.citations,
        mode="extractive",
        confidence=found.confidence,
        timings_ms={},
        warnings=warnings,
    )


def events_of(answer: Answer) -> Iterator[Event]:
    """A whole Answer as events: each sentence after the citations that it is the first to use."""
    cited: set[int] = set()
    for sentence in answer.sentences:
        yield from (Cited(c) for c in answer.citations if c.number in sentence.citations and c.number not in cited)
        cited.update(sentence.citations)
        yield Said(sentence)
    yield Done(answer)


def _quoted(evidence: list[Evidence], ledger: Ledger, found: Retrieved, *, marks: bool) -> list[AnswerSentence]:
    """Each distinct passage as a sentence, in the order of the answer; one of several that do not agree with its date."""
    sentences = []
    for passage, score in passages_of(evidence):
        number = ledger.cite(passage, score, _answer_in(passage, found) if marks else None)
        text = QUOTED[found.script].format(text=localized(passage.text, found.script))
        frame = next((f for s in found.standings if (f := frame_of(s, passage, found.script))), NO_FRAME)
        sentences.append(
            AnswerSentence(
                text=frame.before + text + frame.after,
                verdict=Verdict.SUPPORTED,
                citations=[number],
                standing=frame.standing,
            )
        )
    return sentences


def _value_of(question: Question, selection: Selection) -> Stated | None:
    """The value that the evidence for a part states, unless what else was found states another one."""
    asked = as_amount(question)
    value = next((v for e in selection.evidence if (v := stated(asked, e))), None)
    if value is None:
        return None
    others = [e for e in (*selection.evidence, *selection.others) if e is not value.evidence]
    return None if standing(asked, value.evidence, others) else value


def _in_unit_of(value: Stated, question: Question) -> Question:
    return replace(as_amount(question), unit=value.quantity.unit)


def _computed(found: Retrieved, ledger: Ledger) -> list[AnswerSentence]:
    """What the question asks to be worked out of the evidence, each sentence with all that it comes from."""
    told = found.difference
    if told and told[0].computed:
        return [_worked_out(told[0].text, [value.evidence.candidate for value in told[1]], ledger)]
    if len(found.evidence) == 1 and asks_how_many(found.analysed[0]):
        candidate = found.evidence[0].candidate
        count = items_of(candidate.located.text, found.analysed[0])
        return [_worked_out(COUNTED[found.script].format(n=count), [candidate], ledger)] if count else []
    return []


def _worked_out(text: str, candidates: list[Candidate], ledger: Ledger) -> AnswerSentence:
    numbers = {ledger.cite_inside(Passage(c.located, c.located.sentence.span), c.score) for c in candidates}
    return AnswerSentence(text=text, verdict=Verdict.SUPPORTED, citations=sorted(numbers), computed=True)


def passages_of(found: list[Evidence]) -> list[tuple[Passage, float]]:
    """What is quoted, with its score: each sentence once, and neighbours as one."""
    passages: list[tuple[Passage, float]] = []
    for evidence in found:
        passage = passage_of(evidence.candidate.located, whole=evidence.kind in DESCRIBED)
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


def _answer_in(passage: Passage, found: Retrieved) -> AnswerSpan | None:
    """The words of a passage that answer: the value asked for, where its sentence states one, else what the reader is sure
    enough of."""
    parts = zip(found.analysed, found.selections, strict=True)
    here = [
        (q, e) for q, s in parts for e in s.evidence if e.candidate.located.article.id == passage.located.article.id
    ]
    values = [v.span for q, e in here if q.type in AMOUNTS and (v := stated(q, e))]
    readings = [r for _, e in here if (r := e.candidate.reading)]
    sure = sorted((r for r in readings if r.answer and r.certainty >= MARKED), key=lambda r: -r.certainty)
    text = passage.located.article.text
    for span in [*values, *(_trimmed(r.answer, text) for r in sure if r.answer)]:
        if passage.span.start <= span.start < span.end <= passage.span.end:
            return AnswerSpan(start=span.start, end=span.end)
    return None


def _trimmed(span: Span, text: str) -> Span:
    """Without punctuation at its end."""
    words = span.of(text).rstrip("，。、；：,;: ")
    return Span(span.start, span.start + len(words))


def numbered(sentence: AnswerSentence, marker: str = "[{n}]") -> str:
    """A sentence with the marker of each of its citations, and a word where its sources bear it out in part alone."""
    mark = "" if sentence.verdict is Verdict.SUPPORTED else SUPPORTED_IN_PART[script_of(sentence.text)]
    return sentence.text + "".join(marker.format(n=n) for n in sentence.citations) + mark


def refuse(found: Retrieved, nearest: list[Evidence]) -> Answer:
    """A refusal: what was looked for, and what comes nearest, each fact cited and named as such."""
    missing = [m for s in found.selections for m in s.missing]
    words = REFUSAL[found.script]
    if missing:
        named = "、".join(to_script(m, found.script) for m in dict.fromkeys(missing))
        words += MISSING[found.script].format(missing=named)
    for presumed in dict.fromkeys(s.contradicted for s in found.selections if s.contradicted):
        words += CONTRARY[found.script].format(presumed=to_script(presumed, found.script))
    ledger = Ledger()
    facts = _quoted(nearest, ledger, found, marks=False)
    refusal = answer_of(found, ledger, [], words)
    return refusal.model_copy(update={"status": Status.NO_EVIDENCE, "nearest": facts, "warnings": []})


def hit_of(candidate: Candidate) -> Hit:
    """A candidate as a search reports it."""
    located = candidate.located
    span = located.sentence.span
    return Hit(start=span.start, end=span.end, quote=located.text, score=candidate.score, **metadata(located))
