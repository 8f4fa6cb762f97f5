"""What a question asks for of its subject."""

import pytest

from qa.question import analyse


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("大桥的高度是多少？", "高度"),
        ("被告人吕某某被刑事拘留的日期是什么时候？", "刑事拘留"),
        ("史某某的母亲的名字是什么？", "母亲"),
        ("张某的宠物名字是什么？", "宠物"),
        ("施某的家庭成员有哪些？", "家庭成员"),
        ("印刷厂成立于哪一年？", "成立"),
        ("公司员工总数是多少？", "公司员工"),
        # What could be asked of anything, and what is said in many ways, need not be said.
        ("费某的职业是什么？", ""),
        ("合肥的目标是什么？", ""),
        ("武汉有哪些企业？", ""),
        ("两市的产值相差多少？", "产值"),
        ("合肥有多少家企业？", ""),
        ("南加大在该刊的排行中名列第几？", ""),
    ],
)
def test_focus(question: str, focus: str) -> None:
    assert analyse(question).focus == focus


def test_somebody_is_one_name() -> None:
    asked = analyse("辩护人范某某和审判长和某是谁？")
    assert asked.people == ("范某某", "和某")


def test_somebody_is_no_company() -> None:
    assert analyse("赵某在某公司任职？").people == ("赵某",)


def test_where_the_answer_is_to_be_found_does_not_count() -> None:
    asked = analyse("根据雾岛市银杏区人民法院的判决书，出租车是什么颜色？")
    assert asked.terms == ("出租车", "颜色")
    assert asked.bodies == ("雾岛市银杏区人民法院",)
