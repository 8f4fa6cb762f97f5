"""Comparisons: one line a side, and the difference computed from both."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from index.fold import fold_text
from qa.answer import Answer, Status, Verdict
from qa.comparison import asks_to_compare, written
from qa.pipeline import Pipeline

Make = Callable[..., Pipeline]

TAINAN = "台南市公布产业计划。台南2027年产值目标为1800亿元，2030年再提高到3600亿元。"
HSINCHU = "新竹市发表产业蓝图。新竹希望相关产值在2027年达到2500亿元，2030年达到4200亿元。"


def computed(answer: Answer) -> list[str]:
    return [s.text for s in answer.sentences if s.computed]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("台南和新竹2027年的产值目标差了多少？", "计算：新竹（2500亿元）比台南（1800亿元）多700亿元。"),
        ("台南和新竹2027年的產值目標差了多少？", "計算：新竹（2500億元）比台南（1800億元）多700億元。"),
        ("台南和新竹2030年的产值目标，哪个更高？", "计算：新竹（4200亿元）比台南（3600亿元）多600亿元。"),
        ("台南2027年的产值目标比新竹少多少？", "计算：新竹（2500亿元）比台南（1800亿元）多700亿元。"),
    ],
)
def test_the_difference_is_computed_and_cites_both(make: Make, question: str, text: str) -> None:
    answer = make(TAINAN, HSINCHU).ask(question)
    assert computed(answer) == [text]
    last = answer.sentences[-1]
    assert (last.computed, last.verdict) == (True, Verdict.SUPPORTED)
    cited = {c.number: c.article_id for c in answer.citations}
    assert {cited[n] for n in last.citations} == {"篇/0.txt", "篇/1.txt"}
    assert answer.answer.endswith(last.text + "".join(f"[{n}]" for n in last.citations))
    assert [len(s.citations) for s in answer.sentences[:-1]] == [1, 1]


def test_nothing_is_computed_where_nobody_compares(make: Make) -> None:
    answer = make(TAINAN, HSINCHU).ask("台南和新竹2027年的产值目标各是多少？")
    assert (computed(answer), len(answer.sentences)) == ([], 2)


def test_nothing_is_computed_where_one_side_is_missing(make: Make) -> None:
    answer = make(TAINAN).ask("台南和新竹2027年的产值目标差了多少？")
    assert (answer.status, computed(answer)) == (Status.PARTIAL, [])


def test_equal_values_are_said_to_be_equal(make: Make) -> None:
    answer = make(TAINAN, HSINCHU.replace("2500", "1800")).ask("台南和新竹2027年的产值目标差了多少？")
    assert computed(answer) == ["计算：台南（1800亿元）与新竹（1800亿元）相同。"]


def test_a_bound_makes_the_difference_inexact(make: Make) -> None:
    answer = make(TAINAN, HSINCHU.replace("达到2500", "突破2500")).ask("台南和新竹2027年的产值目标差了多少？")
    assert computed(answer) == ["计算：新竹（2500亿元）比台南（1800亿元）多700亿元，两数或其中之一不是确数。"]


def test_other_currencies_are_not_subtracted(make: Make) -> None:
    answer = make(TAINAN, HSINCHU.replace("2500亿元", "2500亿美元")).ask("台南和新竹2027年的产值目标差了多少？")
    assert computed(answer) == []
    assert answer.warnings == ["两处的单位不同，没有相减：台南（1800亿元），新竹（2500亿美元）。"]


def test_other_years_are_not_subtracted(make: Make) -> None:
    one, other = "台南2027年产值目标为1800亿元。", "新竹2030年产值目标为4200亿元。"
    answer = make(one, other).ask("台南和新竹的产值目标差了多少？")
    assert computed(answer) == []
    assert answer.warnings == ["两处说的不是同一年，没有相减：台南（2027年，1800亿元），新竹（2030年，4200亿元）。"]


def test_years_that_are_asked_for_may_differ(make: Make) -> None:
    answer = make("台南2023年产值为1800亿元，2024年产值为2000亿元。").ask("台南2023年和2024年的产值相差多少？")
    assert computed(answer) == ["计算：2024年（2000亿元）比2023年（1800亿元）多200亿元。"]
    assert [c.number for c in answer.citations] == [1]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("70000000000", "元", "700亿元"), ("1600000000000", "元", "1.6万亿元"), ("20", "家", "20家"),
        ("12000", "人", "1.2万人"), ("12345", "人", "1.2345万人"), ("123456", "人", "12.3456万人"),
        ("123456.7", "吨", "123456.7吨"), ("3.5", "%", "3.5个百分点"), ("0.5", "", "0.5"), ("200", "元", "200元"),
    ],
)  # fmt: skip
def test_amounts_as_the_news_writes_them(value: str, unit: str, text: str) -> None:
    assert written(Decimal(value), unit) == text


@pytest.mark.parametrize(
    "question",
    ["差了多少？", "相差几个百分点？", "哪个高？", "哪边比較高？", "哪个城市定的目标更多？", "谁的人口多？", "比乙多多少？",
     "Which is higher?", "两地的差距是多少？"],
)  # fmt: skip
def test_questions_that_compare(question: str) -> None:
    assert asks_to_compare(fold_text(question))


@pytest.mark.parametrize("question", ["各是多少？", "产值是多少？", "有多少人？", "目标分别是什么？", "何时开工？"])
def test_questions_that_do_not_compare(question: str) -> None:
    assert not asks_to_compare(fold_text(question))


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        ("武汉出口同比下降3%。", "上海出口同比增长5%。", "武汉和上海的出口增速哪个高？"),
        ("武汉规模增加500亿元。", "上海规模达到3000亿元。", "武汉和上海的规模哪个大？"),
        ("武汉的票价从3元到8元不等。", "上海的票价为5元。", "武汉和上海的票价哪个高？"),
        ("武汉2027年规模达到500亿元。", "上海规模达到300亿元。", "武汉和上海的规模哪个大？"),
    ],
)
def test_values_of_other_kinds_are_not_subtracted(make: Make, one: str, other: str, question: str) -> None:
    assert computed(make(one, other).ask(question)) == []


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        ("武汉隧道长5公里。", "上海隧道长3000米。", "武汉和上海的隧道哪个长？"),
        ("武汉规模为7000亿。", "上海规模为2000亿美元。", "武汉和上海的规模哪个大？"),
        ("台南规模为1800亿元。", "上海规模为3000亿元。", "台南和上海的规模哪个大？"),
    ],
)
def test_units_that_are_not_the_same_are_not_subtracted(make: Make, one: str, other: str, question: str) -> None:
    answer = make(one, other).ask(question)
    assert computed(answer) == []
    assert [w[:13] for w in answer.warnings] == ["两处的单位不同，没有相减："]


def test_nothing_is_computed_from_a_side_in_conflict(make: Make) -> None:
    rival = {"text": "武汉2027年规模为900亿元。", "published": "2024-03-01"}
    plain = {"text": "武汉2027年规模为500亿元。", "published": "2024-02-01"}
    answer = make(plain, rival, "上海2027年规模为700亿元。").ask("武汉和上海2027年的规模哪个大？")
    assert computed(answer) == []


def test_a_row_of_digits_is_no_number(make: Make) -> None:
    answer = make(f"武汉规模为{'9' * 40}元。", "上海规模为3000亿元。").ask("武汉和上海的规模相差多少？")
    assert computed(answer) == []


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        ("武汉未来产业规模达到500亿元。", "上海主攻芯片，相关规模做到300亿元。", "武汉和上海的未来产业规模差了多少？"),
        ("武汉产业规模达到500亿元。", "上海今年上半年产业规模达到300亿元。", "武汉和上海的产业规模差了多少？"),
        ("武汉产业规模达到500亿元，其中首期120亿元。", "上海产业规模达到300亿元。", "武汉和上海的产业规模差了多少？"),
    ],
)
def test_what_may_not_be_the_same_thing_is_not_subtracted(make: Make, one: str, other: str, question: str) -> None:
    answer = make(one, other).ask(question)
    assert computed(answer) == []
    assert answer.warnings == ["所引的两个数不能确定说的是同一种东西，没有相减。"]


def test_the_other_order_is_taken_apart_too(make: Make) -> None:
    answer = make(TAINAN, HSINCHU).ask("新竹比台南2027年的产值目标高多少？")
    assert computed(answer) == ["计算：新竹（2500亿元）比台南（1800亿元）多700亿元。"]


def test_one_number_is_not_that_of_both(make: Make) -> None:
    answer = make("海宁湾市的轨道交通里程为134公里。临江市的轨道交通里程为112公里。").ask(
        "临江市和海宁湾市的轨道交通里程相差多少公里？"
    )
    assert not any("相同" in s.text for s in answer.sentences)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("杭州比宁波多多少家无人机企业？", "计算：杭州（210家）比宁波（40家）多170家。"),
        ("杭州2024年的财政收入比2023年多多少？", "计算：2024年（120亿元）比2023年（95亿元）多25亿元。"),
    ],
)
def test_how_much_more_is_computed_of_counts_and_years(make: Make, question: str, told: str) -> None:
    text = (
        "杭州有210家无人机企业。宁波有40家无人机企业。\n\n杭州2023年的财政收入为95亿元。杭州2024年的财政收入为120亿元。"
    )
    assert told in [s.text for s in make(text).ask(question).sentences]
