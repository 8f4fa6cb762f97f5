"""Question analysis: requirements, kind of answer and focus."""

from datetime import date

import pytest

from qa.asked import AnswerType
from qa.question import Period, Question, analyse
from qa.script import Script


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("上海市的规模是多少？", ("上海",)),
        ("How large is Shanghai?", ("上海",)),
        ("湖北省武汉市有多少企业？", ("武汉",)),
        ("中山路有多长？", ()),
        ("吉安市有多少人？", ("吉安",)),
    ],
)
def test_question_places(text: str, places: tuple[str, ...]) -> None:
    assert analyse(text).places == places


@pytest.mark.parametrize(
    ("text", "districts"),
    [("武汉市蔡甸区有多少人？", ("蔡甸区",)), ("重庆市沙坪坝区投资多少？", ("沙坪坝区",)), ("武汉有多少人？", ())],
)
def test_question_districts(text: str, districts: tuple[str, ...]) -> None:
    assert analyse(text).districts == districts


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("《神奇女侠1984》是谁演的？", ()),
        ("2019-2020赛季的冠军是谁？", (2019, 2020)),
        ("上海2030年的目标是什么？", (2030,)),
        ("上海二〇三〇年的目标是什么？", (2030,)),
        ("2027年和2030年的目标", (2027, 2030)),
        ("2000家企业在哪里？", ()),
        ("投资2000亿元的项目", ()),
        ("目标是什么？", ()),
    ],
)
def test_question_years(text: str, years: tuple[int, ...]) -> None:
    assert analyse(text).years == years


@pytest.mark.parametrize(
    ("text", "days"),
    [("8月2日发生了什么？", ("08-02",)), ("2024年12月31日发布了什么？", ("12-31",)), ("8月发生了什么？", ())],
)
def test_question_days(text: str, days: tuple[str, ...]) -> None:
    assert analyse(text).days == days


def test_question_people() -> None:
    assert analyse("姚明什么时候退役？").people == ("姚明",)


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("武汉大学有多少学生？", ("武汉大学",)),
        ("復旦大學與清華大學各有多少學生？", ("复旦大学", "清华大学")),
        ("清华大学比复旦大学早几年？清华大学在哪里？", ("清华大学", "复旦大学")),
        ("哪所大学最早？", ()),
    ],
)
def test_question_bodies(text: str, bodies: tuple[str, ...]) -> None:
    assert analyse(text).bodies == bodies


SUNDAY = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("武汉今年的产值是多少？", "今年", "2024-01-01", "2024-12-31"),
        ("武漢去年的產值是多少？", "去年", "2023-01-01", "2023-12-31"),
        ("去年8月发生了什么？", "去年8月", "2023-08-01", "2023-08-31"),
        ("今年3月1日发生了什么？", "今年3月1日", "2024-03-01", "2024-03-01"),
        ("上个月开工的项目有哪些？", "上个月", "2024-02-01", "2024-02-29"),
        ("这周有什么会议？", "这周", "2024-03-25", "2024-03-31"),
        ("昨天发生了什么？", "昨天", "2024-03-30", "2024-03-30"),
        ("前天发生了什么？", "前天", "2024-03-29", "2024-03-29"),
        ("明天有什么会议？", "明天", "2024-04-01", "2024-04-01"),
    ],
)
def test_question_period_is_counted_from_the_day(text: str, words: str, first: str, last: str) -> None:
    assert analyse(text, asof=SUNDAY).periods == (Period(words, first, last),)


def test_question_periods_come_in_order() -> None:
    periods = analyse("今年比去年多多少？", asof=SUNDAY).periods
    assert [p.words for p in periods] == ["今年", "去年"]


@pytest.mark.parametrize(
    "text", ["目前的产值是多少？", "2023年的产值是多少？", "8月2日发生了什么？", "3日有什么会议？", "这里有几家企业？"]
)
def test_question_of_no_relative_time_has_no_period(text: str) -> None:
    assert analyse(text, asof=SUNDAY).periods == ()


def test_question_without_a_day_to_count_from_has_no_period() -> None:
    assert analyse("武汉今年的产值是多少？").periods == ()


@pytest.mark.parametrize(
    ("text", "asof"), [("去年的产值是多少？", date.min), ("明年的产值是多少？", date.max), ("昨天有什么？", date.min)]
)
def test_question_period_beyond_the_calendar_is_none(text: str, asof: date) -> None:
    assert analyse(text, asof=asof).periods == ()


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("投资1000亿元的项目在哪里？", [(1e11, "元")]),
        ("投资一千亿元的项目在哪里？", [(1e11, "元")]),
        ("三成的企业在哪里？", [(30.0, "%")]),
        ("60家企业在哪里？", [(60.0, "家")]),
        ("四个区是哪些？", []),
        ("2030年的目标是什么？", []),
    ],
)
def test_question_amounts(text: str, amounts: list[tuple[float, str]]) -> None:
    assert [(a.value, a.unit) for a in analyse(text).amounts] == amounts


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("项目投资多少亿元？", AnswerType.MONEY),
        ("深圳的GDP是多少？", AnswerType.MONEY),
        ("有多少人参加？", AnswerType.PEOPLE),
        ("How many people live in Shanghai?", AnswerType.PEOPLE),
        ("量子企业占比是多少？", AnswerType.PERCENT),
        ("有多少家企业？", AnswerType.NUMBER),
        ("面积多大？", AnswerType.NUMBER),
        ("什么时候发布规划？", AnswerType.DATE),
        ("哪一年建成？", AnswerType.DATE),
        ("大橋於西元幾年通車？", AnswerType.DATE),
        ("工程用了几年？", AnswerType.NUMBER),
        ("When was the plan released?", AnswerType.DATE),
        ("谁是合肥市市长？", AnswerType.PERSON),
        ("市长叫什么名字？", AnswerType.PERSON),
        ("Who is the mayor?", AnswerType.PERSON),
        ("哪些城市提出规划？", AnswerType.LIST),
        ("包括哪几个领域？", AnswerType.LIST),
        ("为什么发展量子产业？", AnswerType.REASON),
        ("什么原因导致停产？", AnswerType.REASON),
        ("规划的全称叫什么？", AnswerType.NAME),
        ("发布了什么？", AnswerType.OTHER),
    ],
)
def test_question_type(text: str, kind: AnswerType) -> None:
    assert analyse(text).type is kind


@pytest.mark.parametrize("text", ["产值增长百分之几？", "产值增长百分之多少？", "有几成企业盈利？"])
def test_question_for_a_share_by_its_word_is_percent(text: str) -> None:
    assert analyse(text).type is AnswerType.PERCENT


@pytest.mark.parametrize(("text", "unit"), [("有多少家企业？", "家"), ("需要几天？", "天"), ("面积多大？", "")])
def test_question_unit(text: str, unit: str) -> None:
    assert analyse(text).unit == unit


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("合肥的人口是多少？", "人口"),
        ("该楼的高度是多少？", "高度"),
        ("华为的总部在哪里？", "总部"),
        ("目标是多少？", ""),
        ("有多少人参加？", ""),
    ],
)
def test_question_focus(text: str, focus: str) -> None:
    assert analyse(text).focus == focus


def test_question_focus_on_a_person() -> None:
    assert analyse("姚明的身高是多少？").focus == "身高"


def test_question_terms_leave_out_places_years_and_asking_words() -> None:
    assert analyse("上海2030年量子产业的目标是多少？").terms == ("量子", "产业", "目标")


def test_question_english_has_no_terms() -> None:
    assert analyse("How many LED firms are in Shanghai?").terms == ()


@pytest.mark.parametrize(
    ("text", "script"), [("软件规模", Script.SIMPLIFIED), ("軟體規模", Script.TRADITIONAL), ("How?", Script.ENGLISH)]
)
def test_question_script(text: str, script: Script) -> None:
    assert analyse(text).script is script


def test_question_folds_its_terms() -> None:
    assert "软件" in "".join(analyse("武漢的軟體規模是多少？").terms)


@pytest.mark.parametrize(("text", "is_list"), [("有哪些领域？", True), ("分别是什么？", True), ("是多少？", False)])
def test_question_is_list(text: str, is_list: bool) -> None:
    assert analyse(text).is_list is is_list


def test_context_gives_place_and_words_that_are_missing() -> None:
    question = analyse("投资多少？", "上海量子产业的规模是多少")
    assert (question.places, question.inherited) == (("上海",), ("量子", "产业", "规模"))


def test_context_does_not_replace_an_own_place() -> None:
    assert analyse("深圳投资多少？", "上海市浦东新区的规模是多少").places == ("深圳",)


def test_context_district_is_not_mixed_with_an_own_place() -> None:
    assert analyse("深圳投资多少？", "武汉市蔡甸区的规模是多少").districts == ()


BEFORE = "武汉大学去年的投资是多少"


def following(text: str) -> Question:
    return analyse(text, BEFORE, BEFORE, SUNDAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("它的收入是多少？", ["去年"]),
        ("它今年的收入是多少？", ["今年"]),
        ("它2021年的收入是多少？", []),
        ("它8月2日的收入是多少？", []),
    ],
)
def test_context_period_holds_where_the_question_has_no_time(text: str, words: list[str]) -> None:
    assert [p.words for p in following(text).periods] == words


@pytest.mark.parametrize(
    ("text", "bodies"), [("它的收入是多少？", ("武汉大学",)), ("清华大学的收入是多少？", ("清华大学",))]
)
def test_context_body_holds_where_the_question_has_none(text: str, bodies: tuple[str, ...]) -> None:
    assert following(text).bodies == bodies


@pytest.mark.parametrize(
    "text",
    [
        "今日头条的月活跃用户有多少人？",
        "《明日方舟》由谁开发？",
        "《昨日重现》是谁唱的？",
        "本周刊的主编是谁？",
        "前天津市长是谁？",
        "下月球探测器何时发射？",
    ],
)
def test_names_that_look_like_times_are_none(text: str) -> None:
    assert analyse(text, asof=date(2024, 5, 20)).periods == ()
