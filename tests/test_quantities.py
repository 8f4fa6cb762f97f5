"""Numbers with units, compared by value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.fold import fold_text
from qa.quantities import quantities


def read(text: str) -> list[tuple[float, str]]:
    return [(q.value, q.unit) for q in quantities(text)]


@pytest.mark.parametrize(
    "text", ["1000亿元", "一千亿元", "1,000亿元", "1，000亿元", "１０００亿元", "1000億元", "千亿元", "0.1万亿元"]
)
def test_quantity_hundred_billion_in_every_form(text: str) -> None:
    assert read(text) == [(1e11, "元")]


@pytest.mark.parametrize("text", ["2万亿", "20000亿", "20,000亿", "两万亿", "2兆"])
def test_quantity_two_trillion_in_every_form(text: str) -> None:
    assert read(text) == [(2e12, "")]


@pytest.mark.parametrize("text", ["30%", "30％", "三成", "百分之三十", "百分之30"])
def test_quantity_share_in_every_form(text: str) -> None:
    assert read(text) == [(30.0, "%")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("百分之十五", [(15.0, "%")]),
        ("3.5%", [(3.5, "%")]),
        ("5.5个百分点", [(5.5, "个百分点")]),
        ("二十万人", [(200_000.0, "人")]),
        ("三百五十家", [(350.0, "家")]),
        ("5000万元", [(5e7, "元")]),
        ("2万多家", [(20_000.0, "家")]),
        ("300余家", [(300.0, "家")]),
        ("18.3平方公里", [(18.3, "平方公里")]),
        ("5G基站2万个", [(20_000.0, "个")]),
        ("10亿美元", [(1e9, "美元")]),
    ],
)
def test_quantity_value_and_unit(text: str, expected: list[tuple[float, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3000多亿元", (3e11, "元")), ("200余亿元", (2e10, "元")), ("100多万人", (1e6, "人"))],
)
def test_quantity_more_than_keeps_its_scale(text: str, expected: tuple[float, str]) -> None:
    assert read(text) == [expected]


def test_quantity_hundred_hundred_million_dollars_are_dollars() -> None:
    assert read("百亿美元") == [(1e10, "美元")]


@pytest.mark.parametrize("text", ["2—3个", "2-3个", "2～3个", "2至3个", "2到3个"])
def test_quantity_range_gives_both_ends(text: str) -> None:
    assert [value for value, _ in read(text)] == [2.0, 3.0]


@pytest.mark.parametrize("text", ["2025年", "二〇二五年", "1949年"])
def test_quantity_year_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["2024年8月", "2024年8月2日", "二〇二四年八月二日"])
def test_quantity_year_before_a_month_is_none(text: str) -> None:
    assert 2024.0 not in [value for value, _ in read(text)]


@pytest.mark.parametrize("text", ["6G", "5G网络", "B5G", "A股", "h100", "gpt4"])
def test_quantity_name_with_a_digit_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["第三代", "第3代", "第1届", "第2名"])
def test_quantity_ordinal_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["第十五届", "第15届", "第20次", "第一百零一条"])
def test_quantity_ordinal_of_two_digits_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["十四五", "成立", "数千亿元", "几千亿元", "没有数字", ""])
def test_quantity_words_are_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["统一", "之一", "一起", "一些", "唯一"])
def test_quantity_one_inside_a_word_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "money"), [("5元", True), ("5000亿", True), ("千亿级", True), ("3亿人", False), ("5000万", False)]
)
def test_quantity_is_money(text: str, money: bool) -> None:
    assert [q.is_money for q in quantities(text)] == [money]


@pytest.mark.parametrize(("text", "people"), [("20万人", True), ("35名", True), ("3户", True), ("20家", False)])
def test_quantity_is_people(text: str, people: bool) -> None:
    assert [q.is_people for q in quantities(text)] == [people]


def test_quantity_offsets_are_of_the_folded_text() -> None:
    text = "总额達一千億元。"
    [found] = quantities(text)
    assert fold_text(text)[found.start : found.end] == "1000亿元"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="一二十百千万亿成第年月日多元个0123456789.,%，百分之—g ", max_size=20))
def test_quantities_lie_inside_the_text_in_order(text: str) -> None:
    found = quantities(text)
    ends = [0, *(edge for q in found for edge in (q.start, q.end)), len(fold_text(text))]
    assert ends == sorted(ends)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9_999_999))
def test_quantity_grouping_does_not_change_the_value(number: int) -> None:
    assert read(f"{number:,}亿元") == read(f"{number}亿元") == [(number * 1e8, "元")]


@pytest.mark.parametrize("text", ["数十家企业", "几十亿元", "數百人", "数千万元"])
def test_a_number_that_is_not_told_is_none(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(("text", "value"), [("指数49.3%", 49.3), ("百分之十六点六七", 16.67), ("共十家", 10.0)])
def test_a_number_beside_like_characters_is_one(text: str, value: float) -> None:
    assert [q.value for q in quantities(text)] == [value]
