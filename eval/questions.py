"""Question sets: one JSON object a line, checked before anything runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from index.errors import YoujuError
from qa.answer import Status, Turn

QUESTIONS = "questions.jsonl"
ARTICLES = "articles.jsonl"
"""The two files of a set's folder."""


SELF_CONTAINED = "self-contained"
MAX_PROBLEMS = 10
"""Problems of a file that its error lists."""


Wording = Annotated[str, Field(pattern=r"\S")]


class QuestionSetError(YoujuError):
    """A question set is not in the form that we read."""

    code = "bad_question_set"


class GoldEvidence(BaseModel):
    """Words of an article that answer the question."""

    article: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class TestQuestion(BaseModel):
    """A question with what is known of its answer. Fields that we do not know are passed over."""

    __test__ = False  # not a test case, whatever pytest makes of the name
    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    question: str = Field(min_length=1, pattern=r"\S")
    history: list[Turn] = []
    answers: list[Annotated[list[Wording], Field(min_length=1)]] = Field(
        default=[], description="one entry for each part of the answer, each a list of aliases"
    )
    reference: str = Field(default="", description="the answer in free words, where no list of parts is known")
    evidence: list[GoldEvidence] = []
    gold: list[str] = Field(default=[], description="ids of the articles that answer, beside those of `evidence`")
    answerable: bool = True
    forbidden: list[Wording] = Field(default=[], description="what the answer must not say")
    expect: Status | None = Field(default=None, description="the status that the Answer must have")
    tags: list[str] = []
    self_contained: bool = Field(default=False, description="makes sense without its article; becomes a tag")

    @model_validator(mode="before")
    @classmethod
    def _spelt(cls, given: object) -> object:
        """A field that is nearly one of ours would otherwise be passed over unseen."""
        for name in given if isinstance(given, dict) else ():
            if name not in cls.model_fields and (near := get_close_matches(name, cls.model_fields, 1, 0.8)):
                raise ValueError(f"the field {name!r} is not known; is {near[0]!r} meant?")
        return given

    @field_validator("tags")
    @classmethod
    def _not_all(cls, tags: list[str]) -> list[str]:
        if "all" in tags:
            raise ValueError("the tag 'all' is taken: reports use it for all questions")
        return tags

    @model_validator(mode="after")
    def _tagged(self) -> Self:
        if self.self_contained and SELF_CONTAINED not in self.tags:
            self.tags = [*self.tags, SELF_CONTAINED]
        return self

    @property
    def gold_articles(self) -> set[str]:
        """Ids of the articles that answer."""
        return {*self.gold, *(e.article for e in self.evidence)}


@dataclass(slots=True)
class CheckedFile:
    """What a question file holds: its questions in order, and what is wrong, a line of words each."""

    questions: list[TestQuestion] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_questions(path: Path, *, skip_bad: bool = False) -> list[TestQuestion]:
    """All questions of a file, in its order; with `skip_bad`, those that are in the right form.

    Raises QuestionSetError with the line, the field and what was expected.
    """
    checked = check_questions(path)
    if checked.problems and not skip_bad:
        more = len(checked.problems) - MAX_PROBLEMS
        listed = [*checked.problems[:MAX_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        raise QuestionSetError(f"{path} is not in the form of a question set.\n  " + "\n  ".join(listed))
    if not checked.questions:
        raise QuestionSetError(f"{path} has no questions in it.", "Write one JSON object a line; see eval/README.md.")
    return checked.questions


def check_questions(path: Path) -> CheckedFile:
    """Read every line, good or bad. Raises QuestionSetError for a file that cannot be read at all."""
    checked = CheckedFile()
    first_lines: dict[str, int] = {}
    for number, line in _lines(path):
        try:
            question = TestQuestion.model_validate_json(line)
        except ValidationError as error:
            checked.problems.append(f"line {number}: {_problems(error)}")
            continue
        if question.id in first_lines:
            taken = first_lines[question.id]
            checked.problems.append(f"line {number}: id: {question.id!r} is that of line {taken}; ids must differ.")
            continue
        first_lines[question.id] = number
        checked.questions.append(question)
    return checked


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, with their numbers from 1."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # not splitlines: U+2028 may stand in JSON strings
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path} is not UTF-8 (byte {error.start}).", "Save it in UTF-8.") from error
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line


def _problems(error: ValidationError) -> str:
    """Each field with what was expected of it."""
    found = [(".".join(map(str, e["loc"])) or "the line", e["msg"]) for e in error.errors(include_url=False)]
    return "; ".join(f"{name}: {message}" for name, message in found) + "."
