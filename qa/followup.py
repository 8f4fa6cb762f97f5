"""Follow-up questions: take over from the conversation what the question leaves out."""

import re
from dataclasses import dataclass

from index.fold import fold
from qa.answer import Turn
from qa.gazetteer import place_spans, same_level
from qa.messages import REFUSAL
from qa.question import analyse

MAX_CONTEXT = 200
"""Characters that a question takes over; the latest are kept."""

MAX_ANSWER = 60
"""Characters. Only a short answer names the thing that the next question refers to."""

_POINTS_BACK = re.compile(
    r"它|他们|她|(?<!其)他(?!国|人)|(?<![耳尤极与])其(?!中|他|它|余|实|次)|(?<!应)该|此(?!外)|这[个些份项家座位一里]?|那[个些份项家座位一里]?|上述|前者|后者|\b(?:it|its|they|their|he|she|that|this)\b"
)
_WHAT_ABOUT = re.compile(
    r"^(?:那么|那|然后|还有)?[,，\s]*(?P<topic>.{1,20}?)(?:呢|怎么样|如何)[?？\s]*$|^(?:what|how) about (?P<english>.{1,40}?)[?\s]*$"
)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that makes sense alone, and the context it took over ("" when none)."""

    question: str
    context: str = ""
    before: str = ""
    """The question that it follows, where it took over context."""

    @property
    def search_text(self) -> str:
        return f"{self.context} {self.question}".strip()


def condense(question: str, history: list[Turn]) -> Standalone:
    """Make a follow-up stand alone; a question that stands alone already is left as it is.

    Each question of the conversation is condensed against the one before it, so that a
    follow-up of a follow-up still knows what both are about.
    """
    before: Standalone | None = None
    answer = ""
    for turn in history:
        if turn.role == "assistant":
            answer = turn.content
        else:
            before, answer = _against(turn.content, before, answer), ""
    return _against(question, before, answer)


def _against(question: str, before: Standalone | None, answer: str) -> Standalone:
    if before is None:
        return Standalone(question)
    folded = fold(question)
    if match := _WHAT_ABOUT.match(folded.text):
        group = "topic" if match["topic"] else "english"
        topic = folded.original(*match.span(group)).of(question)
        swapped = _swap(before.question, topic) if _is_bare(match[group]) else ""
        if swapped:
            return Standalone(swapped, before.context, before.before)
    own = analyse(question)
    if (own.places or own.people) and not _POINTS_BACK.search(folded.text):
        return Standalone(question)
    return Standalone(question, _context(before, answer), before.question)


def _is_bare(folded_topic: str) -> bool:
    """Whether a topic is places and years alone; anything more asks something of its own."""
    rest = folded_topic
    for _, span in reversed(place_spans(folded_topic)):
        rest = rest[: span.start] + rest[span.end :]
    return not re.sub(r"(?:19|20)\d\d|[年省市的,，、\s]|那么?|到|in|and", "", rest)


def _swap(before: str, topic: str) -> str:
    """The last question with its place, its year, or both replaced by the new ones; else ""."""
    swapped = before
    folded = fold(topic)
    for place, span in place_spans(folded.text):
        swapped = _replace_place(swapped, place, folded.original(span.start, span.end).of(topic))
    if new := re.search(r"(?:19|20)\d\d", folded.text):
        swapped = re.sub(r"(?:19|20)\d\d", new[0], swapped, count=1)
    return swapped if swapped != before else ""


def _replace_place(text: str, place: str, words: str) -> str:
    """`text` with its first place that excludes `place` replaced by `words`."""
    folded = fold(text)
    for old, span in place_spans(folded.text):
        if same_level(place, [old]):
            at = folded.original(span.start, span.end)
            return text[: at.start] + words + text[at.end :]
    return text


def _context(before: Standalone, answer: str) -> str:
    """The last question's statement without its closing mark, and the answer when it is short."""
    parts = [before.context, re.sub(r"[?？。！!]+\s*$", "", before.question)]
    said = re.sub(r"\[\d+\]", "", answer).strip()
    if said and len(said) <= MAX_ANSWER and not said.startswith(tuple(REFUSAL.values())):
        parts.append(said.rstrip("。"))
    return "，".join(filter(None, parts))[-MAX_CONTEXT:]
