"""One question as the report shows it: what was asked, said, cited and found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from eval.metrics.answers import contains_answer, says
from eval.metrics.catalog import is_refusal
from eval.metrics.retrieval import LEGS, sentences
from eval.record import DEPTH, GoldSpan, RankedSentence, Ranking, Record
from eval.report.series import first_gold_rank, leg_name
from qa.answer import Answer, Citation, Verdict

SAID_LENGTH = 160
"""Characters of an answer in a line of the list."""
FOUND_LENGTH = 120
"""Characters of a sentence in the list of what retrieval found, and of a title there."""
TURN_LENGTH = 400
LAST_TURNS = 6
"""What is shown of a conversation."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a quote, which is gold evidence or not."""

    text: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the answer with the numbers of its citations; `note` when it is not fully supported."""

    text: str
    numbers: list[int]
    note: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that the answer must have, or must not; `said` tells whether it has them."""

    text: str
    said: bool


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation, its quote in pieces."""

    number: int
    pieces: list[Piece]
    title: str
    origin: str
    url: str
    place: str


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold quote that is not cited, or not whole."""

    quote: str
    place: str
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """One of the best sentences of the fusion."""

    title: str
    quote: str
    place: str
    score: str
    gold: bool


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Details:
    """All that a click shows."""

    history: list[Turn]
    earlier: int
    """Turns before those of `history`."""
    read_as: str
    said: list[Said]
    plain: str
    """The answer where it has no sentences."""
    warnings: list[str]
    facts: str
    answerable: bool
    parts: list[Wording]
    reference: str
    forbidden: list[Wording]
    expect: str
    cited: list[Cited]
    missed: list[Gold]
    found: list[Found]
    ranks: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question: its line, and its details where there is room for them."""

    id: str
    tags: str
    question: str
    error: str
    said: str
    status: str
    confidence: str
    details: Details | None


def case_of(record: Record, *, detailed: bool) -> Case:
    """A record as it is shown; an error is always shown whole, in its line."""
    question, answer = record.question, record.answer
    failed = record.error or ("" if answer else "Nothing came back.")
    return Case(
        id=question.id,
        tags=", ".join(question.tags),
        question=" ".join(question.question.split()),
        error=failed,
        said=shortened(" ".join(s.text for s in answer.sentences) or answer.answer, SAID_LENGTH) if answer else "",
        status=_status(record),
        confidence=f"{answer.confidence:.2f}" if answer else "",
        details=_details(record) if detailed else None,
    )


def shortened(text: str, length: int) -> str:
    """On one line, cut with an ellipsis."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def pieces(quote: str, start: int, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """The quote, which stands at `start` of its article, parted where spans of the article begin and end."""
    inside = [False] * len(quote)
    for begin, end in spans:
        for at in range(max(begin - start, 0), min(end - start, len(quote))):
            inside[at] = True
    borders = [at for at in range(1, len(quote)) if inside[at] != inside[at - 1]]
    cuts = [0, *borders, len(quote)]
    return [Piece(quote[a:b], inside[a]) for a, b in pairwise(cuts) if a < b]


def web_address(url: str) -> str:
    """The url if it is one of the web, else ""; so that no other scheme becomes a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _status(record: Record) -> str:
    if record.answer is None:
        return "error"
    return "refused" if is_refusal(record) else record.answer.status.value


def _details(record: Record) -> Details:
    question, answer = record.question, record.answer
    text = "\n".join(s.text for s in answer.sentences) if answer else ""
    standalone = answer.standalone_question if answer else ""
    return Details(
        history=[Turn(t.role, shortened(t.content, TURN_LENGTH)) for t in question.history[-LAST_TURNS:]],
        earlier=max(0, len(question.history) - LAST_TURNS),
        read_as="" if standalone.strip() == question.question.strip() else standalone,
        said=[_said(answer, at) for at in range(len(answer.sentences))] if answer else [],
        plain=answer.answer if answer and not answer.sentences else "",
        warnings=answer.warnings if answer else [],
        facts=_facts(record),
        answerable=question.answerable,
        parts=[Wording(" / ".join(part), contains_answer(text, [part])) for part in question.answers],
        reference=question.reference,
        forbidden=[Wording(words, _is_said(answer, words)) for words in question.forbidden],
        expect=question.expect.value if question.expect else "",
        cited=[_cited(citation, record.gold) for citation in answer.citations] if answer else [],
        missed=list(_missed(record)),
        found=[_found(record, sentence) for sentence in record.fused.sentences[:DEPTH]],
        ranks=_ranks(record),
    )


def _said(answer: Answer, at: int) -> Said:
    sentence = answer.sentences[at]
    note = "" if sentence.verdict is Verdict.SUPPORTED else sentence.verdict.value
    return Said(sentence.text, sentence.citations, note or ("" if sentence.citations else "no citation"))


def _is_said(answer: Answer | None, words: str) -> bool:
    return answer is not None and any(says(sentence.text, words) for sentence in answer.sentences)


def _facts(record: Record) -> str:
    """Status, confidence, model and times, in one line."""
    if record.answer is None:
        return ""
    offsets = f"{record.spans_exact} of {record.spans_checked} spans quote exactly"
    shown = [record.answer.status.value, f"confidence {record.answer.confidence:.3f}", record.answer.model or "",
             f"{record.ask_ms:,.0f} ms", offsets if record.spans_exact != record.spans_checked else ""]  # fmt: skip
    return " · ".join(filter(None, shown))


def _place(article: str, start: int, end: int) -> str:
    return f"{article} [{start}, {end})"


def _cited(citation: Citation, gold: list[GoldSpan]) -> Cited:
    spans = [(g.start, g.end) for g in gold if g.article_id == citation.article_id]
    return Cited(
        number=citation.number,
        pieces=pieces(citation.quote, citation.start, spans),
        title=citation.title,
        origin=" · ".join(filter(None, (citation.source, citation.published))),
        url=web_address(citation.url),
        place=_place(citation.article_id, citation.start, citation.end),
    )


def _missed(record: Record) -> Iterator[Gold]:
    """Gold quotes of which characters are not cited, then those that no article has."""
    citations = record.answer.citations if record.answer else []
    for span in record.gold:
        cited = {at for c in citations if c.article_id == span.article_id for at in range(c.start, c.end)}
        length = span.end - span.start
        count = len(cited.intersection(range(span.start, span.end)))
        if count < length:
            state = f"{count} of {length} characters cited" if count else "not cited"
            yield Gold(span.quote, _place(span.article_id, span.start, span.end), state)
    for evidence in record.unlocated:
        yield Gold(evidence.quote, evidence.article, "not found in the indexed articles")


def _found(record: Record, sentence: RankedSentence) -> Found:
    judged = sentences(record, Ranking(sentences=[sentence]))  # by the very rule of the measures
    return Found(
        title=shortened(sentence.title, FOUND_LENGTH),
        quote=shortened(sentence.quote, FOUND_LENGTH),
        place=_place(sentence.article_id, sentence.start, sentence.end),
        score=f"{sentence.score:.3f}",
        gold=judged.ranked[0] in judged.relevant,
    )


def _ranks(record: Record) -> str:
    """Where each leg has the first gold article."""
    if record.answer is None or not record.question.gold_articles:
        return ""
    shown = []
    for leg, ranking_of in LEGS.items():
        if (ranking := ranking_of(record)) is not None:
            rank = first_gold_rank(record, ranking)
            shown.append(f"{leg_name(leg)} {rank if rank else f'not among the first {DEPTH}'}")
    return ", ".join(shown)
