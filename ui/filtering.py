"""The chat's filters, from what was typed and chosen."""

from datetime import date

from pydantic import ValidationError

from qa.filters import Filters
from ui.problems import Told
from ui.words import Words


def filters_from(
    sources: list[str], since: str | None, until: str | None, articles: list[str], words: Words
) -> Filters | None:
    """The filters; None where nothing is given. Raises Told, in the page's words."""
    first, last = _day(since, words), _day(until, words)
    if first and last and first > last:
        raise Told(words.errors["since_after_until"])
    try:
        filters = Filters.model_validate({"since": first, "until": last, "sources": sources, "articles": articles})
    except ValidationError as error:
        raise Told(words.errors["bad_question"]) from error
    return None if filters.is_empty else filters


def in_short(filters: Filters | None) -> str:
    """Filters in a line."""
    if filters is None:
        return ""
    span = f"{filters.since or ''}–{filters.until or ''}" if filters.since or filters.until else ""
    return " · ".join(filter(None, (span, "、".join(filters.sources), "、".join(filters.articles))))


def _day(typed: str | None, words: Words) -> date | None:
    """A day that was typed, with any of the usual marks between its numbers."""
    text = (typed or "").strip()
    if not text:
        return None
    try:
        year, month, day = (
            int(part) for part in text.rstrip("日号號").translate(str.maketrans("年月/.", "----")).split("-")
        )
        return date(year, month, day)
    except ValueError as error:
        raise Told(words.errors["bad_day"].format(day=text)) from error
