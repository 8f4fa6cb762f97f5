"""The choice of evidence: sentences of the question's times come first, or alone."""

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from index.build import prepare
from index.reader import Located, Reader
from index.records import LoadedArticle
from qa.candidate import Candidate
from qa.extractive import Extraction, Selection, days_of, select
from qa.question import Period, analyse

LIMITS = Extraction(confidence=0.0, follow=0.0)
ASOF = date(2020, 5, 15)
OLD, NEW, LATE = "2019年产值达到90亿元。", "2020年产值达到100亿元。", "2020年产值达到110亿元。"


class EveryWordAlike:
    """What `select` asks of a reader: how rare a word is."""

    def rarity(self, word: str) -> float:
        return 1.0


def candidate(text: str, score: float) -> Candidate:
    article = replace(prepare(LoadedArticle(id=text, text=text)), group=text)
    return Candidate(Located(1, 1, article, 0), score, 1.0, 1.0, 1.0)


def chosen(question: str, *texts: str, only_then: bool = False, limits: Extraction = LIMITS) -> Selection:
    """What is chosen in May 2020 from sentences whose scores fall from one to the next."""
    candidates = [candidate(text, 1.0 - place) for place, text in enumerate(texts)]
    asked = analyse(question, asof=ASOF)
    return select(asked, candidates, cast("Reader", EveryWordAlike()), limits, asof=ASOF if only_then else None)


def texts_of(selection: Selection) -> list[str]:
    return [e.candidate.located.text for e in selection.evidence]


@pytest.mark.parametrize("only_then", [False, True])
def test_select_takes_the_questions_time_before_better_sentences(only_then: bool) -> None:
    assert texts_of(chosen("今年产值是多少亿元？", OLD, NEW, only_then=only_then)) == [NEW]


@pytest.mark.parametrize("only_then", [False, True])
def test_select_does_not_mix_times(only_then: bool) -> None:
    every = Extraction(confidence=0.0, follow=10.0)
    selection = chosen("今年产值是多少亿元？", NEW, OLD, LATE, only_then=only_then, limits=every)
    assert texts_of(selection) == [NEW, LATE]


def test_select_lets_weak_evidence_of_the_time_hide_nothing() -> None:
    question, weak, limits = "今年产值是多少亿元？", "2020年摊位收入达到3元。", Extraction(confidence=0.9)
    assert texts_of(chosen(question, OLD, weak, limits=limits)) == [OLD]
    assert texts_of(chosen(question, weak, limits=limits)) == []


def test_select_takes_other_times_where_there_is_nothing_else() -> None:
    selection = chosen("去年产值是多少亿元？", NEW)
    assert texts_of(selection) == [NEW]
    assert [e.is_then for e in selection.evidence] == [False]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("今年产值是多少亿元？", ("今年（2020-01-01–2020-12-31）",)),
        ("昨天产值是多少亿元？", ("昨天（2020-05-14）",)),
        ("明年比今年增加多少亿元？", ("明年（2021-01-01–2021-12-31）", "今年（2020-01-01–2020-12-31）")),
    ],
)
def test_select_of_its_time_only_names_the_time_that_is_missing(question: str, missing: tuple[str, ...]) -> None:
    selection = chosen(question, OLD, only_then=True)
    assert (selection.evidence, selection.confidence, selection.missing) == ((), 0.0, missing)
    near = [OLD] if "产值" in question else []  # the third asks of nothing that it speaks of
    assert [e.candidate.located.text for e in selection.nearest] == near


def test_select_names_other_requirements_before_the_time() -> None:
    assert chosen("武汉去年产值是多少亿元？", NEW, only_then=True).missing == ("武汉",)


def test_select_of_its_time_only_takes_any_for_a_question_without_one() -> None:
    assert texts_of(chosen("产值是多少亿元？", OLD, only_then=True)) == [OLD]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [("2020-05-14", "2020-05-14", "2020-05-14"), ("2020-05-01", "2020-05-31", "2020-05-01–2020-05-31")],
)
def test_days_of_a_period(first: str, last: str, words: str) -> None:
    assert days_of(Period("", first, last)) == words


ASKED = "2020年产值是多少亿元？"
GOOD, NEAR, LAST = "2020年产值达到100亿元。", "2020年产值增长10%，达到100亿元。", "2020年产值为100亿元左右。"


@pytest.mark.parametrize(("follow", "texts"), [(0.5, [GOOD]), (1.0, [GOOD, NEAR]), (2.0, [GOOD, NEAR, LAST])])
def test_sentences_follow_that_come_close_to_the_best(follow: float, texts: list[str]) -> None:
    assert texts_of(chosen(ASKED, GOOD, NEAR, LAST, limits=Extraction(confidence=0.0, follow=follow))) == texts


def test_no_more_sentences_follow_than_are_allowed() -> None:
    limits = Extraction(confidence=0.0, follow=9.0, sentences=2)
    assert texts_of(chosen(ASKED, GOOD, NEAR, LAST, limits=limits)) == [GOOD, NEAR]


def test_what_was_published_after_the_day_asked_of_is_not_known() -> None:
    late = candidate(OLD, 1.0)
    late = replace(late, located=replace(late.located, article=replace(late.located.article, published="2020-05-16")))
    asked = analyse("产值是多少亿元？")
    reader = cast("Reader", EveryWordAlike())
    found = [texts_of(select(asked, [late], reader, LIMITS, asof=date(2020, 5, day))) for day in (15, 16)]
    assert found == [[], [OLD]]


# -- descriptions ------------------------------------------------------------------------------


def test_select_goes_on_with_a_description() -> None:
    text = "玉山箭竹的茎干直径2厘米。叶片长50厘米。\n玉山箭竹分布于山地。"
    limits = Extraction(confidence=0.0, follow=0.0)
    assert texts_of(chosen("玉山箭竹的外形是怎样的？", text, limits=limits)) == [
        "玉山箭竹的茎干直径2厘米。",
        "叶片长50厘米。",
    ]
    assert texts_of(chosen("玉山箭竹的茎干直径是多少？", text, limits=limits)) == ["玉山箭竹的茎干直径2厘米。"]


def test_select_goes_on_with_nothing_beyond_a_paragraph_or_where_one_sentence_is_wanted() -> None:
    question, limits = "玉山箭竹的外形是怎样的？", Extraction(confidence=0.0, follow=0.0)
    assert len(chosen(question, "玉山箭竹的茎干直径2厘米。\n叶片长50厘米。", limits=limits).evidence) == 1
    text = "玉山箭竹的茎干直径2厘米。叶片长50厘米。"
    assert len(chosen(question, text, limits=replace(limits, sentences=1)).evidence) == 1
