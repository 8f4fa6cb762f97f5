"""RGB: questions with passages that answer, passages that do not, and passages that say it wrong.

JSON lines (zh.json, zh_fact.json, zh_int.json, zh_refine.json): {"id", "query", "answer",
"positive", "negative", "fakeanswer", "positive_wrong"}. Defined in Chen et al., "Benchmarking
Large Language Models in Retrieval-Augmented Generation" (2023), repository chen700564/RGB.

`answer` is read as RGB's own evalue.py reads it: a string is the one part; each entry of a
list is a part, either a string or a list of aliases. Where `positive` is a list of lists
(zh_int: a group for each part), the groups are joined.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, ForeignId, parse_lines
from eval.importers.records import ImportedSet


def _listed(value: object) -> object:
    """A lone string as a list of it. What is neither is left for pydantic to name."""
    return [value] if isinstance(value, str) else value


def _each_listed(value: object) -> object:
    listed = _listed(value)
    return [_listed(item) for item in listed] if isinstance(listed, list) else listed


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Groups = Annotated[list[list[str]], BeforeValidator(_each_listed)]


class Line(Foreign):
    id: ForeignId
    query: str
    answer: Groups
    positive: Groups
    negative: Strings = ()
    fakeanswer: Strings = ()
    positive_wrong: Strings = ()


def read(path: Path) -> ImportedSet:
    """The questions and passages of a file. Raises QuestionSetError."""
    builder = SetBuilder()
    for _, line in parse_lines(path, Line):
        gold = unique(builder.add_passage("rgb", text) for group in line.positive for text in group)
        for text in (*line.negative, *line.positive_wrong):
            builder.add_passage("rgb", text)
        answers = [aliases for part in line.answer if (aliases := unique(a.strip() for a in part))]
        right = {alias for part in answers for alias in part}
        builder.add_question(
            line.id,
            line.query,
            answers=answers,
            gold=gold,
            forbidden=[fake for fake in unique(f.strip() for f in line.fakeanswer) if fake not in right],
            tags=["fact"] if line.fakeanswer or line.positive_wrong else [],
        )
    return builder.build()
