"""Citations against gold evidence, by characters."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import Place, answer, gold, question, record_of

from eval.metrics.citations import precision, recall
from eval.record import GoldSpan, Record

QUOTE = gold("a", 4, 8, (0, 10))
"""Four characters of a sentence of ten."""
PAIR = gold("a", 8, 14, (0, 10), (10, 20))
"""Six characters over two sentences."""


def cites(*cited: Place, gold: Sequence[GoldSpan] = (QUOTE,)) -> Record:
    return record_of(question(), answer("话。", cited=cited), gold=gold)


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ([("a", 0, 10)], 1),
        ([("a", 4, 8)], 1),
        ([("a", 5, 15)], 1 / 2),  # 5 to 9 of 10
        ([("a", 0, 30)], 1 / 3),
        ([("a", 10, 20)], 0),
        ([("b", 0, 10)], 0),
        ([("a", 0, 10), ("b", 0, 10)], 1 / 2),
        ([("a", 0, 10), ("a", 0, 10)], 1),  # cited twice, counted once
        ([("a", 0, 10), ("a", 5, 20)], 1 / 2),  # 10 of 0 to 19
        ([], None),
    ],
)
def test_citation_precision_counts_characters_of_gold_sentences(cited: list[Place], expected: float | None) -> None:
    assert precision(cites(*cited)) == expected


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ([("a", 0, 10)], 1),
        ([("a", 4, 8)], 1),
        ([("a", 6, 20)], 1 / 2),  # 6 and 7 of 4 to 7
        ([("a", 0, 5), ("a", 0, 5)], 1 / 4),
        ([("a", 0, 5), ("a", 3, 6)], 1 / 2),
        ([("a", 8, 20)], 0),
        ([("b", 0, 10)], 0),
        ([], 0),
    ],
)
def test_citation_recall_counts_characters_of_gold_quotes(cited: list[Place], expected: float) -> None:
    assert recall(cites(*cited)) == expected


def test_citation_of_gold_quotes_that_overlap_counts_them_once() -> None:
    twice = [gold("a", 0, 6, (0, 10)), gold("a", 4, 10, (0, 10))]
    assert recall(cites(("a", 0, 5), gold=twice)) == 1 / 2  # 5 of 10
    assert precision(cites(("a", 0, 20), gold=twice)) == 1 / 2


def test_citation_of_a_quote_over_two_sentences() -> None:
    first = cites(("a", 0, 10), gold=[PAIR])
    assert (precision(first), recall(first)) == (1, 1 / 3)  # 8 and 9 of 8 to 13
    both = cites(("a", 0, 10), ("a", 10, 20), gold=[PAIR])
    assert (precision(both), recall(both)) == (1, 1)


def test_citation_of_gold_in_two_articles() -> None:
    two = [gold("a", 0, 10), gold("b", 0, 30)]
    found = cites(("b", 0, 30), gold=two)
    assert (precision(found), recall(found)) == (1, 3 / 4)


def test_citation_without_gold() -> None:
    found = cites(("a", 0, 10), gold=[])
    assert (precision(found), recall(found)) == (0, 0)


def test_citation_without_an_answer() -> None:
    found = record_of(question(), None, gold=[QUOTE])
    assert (precision(found), recall(found)) == (None, 0)


def places(**sizes: int) -> st.SearchStrategy[list[Place]]:
    spans = st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 10))
    return st.lists(spans.map(lambda s: (s[0], s[1], s[1] + s[2])), max_size=4, **sizes)


@settings(max_examples=100, deadline=None)
@given(places(min_size=1), places(min_size=1), st.randoms(use_true_random=False))
def test_citation_precision_and_recall_change_places_with_their_sides(cited, wanted, random) -> None:  # type: ignore[no-untyped-def]
    one = cites(*cited, gold=[gold(*place) for place in wanted])
    other = cites(*wanted, gold=[gold(*place) for place in cited])
    assert precision(one) == recall(other)
    shuffled = random.sample(cited * 2, 2 * len(cited))  # in any order, and twice
    assert precision(cites(*shuffled, gold=one.gold)) == precision(one)
    assert recall(cites(*shuffled, gold=one.gold)) == recall(one)
