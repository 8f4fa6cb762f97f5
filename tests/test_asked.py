"""What kind of answer a question asks for, with its unit."""

import pytest

from qa.asked import DURATION, AnswerType, type_of, unit_of


@pytest.mark.parametrize(
    ("question", "kind", "unit"),
    [
        ("刑期是多久?", AnswerType.NUMBER, DURATION),
        ("被判处了多长时间的有期徒刑?", AnswerType.NUMBER, DURATION),
        ("判刑时间有多长?", AnswerType.NUMBER, DURATION),
        ("大桥有多长?", AnswerType.NUMBER, ""),
        ("出口金额增长了多少?", AnswerType.NUMBER, ""),
        ("出口增长了多少亿元?", AnswerType.MONEY, "亿元"),
        ("车牌号码是多少?", AnswerType.NAME, ""),
        ("电话是多少?", AnswerType.NAME, ""),
        ("判决日期是什么?", AnswerType.DATE, ""),
        ("公司的成立时间?", AnswerType.DATE, ""),
        ("营业时间是什么?", AnswerType.OTHER, ""),
        ("有多少家企业?", AnswerType.NUMBER, "家"),
        ("有几个类别,分别是哪些?", AnswerType.LIST, ""),
        ("占比多少?", AnswerType.PERCENT, ""),
        ("收入是多少?", AnswerType.MONEY, ""),
        ("为什么推迟?", AnswerType.REASON, ""),
        ("谁是主任?", AnswerType.PERSON, ""),
        ("受试者的年龄是多少?", AnswerType.NUMBER, "岁"),
        ("全称是什么?", AnswerType.NAME, ""),
    ],
)
def test_type_and_unit(question: str, kind: AnswerType, unit: str) -> None:
    assert (type_of(question, unit_of(question)), unit_of(question)) == (kind, unit)
