"""A question in a conversation that is about something else: it is asked by itself, or refused, never answered with what
the conversation was about."""

from collections.abc import Callable

import pytest

from qa.answer import Status, Turn
from qa.followup import condense
from qa.messages import ALONE
from qa.pipeline import Pipeline
from qa.script import Script
from qa.topic import may_stand_alone, nouns_of

HEFEI = "合肥市发布规划。合肥2030年未来产业规模达到1800亿元。合肥的规划由发展改革委起草。"
FACTORY = "汀澜光电的总经理是陆鹤鸣。汀澜光电有员工300人。"
BEFORE = [
    Turn(role="user", content="合肥2030年未来产业规模目标是多少？"),
    Turn(role="assistant", content="合肥2030年未来产业规模达到1800亿元。[1]"),
]


@pytest.mark.parametrize("question", ["《未来产业方案》什么时候发布？", "复旦大学有多少学生？"])
def test_what_names_a_work_or_a_body_stands_alone(question: str) -> None:
    assert condense(question, BEFORE).search_text == question


@pytest.mark.parametrize(
    "question",
    [
        "城市有多少个？",
        "产业园区有多少个？",
        "全市有多少人口？",
        "超市有多少家？",
        "农村有多少人口？",
        "市长是谁？",
        "菜市场有几个？",
        "国内市占率是多少？",
        "行政村有多少个？",
        "覆盖多少县？",
        "包括哪些县？",
        "城中村改造多少户？",
        "海棠镇水库投资多少？",
    ],
)
def test_what_names_any_town_goes_on(question: str) -> None:
    assert condense(question, BEFORE).context == "合肥2030年未来产业规模目标是多少"


def test_an_answer_is_context_only_where_something_refers_to_it() -> None:
    assert "1800" in condense("它是什么时候定的？", BEFORE).context
    assert "1800" not in condense("基金有多少亿元？", BEFORE).context


def test_a_follow_up_that_was_refused_leads_nowhere() -> None:
    refused = [
        *BEFORE,
        Turn(role="user", content="总经理是谁？"),
        Turn(role="assistant", content="这些文章里没有找到答案。"),
    ]
    assert condense("投资多少？", refused).context == "合肥2030年未来产业规模目标是多少"
    first = [
        Turn(role="user", content="合肥的人口是多少？"),
        Turn(role="assistant", content="这些文章里没有找到答案。"),
    ]
    assert condense("面积是多少？", first).context == "合肥的人口是多少"


def test_the_nouns_of_a_question() -> None:
    assert nouns_of("图书馆馆长是谁？") == ["图书馆", "馆长"]
    assert may_stand_alone("汀澜光电的总经理是谁？")
    assert may_stand_alone("4号线票价多少？")
    assert may_stand_alone("海棠镇水库投资多少？")
    for question in (
        "量子基金有多少亿元？",
        "行政村有多少个？",
        "国内市占率是多少？",
        "有哪些县参加？",
        "企业市占率多少？",
    ):
        assert not may_stand_alone(question)


def test_what_the_context_does_not_answer_is_asked_alone_and_it_is_said(make: Callable[..., Pipeline]) -> None:
    pipeline = make(HEFEI, FACTORY)
    answer = pipeline.ask("汀澜光电的总经理是谁？", BEFORE)
    assert answer.sentences[0].text == "汀澜光电的总经理是陆鹤鸣。"
    assert answer.warnings == [ALONE[Script.SIMPLIFIED]]
    assert answer.standalone_question == "汀澜光电的总经理是谁？"


def test_a_town_that_no_list_has_is_asked_about_alone(make: Callable[..., Pipeline]) -> None:
    answer = make(HEFEI, "海棠镇建设水库。海棠镇水库投资9800万元。").ask("海棠镇水库投资多少？", BEFORE)
    assert ("9800万元" in answer.answer, answer.warnings) == (True, [ALONE[Script.SIMPLIFIED]])


def test_an_article_that_knows_nothing_of_the_question_is_no_evidence(make: Callable[..., Pipeline]) -> None:
    answer = make(HEFEI).ask("水库投资多少亿元？", BEFORE)
    assert answer.status is Status.NO_EVIDENCE
    assert "1800亿元" in make(HEFEI).ask("那个园区2030年的规模达到多少亿元？", BEFORE).answer
