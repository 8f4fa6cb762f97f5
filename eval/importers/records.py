"""What an importer hands over: the questions and articles of a foreign set, in our forms."""

from dataclasses import dataclass, field

from eval.questions import TestQuestion
from index.load.jsonl import BulkArticle


class ImportedArticle(BulkArticle):
    """An article of a foreign set: a line of articles.jsonl, with an id that the index takes."""


@dataclass(frozen=True, slots=True)
class ImportedSet:
    """A foreign set in our forms. Ids differ within the questions and within the articles."""

    questions: list[TestQuestion]
    articles: list[ImportedArticle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was left out or changed, and how often: "questions without text, left out: 3"."""
