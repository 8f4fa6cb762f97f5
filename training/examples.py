"""What the reader learns from: questions with windows that answer them and windows that do not.

Spans are characters `[start, end)` of their window. `training.split` says what is kept for validation.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Passage:
    """A window with its article's title. `start` and `end` are the answer's, -1 where it has none."""

    title: str
    text: str
    start: int = -1
    end: int = -1

    @property
    def answers(self) -> bool:
        return self.start >= 0


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its windows: those that answer, and others that the retriever took for near."""

    id: str
    source: str
    question: str
    positives: tuple[Passage, ...]
    negatives: tuple[Passage, ...]
    validation: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and a text that does or does not support it."""

    id: str
    source: str
    statement: str
    title: str
    text: str
    supported: bool
    validation: bool


def write(path: Path, items: Iterable[Example | Claim]) -> int:
    """One JSON object a line, all or none of them; how many."""
    count, part = 0, path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        for item in items:
            file.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
            count += 1
    part.replace(path)
    return count


def read_examples(path: Path) -> Iterator[Example]:
    """Raises pydantic's ValidationError for a line of another form."""
    return _rows(path, TypeAdapter(Example))


def read_claims(path: Path) -> Iterator[Claim]:
    """Raises pydantic's ValidationError for a line of another form."""
    return _rows(path, TypeAdapter(Claim))


def _rows(path: Path, kind: TypeAdapter[T]) -> Iterator[T]:
    with path.open("rb") as file:
        for line in file:
            yield kind.validate_json(line)
