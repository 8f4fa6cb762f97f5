"""Offices: a statement about the head of something whose source names the deputy."""

from collections.abc import Iterator

from qa.offices import other_offices
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind


def check_offices(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Offices of the statement that the cited texts have only with 副 or the like, or only without."""
    there = "\n".join(text.folded for text in cited)
    return (Finding(Kind.SUBJECT, said, other) for said, other in other_offices(statement.folded, there))
