"""Questions that take for granted what is not so: refused, with what the articles do say."""

from collections.abc import Callable

import pytest

from qa.answer import Status
from qa.pipeline import Pipeline

Make = Callable[..., Pipeline]

RAISED = "临江市9月印发方案，将2030年的产业规模目标由6000亿元提高到7500亿元。"


@pytest.mark.parametrize(
    "question",
    [
        "临江市为什么下调2030年的产业规模目标？",
        "临江市什么时候下调了2030年的产业规模目标？",
        "临江市2030年的产业规模目标缩减了多少亿元？",
        "臨江市為什麼下調2030年的產業規模目標？",
    ],
)
def test_the_contrary_is_no_answer(make: Make, question: str) -> None:
    answer = make(RAISED).ask(question)
    assert answer.status is Status.NO_EVIDENCE
    assert "与此相反" in answer.answer or "與此相反" in answer.answer
    assert [c.quote for c in answer.citations] == [RAISED]


def test_it_is_said_in_the_questions_script(make: Make) -> None:
    answer = make(RAISED).ask("臨江市為什麼下調2030年的產業規模目標？")
    assert "問題說的是「下調」，文章說的與此相反。" in answer.answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("临江市2030年的产业规模目标提高了多少？", RAISED),
        ("临江市2030年的产业规模目标是提高还是下调？", RAISED),
        ("临江市是否下调了2030年的产业规模目标？", RAISED),
        ("临江市的失业率下降了多少？", "临江市的失业率为5.1%，比上年低0.2个百分点，就业增长较快。"),
        ("临江市的产量下降了多少？", "临江市产量今年下滑。全市的产量由6万吨变为5万吨，而销量增长。"),
    ],
)
def test_what_is_so_or_left_open_is_answered(make: Make, question: str, text: str) -> None:
    assert make(text).ask(question).status is not Status.NO_EVIDENCE


def test_what_is_denied_is_not_presumed(make: Make) -> None:
    answer = make(RAISED).ask("临江市为什么没有下调2030年的产业规模目标？")
    assert "相反" not in answer.answer


def test_other_turns_have_contraries_too(make: Make) -> None:
    pipeline = make("青州市议会批准了临江大桥的扩建方案。")
    assert pipeline.ask("青州市议会为什么否决临江大桥的扩建方案？").status is Status.NO_EVIDENCE
    assert pipeline.ask("青州市议会批准了什么？").status is Status.ANSWERED


@pytest.mark.parametrize("question", ["腾讯第二季度的营收是多少？", "OpenAI第二季度的营收是多少？"])
def test_the_figures_of_another_company_are_no_answer(make: Make, question: str) -> None:
    answer = make("报告显示，福特汽车第二季度的营收为450亿美元。").ask(question)
    assert answer.status is Status.NO_EVIDENCE
    assert question[:2].casefold() in answer.answer.casefold()
