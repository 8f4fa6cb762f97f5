"""A model's answer from evidence, with quotations in its place wherever it fails."""

from collections.abc import Iterator
from itertools import chain, zip_longest

from qa.answer import Answer, AnswerSentence, DroppedSentence
from qa.candidate import Candidate
from qa.citing import Ledger
from qa.compose import Retrieved, answer_of, compose, compose_beside, events_of, numbered, refuse
from qa.events import Cited, Done, Event, Said
from qa.evidence import Evidence
from qa.generation.checking import Checked
from qa.generation.prompting import Task
from qa.generation.trouble import Trouble, warning_of
from qa.generation.writer import Writing
from qa.instructions import instructs
from qa.messages import DROPPED
from qa.passage import Passage, joined, passage_of
from qa.script import Script, script_of

SURE = 0.85
"""Confidence in the evidence from which on it is quoted although the model finds no answer in it; below, both say no."""


class _Draft:
    """The answer so far: what has been said is never taken back."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.sentences: list[AnswerSentence] = []
        self.text = ""

    def write(self, checked: Checked) -> Iterator[Event]:
        numbers = [self.ledger.cite(s.passage, s.candidate.score) for s in checked.sources]
        return self._say(_sentence(checked, numbers), begins_line=checked.begins_line)

    def quote(self, answer: Answer) -> Iterator[Event]:
        """Of quotations those sentences that cite what is not cited yet, and what was computed."""
        for sentence in answer.sentences:
            given = [c for c in answer.citations if c.number in sentence.citations]
            if sentence.computed or not all(self.ledger.has(c) for c in given):
                numbers = [self.ledger.adopt(c) for c in given]
                yield from self._say(sentence.model_copy(update={"citations": numbers}), begins_line=True)

    def _say(self, sentence: AnswerSentence, *, begins_line: bool) -> Iterator[Event]:
        used = {number for said in self.sentences for number in said.citations}
        self.sentences.append(sentence)
        self.text += ("\n" if self.text and begins_line else "") + numbered(sentence)
        new = [c for c in self.ledger.citations if c.number in sentence.citations and c.number not in used]
        return chain((Cited(c) for c in new), [Said(sentence, begins_line)])


def write_answer(writing: Writing, found: Retrieved, *, marks: bool) -> Iterator[Event]:
    """The events of an answer that a model writes. What the evidence refuses, no model is asked; nor where articles do not
    agree, which is quoted with who said what and when."""
    if not found.evidence or found.standings:
        yield from events_of(compose(found, marks=marks))
        return
    if found.script is Script.ENGLISH:
        yield from events_of(_warned(compose(found, marks=marks), Trouble.ENGLISH, found.script))
        return
    draft, passages = _Draft(), passages_for(found)
    if not passages:
        yield from events_of(compose(found, marks=marks))
        return
    task = Task(found.standalone.search_text, found.script, tuple(found.analysed))
    for checked in writing.sentences(task, passages):
        yield from draft.write(checked)
    instead = _instead(found, writing, marks=marks)
    if not draft.sentences:
        yield from events_of(_recorded(instead, writing))
        return
    # It may have answered one part and found nothing for another: what it does not cite is quoted.
    cut_off = writing.trouble
    yield from draft.quote(compose(found, marks=marks) if cut_off else compose_beside(found))
    answer = answer_of(found, draft.ledger, draft.sentences, draft.text).model_copy(update={"mode": "llm"})
    if cut_off:
        answer = _warned(answer, cut_off, found.script, continued=True)
    yield Done(_recorded(answer, writing))


def passages_for(found: Retrieved) -> list[tuple[Passage, Candidate]]:
    """What a model gets: the evidence chosen, then what else meets the requirements, each part's in turn; nothing that
    tells it what to do, and so maybe nothing."""
    chosen = [s.evidence for s in found.selections]
    others = [s.others for s in found.selections]
    ordered = [e for rows in (chosen, others) for row in zip_longest(*rows) for e in row if e is not None]
    return _distinct(ordered)


def _distinct(found: list[Evidence]) -> list[tuple[Passage, Candidate]]:
    """A passage for each, neighbours as one and none twice."""
    passages: list[tuple[Passage, Candidate]] = []
    for evidence in found:
        passage = passage_of(evidence.candidate.located)
        if instructs(passage.text):
            continue
        for at, (shown, candidate) in enumerate(passages):
            if whole := joined(shown, passage):
                passages[at] = whole, candidate
                break
        else:
            passages.append((passage, evidence.candidate))
    return passages


def _instead(found: Retrieved, writing: Writing, *, marks: bool) -> Answer:
    """Quotations; a refusal where the model finds no answer and the evidence is not sure of one."""
    if writing.trouble is Trouble.DECLINED and found.confidence < SURE:
        return refuse(found, found.evidence)
    quoted = compose(found, marks=marks)
    return _warned(quoted, writing.trouble, found.script) if writing.trouble else quoted


def _sentence(checked: Checked, numbers: list[int]) -> AnswerSentence:
    return AnswerSentence(
        text=checked.text,
        verdict=checked.verdict,
        citations=sorted(numbers),
        reasons=list(checked.reasons),
        repaired=checked.repaired,
    )


def _warned(answer: Answer, trouble: Trouble, script: Script, *, continued: bool = False) -> Answer:
    warning = warning_of(trouble, script, continued=continued)
    return answer.model_copy(update={"warnings": [*answer.warnings, warning]})


def _recorded(answer: Answer, writing: Writing) -> Answer:
    """With the model, its tokens, and what it wrote in vain."""
    dropped = [DroppedSentence(text=d.text, reasons=list(d.reasons)) for d in writing.dropped]
    said = [DROPPED[script_of(answer.question)].format(count=len(dropped))] if dropped and answer.mode == "llm" else []
    return answer.model_copy(
        update={
            "model": writing.chat.name,
            "usage": writing.call.usage.as_dict(),
            "cost": writing.cost,
            "dropped": dropped,
            "warnings": [*answer.warnings, *said],
        }
    )
