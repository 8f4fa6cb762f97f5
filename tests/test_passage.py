"""Passages: a sentence without a subject is quoted with the one before it, and neighbours as one."""

import pytest

from index.build import prepare
from index.reader import Located
from index.records import LoadedArticle, Span
from qa.passage import MAX_PASSAGE, MAX_WHOLE, Passage, joined, passage_of


def located(text: str, at: int, article_id: str = "a.txt") -> Located:
    article = prepare(LoadedArticle(id=article_id, text=text))
    return Located(1, 1, article, at)


def alone(text: str, at: int, article_id: str = "a.txt") -> Passage:
    """One sentence as a passage."""
    found = located(text, at, article_id)
    return Passage(found, found.sentence.span)


def test_passage_with_its_own_subject_stands_alone() -> None:
    found = located("合肥发布规划。企业共有60家。", 1)
    assert passage_of(found).text == "企业共有60家。"


def test_passage_that_begins_with_a_verb_takes_its_predecessor() -> None:
    found = located("合肥发展先进半导体。依托高新区，建设产业园。", 1)
    assert passage_of(found).text == "合肥发展先进半导体。依托高新区，建设产业园。"


def test_passage_that_begins_with_a_pronoun_takes_its_predecessor() -> None:
    found = located("合肥市发布规划。它提出了三个目标。", 1)
    assert passage_of(found).text == "合肥市发布规划。它提出了三个目标。"


def test_passage_that_begins_with_a_conjunction_takes_its_predecessor() -> None:
    found = located("合肥市发布规划。但是目标没有变。", 1)
    assert passage_of(found).text == "合肥市发布规划。但是目标没有变。"


def test_passage_is_one_exact_span() -> None:
    found = located("前一句。 合肥发展半导体。  依托高新区，建设产业园。", 2)
    passage = passage_of(found)
    assert passage.span == Span(found.article.text.index("合肥"), len(found.article.text))
    assert passage.text == "合肥发展半导体。  依托高新区，建设产业园。"


def test_passage_does_not_cross_a_paragraph() -> None:
    found = located("合肥发展先进半导体。\n依托高新区，建设产业园。", 1)
    assert passage_of(found).text == "依托高新区，建设产业园。"


def test_passage_of_the_first_sentence_stands_alone() -> None:
    assert passage_of(located("依托高新区，建设产业园。共60家。", 0)).text == "依托高新区，建设产业园。"


def test_passage_at_the_limit_takes_its_predecessor() -> None:
    last = "依托高新区，建设产业园。"
    first = "合" * (MAX_PASSAGE - len(last) - 1) + "。"
    assert len(passage_of(located(first + last, 1)).text) == MAX_PASSAGE


def test_passage_above_the_limit_stands_alone() -> None:
    last = "依托高新区，建设产业园。"
    first = "合" * (MAX_PASSAGE - len(last)) + "。"
    assert passage_of(located(first + last, 1)).text == last


# -- neighbours -------------------------------------------------------------------------------


@pytest.mark.parametrize("between", ["", " ", "　　"])
def test_joined_neighbours_are_one_exact_span(between: str) -> None:
    text = f"合肥公布规划。企业有60家。{between}人才有900人。完。"
    whole = joined(alone(text, 1), alone(text, 2))
    assert whole is not None
    assert whole.span == Span(7, 22 + len(between))
    assert whole.text == f"企业有60家。{between}人才有900人。"


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_joined_keeps_the_order_of_the_text_and_the_sentence_of_the_first(first: int, second: int) -> None:
    text = "企业有60家。人才有900人。"
    whole = joined(alone(text, first), alone(text, second))
    assert whole is not None
    assert (whole.text, whole.located.position) == (text, first)


def test_joined_passages_that_overlap_are_one() -> None:
    text = "企业有60家。人才有900人。产值有70亿元。"
    pair = joined(alone(text, 0), alone(text, 1))
    assert pair is not None
    whole = joined(pair, Passage(located(text, 2), Span(7, len(text))))
    assert whole is not None
    assert whole.text == text


def test_joined_with_a_part_of_itself_is_itself() -> None:
    text = "企业有60家。人才有900人。"
    pair = Passage(located(text, 0), Span(0, len(text)))
    assert joined(pair, alone(text, 0)) == pair


def test_joined_is_none_with_a_sentence_between() -> None:
    text = "企业有60家。人才不少。人才有900人。"
    assert joined(alone(text, 0), alone(text, 2)) is None


def test_joined_is_none_across_paragraphs() -> None:
    text = "企业有60家。\n人才有900人。"
    assert joined(alone(text, 0), alone(text, 1)) is None


def test_joined_is_none_across_articles() -> None:
    text = "企业有60家。人才有900人。"
    assert joined(alone(text, 0), alone(text, 1, "b.txt")) is None


@pytest.mark.parametrize(("length", "joins"), [(MAX_PASSAGE, True), (MAX_PASSAGE + 1, False)])
def test_joined_is_no_longer_than_a_passage_may_be(length: int, joins: bool) -> None:
    last = "人才有900人。"
    text = "合" * (length - len(last) - 1) + "。" + last
    assert (joined(alone(text, 0), alone(text, 1)) is not None) is joins


# -- a whole of several points -----------------------------------------------------------------


def test_passage_goes_on_to_its_full_stop_where_the_whole_is_wanted() -> None:
    found = located("花为圆锥花序；花期4月；果为蒴果。性喜高温。", 0)
    assert passage_of(found, whole=True).text == "花为圆锥花序；花期4月；果为蒴果。"
    assert passage_of(found).text == "花为圆锥花序；"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            "特点有三：第一，职官与长者并用。既设官吏。第二，刑教并施。第三，秩序与晋升一体。此后改制。",
            "特点有三：第一，职官与长者并用。既设官吏。第二，刑教并施。第三，秩序与晋升一体。",
        ),
        ("职能有二：一是教化乡民；二是管理户籍。沿用千年。", "职能有二：一是教化乡民；二是管理户籍。"),
    ],
)
def test_passage_takes_all_points_that_it_begins_to_count(text: str, whole: str) -> None:
    assert passage_of(located(text, 0), whole=True).text == whole


def test_passage_of_points_stays_in_its_paragraph() -> None:
    found = located("措施：一是建站。\n二是开课。", 0)
    assert passage_of(found, whole=True).text == "措施：一是建站。"


def test_passage_of_points_ends_where_it_grows_too_long() -> None:
    found = located("一是建站；" + "长" * MAX_WHOLE + "；二是开课。", 0)
    assert passage_of(found, whole=True).text == "一是建站；"


def test_items_end_before_the_heading_of_what_comes_next() -> None:
    found = located("计划列出两个方向：\n光子芯片\n氢能\n企业的算盘\n陆鹤鸣说，先看市场。", 0)
    assert passage_of(found).text == "计划列出两个方向：\n光子芯片\n氢能"


@pytest.mark.parametrize("text", ["计划列出两个方向：", "计划列出两个方向：\n光子芯片", "前一句。计划列出："])
def test_passage_of_a_colon_with_little_or_nothing_behind_it(text: str) -> None:
    last = text.count("。")
    assert passage_of(located(text, last)).text == text.removeprefix("前一句。")
