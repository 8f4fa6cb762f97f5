"""Answers against gold answers: values, parts, overlaps of characters."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from eval.metrics.answers import character_f1, contains_answer, exact_match, says

quickly = settings(max_examples=100, deadline=None)
WORDS = "量子 计算 产业 规模 达到 头发 出发 云计算 智能制造 ABC ， 。 5000亿元 三成 2030年"
words = st.lists(st.sampled_from(WORDS.split()), max_size=8).map("".join)
plain = st.text("量子产业规模目标江苏北京ABC，。", max_size=8)
numbers = st.integers(0, 20) | st.integers(0, 10**9)
to_traditional = OpenCC("s2t").convert


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("规模为0.5万亿元", "5000亿"),
        ("规模为0.5万亿元", "5000亿元"),
        ("規模為5000億元", "0.5万亿"),
        ("規模達一千億元", "1000亿"),
        ("千亿元", "1000亿元"),
        ("5000万", "0.5亿"),
        ("1.1亿", "11000万"),  # 110000000.00000001 in floats
        ("2万多家", "2万家"),
        ("占三成", "30%"),
        ("占30%", "三成"),
        ("占百分之三十五", "35%"),
        ("占３５％", "百分之三十五"),
        ("为1,000元", "1000"),
        ("为1000元", "1,000"),
        ("为１，０００元", "1000元"),
        ("三百五十家", "350家"),
        ("两个", "2个"),
        ("2.50", "2.5"),
        ("3.1", "3.10"),
    ],
)
def test_contains_answer_equal_values(text: str, alias: str) -> None:
    assert contains_answer(text, [[alias]])


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("规模为5000亿美元", "5000亿元"),
        ("规模为5000亿元", "5000亿美元"),
        ("5000人", "5000家"),
        ("30个百分点", "30%"),
        ("30%", "30个百分点"),
        ("12.5", "12.5%"),
        ("占三成", "30"),
        ("下降5%", "-5%"),
    ],
)
def test_contains_answer_other_units_are_not_equal(text: str, alias: str) -> None:
    assert not contains_answer(text, [[alias]])


def test_contains_answer_gold_without_unit_leaves_it_open() -> None:
    assert contains_answer("规模为5000亿元", [["5000亿"]])
    assert contains_answer("三个", [["3"]])


def test_contains_answer_30_is_in_30_percent_as_its_digits() -> None:
    assert contains_answer("占30%", [["30"]])
    assert contains_answer("占百分之三十", [["30"]])  # folded to 百分之30


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("到2010年", "10"),
        ("3万", "3"),
        ("3万多", "3"),
        ("3亿", "3"),
        ("5,000亿", "5,000"),
        ("比例为3.10", "3"),
        ("3.10", "10"),
        ("12.5%", "12"),
        ("12.5%", "2.5%"),
        ("2025年", "25年"),
        ("十三个", "三个"),
        ("13个", "3个"),
        ("12,345", "345"),
        ("12,345", "12"),
    ],
)
def test_contains_answer_not_a_part_of_a_number(text: str, alias: str) -> None:
    assert not contains_answer(text, [[alias]])


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("共10个", "10"),
        ("3千克", "3"),
        ("3千米", "3"),
        ("3兆瓦", "3"),
        ("1013百帕", "1013"),
        ("共3。", "3"),
        ("第15届", "15"),
        ("3、5和7", "5"),
    ],
)
def test_contains_answer_digits_at_their_borders(text: str, alias: str) -> None:
    assert contains_answer(text, [[alias]])


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("國內生產總值", "国内生产总值"),
        ("国内生产总值", "國內生產總值"),
        ("人工智慧", "人工智能"),
        ("ＡＩ晶片", "ai芯片"),
        ("MicroLED 拼接屏", "Micro LED拼接屏"),
        ("二〇三〇年", "2030"),
    ],
)
def test_contains_answer_folds_both(text: str, alias: str) -> None:
    assert contains_answer(text, [[alias]])


@pytest.mark.parametrize(
    ("parts", "holds"),
    [
        ([["未来网络"], ["元宇宙"]], True),
        ([["未来网络"], ["脑机接口"]], False),
        ([["脑机接口", "元宇宙"]], True),
        ([["元宇宙", "脑机接口"]], True),
        ([["脑机接口", "合成生物"]], False),
        ([["脑机接口", "元宇宙"], ["未来网络", "合成生物"]], True),
        ([], False),
        ([[]], False),
        ([["元宇宙"], []], False),
        ([[""]], False),
        ([[" "]], False),
    ],
)
def test_contains_answer_every_part_by_any_alias(parts: list[list[str]], holds: bool) -> None:
    assert contains_answer("未来网络、元宇宙", parts) is holds


def test_says_one_wording() -> None:
    assert says("规模为5000亿元", "0.5万亿")
    assert not says("规模为5000亿元", "500")


@pytest.mark.parametrize(("text", "alias"), [("10万亿", "10万"), ("1亿2千万", "1亿"), ("3千万", "3千"), ("三万", "三")])
def test_contains_answer_not_a_part_of_a_scaled_number(text: str, alias: str) -> None:
    assert not contains_answer(text, [[alias]])


@pytest.mark.parametrize(("text", "alias"), [("100多万人", "100"), ("200余亿元", "200")])
def test_contains_answer_not_a_part_of_a_number_with_more(text: str, alias: str) -> None:
    assert not contains_answer(text, [[alias]])


@pytest.mark.parametrize(("text", "alias"), [("5万瓦", "5"), ("5百米", "5")])
def test_contains_answer_not_a_part_of_scaled_watts_and_metres(text: str, alias: str) -> None:
    assert not contains_answer(text, [[alias]])


@pytest.mark.parametrize("text", ["5 6", "共5\n6个"])
def test_contains_answer_space_does_not_join_digits(text: str) -> None:
    assert not contains_answer(text, [["56"]])


def test_contains_answer_three_tenths_and_a_half() -> None:
    assert not contains_answer("占三成五", [["30%"]])


@pytest.mark.parametrize(("alias", "holds"), [("3.5亿", True), ("5000万", False)])
def test_contains_answer_compound_amounts(alias: str, holds: bool) -> None:
    assert contains_answer("3亿5000万", [[alias]]) is holds


@pytest.mark.parametrize("text", ["瞭解情況", "明瞭"])
def test_contains_answer_folds_words_that_opencc_knows(text: str) -> None:
    assert contains_answer(text, [[OpenCC("t2s").convert(text)]])


@quickly
@given(plain, plain.filter(lambda alias: any(c.isalnum() for c in alias)), plain)
def test_contains_answer_where_it_stands(before: str, alias: str, after: str) -> None:
    assert contains_answer(before + alias + after, [[alias]])


@quickly
@example(999_999_999, 1_000_000_000)
@given(numbers, numbers)
def test_contains_answer_number_only_in_itself(said: int, wanted: int) -> None:
    assert contains_answer(f"共{said}个", [[str(wanted)]]) is (said == wanted)


@quickly
@given(numbers)
def test_contains_answer_grouping_and_scale_keep_the_value(number: int) -> None:
    assert contains_answer(f"为{number:,}元", [[f"{number}元"]])
    assert contains_answer(f"为{number}亿元", [[f"{number}0000万元"]])


@quickly
@given(words, st.lists(st.lists(words, max_size=2), max_size=2), words)
def test_contains_answer_an_alias_helps_and_a_part_does_not(text: str, parts: list[list[str]], word: str) -> None:
    holds = contains_answer(text, parts)
    assert contains_answer(text, [[*part, word] for part in parts]) >= holds
    assert contains_answer(text, [*parts, [word]]) <= holds or not parts


@quickly
@given(words, words)
def test_contains_answer_same_in_traditional(text: str, alias: str) -> None:
    holds = contains_answer(text, [[alias]])
    assert contains_answer(to_traditional(text), [[alias]]) is holds
    assert contains_answer(text, [[to_traditional(alias)]]) is holds


@pytest.mark.parametrize(
    ("text", "gold", "equal"),
    [
        ("合肥", ["合肥"], True),
        ("合肥。", ["“合肥”"], True),
        ("Ｗｅｂ 3", ["web3"], True),
        ("發展", ["发展"], True),
        ("合肥市", ["合肥"], False),
        ("合肥", ["北京", "合肥"], True),
        ("一千亿元", ["1000亿元"], True),
        ("0.1万亿元", ["1000亿元"], False),
        ("", ["合肥"], False),
        ("合肥", [], False),
        ("U.S.", ["us"], True),
        ("C++", ["C"], False),
    ],
)
def test_exact_match(text: str, gold: list[str], equal: bool) -> None:
    assert exact_match(text, gold) is equal


def test_exact_match_keeps_the_decimal_point() -> None:
    assert not exact_match("3.5亿", ["35亿"])


def test_exact_match_keeps_the_percent_sign() -> None:
    assert not exact_match("30", ["30%"])


def test_exact_match_of_nothing() -> None:
    assert not exact_match("", ["？"])


@pytest.mark.parametrize(
    ("text", "gold", "expected"),
    [
        ("甲乙丙", ["甲乙丙"], 1),
        ("甲乙丁戊", ["甲乙丙"], 4 / 7),  # 2 in common of 4 and 3: P 1/2, R 2/3
        ("甲乙丁戊。", ["“甲乙丙”"], 4 / 7),
        ("甲甲乙", ["甲乙乙"], 2 / 3),  # 甲 once and 乙 once
        ("甲甲甲", ["甲"], 1 / 2),  # 2 * 1 / (3 + 1)
        ("丙乙甲", ["甲乙丙"], 1),  # order does not count
        ("甲乙", ["丙", "甲丁", "甲"], 2 / 3),  # the best: 2 * 1 / (2 + 1)
        ("ＡＢ體", ["ab体"], 1),
        ("甲", ["乙"], 0),
        ("", ["甲"], 0),
        ("甲", [""], 0),
        ("", [""], 0),
        ("甲", [], 0),
    ],
)
def test_character_f1(text: str, gold: list[str], expected: float) -> None:
    assert character_f1(text, gold) == expected


@quickly
@given(st.text(max_size=12), st.text(max_size=12))
def test_character_f1_is_a_share_and_symmetric(said: str, gold: str) -> None:
    assert 0 <= character_f1(said, [gold]) == character_f1(gold, [said]) <= 1


@quickly
@given(st.text("甲乙丙，。體aＡ1", max_size=12), st.text("甲乙丙體aＡ1", min_size=1, max_size=12))
def test_character_f1_of_equal_strings(before: str, text: str) -> None:
    assert character_f1(text, [before, text]) == 1
    assert exact_match(text, [before, text])


@quickly
@given(st.permutations("量子计算。"), st.text("量子甲。", max_size=6))
def test_character_f1_does_not_see_the_order(shuffled: list[str], gold: str) -> None:
    assert character_f1("".join(shuffled), [gold]) == character_f1("量子计算。", [gold])
