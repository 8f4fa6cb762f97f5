"""Passages: a sentence without a subject is quoted with the one before it."""

from index.build import prepare
from index.reader import Located
from index.records import LoadedArticle, Span
from qa.passage import MAX_PASSAGE, passage_of


def located(text: str, at: int) -> Located:
    article = prepare(LoadedArticle(id="a.txt", text=text))
    return Located(1, 1, article, at)


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
