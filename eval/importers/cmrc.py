"""CMRC 2018 in its own form: a list, or {"data": a list}, of contexts.

Each is {"context_id", "context_text", "title", "qas": [{"query_id", "query_text", "answers":
["…"]}]}. Defined in Cui et al., "A Span-Extraction Dataset for Chinese Machine Reading
Comprehension" (2019), repository ymcui/cmrc2018. `squad` turns it into questions.
"""

from pathlib import Path

from pydantic import RootModel

from eval.importers.foreign import Foreign, ForeignId, parse


class Query(Foreign):
    query_id: ForeignId
    query_text: str
    answers: tuple[str, ...] = ()


class Context(Foreign):
    context_id: ForeignId
    context_text: str
    title: str = ""
    qas: list[Query]


class ContextList(RootModel[list[Context]]):
    """The file as a bare list."""


class ContextFile(Foreign):
    data: list[Context]


def is_cmrc(text: str) -> bool:
    """Whether a JSON file that holds SQuAD's form or this one holds this one."""
    # Quotation marks inside a JSON string are escaped, so this can only be a whole string: the key.
    return text.lstrip().startswith("[") or '"context_text"' in text


def contexts(path: Path, text: str) -> list[Context]:
    """The contexts of a file. Raises QuestionSetError."""
    if text.lstrip().startswith("["):
        return parse(str(path), text, ContextList).root
    return parse(str(path), text, ContextFile).data
