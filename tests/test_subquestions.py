"""Questions that ask for several things: a question for each, and those that are left whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.followup import Standalone
from qa.subquestions import MAX_PARTS, asks_of_each, sub_questions


def parts(text: str) -> list[str]:
    return [part.question for part in sub_questions(Standalone(text))]


# -- places -----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["武汉的规模是多少？", "湖北省武汉市的规模是多少？", "产业和企业有多少？"])
def test_places_less_than_two_are_left_whole(question: str) -> None:
    assert parts(question) == [question]


@pytest.mark.parametrize("word", ["和", "与", "跟", "及", "以及", "、"])
def test_places_are_split_at_their_word(word: str) -> None:
    assert parts(f"武汉{word}上海的规模是多少？") == ["武汉的规模是多少？", "上海的规模是多少？"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("武汉2027年和上海2030年的规模是多少？", ["武汉2027年的规模是多少？", "上海2030年的规模是多少？"]),
        ("武汉2027年规模和上海2030年规模是多少？", ["武汉2027年规模", "上海2030年规模是多少？"]),
        ("武汉和上海2030年的规模是多少？", ["武汉2030年的规模是多少？", "上海2030年的规模是多少？"]),
    ],
)
def test_places_keep_their_years_and_take_the_words_they_lack(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize("question", ["武汉、上海和深圳的规模各是多少？", "武汉和武汉的规模各是多少？"])
def test_places_other_than_two_are_left_whole(question: str) -> None:
    assert parts(question) == [question]


# -- other names, years and works -------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("清华大学和北京大学各有多少学生？", ["清华大学有多少学生？", "北京大学有多少学生？"]),
        (
            "清华大学、北京大学和复旦大学分别有多少学生？",
            ["清华大学有多少学生？", "北京大学有多少学生？", "复旦大学有多少学生？"],
        ),
        ("张某和李某的刑期各自是多少？", ["张某的刑期是多少？", "李某的刑期是多少？"]),
        ("姚明与刘翔的身高分别是多少？", ["姚明的身高是多少？", "刘翔的身高是多少？"]),
        ("张某某及李某某分别是什么职务？", ["张某某是什么职务？", "李某某是什么职务？"]),
        ("深圳2023年和2024年的规模各是多少？", ["深圳2023年的规模是多少？", "深圳2024年的规模是多少？"]),
        (
            "深圳２０２３年和二〇二四年的规模各是多少？",
            ["深圳２０２３年的规模是多少？", "深圳二〇二四年的规模是多少？"],
        ),
        ("《红楼梦》以及《西游记》分别有多少回？", ["《红楼梦》有多少回？", "《西游记》有多少回？"]),
    ],
)
def test_names_get_a_question_each(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "根据海淀区人民法院和朝阳区人民法院的判决书，张某和李某的刑期各是多少？",
            ["根据海淀区人民法院的判决书，张某的刑期是多少？", "根据朝阳区人民法院的判决书，李某的刑期是多少？"],
        ),
        (
            "2023年和2024年，张某和李某分别获得多少奖金？",
            [f"{year}年，{name}获得多少奖金？" for name in ("张某", "李某") for year in (2023, 2024)],
        ),
        (
            "清华大学和北京大学2022年、2023年和2024年的学生各有多少？",
            ["清华大学2022年、2023年和2024年的学生有多少？", "北京大学2022年、2023年和2024年的学生有多少？"],
        ),
    ],
)
def test_names_go_in_step_and_years_across(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    ("compared", "asked"),
    [
        ("入职时间谁更早", "入职时间是什么时候"),
        ("入职时间，谁更早", "入职时间是什么时候"),
        ("入职时间哪个更早", "入职时间是什么时候"),
        ("入职时间，哪位更早", "入职时间是什么时候"),
        ("判刑时间谁更长", "判刑时间有多长"),
        ("月薪谁更高", "月薪是多少"),
        ("月薪哪个高", "月薪是多少"),
    ],
)
def test_names_are_asked_for_what_is_compared_and_not_which_of_them(compared: str, asked: str) -> None:
    assert parts(f"张某和李某的{compared}？") == [f"张某的{asked}？", f"李某的{asked}？"]


# -- things asked of one subject --------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("苏州的面积和人口分别是多少？", ["苏州的面积是多少？", "苏州的人口是多少？"]),
        ("苏州的面积、人口与产值各为多少？", ["苏州的面积为多少？", "苏州的人口为多少？", "苏州的产值为多少？"]),
        ("苏州的面积和人口是多少？", ["苏州的面积和人口是多少？"]),
    ],
)
def test_things_asked_of_one_subject_get_a_question_each(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


# -- scripts, bounds and what is left whole ---------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("武漢和上海的目標各是多少？", ["武漢的目標是多少？", "上海的目標是多少？"]),
        ("復旦大學與清華大學各有多少學生？", ["復旦大學有多少學生？", "清華大學有多少學生？"]),
        ("《紅樓夢》與《西遊記》分別有多少回？", ["《紅樓夢》有多少回？", "《西遊記》有多少回？"]),
        ("蘇州的面積與人口分別是多少？", ["蘇州的面積是多少？", "蘇州的人口是多少？"]),
    ],
)
def test_parts_keep_their_script(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(("last", "count"), [(2020 + MAX_PARTS, MAX_PARTS), (2021 + MAX_PARTS, 1)])
def test_parts_are_at_most_so_many(last: int, count: int) -> None:
    years = "、".join(f"{year}年" for year in range(2021, last + 1))
    assert len(parts(f"深圳{years}的规模各是多少？")) == count


@pytest.mark.parametrize(
    "question",
    [
        "清华大学和北京大学联合培养的学生各有多少？",
        "张某和李某签署的协议分别是哪年的？",
        "复旦大学和清华大学合作的项目各有多少？",
    ],
)
def test_question_about_something_done_together_is_left_whole(question: str) -> None:
    assert parts(question) == [question]


@pytest.mark.parametrize("question", ["清华大学和北京大学发布了什么？", "《红楼梦》和《西游记》是谁写的？"])
def test_question_that_does_not_ask_of_each_is_left_whole(question: str) -> None:
    assert parts(question) == [question]


@pytest.mark.parametrize("question", ["武汉和上海的规模是多少？", "苏州的面积和人口分别是多少？"])
def test_question_with_context_is_left_whole(question: str) -> None:
    asked = Standalone(question, "深圳的规模是多少", "深圳的规模是多少？")
    assert sub_questions(asked) == [asked]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("武汉和上海的目标分别是什么？", True),
        ("武汉和上海的规模是多少亿元？", True),
        ("武汉和上海哪年发布规划？", True),
        ("武汉和上海谁的规模更大？", True),
        ("武漢和上海的規模相差多少？", True),
        ("武汉和上海发布了什么？", False),
        ("武汉和上海共同投资多少亿元？", False),
        ("武漢和上海簽署的協議各有多少？", False),
    ],
)
def test_asks_of_each(question: str, asks: bool) -> None:
    assert asks_of_each(question) is asks


PIECES = st.sampled_from(
    ["武汉", "上海", "清华大学", "北京大學", "张某", "李某", "姚明", "《甲》", "《乙》", "《", "》", "2023年", "二〇二四年",
     "和", "與", "、", "以及", "分别", "各是", "的", "面积", "人口", "是", "多少", "谁更早", "，", "？", " ", "㈱"]
)  # fmt: skip
CHINESE = st.text(st.characters(min_codepoint=0x3000, max_codepoint=0x9FFF), max_size=30)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join) | CHINESE)
def test_parts_of_any_text_are_some_and_a_single_one_is_the_question(text: str) -> None:
    found = sub_questions(Standalone(text))
    assert 1 <= len(found) <= MAX_PARTS
    assert len(found) > 1 or found == [Standalone(text)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "《张某和李某》和《王某和赵某》分别是哪年写的？",
            ["《张某和李某》是哪年写的？", "《王某和赵某》是哪年写的？"],
        ),
        ("武汉大学和南京大学分别有多少学生？", ["武汉大学有多少学生？", "南京大学有多少学生？"]),
        ("武汉市和上海市的面积各是多少？", ["武汉市的面积是多少？", "上海市的面积是多少？"]),
        ("南京市和江苏省的面积各是多少？", ["南京市的面积是多少？", "江苏省的面积是多少？"]),
        ("武汉去年和今年产值各是多少亿元？", ["武汉去年产值是多少亿元？", "武汉今年产值是多少亿元？"]),
        (
            "华为公司和腾讯公司2023年和2024年的营收分别是多少？",
            [f"{name}公司{year}年的营收是多少？" for name in ("华为", "腾讯") for year in (2023, 2024)],
        ),
        ("人口更多的是武汉还是上海？", ["人口更多的是武汉？", "人口更多的是上海？"]),
        ("武汉与上海相比哪个更大？", ["武汉哪个更大？", "上海哪个更大？"]),
        ("临江市和北湖市的投资分别是多少？", ["临江市的投资是多少？", "北湖市的投资是多少？"]),
        ("临江市和云溪县哪个面积大？", ["临江市哪个面积大？", "云溪县哪个面积大？"]),
        ("北湖市2023年和2024年投资各多少？", ["北湖市2023年投资多少？", "北湖市2024年投资多少？"]),
        ("姚明和刘翔谁更高？", ["姚明谁更高？", "刘翔谁更高？"]),
        ("How large are Wuhan and Shanghai?", ["How large are Wuhan?", "How large are Shanghai?"]),
        ("《甲》和《乙》、以及《丙》分别是谁写的？", ["《甲》是谁写的？", "《乙》是谁写的？", "《丙》是谁写的？"]),
    ],
)
def test_names_that_hold_other_names(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize("question", ["武汉和上海共同投资多少亿元？", "武汉和上海之间的距离是多少？"])
def test_what_two_places_do_together_is_asked_of_both(question: str) -> None:
    assert parts(question) == [question]


@pytest.mark.parametrize(
    "question",
    [
        "武汉的占比比上海高多少？", "武汉的常住人口比上海的户籍人口少多少？", "武汉今年比上海去年多多少？",
        "武汉比亚迪工厂产量比上海多多少？", "武汉比去年多多少？",
    ],
)  # fmt: skip
def test_what_exceeds_more_than_a_place_is_not_taken_apart(question: str) -> None:
    assert [part.question for part in sub_questions(Standalone(question))] == [question]


def test_a_question_full_of_joining_words_takes_no_longer() -> None:
    assert len(sub_questions(Standalone("、" * 1900 + "武汉的上海哪个大？"))) == 1


def test_what_is_asked_of_each_is_in_the_questions_script() -> None:
    assert parts("張某和李某的入職時間誰更早？") == ["張某的入職時間是什麼時候？", "李某的入職時間是什麼時候？"]


def test_the_sides_of_a_difference_are_asked_how_much() -> None:
    assert parts("临江2023年和2024年的产值相差多少？") == ["临江2023年的产值是多少？", "临江2024年的产值是多少？"]
