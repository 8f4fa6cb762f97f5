"""Names of bodies: where they begin and end, and what is a kind of body only."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.fold import fold_text
from index.records import Span
from qa.names import bodies_in


def named(text: str) -> list[str]:
    folded = fold_text(text)
    return [span.of(folded) for span in bodies_in(folded)]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("武汉大学有多少学生?", [Span(0, 4)]),
        ("在武汉大学就读", [Span(1, 5)]),
        ("清华大学与北京大学合并", [Span(0, 4), Span(5, 9)]),
        ("根据北京市朝阳区人民法院的判决", [Span(2, 12)]),
        ("", []),
    ],
)
def test_bodies_have_exact_spans(text: str, spans: list[Span]) -> None:
    assert bodies_in(text) == spans


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("比亚迪公司的营收是多少？", ["比亚迪公司"]),
        ("IBM公司的营收是多少？", ["ibm公司"]),
        ("武汉市中心医院在哪里？", ["武汉市中心医院"]),
        ("皇家马德里俱乐部成立于哪年？", ["皇家马德里俱乐部"]),
        ("南京大学、东南大学", ["南京大学", "东南大学"]),
        ("复旦大学附属中山医院", ["复旦大学", "附属中山医院"]),
        ("武漢大學有多少學生？", ["武汉大学"]),
        ("上海市第二中级人民法院的判决", ["上海市第二中级人民法院"]),
        ("根据霜叶市杉木区人民法院的判决", ["霜叶市杉木区人民法院"]),
        ("和栗子市薰衣区人民法院的判决", ["栗子市薰衣区人民法院"]),
        ("北京市第四中学的校长", ["北京市第四中学"]),
    ],
)
def test_bodies_are_named_with_the_words_that_tell_them_apart(text: str, names: list[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("由中国银行支付", "中国银行"),
        ("向阿里巴巴集团投资", "阿里巴巴集团"),
        ("来自浙江大学的研究人员", "浙江大学"),
        ("位于武汉的华中科技大学", "华中科技大学"),
        ("今天武汉大学开学", "武汉大学"),
        ("收购比亚迪公司", "比亚迪公司"),
    ],
)
def test_bodies_begin_after_prepositions_verbs_and_days(text: str, name: str) -> None:
    assert named(text) == [name]


@pytest.mark.parametrize(
    "kind",
    [
        "音乐学院",
        "人民法院",
        "上市公司",
        "商业银行",
        "理工大学",
        "医学院",
        "法学院",
        "艺术学院",
        "职业学院",
        "师范大学",
        "人民医院",
        "科技公司",
        "保险公司",
        "大学",
        "法院",
    ],
)
def test_bodies_are_no_kinds(kind: str) -> None:
    assert named(f"{kind}有多少人？") == []


@pytest.mark.parametrize(
    "text", ["武汉的规模是多少？", "张某和李某谁更早？", "什么公司？", "法院怎么判？", "How many?"]
)
def test_bodies_of_a_question_without_them_are_none(text: str) -> None:
    assert named(text) == []


WORDS = st.sampled_from(
    ["武汉", "清华", "北京市", "音乐", "科技", "比亚迪", "ibm", "大学", "人民法院", "公司", "医院", "学院", "集团", "在", "和", "的", "、", "收购", " "]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(WORDS, max_size=12).map("".join) | st.text(max_size=30).map(fold_text))
def test_bodies_lie_within_the_text_ascend_and_do_not_overlap(folded: str) -> None:
    spans = bodies_in(folded)
    bounds = [0, *(at for span in spans for at in (span.start, span.end)), len(folded)]
    assert bounds == sorted(bounds)
    assert all(span.end - span.start >= 4 for span in spans)
