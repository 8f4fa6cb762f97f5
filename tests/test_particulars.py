"""Requirements about one of several: the third session, the head and not the deputy."""

from collections.abc import Callable

import pytest

from qa.answer import Status
from qa.offices import offices_in, other_offices
from qa.ordinals import numbered_in
from qa.pipeline import Pipeline

Make = Callable[..., Pipeline]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("第三届大会与第3届大会", ("第3届",)),
        ("首届大会", ("第1届",)),
        ("第十二期名单、首批名单和4号线", ("第12期", "4号线")),
        ("五号线、5号线与十二号楼，一号文件", ("5号线", "12号楼")),
        ("首次举行，第一次世界大战", ()),
    ],
)
def test_names_by_a_number(text: str, found: tuple[str, ...]) -> None:
    assert numbered_in(text) == found


@pytest.mark.parametrize(
    ("said", "there", "found"),
    [
        ("局长王明", "副局长王明", [("局长", "副局长")]),
        ("副局长王明", "局长王明", [("副局长", "局长")]),
        ("局长王明", "局长助理王明", [("局长", "局长助理")]),
        ("局长王明", "副局长李红，局长王明", []),
        ("市长王明", "副局长王明", []),
    ],
)
def test_a_deputy_is_another_office(said: str, there: str, found: list[tuple[str, str]]) -> None:
    assert other_offices(said, there) == found


def test_an_office_is_found_whole() -> None:
    assert offices_in("常务副市长与前总经理") == {("市长", "副"), ("总经理", "前")}


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("临江市农业局局长是谁？", "临江市农业局副局长王建明出席。", False),
        ("临江市农业局副局长是谁？", "临江市农业局副局长王建明出席。", True),
        ("临江市市长是谁？", "临江市农业局局长王建明出席。", False),
        ("临江景区常务副总经理是谁？", "临江景区常务副总经理王建明出席。", True),
        ("谁担任临江市农业局局长？", "临江市农业局局长王建明出席。", True),
        ("临江市五号线什么时候建成？", "临江市四号线2027年建成。", False),
        ("临江市四号线什么时候建成？", "临江市4号线2027年建成。", True),
        ("第三届临江书展在哪里举行？", "第二届临江书展在青州举行。", False),
        ("第二届临江书展在哪里举行？", "第二届临江书展在青州举行。", True),
        ("首届临江书展在哪里举行？", "第一届临江书展在青州举行。", True),
    ],
)
def test_only_what_is_asked_for_answers(make: Make, question: str, text: str, *, answered: bool) -> None:
    assert (make(text).ask(question).status is Status.ANSWERED) is answered
