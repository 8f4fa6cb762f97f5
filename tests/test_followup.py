"""Follow-up questions take over what they leave out."""

import pytest

from index.fold import fold_text
from qa.answer import Turn
from qa.followup import condense
from qa.question import analyse
from qa.script import Script, script_of

ASKED = "上海2030年未来产业的规模目标是多少？"


def alone(question: str, history: list[Turn]) -> str:
    """What a follow-up comes to, folded."""
    return fold_text(condense(question, history).search_text)


def turns(*contents: str) -> list[Turn]:
    """User and assistant in turn, the user first."""
    return [Turn(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(contents)]


@pytest.mark.parametrize("question", ["那深圳呢？", "深圳呢？", "那么深圳呢", "那深圳怎么样？", "还有深圳呢?"])
def test_followup_swaps_the_place(question: str) -> None:
    assert alone(question, turns(ASKED)) == "深圳2030年未来产业的规模目标是多少?"


@pytest.mark.parametrize("question", ["那2035年呢？", "2035年呢？", "那2035年怎么样？"])
def test_followup_swaps_the_year(question: str) -> None:
    assert alone(question, turns(ASKED)) == "上海2035年未来产业的规模目标是多少?"


def test_followup_swaps_place_and_year_together() -> None:
    question = analyse(condense("那深圳2035年呢？", turns(ASKED)).search_text)
    assert (question.places, question.years) == (("深圳",), (2035,))


def test_followup_of_a_followup_keeps_the_question() -> None:
    history = turns(ASKED, "5000亿元。", "那深圳呢？", "3000亿元。")
    assert alone("那广州呢？", history) == "广州2030年未来产业的规模目标是多少?"


def test_followup_takes_the_last_question() -> None:
    history = turns(ASKED, "5000亿元。", "北京有多少家企业？", "60家。")
    assert alone("那深圳呢？", history) == "深圳有多少家企业?"


def test_followup_english_swaps_the_place() -> None:
    question = condense("What about Shenzhen?", turns("What is the GDP of Shanghai?")).search_text.lower()
    assert ("gdp" in question, analyse(question).places) == (True, ("深圳",))


def test_followup_swaps_the_place_of_the_same_level() -> None:
    assert alone("那长沙呢？", turns("中国深圳的目标是多少？")) == "中国长沙的目标是多少?"
    assert alone("那长沙呢？", turns("广东省深圳市的目标是多少？")) == "长沙市的目标是多少?"


@pytest.mark.parametrize("question", ["换成上海", "換成上海？", "那改成上海呢？", "那上海呢？"])
@pytest.mark.parametrize("place", ["合肥", "安徽合肥", "安徽省合肥"])
def test_followup_changes_to_a_place_of_another_level(question: str, place: str) -> None:
    assert alone(question, turns(f"{place}有多少家量子企业？")) == "上海有多少家量子企业?"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("和苏州比哪个更高？", "上海和苏州2030年未来产业的规模目标是多少,哪个更高?"),
        ("比苏州多多少？", "上海和苏州2030年未来产业的规模目标是多少,哪个更多?"),
        ("跟蘇州相比呢？", "上海和苏州2030年未来产业的规模目标是多少,哪个更高?"),
        ("那比苏州低吗？", "上海和苏州2030年未来产业的规模目标是多少,哪个更低?"),
    ],
)
def test_followup_compares_with_another_place(question: str, told: str) -> None:
    assert alone(question, turns(ASKED)) == told


def test_followup_leaves_names_of_others_alone() -> None:
    assert alone("上海呢？", turns("江苏银行的利润是多少？")) != "上海银行的利润是多少?"
    assert alone("北京呢？", turns("上海南京路有多长？")) == "北京南京路有多长?"


def test_followup_compares_anew() -> None:
    history = turns("深圳2030年的目标是多少？", "7500亿元。", "和苏州比哪个更高？", "深圳。")
    assert alone("和成都比呢？", history) == "深圳和成都2030年的目标是多少,哪个更高?"


@pytest.mark.parametrize("question", ["比亚迪呢？", "和平区有多少家企业？", "和谁相比？", "比苏州的人口高多少？"])
def test_followup_that_does_not_compare_places(question: str) -> None:
    assert "上海和" not in alone(question, turns(ASKED))


def test_followup_in_traditional_stays_traditional() -> None:
    standalone = condense("那麼深圳呢？", turns("上海2030年的規模目標是多少？"))
    assert script_of(standalone.question) is Script.TRADITIONAL


@pytest.mark.parametrize(
    "question", ["它的投资是多少？", "其投资是多少？", "该产业的投资是多少？", "这个产业投资多少？"]
)
def test_followup_pronoun_takes_the_context(question: str) -> None:
    standalone = condense(question, turns(ASKED, "5000亿元。"))
    assert standalone.question == question
    assert standalone.context == "上海2030年未来产业的规模目标是多少，5000亿元"


def test_followup_long_answer_is_no_context() -> None:
    assert condense("它的投资是多少？", turns(ASKED, "长" * 61)).context == "上海2030年未来产业的规模目标是多少"


def test_followup_without_place_takes_the_context() -> None:
    standalone = condense("投资多少？", turns(ASKED))
    assert standalone.search_text == "上海2030年未来产业的规模目标是多少 投资多少？"


@pytest.mark.parametrize("question", ["深圳2027年的目标是多少？", "合肥的量子企业有多少家？", "武汉市市长是谁？"])
def test_complete_question_is_left_alone(question: str) -> None:
    assert condense(question, turns(ASKED, "5000亿元。")).search_text == question


@pytest.mark.parametrize("question", ["合肥应该建设多少公里地铁？", "土耳其的人口是多少？", "合肥其他企业有多少家？"])
def test_complete_question_with_a_pronoun_inside_a_word_is_left_alone(question: str) -> None:
    assert condense(question, turns(ASKED)).search_text == question


def test_complete_question_about_a_person_does_not_take_the_place() -> None:
    assert condense("姚明的身高是多少？", turns(ASKED)).search_text == "姚明的身高是多少？"


@pytest.mark.parametrize("history", [[], [Turn(role="assistant", content="您好，请提问。")]])
def test_no_question_before_leaves_it_alone(history: list[Turn]) -> None:
    assert condense("那深圳呢？", history).search_text == "那深圳呢？"
