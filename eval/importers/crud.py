"""CRUD-RAG: questions on one, two or three news texts.

split_merged.json, one JSON object of task name to list. Read are the tasks questanswer_1doc,
questanswer_2docs and questanswer_3docs, with items {"ID", "event", "news1", "news2", "news3",
"questions", "answers"}. Defined in Lyu et al., "CRUD-RAG" (2024), repository
IAAR-Shanghai/CRUD_RAG.

An item with several questions is split where `questions` and `answers` have equally many
pieces: numbered ones (1. … 2. …, Q1: … Q2: …), else lines. The questions of a split item may
lean on one another, so they are tagged "split". All others are kept whole.

A short answer, of at most 15 characters and without marks, is a part to be found in ours; a
sentence, a list or a yes or no is a reference, since an answer may say it in other words.
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, ForeignId, parse, read_text
from eval.importers.records import ImportedSet
from eval.questions import QuestionSetError
from index.dates import parse_published

TASKS = ("questanswer_1doc", "questanswer_2docs", "questanswer_3docs")
MAX_PART = 15
"""Characters of an answer that can be looked for as it is."""

_MARK = re.compile(
    r"(?:^|(?<=[\s。？?！!；;]))[(（]?(?:Q|A|问题?|問題?|答案?)?\s*(\d{1,2})\s*[.．、:：)）](?!\d)", re.IGNORECASE
)
_SENTENCE_MARKS = re.compile(r"[，、。；：！？!?;\n]|[,.:](?!\d)")
# In nearly every Chinese sentence, whatever it says.
_YES_NO = frozenset("是 否 是的 不是 有 没有 会 不会 能 不能 可以 对 不对".split())
_ISO_DATE = re.compile(r"\s*(\d{4}-\d\d-\d\d)(?!\d)")


def _joined(value: object) -> object:
    """A list of strings as lines of one. What is neither is left for pydantic to name."""
    return "\n".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value


Lines = Annotated[str, BeforeValidator(_joined)]


class Item(Foreign):
    ID: ForeignId
    news1: str
    news2: str = ""
    news3: str = ""
    questions: Lines
    answers: Lines


class Crud(Foreign):
    model_config = ConfigDict(extra="allow")  # so that the other tasks can be counted

    questanswer_1doc: tuple[Item, ...] = ()
    questanswer_2docs: tuple[Item, ...] = ()
    questanswer_3docs: tuple[Item, ...] = ()


def read(path: Path) -> ImportedSet:
    """The questions and news texts of a file. Raises QuestionSetError."""
    crud = parse(str(path), read_text(path), Crud)
    if not crud.model_fields_set.intersection(TASKS):
        raise QuestionSetError(f"{path}: none of the tasks {', '.join(TASKS)} is in it.")
    builder = SetBuilder()
    tasks = (crud.questanswer_1doc, crud.questanswer_2docs, crud.questanswer_3docs)
    for name, items in zip(TASKS, tasks, strict=True):
        for item in items:
            _add(builder, name, item)
    for name, items in (crud.model_extra or {}).items():
        builder.note(f"entries of the task {name}, passed over", len(items) if isinstance(items, list) else 1)
    return builder.build()


def _add(builder: SetBuilder, task: str, item: Item) -> None:
    news = [text for text in (item.news1, item.news2, item.news3) if text.strip()]
    gold = unique(builder.add_passage("crud", text, _date(text)) for text in news)
    tags = [task] if task == TASKS[0] else [task, "multi-document"]
    pairs = _pairs(builder, item)
    for number, (question, answer) in enumerate(pairs, start=1):
        short = _is_short(answer)
        builder.add_question(
            f"{task}-{item.ID}-{number}" if len(pairs) > 1 else f"{task}-{item.ID}",
            question,
            answers=[[answer.rstrip("。")]] if short else [],
            reference="" if short else answer,
            gold=gold,
            tags=[*tags, "split"] if len(pairs) > 1 else tags,
        )


def _pairs(builder: SetBuilder, item: Item) -> list[tuple[str, str]]:
    """Each question of the item with its answer."""
    questions, answers = pieces(item.questions), pieces(item.answers)
    if questions and len(questions) == len(answers):
        return list(zip(questions, answers, strict=True))
    if len(questions) > 1:
        builder.note("entries with several questions and another number of answers, kept whole")
    return [(" ".join(item.questions.split()), item.answers.strip())]


def pieces(text: str) -> list[str]:
    """The numbered pieces of a text, where they count up from 1 at its start; else its lines."""
    text = text.strip()
    marks = list(_MARK.finditer(text))
    if marks and not marks[0].start() and [int(m[1]) for m in marks] == list(range(1, len(marks) + 1)):
        ends = [*(m.start() for m in marks[1:]), len(text)]
        return [text[m.end() : end].strip() for m, end in zip(marks, ends, strict=True)]
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_short(answer: str) -> bool:
    bare = answer.rstrip("。")
    return 0 < len(bare) <= MAX_PART and not _SENTENCE_MARKS.search(bare) and bare not in _YES_NO


def _date(text: str) -> str:
    """The day that a news text begins with (2023-07-28 10:14:27 …), or ""."""
    match = _ISO_DATE.match(text)
    return parse_published(match[1]) if match else ""
