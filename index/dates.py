"""Dates said in a text, resolved to days; relative ones against the publication date.

A resolved date is stored beside its sentence, never written into it.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.records import DateMention, Span

Days = tuple[date, date]
"""First and last day, both inclusive."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What a relative date is measured from."""

    published: date | None
    last_year: int | None = None
    last_month: int | None = None


_Y, _M, _D = r"((?:19|20)\d\d)", r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
# Words before a month that put it after the publication.
_AHEAD = re.compile("[将將拟擬]|预计|預計|计划|計劃|計畫|定于|定於")
_YEAR_WORDS = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
_DAY_WORDS = {"前": -2, "昨": -1, "今": 0, "明": 1}
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "這": 0, "下": 1}
_WEEKDAYS = {day: number for number, day in enumerate("一二三四五六日")} | {"天": 6}


def date_mentions(text: str, published: str) -> Iterator[DateMention]:
    """Every date in `text` that can be resolved, in order and without overlap.

    `published` is an ISO date or "". Without it, a month and day take the year of the last
    full date before them, and words such as 去年 stay unresolved.
    """
    anchor = _Anchor(date.fromisoformat(published) if published else None)
    end = 0
    for match, rule in _matches(text):
        if match.start() < end:
            continue
        end = match.end()
        try:
            days = rule.resolve(match, anchor)
        except (ValueError, OverflowError):  # before year 1 or after 9999
            continue
        if days is None:
            continue
        if rule.resolve in (_full, _month_day):
            anchor = _Anchor(anchor.published, days[0].year, days[0].month)
        first, last = (day.isoformat() for day in days)
        yield DateMention(Span(*match.span()), first, last, rule.relative)


def parse_published(text: str) -> str:
    """The first complete date (year, month and day) in `text` as an ISO date, or ""."""
    for match, rule in _matches(text):
        if not rule.relative:
            days = rule.resolve(match, _Anchor(None))
            if days and days[0] == days[1]:
                return days[0].isoformat()
    return ""


def _full(match: re.Match[str], _: _Anchor) -> Days | None:
    year, month, day = match.groups()
    return _days(int(year), int(month), day)


def _american(match: re.Match[str], _: _Anchor) -> Days | None:
    month, day, year = match.groups()
    return _days(int(year), int(month), day)


def _year(match: re.Match[str], _: _Anchor) -> Days | None:
    return _whole_year(int(match[1]))


def _year_word(match: re.Match[str], anchor: _Anchor) -> Days | None:
    if anchor.published is None:
        return None
    word, month, day = match.groups()
    year = anchor.published.year + _YEAR_WORDS[word]
    return _days(year, int(month), day) if month else _whole_year(year)


def _month_day(match: re.Match[str], anchor: _Anchor) -> Days | None:
    """The year that puts a bare month nearest before, or little after, the publication."""
    month, day = match.groups()
    if anchor.published is None:
        return _days(anchor.last_year, int(month), day) if anchor.last_year else None
    this = anchor.published.year
    if _AHEAD.search(match.string[max(0, match.start() - 8) : match.start()]):
        coming = (days for year in (this, this + 1) if (days := _days(year, int(month), day)))
        return next((days for days in coming if days[1] >= anchor.published), None)
    for year in (this + 1, this, this - 1):
        days = _days(year, int(month), day)
        if days and days[0] <= anchor.published + timedelta(days=60):
            return days
    return None


def _week(match: re.Match[str], anchor: _Anchor) -> Days | None:
    if anchor.published is None:
        return None
    which, weekday = match.groups()
    monday = anchor.published - timedelta(days=anchor.published.weekday())
    monday += timedelta(weeks=_WEEKS[which])
    if weekday is None:
        return monday, monday + timedelta(days=6)
    day = monday + timedelta(days=_WEEKDAYS[weekday])
    return day, day


def _day_word(match: re.Match[str], anchor: _Anchor) -> Days | None:
    if anchor.published is None:
        return None
    day = anchor.published + timedelta(days=_DAY_WORDS[match[1]])
    return day, day


def _month_word(match: re.Match[str], anchor: _Anchor) -> Days | None:
    if anchor.published is None:
        return None
    which, day = match.groups()
    months = anchor.published.year * 12 + anchor.published.month - 1 + _WEEKS[which]
    return _days(months // 12, months % 12 + 1, day)


def _bare_day(match: re.Match[str], anchor: _Anchor) -> Days | None:
    """28日 is of the month last named, else this month's, or last month's when it would lie
    after the publication."""
    if anchor.last_year and anchor.last_month:
        days = _days(anchor.last_year, anchor.last_month, match[1])
        if anchor.published is None or (days and days[0] <= anchor.published + timedelta(days=60)):
            return days
    if anchor.published is None:
        return None
    day = int(match[1])
    months = anchor.published.year * 12 + anchor.published.month - 1 - (day > anchor.published.day)
    return _days(months // 12, months % 12 + 1, match[1])


def _days(year: int, month: int, day: str | None) -> Days | None:
    """A month, or one day of it; None for a day that the month hasn't got."""
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, length)
    if int(day) > length:
        return None
    return date(year, month, int(day)), date(year, month, int(day))


def _whole_year(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    resolve: Callable[[re.Match[str], _Anchor], Days | None]
    relative: bool = True


_RULES = (
    _Rule(re.compile(rf"(?<!\d){_Y}\s?年\s?{_M}\s?月(?:\s?{_D}\s?[日号號])?"), _full, relative=False),
    _Rule(re.compile(rf"(?<!\d){_Y}[/.-]{_M}[/.-]{_D}(?!\d)"), _full, relative=False),
    _Rule(re.compile(rf"(?<!\d){_M}/{_D}/{_Y}(?!\d)"), _american, relative=False),
    _Rule(re.compile(rf"(?<!\d){_Y}\s?年(?!\s?\d+\s?月)"), _year, relative=False),
    _Rule(
        re.compile(
            rf"(?<![目此以当當先说說证證声聲表])(今年|去年|前年|明年)(?:\s?{_M}\s?月(?:份|\s?{_D}\s?[日号號])?)?"
        ),
        _year_word,
    ),
    _Rule(re.compile(rf"(?<![\d年]){_M}\s?月(?:\s?{_D}\s?[日号號])?"), _month_day),
    _Rule(
        re.compile("(?<![日基资資根成])(上上|上|本|这|這|下)[个個]?(?:周|週|星期|礼拜|禮拜)([一二三四五六日天])?"),
        _week,
    ),
    _Rule(re.compile("(?<![目此以当當先])(前|昨|今|明(?!天的))(?:天|日|晚)(?!报|報)"), _day_word),
    _Rule(re.compile(rf"(?<![日基资資根成])(上|本|这|這|下)[个個]?月(?:{_D}[日号號])?"), _month_word),
    _Rule(re.compile(rf"(?<![\d月/.-]){_D}\s?日(?![本均元内])"), _bare_day),
)


def _matches(text: str) -> list[tuple[re.Match[str], _Rule]]:
    """All rules' matches, earliest first and the longest first where several start together."""
    found = [(match, rule) for rule in _RULES for match in rule.pattern.finditer(text)]
    return sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end()))
