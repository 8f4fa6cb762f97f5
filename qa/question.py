"""Question analysis: what an answer must be about, and what kind of thing it must be.

Places, years, days, names and amounts in a question are requirements: evidence that lacks
one is about something else. Other words count by their rarity.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import accumulate

from index.dates import date_mentions
from index.fold import fold_text
from qa.gazetteer import places_in, without_provinces
from qa.names import bodies_in
from qa.ordinals import numbered_in
from qa.quantities import Quantity, quantities
from qa.script import Script, script_of
from qa.verify.people import SURNAMES
from qa.verify.times import parts_of_year


class AnswerType(StrEnum):
    MONEY = "money"
    PEOPLE = "people"
    PERCENT = "percent"
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    NAME = "name"
    LIST = "list"
    REASON = "reason"
    OTHER = "other"


AMOUNTS = frozenset({AnswerType.MONEY, AnswerType.PEOPLE, AnswerType.PERCENT, AnswerType.NUMBER})
"""Kinds of answers that are a figure."""
ONE_VALUE = AMOUNTS | {AnswerType.DATE}
"""Kinds of answers that are a figure or a date."""


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
_ASKING = re.compile(
    r"几|多少|什么|哪|谁|怎|如何|为何|何时|多大|多高|多长|多久|多远|是否|吗|呢|which|what|who|when|where|how|many|much|why"
)
_STOP = frozenset(
    ["有", "是", "要", "说", "想", "打", "叫", "讲", "会", "能", "把", "到", "做", "去", "来", "给", "让", "用", "于", "为", "在", "属于", "包括", "包含", "进行", "提出", "提到", "打算", "希望", "力争", "计划", "预计", "达到", "达", "突破", "分成", "细分", "总共", "合计", "一共", "分别", "各是", "主要", "相关", "点名", "点", "认为", "出", "冒", "走", "这", "那", "该", "其", "之一", "时候", "时间", "日期", "名字", "名称", "全称", "具体", "文章", "报道", "报导", "有篇文章", "根据", "按照", "表示", "介绍", "透露", "称", "指出", "成", "最", "更", "多", "高", "大", "个", "数额", "方面", "目前", "现在", "截至", "the", "is", "are", "was", "were", "of", "in", "on", "at", "to", "by", "a", "an", "and", "or", "for", "does", "do", "did", "has", "have", "be", "will", "with", "that", "this", "it", "from", "as", "their", "its", "currently"]
)  # fmt: skip
# What a question may ask for without any answer having to say the word.
GENERIC = frozenset(
    "金额 总和 总额 总金额 数额 数量 总数 总量 目标 原因 理由 特征 特点 作用 姓名 名字 名称 全称 职业 时间 日期 地点 地方 位置 方式 方法 "
    "内容 结果 情况 意思 含义 关系 区别 条件 标准 身份 类型 种类 国家 城市 地区 人物 机构 单位 公司 企业 学校 部门 日子 年份 月份 领域 方向 "
    "比例 比重 占比 增速 增长率 涨幅 降幅 增幅 都市 籍贯 领导人 领导者 负责人 创始人 创建人 创办人 发明人 作者 别称 称号 称呼 被称作 被称为".split()
)  # fmt: skip
_MONEY_WORDS = re.compile(
    r"产值|营收|营业收入|收入|规模|投资|资金|金额|预算|经费|财政|成本|价格|售价|利润|总额|市值|费用|出资|gdp|生产总值|贷款|存款|罚款|工资|补贴"
)
_COUNTED = re.compile(
    r"(?:多少|几)(?:个)?(亿元|万元|万亿|亿|元|美元|人次|人|名|位|户|家|座|条|项|种|件|台|辆|架|艘|平方公里|公里|米|吨|公顷|亩|小时|分钟|秒|天|周|年|岁|倍|场|届|次|所|间|处|套|部|款|支|批|分|%)"
)
_DATE = re.compile(
    r"什么时候|何时|哪一?[年天月日]|几[月日号]|(?:西元|公元|民国|[在于])(?:前)?几年|什么时间|哪个[月日]|几点|when\b|what (?:date|day|year|month)|which (?:day|year|month)"
)
_PERSON = re.compile(r"谁|哪位|哪一位|叫什么名字|姓名|who\b|whom\b")
_NUMBER = re.compile(
    r"多少|几(?:个|家|座|条|项|种|件|台|名|位|人|次|届|天|年|代|大|亿|万)|第几|多大|多高|多长|多久|多远|多重|how (?:many|much|long|far|high|big|large)"
)
_LIST = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十0-9]|分别|有什么|列出|哪.{0,3}[两三四五六七八九十]个|which [a-z]+s\b|what are"
)
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
_CLOSING = re.compile(
    r"(?:各?是|为|有|叫|达到?|要达到|将达|分别是|分别为)?(?:多少|多大|多高|多长|什么|谁|怎样|怎么样|如何|哪里|哪儿|什么时候|何时|几)"
    r"(?:时候|名字|样|样子|元|亿元|万元|人|名|位|个|家|岁|年|天|平方米|公里)?(?:的|了|呢)?[?？。\s]*$"
)
_NAME_TAGS = frozenset({"nz", "nt", "nrt", "nrfg", "eng"})
_NO_NAME = re.compile(r"这|那|的$|后$|时期$|政府$|国会$|军$|人$|版$|战$|^(?:比特|gdp|pmi|cpi|ai|app|no|vs)$")
"""Words that the dictionary has for names, and that others stand for."""
_NAMES_LIKE_TIMES = re.compile(r"《[^》]*》|今日头条|今日资本|明日方舟|明日之后|昨日重现|明天系|明天控股|这周杰")
_FROM_TODAY = re.compile("今|去|明|前|昨|上|本|这|下")
_REASON = re.compile(r"为什么|为何|原因|缘故|怎么会|why\b")
_SHARE = re.compile(r"百分之几|百分之多少|几成|what (?:percent|share|proportion)")
_PERCENT = re.compile(r"占比|比例|比重|增速|增长率|涨幅|降幅|增幅|同比.{0,4}(?:多少|几)")


def analyse(text: str, context: str = "", before: str = "", asof: date | None = None) -> Question:
    """Analyse a question; `context` is what a follow-up takes over from the conversation.

    Requirements of `before`, the question before it, hold where it has none of the kind;
    the context's words count less than its own. `asof` is the day that 今年 and 昨天 are
    counted from; without it they say nothing.
    """
    folded = fold_text(text).strip()
    tagged = _tagged(folded)
    places = without_provinces(folded)
    script = script_of(text)
    unit_match = _COUNTED.search(folded)
    kind = _type_of(folded, unit_match)
    own = Question(
        text=text,
        folded=folded,
        script=script,
        type=kind,
        unit=(unit_match[1] or unit_match[2]) if unit_match else "",
        # An English question shares no words with Chinese articles, but by accident (led, LED).
        terms=() if script is Script.ENGLISH else _terms(tagged, places),
        focus=_focus(folded, tagged),
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
        is_list=bool(_LIST.search(folded)),
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
    import rjieba

    return [(word.strip(), tag) for word, tag in rjieba.tag(folded) if word.strip()]


def _terms(tagged: list[tuple[str, str]], places: tuple[str, ...]) -> tuple[str, ...]:
    listed = set(places)
    found = []
    for word, tag in tagged:
        stem = word.removesuffix("省").removesuffix("市")
        if tag == "x" or word in _STOP or stem in listed or word.isdigit() or places_in(word):
            continue
        if _ASKING.search(word) or not _CONTENT.match(tag) or (len(word) == 1 and not tag.startswith("n")):
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
    if len(word) != 2 or word[0] in SURNAMES:
        return len(word) >= 2
    known = rjieba.tag(word, False)
    return len(known) == 1 and known[0][1].startswith("nr")


def _focus(folded: str, tagged: list[tuple[str, str]]) -> str:
    """The last noun before asking words that close the question, unless it could be any noun;
    of a question why, its last verb."""
    if _REASON.search(folded):
        return _presumed(tagged)
    match = _CLOSING.search(folded)
    if not match:
        return ""
    asked = folded[: match.start()]
    pairs = zip([("", ""), *tagged], tagged, strict=False)
    # 的身高是多少: rjieba takes some attributes for verbs.
    nouns = [
        word
        for (before, _), (word, tag) in pairs
        if (tag[:1] in "nlj" or (before == "的" and tag[:1] == "v"))
        and tag != "ns"
        and word in asked
        and word not in _STOP
    ]
    last = max(nouns, key=asked.rfind, default="")
    at_end = asked.rfind(last) + len(last) >= len(asked.rstrip("的是在有为,"))
    return last if last and at_end and len(last) > 1 and last not in GENERIC else ""


def _presumed(tagged: list[tuple[str, str]]) -> str:
    """The last verb of a question why: what it takes for granted to have happened."""
    verbs = [word for word, tag in tagged if tag[:1] == "v" and len(word) > 1 and word not in _STOP]
    return verbs[-1] if verbs and not _ASKING.search(verbs[-1]) else ""


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


def _type_of(folded: str, counted: re.Match[str] | None) -> AnswerType:
    if _DATE.search(folded):
        return AnswerType.DATE
    if counted:
        unit = counted[1] or counted[2]
        if unit in ("亿元", "万元", "万亿", "亿", "元", "美元"):
            return AnswerType.MONEY
        if unit in ("人", "名", "位", "人次", "户"):
            return AnswerType.PEOPLE
        if unit in ("个", "类", "种") and _LIST.search(folded):
            return AnswerType.LIST
        return AnswerType.PERCENT if unit == "%" else AnswerType.NUMBER
    if re.search(r"how many (?:people|persons|workers|employees|residents)", folded):
        return AnswerType.PEOPLE
    if _SHARE.search(folded) or (_PERCENT.search(folded) and _NUMBER.search(folded)):
        return AnswerType.PERCENT
    if re.search("多少|多大|how much", folded) and _MONEY_WORDS.search(folded):
        return AnswerType.MONEY
    for kind, pattern in (
        (AnswerType.REASON, _REASON),
        (AnswerType.PERSON, _PERSON),
        (AnswerType.LIST, _LIST),
        (AnswerType.NUMBER, _NUMBER),
    ):
        if pattern.search(folded):
            return kind
    return AnswerType.NAME if re.search("全称|叫什么|名称", folded) else AnswerType.OTHER
