"""The words of a passage that matter for a question, as spans of the passage."""

from index.fold import fold
from index.records import Span
from qa.question import Question


def highlights(question: Question, text: str) -> list[Span]:
    """Where `text` has the question's terms, places, years and names; merged, in order."""
    folded = fold(text)
    words = [
        *question.terms,
        *question.inherited,
        *question.places,
        *question.districts,
        *question.people,
        *map(str, question.years),
    ]
    found = sorted((s for word in words for s in folded.find(word)), key=lambda s: (s.start, s.end))
    return _merged(found)


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
