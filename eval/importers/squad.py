"""SQuAD 1.1 and 2.0, in which DRCD and CMRC 2018 are published too.

One JSON object: {"version", "data": [{"title", "paragraphs": [{"context", "qas": [{"id",
"question", "answers": [{"text", "answer_start"}], "is_impossible"}]}]}]}; DRCD has an `id`
on each paragraph. Defined in Rajpurkar et al., "SQuAD" (2016) and "Know What You Don't
Know" (2018), and in Shao et al., "DRCD" (2018). CMRC's own form is in `cmrc`.

A paragraph becomes an article. The answers of a question are aliases of one part, and its
evidence is the sentences that the first answer to be found lies in. An impossible question
is one that its own paragraph does not answer; another paragraph of the set might.
"""

from dataclasses import dataclass
from pathlib import Path

from eval.importers import cmrc
from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, ForeignId, parse, read_text
from eval.importers.records import ImportedSet
from eval.questions import GoldEvidence
from index.clean import clean
from index.segment import segment


class Answer(Foreign):
    """An answer, and the character of the context that it starts at."""

    text: str
    answer_start: int = -1


class Question(Foreign):
    id: ForeignId
    question: str
    answers: tuple[Answer, ...] = ()
    is_impossible: bool = False


class Paragraph(Foreign):
    id: ForeignId = ""
    context: str
    qas: list[Question]


class Entry(Foreign):
    """The paragraphs of one encyclopedia article."""

    title: str = ""
    paragraphs: list[Paragraph]


class Squad(Foreign):
    data: list[Entry]


@dataclass(frozen=True, slots=True)
class Source:
    """The article of a paragraph ("" for one left out), its text, and that text as the index keeps it."""

    article: str
    text: str
    stored: str


def read(path: Path) -> ImportedSet:
    """The questions and paragraphs of a file in this form or in CMRC's. Raises QuestionSetError."""
    text = read_text(path)
    entries = _from_cmrc(path, text) if cmrc.is_cmrc(text) else parse(str(path), text, Squad).data
    builder = SetBuilder()
    for entry in entries:
        for number, paragraph in enumerate(entry.paragraphs, start=1):
            wanted = paragraph.id or f"{entry.title.strip() or 'paragraph'}-{number}"
            article = builder.add_article(wanted, paragraph.context, entry.title)
            source = Source(article, paragraph.context, clean(paragraph.context).text)
            for question in paragraph.qas:
                _add(builder, question, source)
    return builder.build()


def quote_around(context: str, start: int, end: int) -> str:
    """The whole sentences that the span lies in; "" for a span between them."""
    spans = [s.span for s in segment(context) if s.span.start < end and start < s.span.end]
    return context[spans[0].start : spans[-1].end] if spans else ""


def _add(builder: SetBuilder, question: Question, source: Source) -> None:
    answers = [] if question.is_impossible else [a for a in question.answers if a.text.strip()]
    evidence = _evidence(builder, answers, source)
    builder.add_question(
        question.id,
        question.question,
        answers=[unique(a.text.strip() for a in answers)] if answers else [],
        evidence=evidence,
        gold=[source.article] if source.article and not evidence and not question.is_impossible else [],
        answerable=not question.is_impossible,
        tags=["unanswerable"] if question.is_impossible else [],
    )


def _evidence(builder: SetBuilder, answers: list[Answer], source: Source) -> list[GoldEvidence]:
    """The sentences of the first answer that is in the context; none where the index would not keep them."""
    if not answers or not source.article:
        return []
    found = next(((a, start) for a in answers if (start := _place(a, source.text)) >= 0), None)
    if found is None:
        builder.note("questions whose answer is not in its paragraph, without a quote")
        return []
    answer, start = found
    quote = quote_around(source.text, start, start + len(answer.text.strip()))
    if quote not in source.stored:
        builder.note("questions whose sentence the index cleans, without a quote")
        return []
    return [GoldEvidence(article=source.article, quote=quote)]


def _place(answer: Answer, context: str) -> int:
    """Where the answer starts: as said, else its first occurrence, else -1."""
    text = answer.text.strip()
    said = answer.answer_start + len(answer.text) - len(answer.text.lstrip())
    return said if answer.answer_start >= 0 and context.startswith(text, said) else context.find(text)


def _from_cmrc(path: Path, text: str) -> list[Entry]:
    """CMRC's own form as this one; its answers do not say where they stand."""
    return [
        Entry(
            title=context.title,
            paragraphs=[
                Paragraph(
                    id=context.context_id,
                    context=context.context_text,
                    qas=[
                        Question(id=q.query_id, question=q.query_text, answers=tuple(Answer(text=a) for a in q.answers))
                        for q in context.qas
                    ],
                )
            ],
        )
        for context in cmrc.contexts(path, text)
    ]
