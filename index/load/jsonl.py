"""The bulk form: one JSON object a line. A broken line is named; the others load."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.dates import parse_published
from index.errors import Problem
from index.records import Failure, LoadedArticle


class BulkArticle(BaseModel):
    """A line of articles.jsonl."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    title: str = ""
    source: str = ""
    published: str = ""
    url: str = ""


def read(path: Path, origin: str) -> Iterator[LoadedArticle | Failure]:
    """Stream the file's articles. Raises OSError when the file cannot be read."""
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            empty = False
            yield _read_line(line, f"{path}, line {number}", origin)
    if empty:
        yield Failure(str(path), "the file is empty.", origin=origin, problem=Problem.EMPTY)


def count(path: Path) -> int:
    """Lines that are not blank; 0 for a file that cannot be read, which `read` reports."""
    try:
        with path.open("rb") as file:
            return sum(bool(line.strip()) for line in file)
    except OSError:
        return 0


def _read_line(line: bytes, where: str, origin: str) -> LoadedArticle | Failure:
    try:
        record = BulkArticle.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        kind = "not JSON: " if first["type"] == "json_invalid" else ""
        return Failure(
            where, f"{field + ': ' if field else kind}{first['msg']}.", origin=origin, problem=Problem.BAD_RECORD
        )
    if not record.text.strip():
        return Failure(where, "text: there is nothing in it.", (record.id,), problem=Problem.EMPTY)
    published = parse_published(record.published)
    unread = record.published.strip() if not published else ""
    return LoadedArticle(
        id=record.id,
        text=record.text,
        title=record.title.strip(),
        source=record.source.strip(),
        published=published,
        url=record.url.strip(),
        removed=(f"published: {unread}",) if unread else (),
        origin=origin,
        where=where,
    )
