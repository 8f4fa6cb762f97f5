"""Items of a quoted list, counted."""

from collections.abc import Callable

import pytest

from qa.counting import asks_how_many, counts_events, items_of
from qa.pipeline import Pipeline
from qa.question import analyse

QUESTION = analyse("成都的基地设在哪几个区？")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("成都基地设在高新区、天府新区和双流区。", 3),
        ("成都基地设在高新区、天府新区、双流区。", 3),
        ("成都基地設在高新區、天府新區與雙流區，明年動工。", 3),
        ("成都基地设在河西区、南开区、和平区。", 3),
        ("成都基地设在高新区、颐和园", 2),
        ("成都基地设在高新区、天府新区等地。", None),
        ("成都基地设在高新区和天府新区。", None),
        ("成都三个基地设在高新区、天府新区和双流区。", None),
        ("成都基地设在高新区、双流区，龙头有甲公司、乙公司。", None),
        ("成都基地未设在高新区、双流区、郫都区。", None),
        ("成都基地归教育部、工业和信息化部。", None),
        ("张三、李四、王五出席会议，成都宣布新设基地。", None),
        ("张三、李四出席，成都基地设在高新区和双流区。", None),
        ("没有列举什么。", None),
    ],
)
def test_items_of_a_list(text: str, count: int | None) -> None:
    assert items_of(text, QUESTION) == count


@pytest.mark.parametrize(
    ("question", "asks"),
    [("成都有哪些基地？一共几个？", True), ("成都的基地是哪些？有多少个？", True), ("成都有哪些基地？", False), ("成都有多少家企业？", False)],
)  # fmt: skip
def test_who_asks_how_many(question: str, asks: bool) -> None:
    assert asks_how_many(analyse(question)) is asks


def test_the_count_is_said_and_labelled(make: Callable[..., Pipeline]) -> None:
    text = "成都未来产业基地设在高新区、天府新区和双流区。"
    answer = make(text).ask("成都未来产业基地设在哪些区？一共几个？")
    assert [(s.text, s.computed, s.citations) for s in answer.sentences] == [
        (text, False, [1]),
        ("计算：所引的句子一共列出3项。", True, [1]),
    ]
    plain = make(text).ask("成都未来产业基地设在哪些区？")
    assert not any(s.computed for s in plain.sentences)


@pytest.mark.parametrize("question", ["费某一共有几次肇事？", "该厂一共发生了多少起事故？", "一共有多少份证据材料？"])
def test_counts_events(question: str) -> None:
    assert counts_events(analyse(question))


@pytest.mark.parametrize(
    "question", ["宏远公司申请了多少项专利？", "一天吃几次？", "这是第几次夺冠？", "有多少条公交线路？"]
)
def test_counts_no_events(question: str) -> None:
    assert not counts_events(analyse(question))
