"""A text taken apart for checking: its clauses, numbers, times and names."""

import re
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property

from index.dates import date_mentions
from index.fold import fold_text
from index.records import DateMention, Span
from qa.gazetteer import place_spans
from qa.names import COMPANY, bodies_in
from qa.quantities import Quantity, quantities
from qa.verify.bounds import Bound, bound_of
from qa.verify.people import people_in
from qa.verify.units import COUNTERS
from qa.words import Word, tagged

_CLAUSE = re.compile(r"(?:[^,;:。!?\n]|(?<=\d):(?=\d))+")
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;]?")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?!\.?\d|[年月日号)]|[.、]\D)")
_MINUS = re.compile(r"(?:(?<![\da-z%月日年元亿万至])[-−]|负增长|负|零下)\s?$")
_CURRENCIES = {
    "新台币": "台币",
    "台币": "台币",
    "港币": "港元",
    "港元": "港元",
    "美元": "美元",
    "日元": "日元",
    "欧元": "欧元",
}
_CURRENCY = re.compile(rf"({'|'.join(_CURRENCIES)})\s?$")
_ITEM = re.compile(r"[.、)]\s*[^\s\d]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|-|—|–|~|至|到|/|、|$)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})月(?:份|(\d{1,2})[日号])?")
_PART = re.compile(r"(?<![\d至到—~-])\d{1,2}月(?:份)?(?!\d|[至到—~-])|第?[一二三四]季度|[上下]半年")
_NAME_TAGS = frozenset({"nt", "nz", "nrt"})
_DISTRICT = re.compile("[甲乙丙丁戊][县区镇乡村]")
_VERBS = frozenset(
    "毕业 供货 通过 上市 动工 去世 病逝 逝世 发射 开业 退役 就任 离任 停产 投产 入学 结业 通车 首飞".split()
)
"""Verbs that the tagger takes for others."""
_WORK = re.compile(r"《([^《》]{1,40})》")
_OFFICE = re.compile("[\u4e00-\u9fff]{2,}[部局厅署委院]")
_LATIN = re.compile(r"[a-z][a-z0-9.+-]*[a-z0-9]")


class Analysed:
    """One text. Spans are of its folded form but those of `moments`."""

    def __init__(self, text: str, published: str = "") -> None:
        self.text, self.published = text, published
        lines = (fold_text(line).strip() for line in text.splitlines())
        self.folded = "\n".join(line for line in lines if line)

    @cached_property
    def clauses(self) -> list[Span]:
        return _spans(_CLAUSE, self.folded)

    @cached_property
    def sentences(self) -> list[Span]:
        return _spans(_SENTENCE, self.folded)

    @cached_property
    def words(self) -> list[Word]:
        return tagged(self.folded)

    @cached_property
    def verbs(self) -> list[Span]:
        """Words of two characters or more for what is done or happens."""
        spans = (s for tag, s in self.words if tag[:1] == "v" or s.of(self.folded) in _VERBS)
        return [s for s in spans if s.end - s.start > 1]

    @cached_property
    def amounts(self) -> list[tuple[Quantity, Bound]]:
        found = (q for q in quantities(self.folded) if not self._counts_nothing(q))
        return [(self._signed(q), bound_of(self.folded, q)) for q in found]

    def _signed(self, quantity: Quantity) -> Quantity:
        """With the sign and the currency that stand before it: -3%, 零下5度, 新台币12亿元."""
        before = self.folded[max(0, quantity.start - 4) : quantity.start]
        value = -quantity.value if _MINUS.search(before) else quantity.value
        currency = _CURRENCY.search(before) if quantity.unit in ("元", "") else None
        return replace(quantity, value=value, unit=_CURRENCIES[currency[1]] if currency else quantity.unit)

    def _counts_nothing(self, quantity: Quantity) -> bool:
        """Whether a number only says that there is one (一种), stands for places named (两市), or numbers an item (1.)."""
        first = self.folded[quantity.start]
        if not quantity.unit:
            return bool(_ITEM.match(self.folded, quantity.end)) and first.isdigit()
        return (first == "一" and quantity.value == 1 and quantity.unit in COUNTERS) or (
            first == "两" and quantity.unit in "省市县区"
        )

    @cached_property
    def beside(self) -> list[Span]:
        """What stands around each amount: from the one of its unit before it, or its sentence's begin, to the one after
        it, or its clause's end."""
        amounts = [quantity for quantity, _ in self.amounts]
        ends: dict[str, int] = {}
        begins = []
        for quantity in amounts:
            begins.append(max(ends.get(quantity.unit, 0), self.sentence_of(quantity.start).start))
            ends[quantity.unit] = quantity.end
        starts: dict[str, int] = {}
        found = []
        for quantity, begin in zip(reversed(amounts), reversed(begins), strict=True):
            clause = self.clause_of(quantity.start)
            end = min(starts.get(quantity.unit, clause.end), clause.end)
            found.append(Span(begin, max(end, quantity.end)))
            starts[quantity.unit] = quantity.start
        return found[::-1]

    @cached_property
    def numbers(self) -> list[Span]:
        """Digits that belong to no amount and no date, and count no items: of codes, times of day, scores."""
        taken = [(q.start, q.end) for q, _ in self.amounts]
        found = (Span(*m.span()) for m in _NUMBER.finditer(self.folded))
        return [n for n in found if not any(start <= n.start < end for start, end in taken)]

    @cached_property
    def moments(self) -> list[DateMention]:
        return list(date_mentions(self.text, self.published))

    @cached_property
    def years(self) -> list[tuple[int, Span]]:
        """Years in figures, in order."""
        return [(int(m[1]), Span(*m.span(1))) for m in _YEAR.finditer(self.folded)]

    @cached_property
    def month_days(self) -> set[str]:
        """Months and days as they are written, without zeros: 4月, 4月10日."""
        return {_month_day(m) for m in _MONTH_DAY.finditer(self.folded)}

    @cached_property
    def parts(self) -> list[tuple[str, Span]]:
        """Months, quarters and halves of years, in order: 3月, 一季度; no days."""
        return [(_part(m.group()), Span(*m.span())) for m in _PART.finditer(self.folded)]

    @cached_property
    def names(self) -> list[Span]:
        """Names of bodies, people, brands and of places that no list has, in order."""
        named = [s for tag, s in self.words if tag in _NAME_TAGS or _DISTRICT.fullmatch(s.of(self.folded))]
        named += [s for tag, s in self.words if tag == "ns" and s.of(self.folded)[-1] in "县区镇乡村"]
        named += [Span(*m.span()) for m in COMPANY.finditer(self.folded)]
        listed = [s for _, s in self.places]
        found = [*self.bodies, *self.people, *(s for s in named if s.end - s.start > 1 and s not in listed)]
        return sorted(found, key=lambda s: (s.end, -s.start))

    @cached_property
    def places(self) -> list[tuple[str, Span]]:
        return place_spans(self.folded)

    @cached_property
    def bodies(self) -> list[Span]:
        return bodies_in(self.folded)

    @cached_property
    def offices(self) -> list[Span]:
        """Ministries, bureaus and the like: 财政部, 国务院."""
        return [s for tag, s in self.words if tag[:1] == "n" and _OFFICE.fullmatch(s.of(self.folded))]

    @cached_property
    def people(self) -> list[Span]:
        return people_in(self.folded, self.words)

    @cached_property
    def works(self) -> list[Span]:
        return [Span(*m.span(1)) for m in _WORK.finditer(self.folded)]

    @cached_property
    def latin(self) -> list[Span]:
        """Words in Latin letters: products, abbreviations, foreign names."""
        return _spans(_LATIN, self.folded)

    def clause_of(self, at: int) -> Span:
        """The clause that a folded offset stands in."""
        return _at(self.clauses, at) or Span(0, len(self.folded))

    def sentence_of(self, at: int) -> Span:
        return _at(self.sentences, at) or Span(0, len(self.folded))


def _at(spans: list[Span], at: int) -> Span | None:
    """The one of spans in order that an offset lies in."""
    found = bisect_right(spans, at, key=lambda s: s.start) - 1
    return spans[found] if found >= 0 and at < spans[found].end else None


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [Span(*m.span()) for m in pattern.finditer(text)]


def _part(words: str) -> str:
    return words.removeprefix("第").removesuffix("份")


def _month_day(match: re.Match[str]) -> str:
    month, day = match.groups()
    return f"{int(month)}月" + (f"{int(day)}日" if day else "")
