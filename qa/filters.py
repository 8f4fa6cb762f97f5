"""Filters: which articles a question may be answered from.

They act inside each leg of retrieval, before its best hits are cut off, so that a filter that
leaves one article of many still finds that article's sentences.
"""

import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from index.errors import ArticleNotFound
from index.fold import fold_text
from qa.messages import NO_ARTICLE, NO_SOURCE
from qa.script import Script

if TYPE_CHECKING:
    from index.reader import Allowed, Reader  # clients read filters, and open no index

MAX_SOURCES = 100
MAX_ARTICLES = 1000
MAX_NAME = 1000
"""Characters of a source's name or of an article's id."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> object:
    """Let a day through; pydantic alone would also take 20240501 and mean seconds since 1970."""
    if value is None or type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day", "a day is written YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_day)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
ArticleId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]


class Filters(BaseModel):
    """What an article must be to be found; all that is given must hold, and nothing given means every article."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"since": "2024-01-01", "until": "2024-12-31", "sources": ["新华社"]}]},
    )

    since: Day | None = Field(None, description="first day of publication; an article without a date is left out")
    until: Day | None = Field(None, description="last day of publication; an article without a date is left out")
    sources: list[Source] = Field(
        [], max_length=MAX_SOURCES, description="published by any of these: whole names, in either script"
    )
    articles: list[ArticleId] = Field([], max_length=MAX_ARTICLES, description="any of these, by id")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            days = {"since": self.since.isoformat(), "until": self.until.isoformat()}
            raise PydanticCustomError("since_after_until", "since {since} is after until {until}", days)
        return self

    def within(self, first: date, last: date) -> "Filters | None":
        """These filters and a time of publication; None where no day meets both."""
        since, until = max(self.since or first, first), min(self.until or last, last)
        return None if since > until else self.model_copy(update={"since": since, "until": until})

    @property
    def is_empty(self) -> bool:
        """Whether every article meets them."""
        return not (self.since or self.until or self.sources or self.articles)


EVERYTHING = Filters.model_validate({})


def allowed_by(filters: Filters | None, reader: "Reader") -> "Allowed | None":
    """What may be found; None where everything may. Raises ArticleNotFound for an id that no article has."""
    if filters is None or filters.is_empty:
        return None
    _check_ids(filters.articles, reader)
    numbers = reader.store.articles_where(
        since=filters.since.isoformat() if filters.since else "",
        until=filters.until.isoformat() if filters.until else "",
        sources=_as_written(filters.sources, reader) if filters.sources else None,
        ids=filters.articles or None,
    )
    return reader.allowed(numbers)


def warnings_of(filters: Filters | None, reader: "Reader", script: Script, *, found: bool) -> list[str]:
    """What the asker should know of filters that found less than they may have been meant to.

    A source that no article has is no error, since sources come and go with their articles, but it
    may be a slip of the pen. `found` says whether retrieval found anything.
    """
    if filters is None or filters.is_empty:
        return []
    known = {fold_text(source) for source in reader.store.sources()} if filters.sources else set()
    unknown = [source for source in dict.fromkeys(filters.sources) if fold_text(source) not in known]
    said = [NO_SOURCE[script].format(source=source) for source in unknown]
    return said if found else [*said, NO_ARTICLE[script]]


def _check_ids(ids: list[str], reader: "Reader") -> None:
    known = reader.store.numbers_by_id(ids) if ids else {}
    unknown = [repr(i) for i in dict.fromkeys(ids) if i not in known]
    if unknown:
        named = f"the id {unknown[0]}" if len(unknown) == 1 else f"any of the ids {', '.join(unknown)}"
        raise ArticleNotFound(f"no article has {named}.", "List the ids with: youju articles")


def _as_written(sources: list[str], reader: "Reader") -> set[str]:
    """The articles' own spellings of the sources asked for."""
    wanted = {fold_text(source) for source in sources}
    return {source for source in reader.store.sources() if fold_text(source) in wanted}
