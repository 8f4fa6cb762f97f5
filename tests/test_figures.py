"""Figures over all questions and over tags, their intervals, and that no order changes them."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import (
    answer,
    failed,
    gold,
    measured,
    not_refused,
    question,
    ranking,
    record_of,
    refused,
    right,
    value,
    wrong,
)
from scipy.stats import binom

from eval.metrics.catalog import METRICS, Pair
from eval.metrics.figures import ALL, Figure, Figures, figures, interval
from eval.record import Record

MIXED = [
    right("m1", tags=["list", "hans"]),
    wrong("m2", tags=["hans"]),
    refused("m3", answerable=True, tags=["hant"]),
    refused("m4", answerable=False, tags=["list"]),
    not_refused("m5"),
    failed("m6", tags=["hant"]),
]


def bounds(metric: str, pairs: list[Pair], *, seed: int = 0, resamples: int = 1000) -> tuple[float, float]:
    first, second = np.array(pairs, dtype=float).T
    low, high = interval(METRICS[metric], first, second, seed=seed, resamples=resamples)
    assert low is not None
    assert high is not None
    return low, high


def test_figures_by_tag() -> None:
    found = measured(*MIXED)
    assert list(found.questions.items()) == [(ALL, 6), ("hans", 2), ("hant", 2), ("list", 2)]
    assert list(found.figures) == list(found.questions)
    assert {tag: found.value("correct", tag) for tag in found.questions} == {
        ALL: 0.333333, "hans": 0.5, "hant": 0, "list": 1,
    }  # fmt: skip


def test_figures_count_the_questions_that_a_metric_is_about() -> None:
    counted = measured(*MIXED).figures
    assert {name: counted[ALL][name].count for name in ("correct", "answer.right", "refusal.precision", "errors")} == {
        "correct": 6, "answer.right": 4, "refusal.precision": 2, "errors": 6,
    }  # fmt: skip
    assert counted["list"]["answer.right"].count == 1


def test_figures_leave_out_what_a_tag_has_none_of() -> None:
    found = measured(*MIXED)
    assert "refusal.recall" not in found.figures["hans"]
    assert "refusal.auroc" not in found.figures["hans"]  # one class only
    assert found.value("refusal.recall", "hans") is None
    assert found.value("refusal.recall", "no such tag") is None
    assert "article.dense.hit@1" not in found.figures[ALL]


def test_figures_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no answers to measure"):
        figures([])


def test_figures_stand_in_the_order_of_the_metrics() -> None:
    names = list(measured(*MIXED).figures[ALL])
    assert names == [name for name in METRICS if name in names]


def test_figures_survive_json() -> None:
    found = measured(*MIXED)
    assert Figures.model_validate_json(found.model_dump_json()) == found


def test_figure_of_one_question_has_no_interval() -> None:
    assert measured(right()).figures[ALL]["correct"] == Figure(value=1, low=None, high=None, count=1)


def test_figure_of_equal_values_is_its_own_interval() -> None:
    same = measured(*(record_of(question(key), answer("话。"), ask_ms=12.5) for key in "123")).figures[ALL]
    assert same["time.ask.p50"] == Figure(value=12.5, low=12.5, high=12.5, count=3)
    assert same["errors"] == Figure(value=0, low=0, high=0, count=3)


def test_interval_of_equal_shares_of_unequal_wholes_is_that_share() -> None:
    assert bounds("citation.exact", [(1, 2), (2, 4), (5, 10)]) == (0.5, 0.5)


def test_interval_of_equal_parts_of_unequal_wholes_is_not_a_point() -> None:
    low, high = bounds("citation.exact", [(1, 1), (1, 2), (1, 10)])
    assert (low, high) == (0.1, 1)  # thrice the last, thrice the first: 1 of 27 each


def test_interval_of_half_of_400_is_that_of_the_binomial() -> None:
    low, high = bounds("correct", [(i % 2, 1) for i in range(400)])
    assert (low, high) == pytest.approx((0.5 - 0.049, 0.5 + 0.049), abs=0.006)


def test_interval_of_a_tenth_of_300_is_that_of_the_binomial() -> None:
    low, high = bounds("correct", [(i % 10 == 0, 1) for i in range(300)], resamples=4000)
    expected = np.array(binom(300, 0.1).ppf([0.025, 0.975])) / 300
    assert (low, high) == pytest.approx(tuple(expected), abs=0.007)


def test_interval_of_a_ratio_resamples_questions_not_spans() -> None:
    # One question has 100 spans, none of them exact; 0.37 of the resamples are without it.
    low, high = bounds("citation.exact", [(0, 100), *[(1, 1)] * 9])
    assert (low < 0.05, high) == (True, 1)


def test_interval_of_an_auroc_passes_over_resamples_of_one_class() -> None:
    low, high = bounds("refusal.auroc", [(0.9, 1), (0.1, 0)])
    assert (low, high) == (1, 1)


def test_interval_is_seeded() -> None:
    pairs = [(i / 97 % 1, 1) for i in range(0, 970, 7)]
    assert bounds("correct", pairs, seed=1) == bounds("correct", pairs, seed=1)
    assert bounds("correct", pairs, seed=1) != bounds("correct", pairs, seed=2)


def test_figures_are_seeded() -> None:
    records = [(right if i % 3 else wrong)(f"{i:02}", tags=["hans"]) for i in range(30)]
    assert figures(records, seed=1, resamples=20) == figures(records, seed=1, resamples=20)
    assert figures(records, seed=1, resamples=20) != figures(records, seed=2, resamples=20)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.integers(0, 3))
def test_interval_lies_within_the_values(values: list[float], seed: int) -> None:
    low, high = bounds("correct", [(v, 1) for v in values], seed=seed, resamples=50)
    assert min(values) - 1e-6 <= low <= high <= max(values) + 1e-6


def shuffled(record: Record, random: Random) -> Record:
    """The same record with its rankings, gold evidence and tags in another order."""
    copy = record.model_copy(deep=True)
    told = [found for found in (copy.fused, copy.dense, copy.lexical) if found]
    for items in (copy.gold, copy.question.tags, *(r.articles for r in told), *(r.sentences for r in told)):
        random.shuffle(items)
    return copy


TIED = [
    record_of(
        question(key, gold=["b", "d"], answers=[["5000亿"]], tags=["x", "y"][: i % 3]),
        answer("规模为5000亿元。" if i % 2 else "不详。", cited=[("a", 0, 10), ("a", 5, 12)], confidence=0.5 + i / 20),
        gold=[gold("a", 0, 10), gold("b", 0, 10), gold("a", 20, 40, (20, 30), (30, 40))],
        fused=ranking("a b c d", [("a", 0, 10), ("a", 10, 20), ("b", 0, 10), ("a", 30, 40)], tied=True),
        dense=ranking("d c b", [("c", 0, 10), ("a", 5, 10), ("a", 0, 5)], tied=True) if i % 2 else None,
        ask_ms=i, spans_checked=i, spans_exact=i // 2,
    )
    for i, key in enumerate("123456")
]  # fmt: skip
PLAIN = figures([*TIED, *MIXED], resamples=10)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_figures_are_the_same_in_any_order_of_questions_and_of_tied_hits(random: Random) -> None:
    records = [shuffled(record, random) for record in (*TIED, *MIXED)]
    random.shuffle(records)
    assert figures(records, resamples=10) == PLAIN


def test_figures_see_another_order_of_hits_that_are_not_tied() -> None:
    first, second = (record_of(question(gold=["a"]), answer(), fused=ranking(order)) for order in ("a b", "b a"))
    assert value("article.mrr@10", first) == 1
    assert value("article.mrr@10", second) == 0.5
