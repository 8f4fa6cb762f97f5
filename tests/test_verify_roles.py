"""Who does what to whom."""

import pytest

from qa.verify.analysed import Analysed
from qa.verify.roles import check_roles


def turned(statement: str, text: str) -> list[str]:
    return [f.there for f in check_roles(Analysed(statement), [Analysed(text)])]


@pytest.mark.parametrize(
    ("statement", "text", "there"),
    [
        (
            "王海燕接替陈立群担任市教育局局长。",
            "陈立群接替王海燕担任市教育局局长，任期五年。",
            "陈立群接替王海燕担任市教育局局长",
        ),
        ("乙公司收购了甲公司60%的股份。", "甲公司宣布收购乙公司60%的股份。", "甲公司宣布收购乙公司60%的股份"),
        ("李某起诉张某。", "法院受理了张某起诉李某一案。", "法院受理了张某起诉李某一案"),
        ("英国从法国进口电力。", "法国从英国进口电力，占用电量的一成。", "法国从英国进口电力"),
        ("甲被乙打伤。", "乙被甲打伤，住院十天。", "乙被甲打伤"),
        ("乙打伤甲。", "乙被甲打伤，住院十天。", "乙被甲打伤"),
        ("原告王某赔偿被告李某3万元。", "判决被告李某赔偿原告王某3万元。", "判决被告李某赔偿原告王某3万元"),
        ("李四是张三的父亲。", "张三是李四的父亲，今年六十岁。", "张三是李四的父亲"),
    ],
)
def test_parties_that_changed_places_are_found(statement: str, text: str, there: str) -> None:
    assert turned(statement, text) == [there]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("陈立群接替王海燕担任市教育局局长。", "陈立群接替王海燕担任市教育局局长，任期五年。"),
        ("王海燕由陈立群接替。", "陈立群接替王海燕担任市教育局局长，任期五年。"),
        ("甲打伤乙。", "乙被甲打伤，住院十天。"),
        ("乙公司被甲公司收购。", "甲公司宣布收购乙公司60%的股份。"),
        ("王海燕和陈立群担任评委。", "陈立群和王海燕担任评委。"),
        ("王海燕会见陈立群。", "陈立群会见王海燕。"),
        ("乙公司与甲公司展开合作。", "甲公司与乙公司展开合作。"),
        ("李四是张三的同学。", "张三是李四的同学。"),
        # Told both ways there: nothing is turned.
        ("李某起诉张某。", "张某起诉李某，随后李某起诉张某。"),
        # The source does not say who.
        ("李某起诉张某。", "张某被起诉。"),
    ],
)
def test_the_same_told_otherwise_is_not(statement: str, text: str) -> None:
    assert turned(statement, text) == []
