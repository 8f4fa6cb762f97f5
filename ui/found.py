"""How an answer was found, looked up when somebody asks."""

from dataclasses import dataclass

from qa.answer import Answer, Hit, Legs
from qa.history import Exchange
from qa.pipeline import Pipeline
from ui.filtering import in_short
from ui.templating import render
from ui.words import Words

SHOWN = 12
"""Sentences in the table."""
DEPTH = 50
"""Ranks of a leg that are told."""


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence, with its ranks in the legs; "–" beyond DEPTH."""

    hit: Hit
    dense: str
    lexical: str
    cited: bool


def found_html(exchange: Exchange, pipeline: Pipeline, words: Words) -> str:
    """Search for the answer's question once more, and show what each leg gives. Raises what a search raises."""
    answer, question = exchange.answer, exchange.answer.standalone_question
    hits = pipeline.search(question, SHOWN, exchange.filters)
    legs = pipeline.legs(question, DEPTH, exchange.filters)
    rows = [_row(hit, legs, answer) for hit in hits]
    return render("found.html", answer=answer, filters=in_short(exchange.filters), hits=rows, w=words)


def _row(hit: Hit, legs: Legs, answer: Answer) -> Row:
    def rank(leg: str) -> str:
        places = [(f.article_id, f.start) for f in getattr(legs, leg)]
        here = (hit.article_id, hit.start)
        return str(places.index(here) + 1) if here in places else "–"

    is_cited = any(c.article_id == hit.article_id and c.start < hit.end and hit.start < c.end for c in answer.citations)
    return Row(hit, rank("dense"), rank("lexical"), is_cited)
