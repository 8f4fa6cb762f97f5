"""Question sets: one JSON object a line, checked before anything runs."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import YoujuError
from qa.answer import Turn


class QuestionSetError(YoujuError):
    """A question file is not in the form that we read."""

    code = "bad_question_set"


class GoldEvidence(BaseModel):
    """Words of an article that answer the question."""

    article: str
    quote: str


class TestQuestion(BaseModel):
    """A question with what is known of its answer.

    `answers` has one entry for each part of the answer, each a list of aliases.
    """

    __test__ = False  # not a test case, whatever pytest makes of the name
    model_config = ConfigDict(extra="ignore")

    id: str
    question: str = Field(min_length=1)
    history: list[Turn] = []
    answers: list[list[str]] = []
    evidence: list[GoldEvidence] = []
    answerable: bool = True
    tags: list[str] = []
    gold: list[str] = []

    @property
    def gold_articles(self) -> set[str]:
        """Ids of the articles that answer."""
        return {*self.gold, *(e.article for e in self.evidence)}


def read_questions(path: Path) -> list[TestQuestion]:
    """All questions of a file. Raises QuestionSetError with the line and the field."""
    questions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            questions.append(TestQuestion.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise QuestionSetError(f"{path}, line {number}: {field}: {first['msg']}.") from error
    if not questions:
        raise QuestionSetError(f"{path} has no questions in it.")
    return questions
