"""What kind of answer a question asks for."""

import re
from enum import StrEnum


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

DESCRIBED = frozenset({AnswerType.LIST, AnswerType.REASON, AnswerType.OTHER})
"""Kinds of answers that may need more than a few words."""

_MONEY_WORDS = re.compile(
    r"产值|营收|营业收入|收入|规模|投资|资金|金额|预算|经费|财政|成本|价格|售价|利润|总额|市值|费用|出资|gdp|生产总值|贷款|存款|罚款|工资|补贴"
)
_COUNTED = re.compile(
    r"(?:多少|几)(?:个)?(亿元|万元|万亿|亿|元|美元|人次|人|名|位|户|家|座|条|项|种|件|台|辆|架|艘|平方公里|公里|米|吨|公顷|亩|小时|分钟|秒|天|周|年|岁|倍|场|届|次|所|间|处|套|部|款|支|批|分|%)"
)
_DATE = re.compile(
    r"什么时候|何时|哪一?[年天月日]|几[月日号]|(?:西元|公元|民国|[在于])(?:前)?几年|什么时间|哪个[月日]|几点|when\b|what (?:date|day|year|month)|which (?:day|year|month)"
)
_DAY_OF = re.compile(
    r"日期(?:是|为)?(?:什么|哪一?天|何)?[?]?$|(?:成立|开通|上映|上市|报名|截止|施行|生效|入职|发售|竣工|建成|开工|完工|开业|发布|判决|逮捕|拘留|出生|举行|召开|开幕|结束|开始)(?:的)?时间[?]?$"
    r"|(?:日期|时间)(?:谁|哪[个位家方]|哪一[个位家方])?(?:更|最|较)[早晚]"
)
_PERSON = re.compile(r"谁|哪位|哪一位|叫什么名字|姓名|who\b|whom\b")
_NUMBER = re.compile(
    r"多少|几(?:个|家|座|条|项|种|件|台|名|位|人|次|届|天|年|代|大|亿|万)|第几|多大|多高|多长|多久|多远|多重|how (?:many|much|long|far|high|big|large)"
)
_LIST = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十0-9]|分别|有什么|列出|哪.{0,3}[两三四五六七八九十]个|which [a-z]+s\b|what are"
)
_CODE = re.compile(
    r"(?:号码|编号|案号|文号|车牌|牌照|电话(?!费|用户|量|局)|邮编|代码|网址|型号)[^,]{0,4}(?:是|为)?(?:多少|几号?)"
)
"""What asks for a number that counts nothing."""
_AGE = re.compile("年龄(?:段|范围)?(?:是|为|有)?(?:多少|多大|几)|多大(?:年纪|岁数)|几岁")
_CHANGE = re.compile(
    "(?:增长|下降|上升|减少|提高|增加|上涨|下跌|降低|回落|增|降|涨|跌)(?:了|幅度?(?:是|为)?)?(?:多少|几)[?]?$"
)
"""What asks by how much something changed: in per cent, or in any unit."""
DURATION = "时长"
"""Stands for any unit of time."""
_HOW_LONG = re.compile(
    "多久|多长时间|(?:时间|刑期|任期|工期|学期|假期|期限|保质期|有效期|寿命|时长)(?:是|为|有)?(?:多长|多少年|多久|几年)"
)
_REASON = re.compile(r"为什么|为何|原因|缘故|怎么会|why\b")
_DESCRIBE = re.compile(
    r"什么样|样子|特点|特征|外形|为什么|为何|怎么|如何|怎样|过程|原因|区别|关系|评价|\b(?:why|how does|how did|what is .* like)\b"
)
_HOW_MANY_PEOPLE = re.compile(r"how many (?:people|persons|workers|employees|residents)")
_HOW_MUCH = re.compile("多少|多大|how much")
_SHARE = re.compile(r"百分之几|百分之多少|几成|what (?:percent|share|proportion)")
_PERCENT = re.compile(r"占比|比例|比重|增速|增长率|涨幅|降幅|增幅|同比.{0,4}(?:多少|几)")


_UNITS = (
    (frozenset({"亿元", "万元", "万亿", "亿", "元", "美元"}), AnswerType.MONEY),
    (frozenset({"人", "名", "位", "人次", "户"}), AnswerType.PEOPLE),
    (frozenset({"%"}), AnswerType.PERCENT),
)
"""Kinds that the unit asked for tells: 多少亿元."""
_KINDS = (
    (AnswerType.REASON, _REASON),
    (AnswerType.PERSON, _PERSON),
    (AnswerType.LIST, _LIST),
    (AnswerType.NUMBER, _NUMBER),
    (AnswerType.NAME, re.compile("全称|叫什么|名称")),
)
"""Kinds that a word tells; the first that is found."""


def asks_to_describe(folded: str) -> bool:
    """Whether a question asks what something is like, how it came about, or why: more than one sentence may say so."""
    return bool(_DESCRIBE.search(folded))


def asks_why(folded: str) -> bool:
    return bool(_REASON.search(folded))


def asks_for_list(folded: str) -> bool:
    return bool(_LIST.search(folded))


def unit_of(folded: str) -> str:
    """The unit that a number must have (多少家 -> 家), DURATION, or ""."""
    if _HOW_LONG.search(folded):
        return DURATION
    if _AGE.search(folded):
        return "岁"
    match = None if _CODE.search(folded) else _COUNTED.search(folded)
    return (match[1] or match[2]) if match else ""


def type_of(folded: str, unit: str) -> AnswerType:
    """The kind of answer that a folded question asks for, given its unit."""
    if _DATE.search(folded) or _DAY_OF.search(folded):
        return AnswerType.DATE
    if unit == DURATION or (not unit and _CHANGE.search(folded)):
        return AnswerType.NUMBER
    if unit:
        if unit in ("个", "类", "种") and asks_for_list(folded):
            return AnswerType.LIST
        return next((kind for units, kind in _UNITS if unit in units), AnswerType.NUMBER)
    if _HOW_MANY_PEOPLE.search(folded):
        return AnswerType.PEOPLE
    if _SHARE.search(folded) or (_PERCENT.search(folded) and _NUMBER.search(folded)):
        return AnswerType.PERCENT
    if _HOW_MUCH.search(folded) and _MONEY_WORDS.search(folded):
        return AnswerType.MONEY
    if _CODE.search(folded):
        return AnswerType.NAME
    return next((kind for kind, pattern in _KINDS if pattern.search(folded)), AnswerType.OTHER)
