"""Years, months and days: is each of a statement's said in what it cites?"""

import re
from collections.abc import Iterator

from index.dates import date_mentions
from index.fold import fold_text
from index.records import DateMention, Span
from qa.verify.amounts import holds_number
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_PERIOD = re.compile(
    r"(?:上|下)半年|前[一二三四1-4]个?季度|第?[一二三四1-4]季度|前\d{1,2}个月|年初|年中(?![国央东部南北心期小])|年底|年末"
)
_MONTHS = re.compile(r"(?<!\d)(?:\d{1,2}月?(?:-|~|—|至|到))?\d{1,2}月份?(?!\d{1,2}[日号])")
_FIGURES = str.maketrans("1234", "一二三四")


def check_times(statement: Analysed, cited: list[Analysed], context: list[Analysed]) -> Iterator[Finding]:
    """What is wrong with the statement's times. A year may also stand in the context where the text names none."""
    said = "\n".join(text.folded for text in cited)
    years = _years(cited) or _years(context)
    borne_out = {span for text in cited for span in _borne_out(statement, text)}
    for moment, words in _moments(statement):
        if not (moment.span in borne_out or holds_number(words, said) or _is_there_in_parts(moment, cited, years)):
            yield Finding(Kind.TIME, words, "、".join(sorted(map(str, _years(cited))))[:40])
    known = {int(moment.first[:4]) for moment, _ in _moments(statement)}
    for year in dict.fromkeys(y for y, _ in statement.years):
        if year not in known and year not in years:
            yield Finding(Kind.TIME, str(year))
    yield from _periods(statement, said)


def _borne_out(statement: Analysed, text: Analysed) -> Iterator[Span]:
    """Times of the statement in which one of the text lies. 今年 in both is counted from the text's own date."""
    for moment in date_mentions(statement.text, text.published):
        if any(moment.first <= t.first and t.last <= moment.last for t in text.moments):
            yield moment.span


def _moments(statement: Analysed) -> list[tuple[DateMention, str]]:
    return [(m, fold_text(m.span.of(statement.text))) for m in statement.moments]


def _is_there_in_parts(moment: DateMention, cited: list[Analysed], years: set[int]) -> bool:
    """Whether month and day stand there, and their year there or around it: the text alone may resolve no date."""
    month, day = int(moment.first[5:7]), int(moment.first[8:])
    if int(moment.first[:4]) not in years:
        return False
    if moment.first[5:] == "01-01" and moment.last[5:] == "12-31":
        return True
    words = f"{month}月{day}日" if moment.first == moment.last else f"{month}月"
    return any(w == words or w.startswith(words) for text in cited for w in text.month_days)


def _years(texts: list[Analysed]) -> set[int]:
    """Years that texts name or that their dates lie in."""
    named = {year for text in texts for year, _ in text.years}
    return named | {int(m.first[:4]) for text in texts for m in text.moments}


def _periods(statement: Analysed, said: str) -> Iterator[Finding]:
    """上半年 where the text speaks of 下半年 or of no such part of a year."""
    there = {_period(m.group()) for m in _PERIOD.finditer(said)}
    for match in _PERIOD.finditer(statement.folded):
        if _period(match.group()) not in there:
            yield Finding(Kind.TIME, match.group(), "、".join(sorted(there)))


def parts_of_year(folded: str) -> frozenset[str]:
    """Quarters, halves and months that a folded text names, without days: 上半年, 一季度, 8月, 1至8月."""
    months = (re.sub(r"月?(?:-|~|—|到)", "至", m.group()) for m in _MONTHS.finditer(folded))
    return frozenset([_period(m.group()) for m in _PERIOD.finditer(folded)] + [m.removesuffix("份") for m in months])


def _period(words: str) -> str:
    return words.translate(_FIGURES).removeprefix("第").replace("年末", "年底").replace("个季度", "季度")
