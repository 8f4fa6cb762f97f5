"""Scripts: which one a text is in, and turning answers into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fold import fold_text
from qa.script import Script, localized, script_of, tells_script, to_script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("这些软件企业", Script.SIMPLIFIED),
        ("這些軟體企業", Script.TRADITIONAL),
        ("臺北", Script.TRADITIONAL),
        ("How many?", Script.ENGLISH),
        ("6G LED", Script.ENGLISH),
        ("GDP是多少", Script.SIMPLIFIED),
        ("这個开发", Script.SIMPLIFIED),
        ("深圳AI and GDP", Script.SIMPLIFIED),
        ("臺北 and GDP", Script.TRADITIONAL),
        ("这个個體", Script.SIMPLIFIED),
        ("这個體", Script.TRADITIONAL),
        ("中 and more", Script.SIMPLIFIED),
        ("a", Script.ENGLISH),
        ("“Youju” 2024？", Script.ENGLISH),
    ],
)
def test_script_of_text(text: str, script: Script) -> None:
    assert script_of(text) is script


@pytest.mark.parametrize(
    "text", ["", " \n", "2024", "２０２４年", "？！", "上海", "中文", "Привет", "ＡＢ", "🙂", "\0"]
)
def test_script_of_text_that_does_not_tell_is_simplified(text: str) -> None:
    assert script_of(text) is Script.SIMPLIFIED


@given(
    st.sampled_from(["这些软件", "這些軟體", "臺北 and GDP", "How many?", "上海", ""]),
    st.text("0123 ，。？\n🙂é", max_size=9),
)
def test_script_is_not_told_by_figures_and_marks(text: str, marks: str) -> None:
    assert script_of(marks + text) is script_of(text + marks) is script_of(text)


def test_to_script_traditional() -> None:
    assert to_script("这些企业发展很快。", Script.TRADITIONAL) == "這些企業發展很快。"


def test_to_script_simplified() -> None:
    assert to_script("這些企業發展很快。", Script.SIMPLIFIED) == "这些企业发展很快。"


@pytest.mark.parametrize("text", ["這些企業。", "这些企业。", "abc", ""])
def test_to_script_english_leaves_the_text(text: str) -> None:
    assert to_script(text, Script.ENGLISH) == text


@pytest.mark.parametrize(
    ("text", "script"), [("软件里的数据", Script.SIMPLIFIED), ("軟體裡的資料", Script.TRADITIONAL)]
)
def test_to_script_own_script_is_left(text: str, script: Script) -> None:
    assert to_script(text, script) == text


@pytest.mark.parametrize(
    ("text", "script", "wanted"),
    [
        ("软件和芯片通过网络连接。", Script.TRADITIONAL, "軟體和晶片通過網路連接。"),
        ("人工智能服务器的信息。", Script.TRADITIONAL, "人工智慧伺服器的資訊。"),
        ("发布会的司法程序、项目和支持。", Script.TRADITIONAL, "發佈會的司法程序、項目和支持。"),
        ("軟體與晶片的資訊網路，奈米雷射。", Script.SIMPLIFIED, "软件与芯片的信息网络，纳米激光。"),
        ("臺北捷運用電腦控制。", Script.SIMPLIFIED, "台北捷运用电脑控制。"),
        ("軟體", Script.TRADITIONAL, "軟體"),
        ("软件", Script.ENGLISH, "软件"),
        ("", Script.TRADITIONAL, ""),
    ],
)
def test_localized_has_the_words_of_the_region(text: str, script: Script, wanted: str) -> None:
    assert localized(text, script) == wanted


@given(st.text("软件芯片网络信息路由通过数字化经济短体資訊軟網路晶激光雷射打印机，。", max_size=20))
def test_localized_text_folds_alike(text: str) -> None:
    for script in (Script.SIMPLIFIED, Script.TRADITIONAL):
        assert fold_text(localized(text, script)) == fold_text(text)


def test_a_counted_thing_is_no_phrase() -> None:
    assert localized("5至8个中试平台，个中滋味", Script.TRADITIONAL) == "5至8個中試平臺，箇中滋味"


@pytest.mark.parametrize(
    ("text", "told"), [("那台南呢？", False), ("那臺南呢？", True), ("国家", True), ("GDP?", True), ("AI呢", False)]
)
def test_what_tells_a_script(text: str, told: bool) -> None:
    assert tells_script(text) is told
