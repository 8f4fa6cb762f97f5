"""BEIR: a corpus, questions, and which documents are relevant to which question.

A folder with corpus.jsonl, {"_id", "title", "text"}, queries.jsonl, {"_id", "text"}, and
qrels/<split>.tsv, with the header query-id, corpus-id, score. Defined in Thakur et al.,
"BEIR" (2021), repository beir-cellar/beir.

Read are the questions that have a relevant document (score above 0) in the split. They are
taken as answerable; what the answer is, is not known. A document with a title only has it
as its text.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, ForeignId, misfit, parse_lines, read_text, refuse_twice
from eval.importers.records import ImportedSet
from eval.questions import QuestionSetError

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"
COLUMNS = ("query-id", "corpus-id", "score")


class Document(Foreign):
    id: ForeignId = Field(alias="_id")
    title: str = ""
    text: str


class Query(Foreign):
    id: ForeignId = Field(alias="_id")
    text: str


class Judgment(Foreign):
    """A line of the qrels."""

    query: str = Field(alias="query-id", min_length=1)
    document: str = Field(alias="corpus-id", min_length=1)
    score: float


def read(folder: Path, split: str = "test") -> ImportedSet:
    """The corpus of a folder and the questions of one split. Raises QuestionSetError."""
    builder = SetBuilder()
    relevant = _relevant(folder, split)
    articles = _articles(builder, folder / CORPUS)
    queries: set[str] = set()
    for where, query in parse_lines(folder / QUERIES, Query):
        refuse_twice(where, "_id", query.id, queries)
        queries.add(query.id)
        if query.id in relevant:
            _add(builder, query, relevant[query.id], articles)
    if unknown := len(relevant.keys() - queries):
        builder.note("questions that the qrels name and that are not there", unknown)
    return builder.build()


def _articles(builder: SetBuilder, path: Path) -> dict[str, str]:
    """The id of each document's article, "" for one without text."""
    articles: dict[str, str] = {}
    for where, document in parse_lines(path, Document):
        refuse_twice(where, "_id", document.id, articles)
        text = document.text if document.text.strip() else document.title
        articles[document.id] = builder.add_article(document.id, text, document.title)
    return articles


def _add(builder: SetBuilder, query: Query, documents: list[str], articles: dict[str, str]) -> None:
    gold = unique(articles.get(document, "") for document in documents)
    if missing := len(documents) - len(gold):
        builder.note("relevant documents that are not in the corpus or have no text", missing)
    if not gold:
        builder.note("questions without a relevant document in the corpus, left out")
        return
    builder.add_question(query.id, query.text, gold=gold)


def _relevant(folder: Path, split: str) -> dict[str, list[str]]:
    """The ids of each question's relevant documents, in the order of the qrels."""
    path = folder / QRELS / f"{split}.tsv"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.tsv"))) or "none"
        raise QuestionSetError(f"{path} does not exist.", f"Splits that are there: {there}. Choose one with --split.")
    relevant: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for judgment in _judgments(path):
        if judgment.score > 0:
            relevant[judgment.query][judgment.document] = None
    return {query: list(documents) for query, documents in relevant.items()}


def _judgments(path: Path) -> Iterator[Judgment]:
    rows = [line.split("\t") for line in read_text(path).splitlines()]
    if not rows or len(rows[0]) != len(COLUMNS) or _is_number(rows[0][-1]):
        raise QuestionSetError(f"{path}, line 1: expected the header {', '.join(COLUMNS)}, separated by tabs.")
    for number, row in enumerate(rows[1:], start=2):
        if row == [""]:
            continue
        where = f"{path}, line {number}"
        if len(row) != len(COLUMNS):
            raise QuestionSetError(f"{where}: {len(row)} columns; expected {', '.join(COLUMNS)}, separated by tabs.")
        try:
            yield Judgment.model_validate(dict(zip(COLUMNS, map(str.strip, row), strict=True)))
        except ValidationError as error:
            raise misfit(where, error) from error


def _is_number(cell: str) -> bool:
    return cell.strip().lstrip("-").replace(".", "", 1).isdigit()
