"""Lists of candidates: their order, reprints, several sentences of an article, several rankings."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import prepare
from index.reader import Located
from index.records import LoadedArticle
from qa.candidate import Candidate, below, in_turn, order, reprints_last, spread

ARTICLE = replace(
    prepare(LoadedArticle(id="a", text="合肥公布量子计划。企业增加到150家。天气晴朗。公园开放。")), group="a"
)


def candidate(number: int, score: float, *, article: str = "a", group: str = "a", position: int = 0) -> Candidate:
    located = Located(number, 1, replace(ARTICLE, id=article, group=group), position)
    return Candidate(located, score, 0.9, 0.5, 1.0)


def ranking(*pairs: tuple[int, float]) -> list[Candidate]:
    return [candidate(number, score) for number, score in pairs]


def numbers(found: list[Candidate]) -> list[int]:
    return [c.located.number for c in found]


def scores(found: list[Candidate]) -> list[float]:
    return [c.score for c in found]


FOUR = [candidate(n, 1.0 - n / 10, position=n) for n in range(4)]


# -- order and scores -------------------------------------------------------------------------


def test_order_is_by_score_then_article_then_offset() -> None:
    best, first = candidate(1, 2.0, article="z"), candidate(2, 1.0, article="a", position=1)
    second, last = candidate(3, 1.0, article="b"), candidate(4, 1.0, article="b", position=1)
    assert numbers(sorted([last, second, first, best], key=order)) == [1, 2, 3, 4]


def test_below_moves_all_alike_under_the_last_of_the_others() -> None:
    assert scores(below(ranking((1, 5.0), (2, 4.0)), ranking((3, 3.0), (4, 2.0)))) == [2.0, 1.0]


@pytest.mark.parametrize("others", [[], ranking((3, 5.0)), ranking((3, 9.0), (4, 6.0))])
def test_below_leaves_what_stands_below_already(others: list[Candidate]) -> None:
    assert below(ranking((1, 5.0), (2, 4.0)), others) == ranking((1, 5.0), (2, 4.0))


def test_below_of_none_is_none() -> None:
    assert below([], ranking((1, 1.0))) == []


# -- reprints ---------------------------------------------------------------------------------


def test_reprints_come_after_all_others() -> None:
    reprint = candidate(9, 0.95, article="z")
    other = candidate(8, 0.7, article="o", group="o")
    found = reprints_last([FOUR[0], reprint, FOUR[1], FOUR[2], other])
    assert numbers(found) == [0, 1, 2, 8, 9]
    assert scores(found) == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.7])


def test_reprints_alone_keep_their_scores() -> None:
    assert reprints_last(FOUR) == FOUR
    assert reprints_last([]) == []


# -- several sentences of an article ----------------------------------------------------------


def test_spread_costs_an_article_from_its_third_sentence_on() -> None:
    found = spread([*FOUR, candidate(9, 0.65, article="z")], 0.25)
    assert numbers(found) == [0, 1, 9, 2, 3]
    assert scores(found) == pytest.approx([1.0, 0.9, 0.65, 0.55, 0.2])
    assert spread([], 0.25) == []


# -- several rankings -------------------------------------------------------------------------


def test_in_turn_takes_the_best_of_each_then_the_second_of_each() -> None:
    found = in_turn([ranking((1, 9.0), (2, 8.0), (3, 7.0)), ranking((4, 6.0)), ranking((5, 5.0), (6, 4.0))])
    assert numbers(found) == [1, 4, 5, 2, 6, 3]


def test_in_turn_scores_never_rise() -> None:
    assert scores(in_turn([ranking((1, 3.0), (2, 2.0)), ranking((3, 9.0), (4, 1.0))])) == [3.0, 3.0, 2.0, 1.0]


def test_in_turn_has_each_sentence_once_at_its_first_place() -> None:
    found = in_turn([ranking((1, 3.0), (2, 2.5)), ranking((2, 2.0), (1, 1.0), (3, 0.5))])
    assert [(c.located.number, c.score) for c in found] == [(1, 3.0), (2, 2.0), (3, 0.5)]


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_in_turn_of_nothing_is_nothing(rankings: list[list[Candidate]]) -> None:
    assert in_turn(rankings) == []


def test_in_turn_of_one_ranking_is_the_ranking() -> None:
    assert in_turn([FOUR]) == FOUR


RANKINGS = st.lists(
    st.lists(st.tuples(st.integers(0, 8), st.floats(-5, 5)), max_size=6, unique_by=lambda pair: pair[0]).map(
        lambda pairs: sorted(ranking(*pairs), key=order)
    ),
    max_size=4,
)


@given(RANKINGS)
def test_in_turn_has_every_sentence_once_with_scores_that_never_rise(rankings: list[list[Candidate]]) -> None:
    found = in_turn(rankings)
    assert sorted(numbers(found)) == sorted({n for r in rankings for n in numbers(r)})
    assert scores(found) == sorted(scores(found), reverse=True)
    best = {n: max(c.score for r in rankings for c in r if c.located.number == n) for n in numbers(found)}
    assert all(c.score <= best[c.located.number] for c in found)
