"""Question analysis: what an answer must be about, and what kind of thing it must be.

Places, years, days, names and amounts in a question are requirements: evidence that lacks
one is about something else. Other words count by their rarity.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate

from index.dates import date_mentions
from index.fold import fold_text
from qa.asked import AnswerType, asks_for_list, type_of, unit_of
from qa.focus import focus_of
from qa.gazetteer import places_in, without_provinces
from qa.names import SOMEBODY, bodies_in
from qa.ordinals import numbered_in
from qa.quantities import Quantity, quantities
from qa.question_words import ASKING, STOP
from qa.script import Script, script_of
from qa.verify.people import SURNAMES
from qa.verify.times import parts_of_year


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a question gives relative to the day on which it is asked: 去年, 上个月."""

    words: str
    first: str
    last: str
    """ISO dates, both inclusive."""


@dataclass(frozen=True, slots=True)
class Question:
    """An analysed question. All strings are folded but `text`."""

    text: str
    folded: str
    script: Script
    type: AnswerType
    unit: str
    """The unit that a number must have (多少家 -> 家), or ""."""
    terms: tuple[str, ...]
    """Content words, each once, without places, years and amounts."""
    focus: str
    """What is asked for of the subject (…的身高是多少 -> 身高), or what a question why presumes
    (为什么…下调 -> 下调); "" where the question's form hides it."""
    inherited: tuple[str, ...]
    """Content words that a follow-up takes over from the conversation."""
    places: tuple[str, ...]
    districts: tuple[str, ...]
    """Other places, which the gazetteer does not list: 蔡甸区, 东京."""
    years: tuple[int, ...]
    days: tuple[str, ...]
    """Month and day as MM-DD."""
    parts: tuple[str, ...]
    """Quarters, halves and months: 一季度, 上半年, 8月."""
    people: tuple[str, ...]
    numbered: tuple[str, ...]
    """What it names by a number: 4号线, 第3届."""
    bodies: tuple[str, ...]
    """Courts, companies, universities and the like that it names."""
    named: tuple[str, ...]
    """Brands, works and whatever else a dictionary has for names, and words in Latin letters: 腾讯, openai."""
    periods: tuple[Period, ...]
    amounts: tuple[Quantity, ...]
    """Amounts that the question takes for granted."""
    is_list: bool


_CONTENT = re.compile(r"^(?:n|v|a|j|l|i|t|s$|b$|eng|q$)")
# Capitalised in English but no names: months, days, and words that titles capitalise.
_ENGLISH_WORDS = frozenset(
    "January February March April May June July August September October November December Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday Chinese China City Province District Hong Kong Plan".split()
)
_NO_PEOPLE = frozenset("容纳 英勇 高峰 白云 银杏 栗子 安康 文明 和平 成功 康复 庄严 高尚 温和 平安 明显".split())
"""Words that the dictionary has for names of people."""
_KINDS_OF_PLACES = frozenset(
    "城市 都市 海洋 省份 大陆 内地 山区 海岸 沿海 境内 境外 国内 国外 市区 郊区 县城 城区 地铁 东西 两国 各国 全国 本国 外国 世界 海外 内陆".split()
)
"""Words that the tagger takes for names of places."""
_FRAME = re.compile(r"^(?:根据|依据|依照|按照|据)[^,?。]{2,60},(?=.)")
"""What a question says of where its answer is to be found: 根据…的判决书，"""
_NAME_TAGS = frozenset({"nz", "nt", "nrt", "nrfg", "eng"})
_NO_NAME = re.compile(r"这|那|的$|后$|时期$|政府$|国会$|军$|人$|版$|战$|^(?:比特|gdp|pmi|cpi|ai|app|no|vs)$")
"""Words that the dictionary has for names, and that others stand for."""
_NAMES_LIKE_TIMES = re.compile(r"《[^》]*》|今日头条|今日资本|明日方舟|明日之后|昨日重现|明天系|明天控股|这周杰")
_FROM_TODAY = re.compile("今|去|明|前|昨|上|本|这|下")


def analyse(text: str, context: str = "", before: str = "", asof: date | None = None) -> Question:
    """Analyse a question; `context` is what a follow-up takes over from the conversation.

    Requirements of `before`, the question before it, hold where it has none of the kind;
    the context's words count less than its own. `asof` is the day that 今年 and 昨天 are
    counted from; without it they say nothing.
    """
    folded = fold_text(text).strip()
    tagged = _tagged(folded)
    frame = _FRAME.match(folded)
    places = without_provinces(folded)
    script = script_of(text)
    unit = unit_of(folded)
    own = Question(
        text=text,
        folded=folded,
        script=script,
        type=type_of(folded, unit),
        unit=unit,
        # An English question shares no words with Chinese articles, but by accident (led, LED).
        terms=() if script is Script.ENGLISH else _terms(_tagged(folded[frame.end() :]) if frame else tagged, places),
        focus=focus_of(folded, tagged),
        inherited=(),
        places=places,
        districts=_districts(tagged, places),
        years=_years(folded),
        days=_days(folded),
        parts=tuple(sorted(parts_of_year(folded))),
        people=_names(text, tagged, script),
        numbered=numbered_in(folded),
        bodies=tuple(dict.fromkeys(span.of(folded) for span in bodies_in(folded))),
        named=() if script is Script.ENGLISH else _named(tagged, places),
        periods=_periods(folded, asof) if asof else (),
        amounts=_amounts(folded),
        is_list=asks_for_list(folded),
    )
    return _with_context(own, analyse(context), analyse(before, asof=asof)) if context else own


def _with_context(own: Question, context: Question, before: Question) -> Question:
    return replace(
        own,
        inherited=tuple(term for term in context.terms if term not in own.terms),
        places=own.places or before.places or context.places,
        districts=own.districts or (() if own.places else before.districts),
        years=own.years or (() if own.days or own.periods else before.years),
        people=own.people or before.people,
        numbered=own.numbered or before.numbered,
        bodies=own.bodies or before.bodies,
        named=own.named or before.named,
        periods=own.periods or (() if own.years or own.days else before.periods),
    )


def _tagged(folded: str) -> list[tuple[str, str]]:
    """Words with their tags; somebody (费某) is one, a person's name."""
    import rjieba

    found, at = [], 0
    for match in [*SOMEBODY.finditer(folded), None]:
        between = folded[at : match.start() if match else len(folded)]
        found += [(word.strip(), tag) for word, tag in rjieba.tag(between) if word.strip()]
        if match:
            found.append((match.group(), "nr"))
            at = match.end()
    return found


def _terms(tagged: list[tuple[str, str]], places: tuple[str, ...]) -> tuple[str, ...]:
    listed = set(places)
    found = []
    for word, tag in tagged:
        stem = word.removesuffix("省").removesuffix("市")
        if tag == "x" or word in STOP or stem in listed or word.isdigit() or places_in(word):
            continue
        if ASKING.search(word) or not _CONTENT.match(tag) or (len(word) == 1 and not tag.startswith("n")):
            continue
        found.append(word)
    return tuple(dict.fromkeys(found))


def _names(text: str, tagged: list[tuple[str, str]], script: Script) -> tuple[str, ...]:
    """Names of people; of an English question every capitalised word that is no listed place."""
    if script is not Script.ENGLISH:
        return tuple(dict.fromkeys(word for word, tag in tagged if tag == "nr" and _may_be_a_name(word)))
    words = re.findall(r"(?<!^)(?<![.?!] )\b[A-Z][a-z]{2,}\b", text.strip())
    return tuple(w.lower() for w in dict.fromkeys(words) if not places_in(w.lower()) and w not in _ENGLISH_WORDS)


def _named(tagged: list[tuple[str, str]], places: tuple[str, ...]) -> tuple[str, ...]:
    names = (word for word, tag in tagged if tag in _NAME_TAGS and len(word) > 1 and not word.isdigit())
    return tuple(dict.fromkeys(n for n in names if not _NO_NAME.search(n) and not places_in(n) and n not in places))


def _may_be_a_name(word: str) -> bool:
    """Two characters that begin with no surname, and that no dictionary has for a name, are a word that the tagger does
    not know (若依, 隋国)."""
    import rjieba

    if word in _NO_PEOPLE:
        return False
    if "某" in word:
        return True
    if len(word) != 2 or word[0] in SURNAMES:
        return len(word) >= 2
    known = rjieba.tag(word, False)
    return len(known) == 1 and known[0][1].startswith("nr")


def _districts(tagged: list[tuple[str, str]], places: tuple[str, ...]) -> tuple[str, ...]:
    listed = set(places)
    named = (w for w, tag in tagged if tag == "ns" and w.removesuffix("省").removesuffix("市") not in listed)
    return tuple(dict.fromkeys(w for w in named if len(w) > 1 and w not in _KINDS_OF_PLACES and not places_in(w)))


def _years(folded: str) -> tuple[int, ...]:
    amounts = [q for q in quantities(folded) if q.unit or q.value >= 10**4]
    folded = re.sub(r"《[^》]*》", lambda m: "〇" * len(m.group()), folded)  # 《神奇女侠1984》 is of no year
    found = re.finditer(r"(?<![\d.])(?:19|20)\d\d(?![\d.])", folded)
    years = (int(m.group()) for m in found if not any(q.start <= m.start() < q.end for q in amounts))
    return tuple(dict.fromkeys(years))


def _days(folded: str) -> tuple[str, ...]:
    mentions = date_mentions(folded, "2000-12-31")
    # 本月15日 is of no month that could be told without knowing today's.
    return tuple(m.first[5:] for m in mentions if m.first == m.last and re.search(r"\d月", m.span.of(folded)))


def _periods(folded: str, asof: date) -> tuple[Period, ...]:
    mentions = [(m.span.of(folded), m) for m in date_mentions(folded, asof.isoformat())]
    relative = [(words, m) for words, m in mentions if _FROM_TODAY.match(words)]
    if not relative:
        return ()
    inside = {at for match in _NAMES_LIKE_TIMES.finditer(folded) for at in range(*match.span())}
    borders = _borders(folded)
    # Years (今年, 前年) are cut from what follows them in several ways, and begin no other words.
    return tuple(
        Period(words, m.first, m.last)
        for words, m in relative
        if m.span.start not in inside and (words[1] == "年" or {m.span.start, m.span.end} <= borders)
    )


def _borders(folded: str) -> set[int]:
    """Where words begin and end: 本周刊 and 前天津市长 name no times."""
    import rjieba

    return {0, *accumulate(map(len, rjieba.cut(folded)))}


def _amounts(folded: str) -> tuple[Quantity, ...]:
    """Amounts of money, shares, and counts of ten or more; 四个区 only says how many to list."""
    found = quantities(folded)
    return tuple(
        q for q in found if q.is_money or q.unit == "%" or (q.value >= 10 and q.unit not in ("", "年", "月", "天"))
    )
