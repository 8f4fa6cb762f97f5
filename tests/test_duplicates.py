"""Groups of reprints."""

import pytest

from index.duplicates import ReprintFinder, signature_of

ARTICLE = (
    "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群，重点是光子芯片和量子计算。"
    "企业可以在网上提交申请，评审的结果会在一个月之内公布，入选的项目最多能拿到三百万元的补助。"
    "城东的两所大学已经同意开放实验室，第一批设备会在秋天运到，由当地的研究院统一管理和维护。"
    "负责人表示，过去的办法是先建厂房再找企业，这一次反过来，先看企业需要什么，再决定怎么建。"
)
OTHER = "南河县的果农今年遇到了少有的大旱，水库的水位降到了十年以来的最低点，合作社开始统一调配灌溉用水。" * 3


@pytest.fixture
def finder() -> ReprintFinder:
    found = ReprintFinder()
    found.add("first", signature_of(ARTICLE), "first")
    return found


def test_signature_is_four_bytes_for_each_of_128_values() -> None:
    assert len(signature_of(ARTICLE)) == 512


def test_signature_of_an_empty_text_exists() -> None:
    assert len(signature_of("")) == 512


def test_signature_ignores_white_space_and_punctuation() -> None:
    assert signature_of(ARTICLE.replace("，", "\n").replace("。", "! ")) == signature_of(ARTICLE)


def test_signature_is_the_same_in_both_scripts() -> None:
    assert signature_of("開發區的產業計劃") == signature_of("开发区的产业计划")


def test_group_of_a_reprint_with_a_new_ending_is_the_first_article(finder: ReprintFinder) -> None:
    assert finder.group_of("second", signature_of(ARTICLE + "（完）")) == "first"


def test_group_of_another_article_is_its_own_id(finder: ReprintFinder) -> None:
    assert finder.group_of("other", signature_of(OTHER)) == "other"


def test_group_of_half_an_article_is_its_own_id(finder: ReprintFinder) -> None:
    assert finder.group_of("half", signature_of(ARTICLE[: len(ARTICLE) // 2])) == "half"


def test_group_of_an_article_does_not_depend_on_itself(finder: ReprintFinder) -> None:
    assert finder.group_of("first", signature_of(ARTICLE)) == "first"


def test_group_of_a_reprint_of_a_reprint_is_the_first_article(finder: ReprintFinder) -> None:
    reprint = signature_of(ARTICLE + "（完）")
    finder.add("second", reprint, "first")
    finder.remove("first")
    assert finder.group_of("third", reprint) == "first"


def test_removed_article_has_no_reprints(finder: ReprintFinder) -> None:
    finder.remove("first")
    assert finder.group_of("second", signature_of(ARTICLE)) == "second"


def test_remove_of_an_unknown_id_changes_nothing(finder: ReprintFinder) -> None:
    finder.remove("unknown")
    assert finder.group_of("second", signature_of(ARTICLE)) == "first"


def test_add_of_a_known_id_replaces_its_text(finder: ReprintFinder) -> None:
    finder.add("first", signature_of(OTHER), "first")
    assert finder.group_of("second", signature_of(ARTICLE)) == "second"
    assert finder.group_of("second", signature_of(OTHER)) == "first"
