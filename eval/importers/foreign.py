"""Reading foreign files: text, JSON and JSON lines, checked against a model of their form.

Whatever is wrong becomes a QuestionSetError that names the file, the line or the path of
indexes in it, and what was expected there.
"""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.questions import QuestionSetError


class Foreign(BaseModel):
    """Part of a foreign form. Fields that we have no use for are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


ForeignId = Annotated[str, Field(coerce_numbers_to_str=True)]
"""An id, which some sets write as a number."""

Model = TypeVar("Model", bound=BaseModel)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises QuestionSetError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be read: {error.strerror}.") from error


def read_text(path: Path) -> str:
    """The text of a JSON file, which is UTF-8. Raises QuestionSetError."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path} is not UTF-8 (byte {error.start}).", "Save it in UTF-8.") from error


def parse(where: str, text: str, model: type[Model]) -> Model:
    """The JSON value of `text`; `where` says in words where it stands. Raises QuestionSetError."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise misfit(where, error) from error


def parse_lines(path: Path, model: type[Model]) -> Iterator[tuple[str, Model]]:
    """The JSON value of each line that is not blank, after where it stands. Raises QuestionSetError."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield where, parse(where, line, model)


def refuse_twice(where: str, field: str, value: str, taken: Container[str]) -> None:
    """Raise QuestionSetError where an id that others name is taken by an earlier line."""
    if value in taken:
        raise QuestionSetError(f"{where}: {field}: {value!r} is taken by an earlier line; ids must differ.")


def misfit(where: str, error: ValidationError) -> QuestionSetError:
    """The first thing that does not fit the form, as an error to raise."""
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    return QuestionSetError(f"{where}: {field + ': ' if field else ''}{message}.")
