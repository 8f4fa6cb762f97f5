"""Figures of a run: what counts as right, found and refused."""

import pytest

from eval.metrics import Result, contains_answer, figures
from eval.questions import GoldEvidence, TestQuestion
from qa.answer import Answer, Hit, Status, Turn


@pytest.mark.parametrize(
    ("text", "parts", "right"),
    [
        ("產值達到5000億元左右", [["5000亿"]], True),
        ("规模为一千亿元", [["1000亿"]], True),
        ("规模为1,000亿元", [["1000亿"]], True),
        ("到2010年", [["10"]], False),
        ("共10个", [["10"]], True),
        ("比例为3.10", [["3"]], False),
        ("MicroLED 拼接屏", [["Micro LED拼接屏"]], True),
        ("未来网络、元宇宙", [["未来网络"], ["元宇宙"]], True),
        ("未来网络", [["未来网络"], ["元宇宙"]], False),
        ("任何话", [], False),
        ("任何话", [[""]], False),
    ],
)
def test_contains_answer(text: str, parts: list[list[str]], right: bool) -> None:
    assert contains_answer(text, parts) is right


def result(
    status: Status = Status.ANSWERED,
    *,
    text: str = "5000亿元",
    answerable: bool = True,
    first: str = "a",
    history: bool = False,
    exact: bool = True,
    seconds: float = 1.0,
) -> Result:
    question = TestQuestion(
        id="q",
        question="多少？",
        answerable=answerable,
        answers=[["5000亿"]] if answerable else [],
        evidence=[GoldEvidence(article="a", quote="5000亿元")] if answerable else [],
        history=[Turn(role="user", content="上海？")] if history else [],
    )
    hit = Hit(article_id=first, title="", source="", published="", url="", start=0, end=1, quote="5", score=1)
    answer = Answer(
        id="1", question="多少？", standalone_question="多少？", answer=text, status=status, sentences=[],
        citations=[], mode="extractive", confidence=1, timings_ms={},
    )  # fmt: skip
    return Result(question, [hit], answer, exact, seconds)


def test_figures_of_answerable_and_unanswerable_questions() -> None:
    found = figures(
        [
            result(seconds=3),
            result(text="6000亿元", first="b"),
            result(Status.NO_EVIDENCE, history=True, first="b"),
            result(Status.NO_EVIDENCE, text="5000亿元", exact=False),
            result(Status.NO_EVIDENCE, answerable=False, seconds=2),
            result(answerable=False, seconds=2),
        ]
    )
    assert (found.questions, found.found_first, found.right) == (6, 0.6667, 0.25)
    assert (found.refused, found.wrongly_refused, found.offsets_exact) == (0.5, 0.5, 0.8333)
    assert found.median_seconds == 2


def test_figures_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no results"):
        figures([])
