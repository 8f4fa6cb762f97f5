"""Windows that are about a question and do not answer it."""

import random

import pytest

from training.examples import Example, Passage
from training.unanswered import OtherQuestions, taken_out

TEXT = "海棠大桥位于临江市，横跨青衣江。大桥全长1280米，主跨420米。桥面设六条车道，2019年通车。"


def passage(answer: str, text: str = TEXT, title: str = "海棠大桥") -> Passage:
    start = text.index(answer)
    return Passage(title, text, start, start + len(answer))


def test_taken_out_leaves_the_other_sentences() -> None:
    found = taken_out(passage("1280米"))
    assert found == Passage("海棠大桥", "海棠大桥位于临江市，横跨青衣江。桥面设六条车道，2019年通车。")
    assert not found.answers


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("1280米", "大桥全长1280米。路面新铺。"),
        ("六条车道", "桥面设六条车道，两侧有人行道。到了晚上，六条车道都亮起灯来，江边的人很多。"),
    ],
    ids=["too little is left", "the answer is still there"],
)
def test_taken_out_of_nothing_else_is_none(answer: str, text: str) -> None:
    assert taken_out(passage(answer, text)) is None


def test_taken_out_of_a_window_without_an_answer_is_none() -> None:
    assert taken_out(Passage("海棠大桥", TEXT)) is None


def example(question: str, title: str, text: str, answer: str) -> Example:
    return Example(question, "drcd", question, (passage(answer, text, title),), (), validation=False)


def test_another_question_is_asked_of_the_same_subject() -> None:
    bridge = example("海棠大桥全长多少米？", "海棠大桥", TEXT, "1280米")
    library = example("临江图书馆的馆长叫什么名字？", "临江图书馆", "临江图书馆的馆长叫周岚。", "周岚")
    others = OtherQuestions([bridge, library])
    asked = {others.of(bridge.question, bridge.positives[0], random.Random(n)) for n in range(20)}
    assert asked == {"海棠大桥的馆长叫什么名字？"}


def test_another_question_whose_words_the_text_has_is_not_asked() -> None:
    bridge = example("海棠大桥全长多少米？", "海棠大桥", TEXT, "1280米")
    other = example("青山大桥的主跨是多少？", "青山大桥", "青山大桥的主跨是300米。", "300米")
    others = OtherQuestions([bridge, other])
    assert all(others.of(bridge.question, bridge.positives[0], random.Random(n)) is None for n in range(10))
